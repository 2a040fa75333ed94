"""Area of a lesion that the frame cuts, by the directions in which both photos show its border.

What a frame hides is unknown, but where the outline ends inside both photos its wedge can be held
against the same wedge of the other photo. Wedges, unlike the common rectangle, do not read growth
past the frame as no growth. That the hidden wedges did as the others is an assumption: its error
was measured on whole lesions with wedges taken away, and is part of the standard error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.plane import Matrix, apply
from tracker.analysis.view import LesionView

#: Wedges around the lesion's centre.
WEDGES = 72
#: With more than this hidden (half a disc is 0.39) the rest is no measure of the whole.
MAX_HIDDEN_SHARE = 0.37
#: Standard error of ln area for a share h of the directions hidden: this times h / (1 - h).
#: Measured by `tests/bench/registration_causes.py --hide` on whole lesions of real pairs.
HIDDEN_SIGMA = 0.10
#: Mask pixels this near the frame end there because the photo does.
_EDGE_PX = 2
_MIN_COMMON_PX = 50


@dataclass(frozen=True, slots=True)
class VisibleArea:
    """log_ratio: ln(area later / area earlier) of the wedges that both photos show whole.

    hidden_share: of the directions, 0..1. sigma_log: of `log_ratio` as the whole lesion's.
    """

    log_ratio: float
    hidden_share: float

    @property
    def sigma_log(self) -> float:
        """What the hidden directions add to the standard error of ln area."""
        return HIDDEN_SIGMA * self.hidden_share / (1.0 - self.hidden_share)


def visible_area(
    earlier: LesionView,
    later: LesionView,
    matrix: Matrix,
    hidden: NDArray[np.bool_] | None = None,
) -> VisibleArea | None:
    """The ratio by visible directions; None where too few of them are seen.

    Args:
        matrix: later view pixels to earlier view pixels, from the skin.
        hidden: (WEDGES,) directions to leave out besides, clockwise from the right.
    """
    points, mapped = earlier.lesion_points, apply(matrix, later.lesion_points)
    centre = _common_centre(earlier, mapped)
    if centre is None:
        return None
    unseen = np.zeros(WEDGES, dtype=np.bool_) if hidden is None else hidden.copy()
    for at_edge in (points[_at_edge(earlier)], mapped[_at_edge(later)]):
        unseen[_wedge(at_edge, centre)] = True
    # The outline bends towards the frame in the next wedge already.
    unseen |= np.roll(unseen, 1) | np.roll(unseen, -1)
    share = float(unseen.mean())
    if share > MAX_HIDDEN_SHARE:
        return None
    w = later.lesion_points @ matrix[2, :2] + matrix[2, 2]
    scale = np.abs(np.linalg.det(matrix) / w**3)
    before = np.bincount(_wedge(points, centre), minlength=WEDGES)[~unseen].sum()
    after = np.bincount(_wedge(mapped, centre), weights=scale, minlength=WEDGES)[~unseen].sum()
    if before <= 0 or after <= 0:
        return None
    return VisibleArea(math.log(after / before), share)


def _common_centre(earlier: LesionView, mapped: NDArray[np.float64]) -> tuple[float, float] | None:
    """Centroid of what both outlines cover, in the earlier view."""
    index = np.rint(mapped).astype(np.intp)
    height, width = earlier.mask.shape
    inside = (index >= 0).all(axis=1) & (index[:, 0] < width) & (index[:, 1] < height)
    common = index[inside]
    common = common[earlier.mask[common[:, 1], common[:, 0]]]
    if len(common) < _MIN_COMMON_PX:
        return None
    x, y = common.mean(axis=0)
    return float(x), float(y)


def _at_edge(view: LesionView) -> NDArray[np.bool_]:
    """Of the view's `lesion_points`, those that end at its frame.

    A view reaches far beyond the lesion, so its frame meets the mask only where the photo ends.
    """
    height, width = view.mask.shape
    x, y = view.lesion_points.T
    return np.asarray(
        (x < _EDGE_PX) | (y < _EDGE_PX) | (x >= width - _EDGE_PX) | (y >= height - _EDGE_PX)
    )


def _wedge(points: NDArray[np.float64], centre: tuple[float, float]) -> NDArray[np.intp]:
    turn = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0]) / (2 * math.pi)
    return np.asarray(np.floor(turn * WEDGES).astype(np.intp) % WEDGES)
