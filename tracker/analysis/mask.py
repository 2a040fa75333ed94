"""From the network's mask probability on a square crop to the lesion's pixels on the photo.

The network answers on a coarse grid (48 x 48). Its probabilities are interpolated smoothly, so
that the border falls between grid points; topology (main component, holes) is settled on a small
working grid, and only the tight box of the lesion is ever computed at full resolution.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import LesionMask
from tracker.domain.geometry import Box
from tracker.errors import UsageError

#: Side of the working grid, in cells: several cells a network cell, far fewer than photo pixels.
WORK_SIDE = 384
#: Weight of a component's cells by distance from the centre, as a fraction of the crop's side.
#: The crop is centred on the lesion that was asked for, so a far neighbour must be much larger.
CENTRE_SIGMA = 0.35
#: Probabilities between which a border counts as doubtful, and the most that is made of it.
DOUBT_LEVELS = (0.3, 0.7)
MAX_DOUBT = 3.0


def clean_mask(
    probability: NDArray[np.float32],
    crop: Box,
    photo_size: tuple[int, int],
    threshold: float = 0.5,
) -> LesionMask | None:
    """The main component of a mask probability, without holes, in pixels of the photo.

    Args:
        probability: (n, n) float, 0..1, over `crop`.
        crop: the square the network saw, in photo pixels; it may reach beyond the photo.
        photo_size: (width, height) of the upright photo in pixels.
        threshold: a pixel belongs to the lesion at this probability or above.

    Returns:
        The mask with a tight box inside the photo, or None where nothing reaches the threshold.

    Raises:
        UsageError: if the probability is not a two-dimensional map with at least 2 x 2 cells.
    """
    if probability.ndim != 2 or min(probability.shape) < 2:
        raise UsageError(f"A mask probability of shape {probability.shape} is not a map.")
    field = _work_field(probability, crop)
    main = _main_component(field, _inside(field.shape, crop, photo_size), threshold)
    if main is None:
        return None
    return _on_photo(main, crop, photo_size, threshold)


def mask_by_hand(inside: NDArray[np.bool_]) -> LesionMask | None:
    """What a person marked, as one region: its largest part, without holes.

    Args:
        inside: (height, width) bool, the whole upright photo.

    Returns:
        The mask with a tight box, None where nothing is marked.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        inside.astype(np.uint8), connectivity=8
    )
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    x, y, w, h = (int(value) for value in stats[largest, :4])
    pixels = _filled(labels[y : y + h, x : x + w] == largest)
    return LesionMask(Box(x, y, w, h), np.ascontiguousarray(pixels), "person")


def border_doubt(probability: NDArray[np.float32], crop: Box, photo_size: tuple[int, int]) -> float:
    """How unsure the network is of the border, as a difference in ln(area).

    ln of the main component's area at probability DOUBT_LEVELS[0] over that at DOUBT_LEVELS[1].
    On two photos of one lesion the areas differ about in proportion to it: a soft border is
    drawn elsewhere the next time.

    Args:
        probability, crop, photo_size: as for `clean_mask`.

    Returns:
        0 (a sharp border) .. MAX_DOUBT (nothing reaches the upper level).
    """
    field = _work_field(probability, crop)
    inside = _inside(field.shape, crop, photo_size)
    areas = []
    for level in DOUBT_LEVELS:
        main = _main_component(field, inside, level)
        areas.append(0 if main is None else int(np.count_nonzero((main >= level) & inside)))
    if min(areas) == 0:
        return MAX_DOUBT
    return min(MAX_DOUBT, max(0.0, math.log(areas[0] / areas[1])))


def dice(one: LesionMask, other: LesionMask) -> float:
    """How far two masks of one photo agree: 2 |A and B| / (|A| + |B|), 0..1; 1 for two empty ones.

    Dice, L. R. (1945). Measures of the amount of ecologic association between species. Ecology 26.
    """
    total = int(np.count_nonzero(one.pixels)) + int(np.count_nonzero(other.pixels))
    if not total:
        return 1.0
    left, top = max(one.box.x, other.box.x), max(one.box.y, other.box.y)
    right = min(one.box.x + one.box.w, other.box.x + other.box.w)
    bottom = min(one.box.y + one.box.h, other.box.y + other.box.h)
    if right <= left or bottom <= top:
        return 0.0
    parts = [
        mask.pixels[top - mask.box.y : bottom - mask.box.y, left - mask.box.x : right - mask.box.x]
        for mask in (one, other)
    ]
    return 2 * int(np.count_nonzero(parts[0] & parts[1])) / total


def _work_field(probability: NDArray[np.float32], crop: Box) -> NDArray[np.float32]:
    """The probability on the working grid; bicubic, so that borders do not follow the cells."""
    size = (_work_side(crop.w, probability.shape[1]), _work_side(crop.h, probability.shape[0]))
    field = cv2.resize(probability.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    return np.clip(np.asarray(field, np.float32), 0.0, 1.0)


def _work_side(crop_px: int, cells: int) -> int:
    return max(cells, min(WORK_SIDE, crop_px))


def _inside(shape: tuple[int, ...], crop: Box, photo_size: tuple[int, int]) -> NDArray[np.bool_]:
    """Cells of the working grid whose centres lie on the photo; beyond it the crop is mirrored."""
    ys = crop.y + (np.arange(shape[0]) + 0.5) * crop.h / shape[0]
    xs = crop.x + (np.arange(shape[1]) + 0.5) * crop.w / shape[1]
    rows = (ys > 0) & (ys < photo_size[1])
    columns = (xs > 0) & (xs < photo_size[0])
    return np.asarray(rows[:, None] & columns[None, :], np.bool_)


def _main_component(
    field: NDArray[np.float32], inside: NDArray[np.bool_], threshold: float
) -> NDArray[np.float32] | None:
    """The field with every other component emptied and the main one's holes filled."""
    wanted = ((field >= threshold) & inside).astype(np.uint8)
    count, labels = cv2.connectedComponents(wanted, connectivity=4)
    if count < 2:
        return None
    weights = np.bincount(labels.ravel(), _centre_weight(field.shape).ravel(), count)
    main = int(np.argmax(weights[1:])) + 1
    ours = labels == main
    filled = _filled(ours)
    kept = np.where(wanted.astype(np.bool_) & ~ours & ~filled, np.float32(0.0), field)
    return np.where(filled & ~ours, np.float32(1.0), kept).astype(np.float32)


def _centre_weight(shape: tuple[int, ...]) -> NDArray[np.float64]:
    y = (np.arange(shape[0]) + 0.5) / shape[0] - 0.5
    x = (np.arange(shape[1]) + 0.5) / shape[1] - 0.5
    squared = y[:, None] ** 2 + x[None, :] ** 2
    return np.asarray(np.exp(-squared / (2 * CENTRE_SIGMA**2)), np.float64)


def _filled(component: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The component with its holes: everything the background cannot reach from outside."""
    around = np.pad((~component).astype(np.uint8), 1, constant_values=1)
    _, labels = cv2.connectedComponents(around, connectivity=8)
    return np.asarray((labels != labels[0, 0])[1:-1, 1:-1], np.bool_)


def _on_photo(
    field: NDArray[np.float32], crop: Box, photo_size: tuple[int, int], threshold: float
) -> LesionMask | None:
    """Enlarge only the part of the field that holds the lesion, then threshold."""
    box = _photo_box(field, crop, photo_size, threshold)
    if box is None:
        return None
    sx, sy = field.shape[1] / crop.w, field.shape[0] / crop.h
    # Pixel centres map onto cell centres: cell = (photo + 0.5 - origin) * scale - 0.5.
    matrix = np.array(
        [[sx, 0, (box.x + 0.5 - crop.x) * sx - 0.5], [0, sy, (box.y + 0.5 - crop.y) * sy - 0.5]]
    )
    large = cv2.warpAffine(
        field,
        matrix,
        (box.w, box.h),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    pixels = np.asarray(large) >= threshold
    if not pixels.any():
        return None
    return _tight(pixels, box)


def _photo_box(
    field: NDArray[np.float32], crop: Box, photo_size: tuple[int, int], threshold: float
) -> Box | None:
    """The part of the photo that holds the lesion, with a cell to spare on each side."""
    ys, xs = np.nonzero(field >= threshold)
    cell_x, cell_y = crop.w / field.shape[1], crop.h / field.shape[0]
    x0 = int(np.floor(crop.x + (xs.min() - 1) * cell_x))
    y0 = int(np.floor(crop.y + (ys.min() - 1) * cell_y))
    x1 = int(np.ceil(crop.x + (xs.max() + 2) * cell_x))
    y1 = int(np.ceil(crop.y + (ys.max() + 2) * cell_y))
    loose = Box(x0, y0, max(1, x1 - x0), max(1, y1 - y0))
    common = crop.clip(*photo_size)
    if common is None:
        return None
    left, top = max(loose.x, common.x), max(loose.y, common.y)
    right = min(loose.x + loose.w, common.x + common.w)
    bottom = min(loose.y + loose.h, common.y + common.h)
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _tight(pixels: NDArray[np.bool_], box: Box) -> LesionMask:
    rows, columns = np.nonzero(pixels.any(axis=1))[0], np.nonzero(pixels.any(axis=0))[0]
    y0, y1, x0, x1 = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    tight = Box(box.x + x0, box.y + y0, x1 - x0, y1 - y0)
    return LesionMask(tight, np.ascontiguousarray(pixels[y0:y1, x0:x1]), "model")
