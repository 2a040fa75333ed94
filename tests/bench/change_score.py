"""From measured photos to rates: the judge's answers on series that changed, and that did not."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from tests.bench.change_baselines import baselines
from tests.bench.change_measure import ARMS
from tests.bench.change_photos import (
    FIRST,
    FIRST_AGAIN,
    FOCAL,
    GROWTHS,
    LAST_AGAIN,
    TWICE,
    YEAR,
)
from tests.bench.change_series import Lesion
from tests.bench.change_statistics import Rate, auc, quantile, rate
from tracker.analysis.noise import NoiseTable
from tracker.domain.change import Change, Status

MOLES = 20

Record = dict[str, Any]


def scored(records: list[Record], noise: NoiseTable) -> Record:
    """All rates; every one of them is of simulated photos."""
    kinds = sorted({record["modality"] for record in records}, reverse=True)
    return {
        "simulated": True,
        "noise": noise.version,
        "false_flag_rate": noise.false_flag_rate,
        "lesions": dict(Counter(record["dataset"] for record in records)),
        "skin_tone": dict(Counter(record["ita"] for record in records)),
        "photos": sum(len(record["photos"]) for record in records),
        "refused_photos": dict(
            Counter(
                photo["reason"]
                for record in records
                for photo in record["photos"].values()
                if photo["status"] == "refused"
            )
        ),
        "groups": {
            kind: {
                arm: _group([Lesion(r, arm, noise) for r in records if r["modality"] == kind])
                for arm in ARMS
            }
            for kind in kinds
        },
        "by_skin_tone": {
            band: {
                arm: _short([Lesion(r, arm, noise) for r in records if r["ita"] == band])
                for arm in ARMS
            }
            for band in sorted({record["ita"] for record in records})
        },
        "baselines": {
            kind: baselines([r for r in records if r["modality"] == kind]) for kind in kinds
        },
    }


def _group(lesions: list[Lesion]) -> Record:
    single = partial(_two, (FIRST,))
    double = partial(_two, (FIRST, FIRST_AGAIN))
    stable = [single(each, (label,)) for each in lesions for label in YEAR]
    changes = {
        label: [single(each, (label,)) for each in lesions if each.has((label,))]
        for label in _changed_labels(lesions)
    }
    twice = {
        label: [double(each, (label, f"{label} again")) for each in lesions if each.has((label,))]
        for label in TWICE
    }
    return {
        "lesions": len(lesions),
        "year_of_four_visits": _year(lesions),
        "stable_single": _counted(stable),
        "stable_double": _counted([double(each, (YEAR[-1], LAST_AGAIN)) for each in lesions]),
        "changed_single": {label: _counted(answers) for label, answers in changes.items()},
        "changed_double": {label: _counted(answers) for label, answers in twice.items()},
        "auc": _aucs(stable, changes),
        "roc": _roc(stable, changes),
        "smallest_found_in_90_percent": {kind: _smallest(kind, changes) for kind in GROWTHS},
        "area": _area(lesions),
    }


def _two(first: Sequence[str], lesion: Lesion, later: Sequence[str]) -> Change | None:
    return lesion.judged(first, later)


def _changed_labels(lesions: list[Lesion]) -> list[str]:
    labels = {
        label: photo
        for each in lesions
        for label, photo in each.record["photos"].items()
        if photo["kind"] is not None and not label.endswith(" again")
    }
    order = (*GROWTHS, *FOCAL)
    return sorted(labels, key=lambda n: (order.index(labels[n]["kind"]), labels[n]["percent"] or 0))


def _counted(answers: Sequence[Change | None]) -> Record:
    """Shares of all series, where refused and "cannot compare" is not flagged, and of the rest."""
    judged = [each for each in answers if each is not None]
    flagged = [each for each in judged if each.status is Status.CHANGED]
    unsure = sum(each.status is Status.CANNOT_COMPARE for each in judged)
    axes = Counter(
        axis for each in flagged for axis in {a.axis.value for a in each.axes if a.flagged}
    )
    return {
        "flagged": rate(len(flagged), len(answers)),
        "flagged_of_compared": rate(len(flagged), len(judged) - unsure),
        "cannot_compare": rate(unsure, len(answers)),
        "refused": rate(len(answers) - len(judged), len(answers)),
        "by_axis": dict(axes.most_common()),
    }


def _year(lesions: list[Lesion]) -> Record:
    """Four visits of one photo, each judged when it is taken."""
    visits: list[Change | None] = []
    flagged_lesions = 0
    tests: Counter[str] = Counter()
    for each in lesions:
        if not each.has(YEAR):
            continue
        answers = [
            each.judged(*((label,) for label in (FIRST, *YEAR[: count + 1])))
            for count in range(len(YEAR))
        ]
        visits += answers
        flags = [a for a in answers if a is not None and a.status is Status.CHANGED]
        flagged_lesions += bool(flags)
        tests.update(f"{a.axis}/{a.against}" for f in flags for a in f.axes if a.flagged)
    lesions_seen = len(visits) // len(YEAR)
    counted = _counted(visits)
    flags_a_year = counted["flagged"]["share"] * len(YEAR) if visits else math.nan
    return {
        "lesions_flagged": rate(flagged_lesions, lesions_seen),
        "visits_flagged": counted["flagged"],
        "flags_per_lesion_and_year": round(flags_a_year, 4),
        f"flags_a_year_for_{MOLES}_moles": round(MOLES * flags_a_year, 2),
        "visits_cannot_compare": counted["cannot_compare"],
        "visits_with_a_refused_photo": counted["refused"],
        "by_test": dict(tests.most_common()),
    }


def _scores(answers: Sequence[Change | None]) -> list[float]:
    return [each.score for each in answers if each is not None and each.score is not None]


def _aucs(stable: Sequence[Change | None], changes: dict[str, list[Change | None]]) -> Record:
    quiet = _scores(stable)
    by_kind: dict[str, list[float]] = defaultdict(list)
    for label, answers in changes.items():
        by_kind[_kind_of(label)] += _scores(answers)
    everything = [score for scores in by_kind.values() for score in scores]
    return {
        "all changes": auc(quiet, everything),
        **{kind: auc(quiet, scores) for kind, scores in by_kind.items()},
        "growth of 30 % and more, and changes of pigment": auc(
            quiet,
            [s for label, answers in changes.items() if _clear(label) for s in _scores(answers)],
        ),
        "without_a_score": rate(
            sum(a is None or a.score is None for each in changes.values() for a in each),
            sum(map(len, changes.values())),
        ),
    }


def _roc(stable: Sequence[Change | None], changes: dict[str, list[Change | None]]) -> list[Record]:
    """Points of the curve over the score, all changes together."""
    quiet = np.array(_scores(stable))
    moved = np.array([s for answers in changes.values() for s in _scores(answers)])
    if not quiet.size or not moved.size:
        return []
    points = []
    for false in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3):
        limit = float(np.quantile(quiet, 1 - false))
        found = round(float(np.mean(moved > limit)), 4)
        points.append({"false_flags": false, "found": found, "score": round(limit, 4)})
    return points


def _kind_of(label: str) -> str:
    return label.split(" +", maxsplit=1)[0]


def _clear(label: str) -> bool:
    return " +" not in label or int(label.split(" +")[1].removesuffix(" %")) >= 30


def _smallest(kind: str, changes: dict[str, list[Change | None]]) -> int | None:
    """The least growth in per cent from which on every size is found in 90 % of all series."""
    found = {
        int(label.split(" +")[1].removesuffix(" %")): _counted(answers)["flagged"]["share"]
        for label, answers in changes.items()
        if _kind_of(label) == kind and answers
    }
    enough = [
        size
        for size in sorted(found)
        if all((found[other] or 0) >= 0.9 for other in found if other >= size)
    ]
    return enough[0] if enough else None


def _area(lesions: list[Lesion]) -> Record:
    """Errors of the area ratio against the truth, and repeatability of the area in mm2."""
    still, grown, spreads = [], [], []
    for each in lesions:
        photos = each.record["photos"]
        for raw in each.record["comparisons"][each.arm]:
            if raw["earlier"] != FIRST or raw["log_area_ratio"] is None:
                continue
            later = photos[raw["later"]]
            true = math.log(later["true_area_mm2"] / photos[FIRST]["true_area_mm2"])
            error = abs(math.expm1(raw["log_area_ratio"] - true))
            if later["kind"] is None:
                still.append(error)
            elif later["kind"] in GROWTHS:
                grown.append(error)
        areas = [
            p["measures"]["area_px"] * p["mm_per_px"] ** 2
            for label, p in photos.items()
            if label in (FIRST, *YEAR) and p["measures"] is not None
        ]
        if len(areas) > 2 and each.arm == "card":
            spreads.append(float(np.std(areas, ddof=1) / np.mean(areas)))
    compared: Callable[[list[float]], Record] = lambda v: {  # noqa: E731
        "pairs": len(v),
        "median_abs_error": quantile(v, 0.5),
        "p90_abs_error": quantile(v, 0.9),
    }
    return {
        "unchanged": compared(still),
        "grown": compared(grown),
        "coefficient_of_variation_mm2": round(median(spreads), 4) if spreads else None,
        "coefficient_of_variation_mm2_p90": quantile(spreads, 0.9),
    }


def _short(lesions: list[Lesion]) -> Record:
    """The few rates that are told by skin tone."""
    if not lesions:
        return {}
    stable = [
        each.judged((FIRST,), (label,)) for each in lesions for label in YEAR if each.has((label,))
    ]
    found: dict[str, Rate] = {}
    for name, wanted in (
        ("growth of 30 % and 40 %", [f"{kind} +{n} %" for kind in GROWTHS for n in (30, 40)]),
        ("changes of pigment", list(FOCAL)),
    ):
        answers = [
            each.judged((FIRST,), (label,))
            for each in lesions
            for label in wanted
            if each.has((label,))
        ]
        found[name] = _counted(answers)["flagged"]
    counted = _counted(stable)
    return {
        "lesions": len(lesions),
        "stable_flagged": counted["flagged"],
        "stable_cannot_compare": counted["cannot_compare"],
        **found,
    }


def _after_first(lesions: list[Lesion], labels: Sequence[str]) -> list[Change | None]:
    """Each of these photos against the first one of its lesion."""
    return [
        each.judged((FIRST,), (label,))
        for each in lesions
        for label in labels
        if each.has((label,))
    ]
