"""A picture of a lesion taken apart into skin and pigment."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: The largest diameter of every lesion is brought to this many scene pixels, as far as allowed.
DIAMETER_PX = 170.0
ENLARGEMENT = (1.0, 2.5)
#: How far pigment reaches beyond the mask, and over which width it fades, as shares of the
#: diameter: clinicians' outlines run inside the last faint pigment.
REACH, FADE = 0.05, 0.04
_LEAST_LIGHT = 1e-3


@dataclass(frozen=True, eq=False)
class Scene:
    """One lesion on skin. All fields share one pixel grid.

    skin: (h, w, 3) ln of linear light without the lesion. density: (h, w, 3) optical density of
    the lesion (natural log) over it. cover: (h, w) 0..1, the lesion's mask.
    """

    skin: Floats
    density: Floats
    cover: Floats

    @property
    def light(self) -> Floats:
        """Linear light (h, w, 3)."""
        return np.asarray(np.exp(self.skin - self.density), np.float32)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The lesion's pixels."""
        return np.asarray(self.cover >= 0.5)

    @property
    def centre(self) -> tuple[float, float]:
        """Centroid (x, y) of the lesion in scene pixels."""
        ys, xs = np.nonzero(self.mask)
        return float(xs.mean()), float(ys.mean())

    @property
    def diameter_px(self) -> float:
        """Longer side of the lesion's box."""
        ys, xs = np.nonzero(self.mask)
        return float(max(np.ptp(xs), np.ptp(ys)) + 1)

    @property
    def area_px(self) -> float:
        """Area of the lesion in scene pixels."""
        return float(self.cover.sum())


def scene_of(rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> Scene:
    """Take a picture apart.

    Args:
        rgb: (h, w, 3) uint8 sRGB. mask: (h, w) bool, the lesion.
    """
    ys, xs = np.nonzero(mask)
    across = float(max(np.ptp(xs), np.ptp(ys)) + 1)
    factor = float(np.clip(DIAMETER_PX / across, *ENLARGEMENT))
    size = (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor))
    large = cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC)
    cover = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    seen = np.log(np.maximum(linear_from_srgb(np.asarray(large, np.uint8)), _LEAST_LIGHT))
    diameter = across * factor
    away = _distance_outside(cover >= 0.5)
    pigmented = np.clip(1 + (REACH * diameter - away) / (FADE * diameter), 0, 1)
    beneath = _filled(seen, away > (REACH + FADE) * diameter, diameter)
    density = np.asarray((beneath - seen) * pigmented[..., None], np.float32)
    return Scene(np.asarray(seen + density, np.float32), density, np.asarray(cover, np.float32))


def linear_from_srgb(rgb: NDArray[np.uint8]) -> Floats:
    """IEC 61966-2-1."""
    code = rgb.astype(np.float32) / 255
    low = code / 12.92
    return np.where(code <= 0.04045, low, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)


def srgb_from_linear(light: Floats) -> NDArray[np.uint8]:
    """IEC 61966-2-1, clipped."""
    inside = np.clip(light, 0, 1)
    code = np.where(inside <= 0.0031308, 12.92 * inside, 1.055 * inside ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * code), np.uint8)


def _distance_outside(mask: NDArray[np.bool_]) -> Floats:
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _filled(seen: Floats, known: NDArray[np.bool_], diameter: float) -> Floats:
    """The skin's ln light everywhere: where not known, a weighted mean of what is near."""
    weight = known.astype(np.float32)
    total, norm = np.zeros_like(seen), np.zeros_like(weight)
    for sigma, share in ((0.1, 1.0), (0.3, 1e-2), (1.0, 1e-4)):
        blur = (0, 0), sigma * diameter
        total += share * cv2.GaussianBlur(seen * weight[..., None], *blur)
        norm += share * cv2.GaussianBlur(weight, *blur)
    return np.asarray(total / np.maximum(norm, 1e-9)[..., None], np.float32)
