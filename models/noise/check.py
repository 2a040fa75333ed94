"""Judge real lesions that did not change, held out from the fit: how many are flagged?

    python -m models.noise.check val.jsonl --noise models/release/noise.json

Each lesion's photos, in the seeded order they were collected in, become visits half a year apart.
Growth is then written into the comparisons to see how often it is found. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from tracker.analysis.judge import judge
from tracker.analysis.noise import NoiseTable
from tracker.analysis.series import LesionSeries, SeriesObservation
from tracker.domain.analysis import Measures
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.domain.change import Against, Axis, Change, Status
from tracker.domain.comparison import Comparison, Registration, RegistrationMethod

START = datetime(2020, 1, 1)
DAYS_APART = 182
GROWTHS = (1.2, 1.4, 1.6, 2.0)

Record = dict[str, Any]


def comparison_of(raw: Record) -> Comparison:
    """A stored comparison as its type."""
    registration = raw["registration"]
    if registration is not None:
        registration = Registration(
            RegistrationMethod(registration["method"]),
            tuple(registration["matrix"]),
            registration["inliers"],
            registration["residual"],
        )
    return Comparison(
        **{
            **raw,
            "registration": registration,
            "delta_lab": _lab(raw["delta_lab"]),
            "focal_delta_lab": _lab(raw["focal_delta_lab"]),
            "notes": tuple(raw["notes"]),
        }
    )


def _lab(raw: list[float] | None) -> tuple[float, float, float] | None:
    return None if raw is None else (raw[0], raw[1], raw[2])


def observation(name: str, facts: Record, modality: str, place: int) -> SeriesObservation:
    """A photo of the records as the `place`-th visit."""
    measures = facts["measures"]
    taken = START + timedelta(days=DAYS_APART * place)
    return SeriesObservation(
        name,
        CaptureTime(taken, "day", DateSource.MANIFEST),
        Modality(modality),
        None if measures is None else Measures(**measures),
        None,
        None,
    )


def series_of_lesion(name: str, records: list[Record]) -> LesionSeries | None:
    """All measured photos of a lesion as visits; None with fewer than two."""
    photos: dict[str, Record] = {}
    for record in records:
        for photo, facts in zip(record["ids"], record["photos"], strict=True):
            if facts["status"] == "measured":
                photos.setdefault(photo, facts)
    if len(photos) < 2:
        return None
    modality = records[0]["modality"]
    return LesionSeries(
        "corpus",
        name,
        None,
        tuple(observation(n, f, modality, place) for place, (n, f) in enumerate(photos.items())),
        tuple(comparison_of(r["comparison"]) for r in records if r["comparison"] is not None),
    )


def grown(series: LesionSeries, factor: float) -> LesionSeries:
    """The series with the latest photo's lesion larger by `factor` in area, in numbers only."""
    latest = series.observations[-1].observation_id
    step = math.log(factor)
    return replace(
        series,
        comparisons=tuple(
            replace(
                each,
                log_area_ratio=None if each.log_area_ratio is None else each.log_area_ratio + step,
                log_diameter_ratio=None
                if each.log_diameter_ratio is None
                else each.log_diameter_ratio + step / 2,
            )
            if each.later == latest
            else each
            for each in series.comparisons
        ),
    )


def area_compared(change: Change) -> bool:
    """Whether the area could be held against the first or previous photo."""
    return any(
        a.axis is Axis.AREA and a.z is not None and a.against is not Against.TREND
        for a in change.axes
    )


def account(lesions: list[LesionSeries], noise: NoiseTable) -> Record:
    """Rates over the latest visit of every lesion."""
    changes = [judge(series, noise) for series in lesions]
    with_area = [s for s, c in zip(lesions, changes, strict=True) if area_compared(c)]
    flags = Counter(f"{a.axis}/{a.against}" for c in changes for a in c.axes if a.flagged)
    detectable: dict[str, list[float]] = defaultdict(list)
    for change in changes:
        for axis in change.axes:
            if axis.against is Against.FIRST and axis.detectable is not None:
                detectable[axis.axis].append(axis.detectable)
    found = {
        f"x{factor}": _share(
            any(a.flagged and a.axis is Axis.AREA for a in judge(grown(s, factor), noise).axes)
            for s in with_area
        )
        for factor in GROWTHS
    }
    return {
        "lesions": len(lesions),
        "statuses": dict(Counter(change.status.value for change in changes)),
        "false_flag_rate": _share(change.status is Status.CHANGED for change in changes),
        "flags": dict(flags.most_common()),
        "area_compared": len(with_area),
        "growth_found_where_area_compared": found,
        "median_detectable_against_first": {
            axis: round(median(values), 3) for axis, values in detectable.items()
        },
    }


def _share(answers: Any) -> float:
    listed = list(answers)
    return round(sum(listed) / len(listed), 4) if listed else math.nan


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path, nargs="+")
    parser.add_argument("--noise", type=Path, default=Path("models/release/noise.json"))
    given = parser.parse_args()
    noise = NoiseTable.from_json(given.noise.read_text(encoding="utf-8"))
    by_lesion: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for path in given.pairs:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            by_lesion[record["modality"], record["lesion"]].append(record)
    result = {}
    for modality in Modality:
        found = [
            series
            for (kind, name), records in sorted(by_lesion.items())
            if kind == modality and (series := series_of_lesion(name, records)) is not None
        ]
        for visits in (2, 3):
            some = [series for series in found if len(series.observations) == visits]
            if some:
                result[f"{modality.value}, {visits} photos"] = account(some, noise)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
