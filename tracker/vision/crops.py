"""Square crops around a lesion, the way the network was trained to see them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.geometry import Box


def cut_square(rgb: NDArray[np.uint8], crop: Box, size_px: int) -> NDArray[np.uint8]:
    """Cut a box that may reach beyond the photo, mirrored there, and resize it to a square.

    Mirroring is `cv2.BORDER_REFLECT_101` (the edge's own pixels are not repeated), as in training.
    Only the needed part of the photo is copied.

    Args:
        rgb: (H, W, 3) uint8.
        crop: in photo pixels; at least one pixel of it lies on the photo.
        size_px: side of the result.

    Returns:
        (size_px, size_px, 3) uint8; reduced by area averaging, enlarged bilinearly.
    """
    height, width = rgb.shape[:2]
    left, right = max(0, -crop.x), max(0, crop.x + crop.w - width)
    top, bottom = max(0, -crop.y), max(0, crop.y + crop.h - height)
    # Wide enough that the mirror image shows the photo's own pixels, however far it reaches.
    x0, x1 = _source_range(crop.x, crop.w, width)
    y0, y1 = _source_range(crop.y, crop.h, height)
    window = rgb[y0:y1, x0:x1]
    if left or right or top or bottom:
        border = cv2.BORDER_REFLECT_101
        window = np.asarray(cv2.copyMakeBorder(window, top, bottom, left, right, border), np.uint8)
    x, y = crop.x - x0 + left, crop.y - y0 + top
    window = window[y : y + crop.h, x : x + crop.w]
    method = cv2.INTER_AREA if max(crop.w, crop.h) > size_px else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(window, (size_px, size_px), interpolation=method), np.uint8)


def _source_range(start: int, length: int, limit: int) -> tuple[int, int]:
    """The photo's rows or columns that a crop needs, with those its mirror images show."""
    end = start + length
    first, last = max(0, start), min(limit, end)
    if start < 0:
        last = max(last, min(limit, 1 - start))
    if end > limit:
        first = min(first, max(0, 2 * limit - end - 1))
    return first, last
