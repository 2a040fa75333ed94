"""Pictures of an analysis in photo pixels: mask, heat map, outline.

All are PNG: lossless, so that a mask stays 0 and 255.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import Analysis
from tracker.domain.geometry import Box
from tracker.errors import InternalError, UsageError

#: Outline: a light line between two dark ones shows on skin, pigment and ink alike.
LIGHT_RGB = (255, 255, 255)
DARK_RGB = (20, 20, 20)
#: Line width as a share of the photo's longer side.
LINE_SHARE = 0.002


def mask_png(analysis: Analysis) -> bytes:
    """The lesion mask, 8-bit 0/255, the size of the upright photo.

    Raises:
        UsageError: a refused photo has no mask.
    """
    width, height = _size(analysis)
    if analysis.mask is None:
        raise _nothing(analysis, "mask")
    return _png(analysis.mask.on_photo(width, height).astype(np.uint8) * np.uint8(255))


def heatmap_png(analysis: Analysis) -> bytes:
    """The heat map of the top class, 8-bit 0..255, the size of the photo; 0 outside the crop.

    Raises:
        UsageError: a refused photo has no heat map.
    """
    width, height = _size(analysis)
    heatmap, crop = analysis.heatmap, analysis.heatmap_box
    if heatmap is None or crop is None:
        raise _nothing(analysis, "heat map")
    canvas = np.zeros((height, width), np.uint8)
    inside = crop.clip(width, height)
    if inside is not None:
        rows, columns = _spans(inside)
        canvas[rows, columns] = _project(heatmap, crop, inside)
    return _png(canvas)


def overlay_png(rgb: NDArray[np.uint8], analysis: Analysis) -> bytes:
    """The photo with the lesion's outline on it; rgb (H, W, 3) uint8 upright sRGB.

    Raises:
        UsageError: a refused photo has no outline, or the photo has another size.
    """
    width, height = _size(analysis)
    if analysis.mask is None:
        raise _nothing(analysis, "outline")
    if rgb.shape != (height, width, 3):
        raise UsageError(f"The photo is {rgb.shape}, its analysis is of {width} x {height} pixels.")
    drawn = rgb.copy()
    pixels = np.pad(analysis.mask.pixels.astype(np.uint8), 1)
    offset = (analysis.mask.box.x - 1, analysis.mask.box.y - 1)
    outlines, _ = cv2.findContours(pixels, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=offset)
    line = max(1, round(LINE_SHARE * max(width, height)))
    cv2.drawContours(drawn, outlines, -1, DARK_RGB, 3 * line, cv2.LINE_AA)
    cv2.drawContours(drawn, outlines, -1, LIGHT_RGB, line, cv2.LINE_AA)
    return _png(drawn[:, :, ::-1])


def _project(heatmap: NDArray[np.float32], crop: Box, inside: Box) -> NDArray[np.uint8]:
    """The part of the crop's heat map that lies on the photo, in photo pixels."""
    sx, sy = heatmap.shape[1] / crop.w, heatmap.shape[0] / crop.h
    # Pixel centres onto token centres.
    xs = (inside.x - crop.x + np.arange(inside.w) + 0.5) * sx - 0.5
    ys = (inside.y - crop.y + np.arange(inside.h) + 0.5) * sy - 0.5
    across = _interpolation(xs, heatmap.shape[1])
    down = _interpolation(ys, heatmap.shape[0])
    values = down @ np.clip(heatmap, 0, 1) @ across.T
    return np.asarray(np.rint(values * 255), np.uint8)


def _interpolation(positions: NDArray[np.float64], count: int) -> NDArray[np.float32]:
    """Weights (len(positions), count) of linear interpolation, constant beyond the ends."""
    distance = np.abs(np.clip(positions, 0, count - 1)[:, np.newaxis] - np.arange(count))
    return np.asarray(np.clip(1 - distance, 0, 1), np.float32)


def _spans(box: Box) -> tuple[slice, slice]:
    return slice(box.y, box.y + box.h), slice(box.x, box.x + box.w)


def _size(analysis: Analysis) -> tuple[int, int]:
    if analysis.width is None or analysis.height is None:
        raise _nothing(analysis, "picture")
    return analysis.width, analysis.height


def _nothing(analysis: Analysis, what: str) -> UsageError:
    return UsageError(f"There is no {what} of '{analysis.photo}': it was not measured.")


def _png(pixels: NDArray[np.uint8]) -> bytes:
    # The fastest level: masks compress anyway, and a large photo's overlay is for looking at.
    written, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not written:
        raise InternalError("OpenCV could not write a PNG.")
    return data.tobytes()
