"""Synthetic surfaces that are not skin: walls, wood, cloth, screens, noise. All (S, S, 3) uint8."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from corpus import Image

Rng = np.random.Generator


def smooth_noise(rng: Rng, side: int, grain_px: float) -> np.ndarray:
    """Low-frequency noise (side, side) float32, zero mean, unit deviation, grain about grain_px."""
    cells = max(2, round(side / max(grain_px, 1.0)))
    small = rng.standard_normal((cells, cells)).astype(np.float32)
    field = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    return (field - field.mean()) / (field.std() + 1e-6)


def random_colour(rng: Rng) -> np.ndarray:
    """An RGB colour, every other time in the beige-brown range in which walls pass for skin."""
    if rng.random() < 0.5:
        hsv = np.uint8([[[rng.integers(3, 24), rng.integers(20, 150), rng.integers(70, 250)]]])
        return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)
    return rng.uniform(10, 250, 3).astype(np.float32)


def shading(rng: Rng, side: int, strength: float) -> np.ndarray:
    """Smooth multiplicative light field (side, side, 1): a ramp and one soft bump."""
    angle = rng.uniform(0, 2 * np.pi)
    ys, xs = np.mgrid[0:side, 0:side].astype(np.float32) / side - 0.5
    ramp = xs * np.cos(angle) + ys * np.sin(angle)
    bump = smooth_noise(rng, side, side / 2) * 0.4
    return (1.0 + strength * (ramp + bump * rng.random()))[..., None].astype(np.float32)


def wall(rng: Rng, side: int) -> Image:
    """Plain painted surface: one colour, a light ramp, fine grain."""
    base = np.ones((side, side, 1), np.float32) * random_colour(rng)
    base *= shading(rng, side, rng.uniform(0, 0.5))
    base += smooth_noise(rng, side, rng.uniform(1, 6))[..., None] * rng.uniform(0, 7)
    return base.clip(0, 255).astype(np.uint8)


def wood(rng: Rng, side: int) -> Image:
    """Grain in one direction."""
    grain = rng.standard_normal((rng.integers(20, 120), 3)).astype(np.float32)
    lines = cv2.resize(grain, (3, side), interpolation=cv2.INTER_CUBIC).mean(axis=1)
    wave = smooth_noise(rng, side, side / 3) * rng.uniform(0, 12)
    rows = (np.arange(side)[:, None] + wave).clip(0, side - 1).astype(int)
    field = lines[rows][..., None]
    image = random_colour(rng) * (1 + rng.uniform(0.1, 0.4) * field)
    image = image.clip(0, 255).astype(np.uint8)
    return image if rng.random() < 0.5 else np.ascontiguousarray(image.transpose(1, 0, 2))


def cloth(rng: Rng, side: int) -> Image:
    """Weave or stripes or checks."""
    xs = np.arange(side, dtype=np.float32)
    period = rng.uniform(2.5, 40)
    wave_x = np.sin(2 * np.pi * xs / period + rng.uniform(0, 6))
    wave_y = np.sin(2 * np.pi * xs / (period * rng.uniform(0.5, 2)))
    field = wave_x[None] * (1.0 if rng.random() < 0.7 else 0.0) + wave_y[:, None]
    if rng.random() < 0.4:
        field = np.sign(field)
    mix = ((field - field.min()) / (np.ptp(field) + 1e-6))[..., None]
    first = random_colour(rng)
    second = first * rng.uniform(0.6, 1.3) if rng.random() < 0.6 else random_colour(rng)
    image = (first * mix + second * (1 - mix)) * shading(rng, side, rng.uniform(0, 0.5))
    image += smooth_noise(rng, side, 2)[..., None] * rng.uniform(0, 10)
    return image.clip(0, 255).astype(np.uint8)


def clouds(rng: Rng, side: int) -> Image:
    """Multi-scale colour noise: leather, stone, foliage, carpet."""
    image = np.ones((side, side, 1), np.float32) * random_colour(rng)
    for _ in range(3):
        grain = float(np.exp(rng.uniform(0, np.log(side / 2))))
        tint = rng.uniform(-1, 1, 3) * rng.uniform(5, 45)
        image = image + smooth_noise(rng, side, grain)[..., None] * tint
    return image.clip(0, 255).astype(np.uint8)


def page(rng: Rng, side: int) -> Image:
    """Text on paper or a screen."""
    paper = random_colour(rng) if rng.random() < 0.5 else rng.uniform(200, 255, 3)
    image = np.ones((side, side, 1), np.float32) * paper.astype(np.float32)
    image = image.clip(0, 255).astype(np.uint8)
    ink = tuple(int(v) for v in random_colour(rng) * 0.5)
    size = rng.uniform(0.25, 1.2)
    step = max(8, int(size * 30))
    for y in range(step, side, step):
        letters = "".join(chr(c) for c in rng.integers(33, 122, 60))
        cv2.putText(image, letters, (int(rng.integers(-30, 20)), y), 0, size, ink, 1, cv2.LINE_AA)
    return image


def boxes(rng: Rng, side: int) -> Image:
    """Objects of random shapes on a ground: screenshots, shelves, toys."""
    image = SIMPLE[int(rng.integers(len(SIMPLE)))](rng, side)
    for _ in range(int(rng.integers(2, 14))):
        colour = tuple(int(v) for v in random_colour(rng))
        x, y = (int(v) for v in rng.integers(0, side, 2))
        w, h = (int(v) for v in np.exp(rng.uniform(1, np.log(side / 1.5), 2)))
        if rng.random() < 0.5:
            cv2.rectangle(image, (x, y), (x + w, y + h), colour, -1 if rng.random() < 0.7 else 2)
        else:
            angle = float(rng.uniform(0, 180))
            cv2.ellipse(image, (x, y), (w // 2 + 1, h // 2 + 1), angle, 0, 360, colour, -1, 16)
    return image


def static(rng: Rng, side: int) -> Image:
    """Sensor noise, a black frame, a white-out."""
    level, sigma = rng.uniform(0, 255), rng.uniform(0, 80)
    noise = rng.normal(level, sigma, (side, side, 3))
    return noise.clip(0, 255).astype(np.uint8)


SIMPLE: tuple[Callable[[Rng, int], Image], ...] = (wall, wood, cloth, clouds)
ALL: tuple[Callable[[Rng, int], Image], ...] = (
    wall,
    wall,
    wood,
    cloth,
    clouds,
    page,
    boxes,
    static,
)


def surface(rng: Rng, side: int) -> Image:
    """One random surface that is not skin."""
    return ALL[int(rng.integers(len(ALL)))](rng, side)
