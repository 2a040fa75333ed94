"""One axis between two visits, or over all of them: the change, its error, and how it was got."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tracker.analysis.noise import SIGNED, AxisNoise, NoiseTable, wider
from tracker.analysis.noise_types import is_loose
from tracker.analysis.series import (
    Pairs,
    SeriesObservation,
    Visit,
    any_cut,
    between,
    distinct_shots,
    highest_doubt,
)
from tracker.analysis.trend import MIN_SPAN_YEARS, Point, theil_sen
from tracker.domain.change import Axis
from tracker.domain.comparison import Comparison

DAYS_A_YEAR = 365.25
#: A median absolute deviation as a standard deviation, for normal noise.
MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True)
class Evidence:
    """A change in the axis's working unit, as measured by `noise`.

    value: the change. expected: what it is without any. sigma: standard error without change.
    dof: tails of it. size_source: for area and diameter.
    """

    axis: Axis
    value: float
    expected: float
    sigma: float
    dof: float
    size_source: str | None

    @property
    def signed(self) -> bool:
        """Whether the axis has a direction; otherwise only larger values count."""
        return self.axis in SIGNED

    @property
    def z(self) -> float:
        """Evidence in standard errors, after the expected value is taken off."""
        return (self.value - self.expected) / self.sigma

    def critical(self, rate: float) -> float:
        """The z from which this is flagged at a false-flag rate."""
        unit = AxisNoise(0.0, 1.0, self.dof, 0, "measured")
        return unit.critical(rate, signed=self.signed)


def evidence_between(
    axis: Axis, earlier: Visit, later: Visit, pairs: Pairs, noise: NoiseTable
) -> Evidence | None:
    """One axis of `later` against `earlier`, None where no two of their photos are comparable.

    All comparable pairs of photos enter by their median, so that one bad photo of several does
    not decide. More shots a visit narrow the error; disagreement among them widens it. Where both
    visits have several, a failure must happen twice alike to go unnoticed, so tails grow lighter.
    """
    usable = [
        (each, value)
        for each in between(pairs, earlier, later)
        if each.same_lesion is not False and (value := noise.axis_value(axis, each)) is not None
    ]
    if axis is Axis.EMBEDDING:
        # A dermatoscope's picture and a plain photo lie apart whatever the lesion does.
        usable = [pair for pair in usable if _same_kind(pair[0], earlier, later)]
    if not usable:
        return None
    comparisons = [each for each, _ in usable]
    values = [value for _, value in usable]
    source = _common_source(axis, comparisons)
    base = _base_noise(axis, earlier, later, comparisons, noise)
    shots = _shots(comparisons, earlier, later, pairs, noise)
    spread = _replicate_factor(shots, noise.replicate_correlation) * base.sigma**2
    known = _known_sigma(axis, comparisons)
    sigma = math.sqrt(spread + known**2 + _disagreement(values, base.sigma))
    dof = base.dof * (1 + (1 - noise.replicate_correlation) * (min(shots) - 1))
    return Evidence(axis, median(values), base.expected, sigma, dof, source)


def evidence_of_trend(
    axis: Axis,
    visits: Sequence[Visit],
    pairs: Pairs,
    noise: NoiseTable,
    *,
    min_span_years: float = MIN_SPAN_YEARS,
) -> Evidence | None:
    """Change a year over all visits, up to and including the latest.

    Values are changes since the first visit: directly where the two can be compared, else, for
    axes with a sign, through the visit before. Visits for which neither holds are gaps.
    """
    first, latest = visits[0], visits[-1]
    start = evidence_between(axis, first, latest, pairs, noise)
    if start is None and axis not in SIGNED:
        return None
    changes = _since_first(axis, visits, pairs, noise)
    if latest.day not in changes:
        return None
    basis = changes[latest.day]
    points = [Point(0.0, basis.expected, _photo_sigma(basis))]
    for visit in visits[1:]:
        if visit.day in changes:
            years = (visit.day - first.day).days / DAYS_A_YEAR
            change = changes[visit.day]
            points.append(Point(years, change.value, _photo_sigma(change)))
    slope = theil_sen(points, min_span_years)
    if slope is None:
        return None
    return Evidence(axis, slope.per_year, 0.0, slope.sigma, basis.dof, basis.size_source)


def _since_first(
    axis: Axis, visits: Sequence[Visit], pairs: Pairs, noise: NoiseTable
) -> dict[object, Evidence]:
    changes: dict[object, Evidence] = {}
    for place, visit in enumerate(visits[1:], start=1):
        direct = evidence_between(axis, visits[0], visit, pairs, noise)
        if direct is not None:
            changes[visit.day] = direct
            continue
        before = changes.get(visits[place - 1].day)
        step = evidence_between(axis, visits[place - 1], visit, pairs, noise)
        if axis in SIGNED and before is not None and step is not None:
            # The errors of the photo between cancel; those of two registrations add up.
            changes[visit.day] = Evidence(
                axis,
                before.value + step.value,
                0.0,
                max(before.sigma, step.sigma) * math.sqrt(1.25),
                min(before.dof, step.dof),
                step.size_source,
            )
    return changes


def _photo_sigma(evidence: Evidence) -> float:
    """Error of one visit, out of the error of a difference of two."""
    return evidence.sigma / math.sqrt(2)


def _same_kind(comparison: Comparison, earlier: Visit, later: Visit) -> bool:
    return (
        _member(earlier, comparison.earlier).modality is _member(later, comparison.later).modality
    )


def _member(visit: Visit, observation_id: str) -> SeriesObservation:
    return next(each for each in visit.observations if each.observation_id == observation_id)


def _common_source(axis: Axis, comparisons: Sequence[Comparison]) -> str | None:
    """The size source of the pairs; "skin", the less sure, where they differ."""
    if axis not in SIGNED:
        return None
    sources = {each.size_source for each in comparisons}
    return "scale" if sources == {"scale"} else "skin"


def _base_noise(
    axis: Axis,
    earlier: Visit,
    later: Visit,
    comparisons: Sequence[Comparison],
    noise: NoiseTable,
) -> AxisNoise:
    source = _common_source(axis, comparisons)
    lights = [each.colour_overall_delta_e for each in comparisons]
    known = [light for light in lights if light is not None]
    light = median(known) if known else None
    photos = (*earlier.observations, *later.observations)
    doubt = _doubt(earlier, later)
    kinds = {each.modality for each in photos}
    cut = any_cut(photos)
    loose = any(is_loose(each) for each in comparisons)
    entries = [
        noise.noise(axis, kind, source, doubt, cut=cut, light=light, loose=loose) for kind in kinds
    ]
    worst = entries[0]
    for entry in entries[1:]:
        worst = wider(worst, entry)
    return worst


def _doubt(earlier: Visit, later: Visit) -> float | None:
    """Border doubt of a comparison of visits: of each its middle photo, and the less sure visit."""
    middles = []
    for visit in (earlier, later):
        known = [highest_doubt((each,)) for each in visit.observations]
        values = [value for value in known if value is not None]
        if values:
            middles.append(median(values))
    return max(middles, default=None)


def _shots(
    comparisons: Sequence[Comparison], earlier: Visit, later: Visit, pairs: Pairs, noise: NoiseTable
) -> tuple[int, int]:
    """Distinct shots of both visits among the comparisons that are used."""
    before = {each.earlier for each in comparisons}
    after = {each.later for each in comparisons}
    return (
        max(1, distinct_shots([i for i in earlier.ids if i in before], pairs, noise)),
        max(1, distinct_shots([i for i in later.ids if i in after], pairs, noise)),
    )


def _replicate_factor(shots: tuple[int, int], alike: float) -> float:
    """Variance of the visits' difference over that of two single photos'.

    Errors of photos of one day are alike to some degree, so many shots never bring it to 0.
    """
    return sum(alike + (1 - alike) / count for count in shots) / 2


def _known_sigma(axis: Axis, comparisons: Sequence[Comparison]) -> float:
    """What the pairs themselves know of their error (scale, registration), in working units."""
    if axis not in SIGNED:
        return 0.0
    known = median(each.size_sigma_log or 0.0 for each in comparisons)
    return known if axis is Axis.AREA else known / 2


def _disagreement(values: Sequence[float], sigma: float) -> float:
    """Variance by which photos of one visit disagree beyond their noise.

    Two values: half their distance, since nothing tells which is right. From three on the median
    absolute deviation, since the median already leaves one bad value out.
    """
    if len(values) < 2:
        return 0.0
    middle = median(values)
    apart = median(abs(value - middle) for value in values)
    apart *= 1.0 if len(values) == 2 else MAD_TO_SD
    return max(0.0, apart**2 - sigma**2)
