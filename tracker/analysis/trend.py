"""A robust trend over dated values, with the standard error it has when nothing changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

#: Fewer visits, or a shorter time from first to last, say nothing about a trend.
MIN_VISITS = 3
MIN_SPAN_YEARS = 30 / 365.25
#: Standard error of the Theil-Sen slope over that of least squares: its efficiency under normal
#: noise is about 0.9 for few points (Sen 1968); heavier tails only favour it.
THEIL_SEN_LOSS = 1.1


@dataclass(frozen=True, slots=True)
class Point:
    """A visit: time in years since the first, value, and the value's own standard error."""

    years: float
    value: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Slope:
    """Change a year in the values' unit, and its standard error when nothing changes."""

    per_year: float
    sigma: float


def theil_sen(points: Sequence[Point], min_span_years: float = MIN_SPAN_YEARS) -> Slope | None:
    """Median slope over all pairs of points (Theil 1950, Sen 1968).

    A single bad visit among three or more, other than the first or last, moves it little. Visits
    that are missing stay missing.

    Args:
        points: at least MIN_VISITS over at least `min_span_years`, else None; any order.
    """
    if len(points) < MIN_VISITS:
        return None
    ordered = sorted(points, key=lambda point: point.years)
    if ordered[-1].years - ordered[0].years < min_span_years:
        return None
    slopes = [
        (later.value - earlier.value) / (later.years - earlier.years)
        for earlier, later in combinations(ordered, 2)
        if later.years > earlier.years
    ]
    centre = sum(point.years for point in points) / len(points)
    lever = sum((point.years - centre) ** 2 for point in points)
    error = math.sqrt(sum(((p.years - centre) * p.sigma) ** 2 for p in points)) / lever
    return Slope(median(slopes), THEIL_SEN_LOSS * error)
