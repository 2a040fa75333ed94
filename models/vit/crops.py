"""Square lesion crops, at run time and in training: one definition of the geometry.

The product cuts a square of ``CONTEXT`` times the larger side of the lesion's box; where it
reaches beyond the frame the picture is mirrored (``cv2.BORDER_REFLECT_101``).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

CONTEXT = 1.6

Pixels = NDArray[np.uint8]


def square_around(
    box: tuple[float, float, float, float], context: float = CONTEXT
) -> tuple[float, float, float]:
    """Centre x, centre y and side in pixels of the crop square around a box x, y, w, h."""
    x, y, w, h = box
    return x + w / 2, y + h / 2, context * max(w, h)


def frame_square(height: int, width: int) -> tuple[float, float, float]:
    """The square that holds the whole frame, for close-ups; same units as square_around."""
    return width / 2, height / 2, float(max(height, width))


def cut_square(picture: Pixels, square: tuple[float, float, float], size: int) -> Pixels:
    """Cut a square (centre x, y, side in pixels) and resize it to ``size`` pixels a side.

    Works on (H, W, 3) pictures and (H, W) masks; uint8 in and out. Shrinks with INTER_AREA,
    enlarges with INTER_LINEAR.
    """
    side = max(2, round(square[2]))
    left, top = round(square[0] - side / 2), round(square[1] - side / 2)
    height, width = picture.shape[:2]
    pad = max(0, -left, -top, left + side - width, top + side - height)
    if pad:
        picture = np.asarray(
            cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_REFLECT_101), np.uint8
        )
    window = picture[top + pad : top + pad + side, left + pad : left + pad + side]
    method = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(window, (size, size), interpolation=method), np.uint8)
