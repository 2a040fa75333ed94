"""Make the same lesion look as it might months later: negatives that are a real change.

An embedding trained only against other lesions learns identity and may ignore change. A view of
the evolved lesion is therefore pushed away from its own past (see ``losses``).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .data import mask_box

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]


def evolve(
    rng: np.random.Generator, image: Pixels, mask: Pixels, box: Box
) -> tuple[Pixels, Pixels, Box]:
    """Return picture (H, W, 3), mask (H, W) and box after growth, darkening or new colour."""
    kinds = rng.permutation(3)[: int(rng.integers(1, 3))]
    if 0 in kinds:
        image, mask = _grow(rng, image, mask, box)
    if 1 in kinds:
        image = _darken(rng, image, mask, box)
    if 2 in kinds:
        image = _new_focus(rng, image, mask, box)
    return image, mask, mask_box(mask) or box


def _grow(rng: np.random.Generator, image: Pixels, mask: Pixels, box: Box) -> tuple[Pixels, Pixels]:
    """Pull the border outward by 20 to 60 % of the radius over a sector of directions."""
    height, width = mask.shape
    x, y, w, h = box
    cx, cy, radius = x + w / 2, y + h / 2, max(w, h) / 2
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32) - cx, np.arange(height, dtype=np.float32) - cy
    )
    distance = cv2.magnitude(columns, rows) / radius
    heading = rng.uniform(0, 2 * math.pi)
    sector = 0.5 + 0.5 * np.cos(np.arctan2(rows, columns) - heading)
    sector = sector ** float(rng.uniform(0.0, 4.0))
    gain = float(rng.uniform(0.2, 0.6))
    # The pull fades out at three radii, so that the skin further away stays where it was.
    fade = np.clip((3.0 - distance) / 2.0, 0.0, 1.0)
    factor = (1.0 / (1.0 + gain * sector * fade)).astype(np.float32)
    map_x = (columns * factor + cx).astype(np.float32)
    map_y = (rows * factor + cy).astype(np.float32)
    border = cv2.BORDER_REFLECT_101
    return (
        np.asarray(cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=border), np.uint8),
        np.asarray(cv2.remap(mask, map_x, map_y, cv2.INTER_LINEAR, borderMode=border), np.uint8),
    )


def _darken(rng: np.random.Generator, image: Pixels, mask: Pixels, box: Box) -> Pixels:
    """Darken or fade the lesion alone: a tan would change the skin as well."""
    factor = rng.uniform(0.55, 0.8) if rng.random() < 0.7 else rng.uniform(1.2, 1.4)
    tint = factor * (1.0 + rng.normal(0.0, 0.04, 3))
    toned = np.asarray(image * tint, np.float32)
    return _blend(image, toned, mask, max(1.0, max(box[2:]) * 0.03))


def _new_focus(rng: np.random.Generator, image: Pixels, mask: Pixels, box: Box) -> Pixels:
    """Put a focus of another colour (black, blue-grey, red, white) at or inside the border."""
    inside = np.argwhere(mask > 127)
    row, column = inside[int(rng.integers(len(inside)))]
    radius = max(2.0, float(rng.uniform(0.12, 0.28)) * max(box[2:]))
    spot = np.zeros(mask.shape, np.uint8)
    axes = (round(radius), max(1, round(radius * float(rng.uniform(0.5, 1.0)))))
    tilt = float(rng.uniform(0, 360))
    cv2.ellipse(spot, (int(column), int(row)), axes, tilt, 0, 360, 255, -1)
    palette = np.array([(40, 28, 26), (90, 95, 115), (170, 70, 70), (235, 215, 205)], np.float32)
    colour = palette[int(rng.integers(4))] * rng.uniform(0.8, 1.1)
    keep = np.float32(rng.uniform(0.1, 0.4))
    mixed = np.asarray(image * keep + colour * (1 - keep), np.float32)
    return _blend(image, mixed, spot, 0.2 * radius)


def _blend(
    image: Pixels, changed: NDArray[np.float32], where: Pixels, softness_px: float
) -> Pixels:
    weight = cv2.GaussianBlur(where, (0, 0), max(0.5, softness_px)).astype(np.float32)[..., None]
    weight /= 255.0
    mixed = image + (np.clip(changed, 0, 255) - image) * weight
    return np.asarray(mixed, np.float32).clip(0, 255).astype(np.uint8)
