"""Made-up skin: maps of what absorbs light, on a millimetre grid larger than any one photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.render_fields import (
    Field,
    cell_walls,
    dots,
    fractal_noise,
    generator,
    ridges,
)

#: Absorbance of one unit of pigment in linear R, G, B. Ratios were read off real dermoscopic
#: pictures (lesion colour over skin colour), not taken from tissue optics.
EPIDERMAL_MELANIN = np.array([0.60, 0.88, 1.00], dtype=np.float32)
HAEMOGLOBIN = np.array([0.10, 0.75, 0.55], dtype=np.float32)
#: Melanin deep in the dermis looks blue-grey, since short waves scatter back before they meet it.
DEEP_MELANIN = np.array([1.00, 0.90, 0.68], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Skin:
    """A patch of skin. Strengths are relative to ordinary skin (1.0).

    tone_srgb: mean colour, 0..255. extent_mm: width and height of the patch.
    grid_mm_per_px: spacing of the maps; about the finest photo's.
    freckles_per_cm2: small brown spots that stay in place and help registration.
    """

    seed: int
    tone_srgb: tuple[int, int, int] = (222, 178, 165)
    extent_mm: tuple[float, float] = (23.0, 18.0)
    grid_mm_per_px: float = 0.016
    furrows: float = 1.0
    mottling: float = 1.0
    vessels: float = 1.0
    freckles_per_cm2: float = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class SkinWorld:
    """The maps of one `Skin`, drawn once and photographed many times.

    melanin, haemoglobin: (h, w) float32 absorbance units on the grid, origin of the millimetre
    coordinates (x right, y down) at the centre of the patch. tone: (3,) linear RGB 0..1.
    """

    skin: Skin
    tone: NDArray[np.float32]
    melanin: Field
    haemoglobin: Field

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the maps."""
        return self.melanin.shape[0], self.melanin.shape[1]

    def to_grid(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Column and row of a place given in millimetres."""
        rows, columns = self.shape
        step = self.skin.grid_mm_per_px
        return x_mm / step + (columns - 1) / 2, y_mm / step + (rows - 1) / 2


def linear_from_srgb(srgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """IEC 61966-2-1 decoding, 0..1 to 0..1."""
    low = srgb / 12.92
    high = ((srgb + 0.055) / 1.055) ** 2.4
    return np.asarray(np.where(srgb <= 0.04045, low, high), dtype=np.float32)


def draw_skin(skin: Skin) -> SkinWorld:
    """Draw the maps of a patch of skin (about half a second for the default extent)."""
    step = skin.grid_mm_per_px
    shape = (round(skin.extent_mm[1] / step), round(skin.extent_mm[0] / step))
    melanin = _pigment(skin, shape)
    haemoglobin = _blood(skin, shape)
    furrows = _furrows(skin, shape)
    melanin += 0.22 * skin.furrows * furrows
    haemoglobin -= 0.05 * skin.furrows * furrows
    tone = linear_from_srgb(np.array(skin.tone_srgb, dtype=np.float32) / 255.0)
    return SkinWorld(skin, tone, melanin, haemoglobin)


def _pigment(skin: Skin, shape: tuple[int, int]) -> Field:
    step = skin.grid_mm_per_px
    rng = generator(skin.seed, 1)
    mottle = fractal_noise(rng, shape, (2.6 / step, 1.1 / step, 0.45 / step, 0.2 / step))
    fine = fractal_noise(rng, shape, (0.16 / step, 0.08 / step))
    area_cm2 = skin.extent_mm[0] * skin.extent_mm[1] / 100.0
    freckles = dots(rng, shape, round(skin.freckles_per_cm2 * area_cm2), (0.10 / step, 0.34 / step))
    ragged = 0.75 + 0.35 * fractal_noise(rng, shape, (0.3 / step, 0.12 / step))
    field = skin.mottling * (0.065 * mottle + 0.035 * fine) + 0.6 * freckles * ragged
    return np.asarray(field, dtype=np.float32)


def _blood(skin: Skin, shape: tuple[int, int]) -> Field:
    step = skin.grid_mm_per_px
    rng = generator(skin.seed, 2)
    flush = fractal_noise(rng, shape, (3.0 / step, 1.1 / step, 0.5 / step, 0.22 / step))
    lines = ridges(rng, shape, 1.5 / step, 9.0) * (
        0.5 + 0.5 * np.tanh(fractal_noise(rng, shape, (2.0 / step,)))
    )
    area_cm2 = skin.extent_mm[0] * skin.extent_mm[1] / 100.0
    points = dots(rng, shape, round(24 * area_cm2), (0.05 / step, 0.12 / step))
    field = skin.mottling * 0.075 * flush + skin.vessels * (0.16 * lines + 0.34 * points)
    return np.asarray(field, dtype=np.float32)


def _furrows(skin: Skin, shape: tuple[int, int]) -> Field:
    """Primary and secondary skin lines, with follicle openings as paler dots; about -1..1."""
    step = skin.grid_mm_per_px
    rng = generator(skin.seed, 3)
    primary = cell_walls(rng, shape, 0.85 / step, 0.05 / step, stretch=1.7)
    secondary = cell_walls(rng, shape, 0.36 / step, 0.035 / step, stretch=1.2)
    depth = 0.55 + 0.3 * fractal_noise(rng, shape, (3.0 / step, 1.0 / step))
    area_cm2 = skin.extent_mm[0] * skin.extent_mm[1] / 100.0
    follicles = dots(rng, shape, round(70 * area_cm2), (0.06 / step, 0.12 / step))
    lines = (0.7 * primary + 0.35 * secondary) * depth.clip(0.1, 1.2)
    return np.asarray(lines - 0.8 * follicles, dtype=np.float32)
