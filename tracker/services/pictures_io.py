"""Pixels to picture files and back, without any metadata."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import Analysis
from tracker.errors import InternalError

#: JPEG quality of derived pictures; the original stays as it is.
JPEG_QUALITY = 88
#: Outline colours seen on any skin: a light line with a dark rim.
OUTLINE_RGB = (255, 255, 255)
RIM_RGB = (20, 20, 20)


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """Encode (h, w) grey or (h, w, 3) RGB uint8 as PNG."""
    return _encode(pixels, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 6])


def jpeg_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """Encode (h, w, 3) RGB uint8 as JPEG."""
    return _encode(pixels, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def _encode(pixels: NDArray[np.uint8], ending: str, options: list[int]) -> bytes:
    ordered = pixels if pixels.ndim == 2 else pixels[:, :, ::-1]
    done, buffer = cv2.imencode(ending, np.ascontiguousarray(ordered), options)
    if not done:
        raise InternalError("A picture could not be encoded.")
    return bytes(buffer.tobytes())


def mask_picture(analysis: Analysis) -> NDArray[np.uint8] | None:
    """The mask on the upright photo, (height, width) uint8 of 0 and 255; None without one."""
    if analysis.mask is None or analysis.width is None or analysis.height is None:
        return None
    full = analysis.mask.on_photo(analysis.width, analysis.height)
    return np.asarray(full, dtype=np.uint8) * np.uint8(255)


def heatmap_picture(analysis: Analysis) -> NDArray[np.uint8] | None:
    """The heat map on the upright photo, (height, width) uint8 0..255; 0 outside its crop."""
    heat, box = analysis.heatmap, analysis.heatmap_box
    if heat is None or box is None or analysis.width is None or analysis.height is None:
        return None
    full = np.zeros((analysis.height, analysis.width), dtype=np.uint8)
    inside = box.clip(analysis.width, analysis.height)
    if inside is None:
        return full
    large = cv2.resize(heat.astype(np.float32), (box.w, box.h), interpolation=cv2.INTER_LINEAR)
    top, left = inside.y - box.y, inside.x - box.x
    part = large[top : top + inside.h, left : left + inside.w]
    full[inside.y : inside.y + inside.h, inside.x : inside.x + inside.w] = np.clip(
        np.rint(part * 255), 0, 255
    ).astype(np.uint8)
    return full


def outlined(rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A copy of (h, w, 3) `rgb` with the border of the (h, w) `mask` drawn on it."""
    picture = np.ascontiguousarray(rgb).copy()
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(1, round(min(rgb.shape[:2]) / 400))
    cv2.drawContours(picture, contours, -1, RIM_RGB, line + 2, cv2.LINE_AA)
    cv2.drawContours(picture, contours, -1, OUTLINE_RGB, line, cv2.LINE_AA)
    return picture


def overlay_picture(rgb: NDArray[np.uint8], analysis: Analysis) -> NDArray[np.uint8]:
    """The upright photo with the outline of the lesion, (height, width, 3) uint8."""
    if analysis.mask is None:
        return rgb
    return outlined(rgb, analysis.mask.on_photo(rgb.shape[1], rgb.shape[0]))


def reduced(rgb: NDArray[np.uint8], longest_px: int) -> NDArray[np.uint8]:
    """(h, w, 3) with its longer side at most `longest_px`."""
    height, width = rgb.shape[:2]
    factor = longest_px / max(height, width)
    if factor >= 1:
        return rgb
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
