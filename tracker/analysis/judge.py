"""The judgement on a lesion: is there change beyond what measurement noise explains?

The latest visit is held against the first, against the previous, and against the trend over all.
Flags keep a stated family-wise rate per lesion and visit: each comparable axis gets its share of
it (Bonferroni with weights; Holm's ordering would gain little and make `detectable` depend on
the other axes), divided among the references, which share the latest photo. Photos of one day are
replicates of one visit, not visits.

Units of `AxisChange`: area and diameter in "percent" of the earlier value (judged on the
logarithm, so that doubling and halving weigh the same; `detectable` is for the direction of the
change at hand, and `sigma` is the logarithm's, times 100); embedding in "1-cosine"; colour in
"delta_e_2000"; shape in "index" (`NoiseTable.shape_index`). Trends carry "_per_year".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tracker.analysis import message
from tracker.analysis.evidence import Evidence, evidence_between, evidence_of_trend
from tracker.analysis.noise import SIGNED, NoiseTable
from tracker.analysis.recovery import recovery
from tracker.analysis.series import (
    LesionSeries,
    Pairs,
    Visit,
    between,
    double_shots,
    pairs_by_ids,
    visits_of,
)
from tracker.analysis.trend import MIN_VISITS
from tracker.domain import wording
from tracker.domain.change import (
    Against,
    Alert,
    AlertKind,
    Axis,
    AxisChange,
    Change,
    Status,
)

#: Name and version of the judgement; the noise table's version is added.
METHOD = "moletrail-judge/2"
_UNITS: Mapping[Axis, str] = {
    Axis.EMBEDDING: "1-cosine",
    Axis.AREA: "percent",
    Axis.DIAMETER: "percent",
    Axis.SHAPE: "index",
    Axis.COLOUR: "delta_e_2000",
}
#: exp() of more than this is no percentage anybody reads.
_MAX_LOG = 7.0

Key = tuple[Axis, Against]


@dataclass(frozen=True, slots=True)
class _Tests:
    """What could be compared, and the false-flag rate each test may spend."""

    evidence: Mapping[Key, Evidence]
    rates: Mapping[Key, float]


def judge(series: LesionSeries, noise: NoiseTable) -> Change:
    """Judge a lesion's series of photos.

    Args:
        noise: the released table; the person's double shots are taken into account here.
    """
    visits = visits_of(series.observations)
    pairs = pairs_by_ids(series.comparisons)
    own = (*series.other_double_shots, *double_shots(series.observations, series.comparisons))
    fitted = noise.for_person(own)
    alerts = _alerts(series)
    if len(visits) < 2:
        return _baseline(series, visits, alerts, noise)
    tests = _tests(visits, pairs, fitted)
    axes = _axes(tests, len(visits))
    identity = same_lesion(visits, pairs)
    if identity is not True:
        alerts += (_identity_alert(identity),)
    limit = _area_limit(tests)
    unsure = limit is not None and limit > noise.max_area_detectable
    status = _status(axes, identity, area_unsure=unsure)
    found = None
    if series.mark is not None and identity is not False:
        found = recovery(series.mark, visits, pairs, fitted)
    account = message.Account(
        status, axes, alerts, identity, visits, pairs, limit if unsure else None, found
    )
    return Change(
        person=series.person,
        lesion=series.lesion,
        site=series.site,
        status=status,
        score=_score(tests),
        first=visits[0].ids[0],
        previous=visits[-2].ids[-1],
        latest=visits[-1].ids[-1],
        axes=axes,
        alerts=alerts,
        message=message.message(account),
        method=f"{METHOD} noise {noise.version}",
    )


def sort_key(change: Change) -> tuple[int, float, str, str]:
    """Order of a list of changes: symptoms, changed, new, cannot compare, the rest."""
    kinds = {alert.kind for alert in change.alerts}
    if AlertKind.SYMPTOM in kinds:
        rank = 0
    elif change.status is Status.CHANGED:
        rank = 1
    elif AlertKind.NEW_LESION in kinds:
        rank = 2
    else:
        rank = 3 if change.status is Status.CANNOT_COMPARE else 4
    return rank, -(change.score or 0.0), change.person, change.lesion


def same_lesion(visits: tuple[Visit, ...], pairs: Pairs) -> bool | None:
    """Whether the latest visit shows the lesion of the first or the previous one.

    One confirmation is enough; a denial counts only where nothing confirms.
    """
    answers = {
        each.same_lesion
        for reference in (visits[0], visits[-2])
        for each in between(pairs, reference, visits[-1])
    }
    if True in answers:
        return True
    return False if False in answers else None


def _baseline(
    series: LesionSeries, visits: tuple[Visit, ...], alerts: tuple[Alert, ...], noise: NoiseTable
) -> Change:
    ids = visits[0].ids if visits else ()
    account = message.Account(Status.BASELINE_ONLY, (), alerts, True, visits, {})
    return Change(
        person=series.person,
        lesion=series.lesion,
        site=series.site,
        status=Status.BASELINE_ONLY,
        score=None,
        first=ids[0] if ids else None,
        previous=None,
        latest=ids[-1] if ids else None,
        axes=(),
        alerts=alerts,
        message=message.message(account),
        method=f"{METHOD} noise {noise.version}",
    )


def _alerts(series: LesionSeries) -> tuple[Alert, ...]:
    alerts = []
    if series.symptoms:
        kinds = tuple(dict.fromkeys(each.kind for each in series.symptoms))
        latest = max(each.noted_at for each in series.symptoms).date().isoformat()
        alerts.append(Alert(AlertKind.SYMPTOM, wording.symptom_sentence(kinds, latest)))
    if series.is_new:
        alerts.append(Alert(AlertKind.NEW_LESION, wording.NEW_LESION))
    return tuple(alerts)


def _identity_alert(identity: bool | None) -> Alert:
    text = wording.IDENTITY_DENIED if identity is False else wording.IDENTITY_UNSURE
    return Alert(AlertKind.IDENTITY_DOUBT, text)


def _tests(visits: tuple[Visit, ...], pairs: Pairs, noise: NoiseTable) -> _Tests:
    """Evidence for each axis and reference, and its part of the family's false-flag rate."""
    found: dict[Key, Evidence] = {}
    for axis in Axis:
        for against, reference in ((Against.FIRST, visits[0]), (Against.PREVIOUS, visits[-2])):
            evidence = evidence_between(axis, reference, visits[-1], pairs, noise)
            if evidence is not None:
                found[axis, against] = evidence
        trend = evidence_of_trend(axis, visits, pairs, noise) if len(visits) > 2 else None
        if trend is not None:
            found[axis, Against.TREND] = trend
    return _Tests(found, _rates(found, noise, one_reference=len(visits) == 2))


def _rates(
    found: Mapping[Key, Evidence], noise: NoiseTable, *, one_reference: bool
) -> dict[Key, float]:
    """Weighted Bonferroni over what can be compared; with two visits, first is previous."""
    shares = sum(noise.shares[axis] for axis in Axis if any(key[0] is axis for key in found))
    rates = {}
    for axis, against in found:
        tests = 1 if one_reference else sum(key[0] is axis for key in found)
        divisor = shares * noise.reference_factors[tests - 1]
        rates[axis, against] = noise.false_flag_rate * noise.shares[axis] / divisor
    return rates


def _axes(tests: _Tests, visits: int) -> tuple[AxisChange, ...]:
    against = [Against.FIRST, Against.PREVIOUS]
    if visits >= MIN_VISITS:
        against.append(Against.TREND)
    return tuple(_axis_change(axis, one, tests) for one in against for axis in Axis)


def _axis_change(axis: Axis, against: Against, tests: _Tests) -> AxisChange:
    unit = _UNITS[axis] + ("_per_year" if against is Against.TREND else "")
    evidence = tests.evidence.get((axis, against))
    if evidence is None:
        return AxisChange(axis, against, None, unit, None, None, None, flagged=False)
    critical = evidence.critical(tests.rates[axis, against])
    z = evidence.z
    reach = evidence.expected + critical * evidence.sigma
    flagged = abs(z) >= critical if evidence.signed else z >= critical
    change, sigma, detectable = evidence.value, evidence.sigma, reach
    if axis in SIGNED:
        change = _percent(evidence.value)
        sigma = 100 * evidence.sigma
        detectable = abs(_percent(math.copysign(reach, evidence.value)))
    return AxisChange(axis, against, change, unit, sigma, detectable, z, flagged)


def _percent(log_ratio: float) -> float:
    return 100 * math.expm1(min(log_ratio, _MAX_LOG))


def _area_limit(tests: _Tests) -> float | None:
    """The least growth of the area that would be flagged, as a share of it; None: not compared."""
    reaches = [
        evidence.critical(tests.rates[key]) * evidence.sigma
        for key, evidence in tests.evidence.items()
        if key[0] is Axis.AREA and key[1] is not Against.TREND
    ]
    return math.expm1(min(*reaches, _MAX_LOG)) if reaches else None


def _status(axes: tuple[AxisChange, ...], identity: bool | None, *, area_unsure: bool) -> Status:
    """`area_unsure`: the area's error is too large to say that it has stayed the same."""
    if identity is False:
        return Status.CANNOT_COMPARE
    if any(axis.flagged for axis in axes):
        return Status.CHANGED
    compared = {
        axis.axis for axis in axes if axis.z is not None and axis.against is not Against.TREND
    }
    if identity is True and {Axis.EMBEDDING, Axis.AREA} <= compared and not area_unsure:
        return Status.NO_CHANGE_DETECTED
    return Status.CANNOT_COMPARE


def _score(tests: _Tests) -> float | None:
    """Evidence in units of its own threshold, pressed into 0..1: flagged is 0.5 and above."""
    if not tests.evidence:
        return None
    best = 0.0
    for key, evidence in tests.evidence.items():
        z = abs(evidence.z) if evidence.signed else max(0.0, evidence.z)
        best = max(best, z / evidence.critical(tests.rates[key]))
    return best / (1 + best)
