"""Where a lesion grew or shrank: its two borders, laid over each other, by direction.

Growth on one side is a warning sign, even growth less so (and is still reported). The mean of the
border's movement over all directions tells how much, its first harmonic tells whether it is on one
side, and on which.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.plane import Matrix
from tracker.analysis.view import LesionView

#: Directions in which the borders are compared.
DIRECTIONS = 72
#: Less movement than this, as a share of the radius, is the outlines' own wobble.
LEAST = 0.05
#: First harmonic over mean: a border that moves on one side only gives 1.2 to 1.6, one that moves
#: evenly 0; errors of a few per cent of the radius in either make up for the rest.
ONE_SIDED, EVEN = 0.8, 0.5
_SIDES = (
    "right",
    "lower right",
    "lower edge",
    "lower left",
    "left",
    "upper left",
    "upper edge",
    "upper right",
)


@dataclass(frozen=True, slots=True)
class BorderShift:
    """How the border moved, in units of the earlier lesion's radius, outwards positive.

    by_direction: (DIRECTIONS,) from 0 (right) clockwise, in the earlier photo. mean: of it.
    one_sided: amplitude of its first harmonic. heading_rad: where that points.
    """

    by_direction: NDArray[np.float64]
    mean: float
    one_sided: float
    heading_rad: float

    @property
    def is_one_sided(self) -> bool | None:
        """None where the border hardly moved, or neither word fits."""
        moved = max(abs(self.mean), self.one_sided / 2)
        if moved < LEAST:
            return None
        ratio = self.one_sided / max(abs(self.mean), 1e-9)
        if ratio >= ONE_SIDED:
            return True
        return False if ratio <= EVEN else None

    @property
    def side(self) -> str:
        """The side towards which the border moved (or, shrinking, from which), in words."""
        towards = self.heading_rad + (math.pi if self.mean < 0 else 0.0)
        return _SIDES[round(towards / (math.pi / 4)) % 8]


def border_shift(earlier: LesionView, later: LesionView, matrix: Matrix) -> BorderShift | None:
    """The border's movement; None where an outline vanished.

    Args:
        matrix: later view pixels to earlier view pixels, from the skin: one from the lesion itself
            would hide growth.
    """
    if not (earlier.mask.any() and later.mask.any()):
        return None
    centre = earlier.centre
    before = _reach(earlier.mask, np.eye(3), centre)
    after = _reach(later.mask, matrix, centre)
    if before is None or after is None:
        return None
    shift = (after - before) / earlier.radius_px
    angles = np.arange(DIRECTIONS) * (2 * math.pi / DIRECTIONS)
    first = complex(2 * np.mean(shift * np.exp(1j * angles)))
    return BorderShift(shift, float(shift.mean()), abs(first), cmath.phase(first))


def _reach(
    mask: NDArray[np.bool_], matrix: Matrix, centre: tuple[float, float]
) -> NDArray[np.float64] | None:
    """Distance from `centre` to the mapped outline in each direction, (DIRECTIONS,)."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(contours, key=cv2.contourArea).astype(np.float64)
    points = cv2.perspectiveTransform(outline, matrix).reshape(-1, 2) - np.array(centre)
    closed = _dense(points)
    away = np.hypot(closed[:, 0], closed[:, 1])
    place = np.arctan2(closed[:, 1], closed[:, 0]) * (DIRECTIONS / (2 * math.pi))
    sector = np.rint(place).astype(np.int64) % DIRECTIONS
    farthest = np.zeros(DIRECTIONS)
    np.maximum.at(farthest, sector, away)
    seen = farthest > 0
    if np.count_nonzero(seen) < DIRECTIONS / 2:
        return None  # the earlier centre lies outside the later outline
    index = np.arange(DIRECTIONS)
    return np.interp(index, index[seen], farthest[seen], period=DIRECTIONS)


def _dense(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The closed outline with points so close that every direction meets one."""
    closed = np.vstack([points, points[:1]])
    steps = np.hypot(*np.diff(closed, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0.0, along[-1], 16 * DIRECTIONS, endpoint=False)
    return np.stack([np.interp(at, along, closed[:, k]) for k in (0, 1)], axis=1)
