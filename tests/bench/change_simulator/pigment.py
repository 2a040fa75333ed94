"""Changes of pigment within an outline that stays: darkening, new colour, regression, structure."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from tests.bench.change_simulator.scene import Floats, Scene

#: Density (ln, linear R, G, B) of one unit of melanin near the surface: blue is absorbed most.
MELANIN = np.array([0.55, 0.85, 1.0], np.float32)
#: Densities over the skin of colours that were not there: blue-grey (pigment deep down), and red
#: (vessels).
BLUE_GREY = np.array([1.7, 1.15, 0.85], np.float32)
RED = np.array([0.15, 1.0, 0.85], np.float32)
#: Detail finer than this share of the pattern that is lost stays.
GRAIN = 0.25
#: Wavelength of a part's ragged outline, and softness of its edge, as shares of the diameter.
_RAGGED, _SOFT = 0.08, 0.015


def darkened(scene: Scene, rng: np.random.Generator, share: float, amount: float) -> Scene:
    """A part of `share` of the area with `amount` units of melanin more."""
    where = part(scene, rng, share)
    return replace(scene, density=scene.density + amount * where[..., None] * MELANIN)


def recoloured(scene: Scene, rng: np.random.Generator, share: float, colour: Floats) -> Scene:
    """A part of `share` of the area four fifths in another colour."""
    where = 0.8 * part(scene, rng, share)[..., None]
    return replace(scene, density=scene.density * (1 - where) + where * colour)


def regressed(scene: Scene, rng: np.random.Generator, share: float, left: float) -> Scene:
    """A part of `share` of the area with `left` (0..1) of its pigment left."""
    where = part(scene, rng, share)[..., None]
    return replace(scene, density=scene.density * (1 - where * (1 - left)))


def structure_lost(scene: Scene, width: float) -> Scene:
    """Pattern finer than `width` diameters smoothed away inside the border.

    The tone stays, and so does the finest grain: a lesion without it would be called out of focus.
    """
    sigma = width * scene.diameter_px
    inside = scene.mask.astype(np.float32)
    norm = np.maximum(cv2.GaussianBlur(inside, (0, 0), sigma), 1e-3)[..., None]
    even = cv2.GaussianBlur(scene.density * inside[..., None], (0, 0), sigma) / norm
    grain = scene.density - cv2.GaussianBlur(scene.density, (0, 0), GRAIN * sigma)
    even = even + grain
    depth = cv2.distanceTransform(scene.mask.astype(np.uint8), cv2.DIST_L2, 5)
    weight = np.clip(np.asarray(depth) / (0.06 * scene.diameter_px), 0, 1)[..., None]
    mixed = scene.density * (1 - weight) + even * weight
    return replace(scene, density=np.asarray(mixed, np.float32))


def pattern_contrast(scene: Scene, width: float) -> float:
    """Standard deviation of the lesion's density finer than `width` diameters: how much pattern."""
    fine = scene.density - structure_lost(scene, width).density
    return float(fine.mean(axis=2)[scene.mask].std())


def part(scene: Scene, rng: np.random.Generator, share: float) -> Floats:
    """A ragged connected part of the lesion at a random place, (h, w) 0..1, of `share` its area."""
    inside = np.argwhere(scene.mask)
    row, column = inside[int(rng.integers(len(inside)))]
    height, width = scene.cover.shape
    ys, xs = np.mgrid[:height, :width]
    away = np.hypot(xs - column, ys - row) / scene.diameter_px
    grain = rng.standard_normal((height, width)).astype(np.float32)
    rough = cv2.GaussianBlur(grain, (0, 0), _RAGGED * scene.diameter_px)
    rough = np.asarray(rough / max(float(rough.std()), 1e-6))
    rank = np.where(scene.mask, away + 0.03 * rough, np.inf)
    limit = np.partition(rank[scene.mask], int(share * np.count_nonzero(scene.mask)))
    edge = float(limit[int(share * np.count_nonzero(scene.mask))])
    soft = cv2.GaussianBlur((rank <= edge).astype(np.float32), (0, 0), _SOFT * scene.diameter_px)
    return np.asarray(soft * np.minimum(scene.cover * 2, 1), np.float32)
