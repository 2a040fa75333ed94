"""Focal colour change: the part of a lesion that changed otherwise than the lesion as a whole.

A focus of new pigment, a new colour or regression hardly moves the mean colour of a lesion, and
those are what matters clinically; a lesion that is lighter or darker all over matters little. So
both photos are laid over each other, the shift that the whole lesion shares is taken off, and the
places that differ most are asked by how much.

Two photos of one lesion never lie quite on each other, and a pigment network out of step would
look like change. Hence colours are smoothed, and each place is held against the places nearby in
the other photo, of which the most alike counts. Both ways round, so that a focus is seen whichever
photo shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.colour import (
    SRGB_TO_LINEAR,
    delta_e_2000,
    dermoscopic_colours,
    linear_to_lab,
)
from tracker.analysis.registration.light import Lab
from tracker.analysis.registration.plane import Matrix, jacobian
from tracker.analysis.view import LesionView

#: Both views are brought to a grid on which the disc of the earlier lesion's area is so wide.
GRID_DIAMETER_PX = 72
#: Shares of that diameter. On 130 same-lesion pairs of HAM10000 wider smoothing lost more of a
#: simulated focus than of the noise; searching nearby took a quarter off the noise's 95th
#: percentile (7.6 to 5.6).
SMOOTHING = 0.03
SEARCH = 0.05
#: The border is the mask's business: where it wobbles, skin would be held against lesion. Not more
#: of it is left out, since a focus likes to sit at the rim.
BORDER = 0.03
#: Differences are averaged over a disc of this radius, and the disc that differs most counts: a
#: focus is a place, while a hair or a reflection is thin. Against the 95th percentile of all
#: places (35 real pairs, foci painted into five lesions) it sees small foci better for its noise.
FOCUS_RADIUS = 0.08
#: Light that falls off across the lesion is taken off with the shift that all of it shares: this
#: much of the slope that fits best, since a change of one half has a slope as well. On 49 real
#: pairs that takes the 95th percentile of the noise from 8.0 to 6.9, and little of painted foci.
TILT_KEPT = 0.7
#: So much of a disc must lie in the lesion.
MIN_DISC_SHARE = 0.4
#: Less of the lesion in both photos, or fewer pixels across it, tell too little.
MIN_SHARE = 0.3
MIN_DIAMETER_PX = 24.0
#: A part's colour is new where hardly any place of the earlier lesion comes as near as this
#: (CIEDE2000): several times what one shade differs from the next.
NEW_COLOUR_DELTA_E = 8.0
NEW_COLOUR_PERCENTILE = 2.0
#: A gain may lift highlights beyond the display's range by this much.
_MOST_LIGHT = 1.3

_Colours = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FocalChange:
    """How the part that changed most differs from the lesion's overall change.

    delta_e: mean CIEDE2000 over the disc that differs most. delta_lab: mean later minus earlier
    L*, a*, b* of that disc. new_colour: name of the dermoscopic colour those places
    have now, where the earlier lesion had nothing like it.
    """

    delta_e: float
    delta_lab: Lab
    new_colour: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FocalMap:
    """CIEDE2000 of each place of the lesion against its overall change.

    delta_e: (h, w) float32, NaN off the lesion and at its border. to_grid: 3x3, earlier view pixels
    to places of it.
    """

    delta_e: NDArray[np.float32]
    to_grid: Matrix


def focal_change(
    earlier: LesionView, later: LesionView, matrix: Matrix, gain: tuple[float, float, float]
) -> FocalChange | None:
    """Focal colour change of the lesion; None where too little of it is seen in both views.

    Args:
        matrix: later view pixels to earlier view pixels.
        gain: per channel (R, G, B) in linear light, takes the later view's light to the earlier's.
    """
    found = _laid_over(earlier, later, matrix, gain)
    if found is None:
        return None
    return max(
        (
            _beyond_search(found.before, found.after, found.inner, 1),
            _beyond_search(found.after, found.before, found.inner, -1),
        ),
        key=lambda change: change.delta_e,
    )


def focal_map(
    earlier: LesionView, later: LesionView, matrix: Matrix, gain: tuple[float, float, float]
) -> FocalMap | None:
    """Where the lesion changed otherwise than as a whole; arguments and None as `focal_change`.

    Each place has the larger of the two differences that `focal_change` looks at.
    """
    found = _laid_over(earlier, later, matrix, gain)
    if found is None:
        return None
    delta_e = np.full(found.inner.shape, np.nan, dtype=np.float32)
    there = delta_e_2000(*_most_alike(found.before, found.after, found.inner))
    back = delta_e_2000(*_most_alike(found.after, found.before, found.inner))
    delta_e[found.inner] = np.maximum(there, back)
    return FocalMap(delta_e, found.to_grid)


@dataclass(frozen=True, slots=True, eq=False)
class _LaidOver:
    """Both lesions on one grid: smoothed L*a*b*, the later one less the shift they share."""

    before: _Colours
    after: _Colours
    inner: NDArray[np.bool_]
    to_grid: Matrix


def _laid_over(
    earlier: LesionView, later: LesionView, matrix: Matrix, gain: tuple[float, float, float]
) -> _LaidOver | None:
    if 2 * earlier.radius_px < MIN_DIAMETER_PX or 2 * later.radius_px < MIN_DIAMETER_PX:
        return None
    to_grid, size = _grid(earlier)
    before, lesion_before = _on_grid(earlier, to_grid, size, (1.0, 1.0, 1.0))
    after, lesion_after = _on_grid(later, to_grid @ matrix, size, gain)
    both = lesion_before & lesion_after
    inner = _eroded(both)
    if np.count_nonzero(inner) < MIN_SHARE * np.count_nonzero(lesion_before):
        return None
    before, after = _smoothed(before, both), _smoothed(after, both)
    after = after - _shared_shift(after - before, inner)
    return _LaidOver(before, after, inner, to_grid)


def _shared_shift(apart: _Colours, inner: NDArray[np.bool_]) -> _Colours:
    """What the whole lesion changed by, (h, w, 3): a plane per channel, so light across it as well.

    Fitted by least squares, twice again without the places far off it: a focus is to stand out.
    """
    height, width = inner.shape
    ys, xs = np.mgrid[:height, :width]
    terms = np.stack([np.ones(inner.size), xs.ravel() / width, ys.ravel() / height], axis=1)
    inside, planes = inner.ravel(), []
    for channel in range(3):
        values, kept = apart[..., channel].ravel(), inside
        for _ in range(3):
            slope = np.linalg.lstsq(terms[kept], values[kept], rcond=None)[0][1:]
            tilted = TILT_KEPT * (terms[:, 1:] @ slope)
            shift = float(np.median((values - tilted)[kept]))
            off = np.abs(values - tilted - shift)
            kept = inside & (off < 2 * 1.4826 * float(np.median(off[kept])) + 0.5)
        planes.append((tilted + shift).reshape(height, width))
    return np.stack(planes, axis=-1).astype(np.float32)


def _grid(earlier: LesionView) -> tuple[Matrix, tuple[int, int]]:
    """Map of earlier view pixels onto the grid around the lesion, and the grid's (w, h)."""
    diameter = 2 * earlier.radius_px
    scale, margin = GRID_DIAMETER_PX / diameter, 0.1 * diameter
    ys, xs = np.nonzero(earlier.mask)
    left, top = xs.min() - margin, ys.min() - margin
    width, height = xs.max() + margin - left, ys.max() + margin - top
    matrix = np.array([[scale, 0.0, -left * scale], [0.0, scale, -top * scale], [0.0, 0.0, 1.0]])
    return matrix, (int(width * scale) + 1, int(height * scale) + 1)


def _on_grid(
    view: LesionView, matrix: Matrix, size: tuple[int, int], gain: tuple[float, float, float]
) -> tuple[_Colours, NDArray[np.bool_]]:
    """L*a*b* (h, w, 3) and lesion (h, w) of a view on the grid."""
    light = np.asarray(SRGB_TO_LINEAR[view.rgb])
    scale = float(np.sqrt(abs(np.linalg.det(jacobian(matrix, view.centre)))))
    if scale < 1:  # against aliasing
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), 0.5 / scale), np.float32)
    on_grid = cv2.warpPerspective(light, matrix, size, flags=cv2.INTER_LINEAR)
    cover = cv2.warpPerspective(view.mask.astype(np.float32), matrix, size)
    lit = np.asarray(on_grid, np.float32) * np.asarray(gain, np.float32)
    return linear_to_lab(np.clip(lit, 0.0, _MOST_LIGHT)), np.asarray(cover > 0.5)


def _eroded(both: NDArray[np.bool_]) -> NDArray[np.bool_]:
    reach = round(BORDER * GRID_DIAMETER_PX)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    # The edge of the grid counts as outside: a lesion that the photo cuts has a border there.
    framed = np.pad(both, 1).astype(np.uint8)
    return np.asarray(cv2.erode(framed, disc)[1:-1, 1:-1] > 0)


def _smoothed(lab: _Colours, lesion: NDArray[np.bool_]) -> _Colours:
    """Gaussian mean over the lesion's pixels only, so that no skin flows in."""
    weight = lesion.astype(np.float32)
    sigma = SMOOTHING * GRID_DIAMETER_PX
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    mean = cv2.GaussianBlur(lab * weight[..., None], (0, 0), sigma)
    return np.asarray(mean / np.maximum(total, 1e-6)[..., None], np.float32)


def _beyond_search(
    fixed: _Colours, other: _Colours, inner: NDArray[np.bool_], sign: int
) -> FocalChange:
    """Each place of `fixed` against the most alike place nearby in `other`.

    sign: 1 where `other` is the later photo, else -1.
    """
    here, nearest = _most_alike(fixed, other, inner)
    changed, delta_e = _focus(delta_e_2000(here, nearest), inner)
    light, a, b = sign * (nearest - here)[changed].mean(axis=0)
    palette, now = (here, nearest) if sign > 0 else (other[inner], here)
    new = _new_colour(palette, now[changed].mean(axis=0))
    return FocalChange(delta_e, (float(light), float(a), float(b)), new)


def _focus(
    delta_e: NDArray[np.float64], inner: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], float]:
    """Which of the places (n,) lie in the disc that differs most, and by how much it does."""
    reach = round(FOCUS_RADIUS * GRID_DIAMETER_PX)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    kernel = disc.astype(np.float32)
    values = np.zeros(inner.shape, np.float32)
    values[inner] = delta_e
    total = cv2.filter2D(values, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    inside = inner.astype(np.float32)
    count = cv2.filter2D(inside, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    enough = inner & (count >= MIN_DISC_SHARE * float(kernel.sum()))
    mean = np.where(enough, total / np.maximum(count, 1), -1.0)
    row, column = np.unravel_index(int(np.argmax(mean)), mean.shape)
    rows, columns = np.nonzero(inner)
    changed = np.hypot(rows - row, columns - column) <= reach + 0.5
    return np.asarray(changed), float(delta_e[changed].mean())


def _new_colour(palette: _Colours, now: _Colours) -> str | None:
    """The name of a colour (3,) that the earlier lesion (n, 3) did not have; None if it had."""
    apart = delta_e_2000(palette, now)
    if np.percentile(apart, NEW_COLOUR_PERCENTILE) < NEW_COLOUR_DELTA_E:
        return None
    return next(iter(dermoscopic_colours(now[None], None)), None)


def _most_alike(
    fixed: _Colours, other: _Colours, inner: NDArray[np.bool_]
) -> tuple[_Colours, _Colours]:
    """The places of `fixed`, and of each the most alike place nearby in `other`: (n, 3) each."""
    here = fixed[inner]
    nearest = other[inner]
    least = np.sum((here - nearest) ** 2, axis=1)
    for shifted in _shifted(other):
        there = shifted[inner]
        apart = np.sum((here - there) ** 2, axis=1)
        closer = apart < least
        least[closer], nearest[closer] = apart[closer], there[closer]
    return here, nearest


def _shifted(lab: _Colours) -> Iterator[_Colours]:
    """The picture moved by up to `SEARCH` in steps of half of it; edges repeat."""
    reach = round(SEARCH * GRID_DIAMETER_PX)
    framed = np.pad(lab, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    height, width = lab.shape[:2]
    steps = (-reach, -(reach // 2), 0, reach // 2, reach)
    for dy in steps:
        for dx in steps:
            if (dx or dy) and dx * dx + dy * dy <= reach * reach:
                top, left = reach + dy, reach + dx
                yield framed[top : top + height, left : left + width]
