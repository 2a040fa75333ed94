"""The parts a noise table is made of: one axis's noise, its covariates, and one own double shot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from scipy.special import stdtr, stdtrit

from tracker.domain.capture import Modality
from tracker.domain.change import Axis
from tracker.domain.comparison import Comparison, RegistrationMethod

#: Axes with a sign; the others are magnitudes.
SIGNED = frozenset({Axis.AREA, Axis.DIAMETER})
#: One failed pair must not decide on a person's noise: own values are clipped at so many sigmas.
CLIP = 3.0

Basis = Literal["measured", "prior"]
SizeSource = Literal["scale", "skin"]


@dataclass(frozen=True, slots=True)
class AxisNoise:
    """Noise of one axis between two single photos, in the axis's working unit.

    expected: value without change, 0 for signed axes. sigma: Student-t scale. dof: its degrees of
    freedom (small: heavy tails). pairs: how many pairs stand behind it. basis: measured or prior.
    doubt_exponent: expected and sigma grow as (border doubt / reference) to this power.
    loose_factor: and by this where the photos were not lined up by the skin (`is_loose`).
    light_exponent: likewise with the difference of the light between the photos.
    cut_factor: and by this where the edge of a photo cuts the lesion.
    """

    expected: float
    sigma: float
    dof: float
    pairs: int
    basis: Basis
    doubt_exponent: float = 0.0
    cut_factor: float = 1.0
    light_exponent: float = 0.0
    loose_factor: float = 1.0

    def times(self, factor: float) -> AxisNoise:
        """The same noise, wider by a factor."""
        return replace(self, expected=self.expected * factor, sigma=self.sigma * factor)

    def critical(self, rate: float, *, signed: bool) -> float:
        """How many sigmas above `expected` a false flag at `rate` lies; two-sided if `signed`."""
        tail = rate / 2 if signed else rate
        return float(stdtrit(self.dof, 1 - tail))

    def rate_beyond(self, z: float, *, signed: bool) -> float:
        """False-flag rate of a threshold at `z` sigmas; the inverse of `critical`."""
        tail = float(stdtr(self.dof, -abs(z) if signed else -z))
        return min(1.0, 2 * tail) if signed else tail


@dataclass(frozen=True, slots=True)
class DoubleShot:
    """Two photos of one lesion of one person, taken on one day.

    doubt: border doubt of the less sure one, None where it is not known. cut: the edge of either
    photo cuts the lesion.
    """

    comparison: Comparison
    modality: Modality | None
    doubt: float | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Covariate:
    """Something known of a pair of photos that its noise grows with, as a power law.

    reference: where the table's noise holds, also taken where the covariate is not known. lowest,
    highest: what was seen in enough pairs; beyond it the nearest end holds.
    """

    reference: float
    lowest: float
    highest: float

    def factor(self, value: float | None, exponent: float) -> float:
        """By how much noise exceeds that at the reference."""
        if value is None:
            return 1.0
        inside = min(max(value, self.lowest), self.highest)
        return float((inside / self.reference) ** exponent)


@dataclass(frozen=True, slots=True)
class NearIdentical:
    """What makes two photos one shot: a burst, or the same file saved again.

    min_cosine: embeddings at least this alike. max_turn_deg, max_perspective: and a registration
    that turns and distorts no more than this (a plain resize or a cropped copy does neither).
    """

    min_cosine: float = 0.98
    max_turn_deg: float = 0.5
    max_perspective: float = 0.01


def is_loose(comparison: Comparison) -> bool:
    """Whether two photos lie on each other by the lesion's own features, or it is not known."""
    known = comparison.registration
    return known is None or known.method is RegistrationMethod.WHOLE_SIMILARITY


@cache
def mean_clipped_square(dof: float) -> float:
    """Mean of min(t^2, CLIP^2) for Student's t, by the midpoint rule over its quantiles."""
    steps = 400
    quantiles = (float(stdtrit(dof, (step + 0.5) / steps)) for step in range(steps))
    return sum(min(q * q, CLIP * CLIP) for q in quantiles) / steps


def wider(one: AxisNoise, other: AxisNoise) -> AxisNoise:
    """The noisier of two entries, for a pair of photos of two kinds."""
    return one if one.expected + 3 * one.sigma >= other.expected + 3 * other.sigma else other


def motion(matrix: Sequence[float]) -> tuple[float, float]:
    """Rotation in degrees and non-similarity of a registration matrix.

    A resize or a cropped copy is neither. Non-similarity: 1 - smaller / larger singular value of
    the linear part, 0 for a similarity.
    """
    a, b, _, c, d = matrix[:5]
    turn = abs(math.degrees(math.atan2(c - b, a + d)))
    # Singular values of a 2 x 2 matrix in closed form.
    plus, minus = math.hypot(a + d, c - b), math.hypot(a - d, b + c)
    larger, smaller = plus + minus, abs(plus - minus)
    return turn, 1 - smaller / larger if larger > 0 else 1.0
