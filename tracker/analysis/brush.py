"""Painting on a mask: strokes of a round brush that add to the lesion or take from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import LesionMask

#: Strokes are drawn in this many parts of a pixel.
_SHIFT = 3


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke through `points` (x, y) in pixels of the upright photo.

    radius_px: of the round brush, above 0. adds: to the lesion; else the stroke takes away.
    """

    points: tuple[tuple[float, float], ...]
    radius_px: float
    adds: bool = True


def painted(
    start: LesionMask | None, strokes: Sequence[Stroke], width: int, height: int
) -> NDArray[np.bool_]:
    """The mask after the strokes, in their order, on the whole photo.

    Args:
        start: what is painted on, None for nothing. width, height: of the upright photo, px.

    Returns:
        (height, width) bool.
    """
    canvas = np.zeros((height, width), np.uint8)
    if start is not None:
        canvas[start.on_photo(width, height)] = 1
    for stroke in strokes:
        _draw(canvas, stroke)
    return canvas.astype(np.bool_)


def _draw(canvas: NDArray[np.uint8], stroke: Stroke) -> None:
    colour = 1 if stroke.adds else 0
    scale = 1 << _SHIFT
    # A pixel's centre is at half a pixel; OpenCV counts from the centre of the first one.
    places = [(round((x - 0.5) * scale), round((y - 0.5) * scale)) for x, y in stroke.points]
    radius = max(1, round(stroke.radius_px * scale))
    for place in places:
        cv2.circle(canvas, place, radius, colour, cv2.FILLED, cv2.LINE_8, _SHIFT)
    thickness = max(1, round(2 * stroke.radius_px))
    for one, other in pairwise(places):
        cv2.line(canvas, one, other, colour, thickness, cv2.LINE_8, _SHIFT)
