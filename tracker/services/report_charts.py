"""The report's charts, and on which photos a change was flagged, judged as of their days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from tracker.analysis.judge import judge
from tracker.analysis.noise import DoubleShot, NoiseTable
from tracker.analysis.series import series_of
from tracker.domain.change import Against, Axis, AxisChange, Change
from tracker.domain.records import Symptom
from tracker.report.document import Chart, ChartPoint
from tracker.services.comparing import Series
from tracker.services.results import ObservationRow

#: Axes flagged on a day, against the first or the previous photo or as a trend.
Flags = Mapping[date, frozenset[Axis]]


def charts(
    noise: NoiseTable,
    change: Change,
    rows: Sequence[ObservationRow],
    flags: Flags,
    symptoms: Sequence[Symptom],
) -> tuple[Chart, ...]:
    """Area, overall look, colour and diameter over time; those without values have no points."""
    drawing = _Drawing(noise, change, rows, flags)
    days = tuple(sorted({each.noted_at.astimezone().date() for each in symptoms}))
    drawn = (drawing.area(), drawing.look(), drawing.colour(), drawing.diameter())
    return tuple(replace(chart, symptoms=days) for chart in drawn)


def flags_by_day(
    noise: NoiseTable, series: Series, change: Change, others: Sequence[DoubleShot]
) -> Flags:
    """What was flagged at each visit: the series up to it, judged by today's method.

    Args:
        change: the judgement of the whole series, which tells of its latest visit.
        others: double shots of the person's other lesions.
    """
    seen = series.observations
    days = sorted({each.capture.value.date() for each in seen})
    found: dict[date, frozenset[Axis]] = {}
    for day in days[1:]:
        if day == days[-1]:
            found[day] = _flagged(change)
            continue
        until = [each for each in seen if each.capture.value.date() <= day]
        names = {each.observation_id for each in until}
        pairs = [
            pair
            for pair in series.comparisons.values()
            if pair.earlier in names and pair.later in names
        ]
        whole = series_of(series.lesion, until, pairs)
        found[day] = _flagged(judge(replace(whole, other_double_shots=tuple(others)), noise))
    return found


def _flagged(change: Change) -> frozenset[Axis]:
    return frozenset(row.axis for row in change.axes if row.flagged)


class _Drawing:
    def __init__(
        self,
        noise: NoiseTable,
        change: Change,
        rows: Sequence[ObservationRow],
        flags: Flags,
    ) -> None:
        self._noise, self._rows, self._flags = noise, rows, flags
        self._change = change
        self._judged = {row.axis: row for row in change.axes if row.against is Against.FIRST}

    def area(self) -> Chart:
        """Ratios to the first comparable photo; the band holds against the first photo only."""
        points = tuple(
            self._point(row, Axis.AREA, row.area_ratio.value, row.area_ratio.sigma)
            for row in self._rows
            if row.area_ratio is not None
        )
        against = {row.area_ratio.against for row in self._rows if row.area_ratio is not None}
        from_first = against == {self._change.first}
        band = self._signed_band(Axis.AREA, 1.0) if from_first else None
        return Chart("Area, first comparable photo = 1", "", points, 1.0, (0.75, 1.25), band)

    def look(self) -> Chart:
        """1 - cosine similarity to the first photo."""
        points = tuple(
            self._point(
                row,
                Axis.EMBEDDING,
                max(0.0, 1 - row.cosine_to_first),
                self._noise.noise(Axis.EMBEDDING, row.observation.modality).sigma,
            )
            for row in self._rows
            if row.cosine_to_first is not None
        )
        band, reach = self._band(Axis.EMBEDDING)
        return Chart(
            "Overall look, against the first photo",
            "",
            points,
            axis_includes=(0.0, reach or 0.2),
            band=band,
            floor=0.0,
        )

    def colour(self) -> Chart:
        """CIEDE2000 of the part that changed most."""
        points = tuple(
            self._point(
                row,
                Axis.COLOUR,
                row.focal_delta_e,
                self._noise.noise(Axis.COLOUR, row.observation.modality).sigma,
            )
            for row in self._rows
            if row.focal_delta_e is not None
        )
        band, reach = self._band(Axis.COLOUR)
        return Chart(
            "Colour of parts of the spot, against the first photo",
            "ΔE 2000",
            points,
            axis_includes=(0.0, reach or 5.0),
            band=band,
            floor=0.0,
        )

    def diameter(self) -> Chart:
        """Millimetres, of photos with a scale."""
        points = tuple(
            self._point(
                row,
                Axis.DIAMETER,
                row.diameter_mm,
                row.diameter_mm * _relative_sigma(self._noise, row),
            )
            for row in self._rows
            if row.diameter_mm is not None
        )
        first = self._rows[0].diameter_mm if self._rows else None
        band = None if first is None else self._signed_band(Axis.DIAMETER, first)
        return Chart("Largest diameter", "mm", points, band=band)

    def _point(
        self, row: ObservationRow, axis: Axis, value: float, sigma: float | None
    ) -> ChartPoint:
        day = row.observation.capture.value.date()
        return ChartPoint(day, value, sigma, axis in self._flags.get(day, ()))

    def _signed_band(self, axis: Axis, first: float) -> tuple[float, float] | None:
        """Around the first value; growing and shrinking by a factor weigh the same."""
        judged = self._judged.get(axis)
        if judged is None or judged.change is None or judged.detectable is None:
            return None
        factor = _factor(judged)
        return (first / factor, first * factor) if factor > 0 else None

    def _band(self, axis: Axis) -> tuple[tuple[float, float] | None, float | None]:
        judged = self._judged.get(axis)
        if judged is None or judged.detectable is None:
            return None, None
        return (0.0, judged.detectable), judged.detectable


def _factor(judged: AxisChange) -> float:
    """The least factor of growth that is flagged; `detectable` is for the direction at hand."""
    assert judged.change is not None
    assert judged.detectable is not None
    share = judged.detectable / 100
    if judged.change >= 0:
        return 1 + share
    return 1 / (1 - share) if share < 1 else 0.0


def _relative_sigma(noise: NoiseTable, row: ObservationRow) -> float:
    """Of one diameter: its scale's error and the outline's, half the variance of a difference."""
    scale = 0.0 if row.scale is None else row.scale.sigma / row.scale.mm_per_px
    outline = noise.noise(Axis.DIAMETER, row.observation.modality, "scale").sigma
    return math.hypot(scale, outline / math.sqrt(2))
