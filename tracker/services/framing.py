"""One frame for several photos of a lesion: a square of one photo, and the others drawn into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.comparison import Comparison, RegistrationMethod
from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.services import pictures_io

Rgb = NDArray[np.uint8]
Matrix = NDArray[np.float64]

#: Fills what lies outside the photo: plain, so that it is not taken for skin or lesion.
OUTSIDE_GREY = 128
#: Side of a lesion picture over the lesion's longer side: enough skin to recognise the place.
CONTEXT = 2.2
#: Never less than this, even where the photo ends before it.
LEAST_CONTEXT = 1.15


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """How one photo's pixels get onto another's.

    matrix: 3x3, homogeneous. on_skin: every step was lined up on the skin around the lesion alone,
    so that growth of the lesion shows; otherwise the lesion itself helped to line it up.
    """

    matrix: Matrix
    on_skin: bool


def paths_onto(stored: Sequence[Comparison], origin: str) -> dict[str, Path]:
    """Maps onto the photo `origin` from every photo that lines up with it, by observation id.

    A photo is reached directly or through others; every stored registration can be walked in both
    directions. Walks on skin alone win over all others, then the shortest.
    """
    found = {origin: Path(np.eye(3), on_skin=True)}
    _walk(_steps(stored, skin_only=True), found, on_skin=True)
    _walk(_steps(stored, skin_only=False), found, on_skin=False)
    return found


_Steps = dict[str, list[tuple[str, Matrix]]]


def _steps(stored: Sequence[Comparison], *, skin_only: bool) -> _Steps:
    """From each photo to those beside it: (other id, map of the other's pixels onto this one)."""
    steps: _Steps = {}
    for pair in stored:
        known = pair.registration
        if known is None or pair.same_lesion is False:
            continue
        if skin_only and known.method is RegistrationMethod.WHOLE_SIMILARITY:
            continue
        matrix = np.array(known.matrix, dtype=np.float64).reshape(3, 3)
        steps.setdefault(pair.earlier, []).append((pair.later, matrix))
        back = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
        steps.setdefault(pair.later, []).append((pair.earlier, back))
    return steps


def _walk(steps: _Steps, found: dict[str, Path], *, on_skin: bool) -> None:
    """Reach every photo that can be reached from those in `found`, nearest first."""
    frontier = list(found)
    while frontier:
        following = []
        for name in frontier:
            for other, matrix in steps.get(name, ()):
                if other not in found:
                    found[other] = Path(found[name].matrix @ matrix, on_skin)
                    following.append(other)
        frontier = following


def lesion_box(seen: Observation) -> Box:
    """Where the lesion lies on the photo; the whole photo where none was measured."""
    mask = seen.analysis.mask
    box = mask.box if mask is not None else seen.analysis.roi
    return box if box is not None else Box(0, 0, seen.photo.width, seen.photo.height)


def own_square(seen: Observation) -> Box:
    """The square that a photo's lesion picture shows."""
    if seen.analysis.mask is None and seen.analysis.roi is None:
        return lesion_box(seen).square(1.0)
    return _within(lesion_box(seen), seen.photo.width, seen.photo.height)


def common_square(earlier: Observation, later: Observation, matrix: Matrix) -> Box:
    """The square of the earlier photo that holds both lesions.

    Args:
        matrix: later photo pixels to earlier ones.
    """
    first, second = lesion_box(earlier), lesion_box(later)
    corners = np.array(
        [(second.x + dx * second.w, second.y + dy * second.h) for dx in (0, 1) for dy in (0, 1)],
        dtype=np.float64,
    )
    moved = cv2.perspectiveTransform(corners[None], matrix)[0]
    left, top = min(first.x, moved[:, 0].min()), min(first.y, moved[:, 1].min())
    right = max(first.x + first.w, moved[:, 0].max())
    bottom = max(first.y + first.h, moved[:, 1].max())
    both = Box(round(left), round(top), max(1, round(right - left)), max(1, round(bottom - top)))
    return _within(both, earlier.photo.width, earlier.photo.height)


def _within(lesion: Box, width: int, height: int) -> Box:
    """A square around the lesion, moved (and where needed narrowed) to show real skin only."""
    square = lesion.square(CONTEXT)
    if square.w > min(width, height):
        longest = max(lesion.w, lesion.h)
        square = lesion.square(max(LEAST_CONTEXT, min(width, height) / longest))
    x = min(max(square.x, 0), width - square.w) if square.w <= width else square.x
    y = min(max(square.y, 0), height - square.h) if square.h <= height else square.y
    return Box(x, y, square.w, square.h)


def onto_picture(square: Box, side_px: int) -> Matrix:
    """Photo pixels to pixels of a picture of `square`; pixel centres are whole in both."""
    zoom = side_px / square.w
    return np.array(
        [
            [zoom, 0.0, -(square.x - 0.5) * zoom - 0.5],
            [0.0, zoom, -(square.y - 0.5) * zoom - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )


def drawn(rgb: Rgb, square: Box, side_px: int, matrix: Matrix | None = None) -> Rgb:
    """A photo drawn over a square of another (or of itself), (side_px, side_px, 3).

    Args:
        matrix: this photo's pixels to those of the photo that `square` is of.
    """
    whole = onto_picture(square, side_px)
    if matrix is not None:
        whole = whole @ matrix
    # Bilinear sampling skips pixels when it reduces: bring the photo near its final size first.
    size = float(np.sqrt(abs(np.linalg.det(whole[:2, :2]))))
    small = pictures_io.reduced(rgb, max(1, round(max(rgb.shape[:2]) * min(1.0, size))))
    step_x, step_y = rgb.shape[1] / small.shape[1], rgb.shape[0] / small.shape[0]
    grow = np.array(
        [[step_x, 0.0, step_x / 2 - 0.5], [0.0, step_y, step_y / 2 - 0.5], [0.0, 0.0, 1.0]]
    )
    picture = cv2.warpPerspective(
        small,
        whole @ grow,
        (side_px, side_px),
        flags=cv2.INTER_CUBIC if size > 1 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(OUTSIDE_GREY,) * 3,
    )
    return np.asarray(picture, dtype=np.uint8)
