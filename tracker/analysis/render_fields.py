"""Seeded random fields that skin and lesions are painted from. All fields are pure functions of
their generator, so the same skin can be drawn again for every made-up photo of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


def generator(*seed: int) -> np.random.Generator:
    """A generator for one named part of a scene; other parts do not disturb its stream."""
    return np.random.default_rng(np.random.SeedSequence([abs(part) for part in seed]))


def noise(rng: np.random.Generator, shape: tuple[int, int], cell_px: float) -> Field:
    """Smooth value noise with bumps about `cell_px` wide.

    Returns: (h, w) float32 with mean about 0 and standard deviation about 1.
    """
    height, width = shape
    rows, columns = int(height / cell_px) + 4, int(width / cell_px) + 4
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    big = cv2.resize(
        coarse,
        (round(columns * cell_px) + 1, round(rows * cell_px) + 1),
        interpolation=cv2.INTER_CUBIC,
    )
    # Cubic interpolation averages neighbours, which takes about a third off the spread.
    start = round(cell_px)
    return np.asarray(big[start : start + height, start : start + width] * 1.4, dtype=np.float32)


def fractal_noise(
    rng: np.random.Generator, shape: tuple[int, int], cells_px: tuple[float, ...]
) -> Field:
    """Octaves of `noise`, each finer one with 0.7 of the weight of the one before; sd about 1."""
    total = np.zeros(shape, dtype=np.float32)
    power = 0.0
    for octave, cell_px in enumerate(cells_px):
        weight = 0.7**octave
        total += weight * noise(rng, shape, max(cell_px, 1.5))
        power += weight**2
    return np.asarray(total / np.sqrt(power), dtype=np.float32)


def cell_walls(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cell_px: float,
    width_px: float,
    stretch: float = 1.0,
) -> Field:
    """Walls between Voronoi cells of jittered points: skin furrows, or a pigment network.

    Args:
        cell_px: mean distance of the points. width_px: blur of the walls.
        stretch: above 1 the cells are longer along x by that factor.

    Returns: (h, w) float32, 0 inside cells to 1 on the walls.
    """
    height, width = shape
    squeezed = max(8, round(width / stretch))
    rows, columns = int(height / cell_px) + 1, int(squeezed / cell_px) + 1
    jitter = rng.random((rows, columns, 2))
    y = np.minimum((np.arange(rows)[:, None] + jitter[..., 0]) * cell_px, height - 1).astype(int)
    x = np.minimum((np.arange(columns)[None] + jitter[..., 1]) * cell_px, squeezed - 1).astype(int)
    free = np.ones((height, squeezed), dtype=np.uint8)
    free[y, x] = 0
    _, labels = cv2.distanceTransformWithLabels(
        free, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    walls = np.zeros((height, squeezed), dtype=np.float32)
    walls[:, 1:] = labels[:, 1:] != labels[:, :-1]
    walls[1:] = np.maximum(walls[1:], labels[1:] != labels[:-1])
    if squeezed != width:
        walls = np.asarray(cv2.resize(walls, (width, height)), dtype=np.float32)
    soft = cv2.GaussianBlur(walls, (0, 0), max(width_px, 0.6))
    return np.asarray(soft / max(float(np.quantile(soft, 0.985)), 1e-6), dtype=np.float32).clip(
        0, 1
    )


def ridges(
    rng: np.random.Generator, shape: tuple[int, int], cell_px: float, sharpness: float
) -> Field:
    """Meandering thin lines where a smooth field crosses zero: small vessels.

    Returns: (h, w) float32, 0..1, thinner with greater `sharpness`.
    """
    smooth = noise(rng, shape, cell_px)
    return np.asarray(np.exp(-((smooth * sharpness) ** 2)), dtype=np.float32)


def dots(
    rng: np.random.Generator,
    shape: tuple[int, int],
    count: int,
    radius_px: tuple[float, float],
) -> Field:
    """`count` soft round dots of random radius and strength.

    Returns: (h, w) float32, 0..1, overlapping dots do not add up.
    """
    field = np.zeros(shape, dtype=np.float32)
    height, width = shape
    xs, ys = rng.random(count) * width, rng.random(count) * height
    radii = radius_px[0] + rng.random(count) * (radius_px[1] - radius_px[0])
    strengths = 0.35 + 0.65 * rng.random(count)
    for x, y, radius, strength in zip(xs, ys, radii, strengths, strict=True):
        reach = int(np.ceil(2.6 * radius))
        x0, x1 = max(0, int(x) - reach), min(width, int(x) + reach + 1)
        y0, y1 = max(0, int(y) - reach), min(height, int(y) + reach + 1)
        across = np.exp(-(((np.arange(x0, x1) - x) / radius) ** 2))
        down = np.exp(-(((np.arange(y0, y1) - y) / radius) ** 2))
        dot = (strength * np.outer(down, across)).astype(np.float32)
        np.maximum(field[y0:y1, x0:x1], dot, out=field[y0:y1, x0:x1])
    return field
