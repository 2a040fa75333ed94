"""Augmentation: how a phone, a hand and a lamp change the same lesion.

Geometry is a single affine warp from the cached picture to the network's input, so a view is
interpolated only once. Every function draws from the generator it is given and from nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .crops import frame_square, square_around
from .overlays import Overlays

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]
Square = tuple[float, float, float]


@dataclass(frozen=True)
class AugmentConfig:
    """Ranges of the nuisances; fractions are of the crop side, fill is lesion / crop side."""

    fill_usual: tuple[float, float] = (0.45, 0.85)
    fill_wide: tuple[float, float] = (0.25, 1.05)
    wide_share: float = 0.4
    shift: float = 0.25
    shear: float = 0.12
    stretch: float = 0.10
    max_mirror: float = 1.15
    keep_inside_share: float = 0.7
    blur_share: float = 0.25
    noise_share: float = 0.3
    jpeg_share: float = 0.25
    overlay_share: float = 0.25
    vignette_share: float = 0.12


def random_square(
    rng: np.random.Generator,
    config: AugmentConfig,
    shape: tuple[int, int],
    box: tuple[int, int, int, int] | None,
) -> Square:
    """A crop square as the gate may cut it: wrong in size and off-centre. Pixels."""
    height, width = shape
    if box is None:
        cx, cy, side = frame_square(height, width)
        side *= float(rng.uniform(0.5, 1.1))
    else:
        wide = rng.random() < config.wide_share
        low, high = config.fill_wide if wide else config.fill_usual
        fill = math.exp(rng.uniform(math.log(low), math.log(high)))
        cx, cy, side = square_around((*box,), 1.0 / fill)
    # Mirrored copies of the lesion would fill a much larger square: bound it by the frame.
    side = max(16.0, min(side, config.max_mirror * max(height, width)))
    dx, dy = rng.triangular(-1.0, 0.0, 1.0, 2) * config.shift * side
    cx, cy = cx + float(dx), cy + float(dy)
    if rng.random() < config.keep_inside_share:
        cx, cy = _inside(cx, side, width), _inside(cy, side, height)
    return cx, cy, side


def _inside(centre: float, side: float, extent: int) -> float:
    """Move a square's centre so that it leaves the frame no more than it must."""
    if side >= extent:
        return extent / 2
    return min(max(centre, side / 2), extent - side / 2)


def random_affine(
    rng: np.random.Generator,
    config: AugmentConfig,
    square: Square,
    size: int,
    max_turn_rad: float = math.pi,
) -> Matrix:
    """2x3 matrix from picture to input pixels: rotation, flip, stretch and shear about a square.

    A turn of less than a half circle stands for one hand holding one phone: then no flip.
    """
    angle = rng.uniform(-max_turn_rad, max_turn_rad)
    cos, sin = math.cos(angle), math.sin(angle)
    stretch = math.exp(rng.uniform(-config.stretch, config.stretch))
    flip = -1.0 if max_turn_rad >= math.pi and rng.random() < 0.5 else 1.0
    shear = rng.uniform(-config.shear, config.shear)
    rotate = np.array([[cos, -sin], [sin, cos]])
    linear = rotate @ np.array([[1.0, shear], [0.0, 1.0]]) @ np.diag([flip * stretch, 1 / stretch])
    linear *= size / square[2]
    centre = np.array(square[:2])
    half = (size - 1) / 2
    shift = np.array([half, half]) - linear @ centre
    return np.column_stack([linear, shift])


def warp(picture: Pixels, matrix: Matrix, size: int) -> Pixels:
    """Warp a picture or mask to (size, size), mirrored beyond the frame, without aliasing."""
    shrink = 1.0 / math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))
    if shrink > 1.6:
        half = cv2.resize(picture, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
        scale_x, scale_y = picture.shape[1] / half.shape[1], picture.shape[0] / half.shape[0]
        picture = np.asarray(half, np.uint8)
        matrix = _rescaled(matrix, scale_x, scale_y)
    return np.asarray(
        cv2.warpAffine(
            picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        ),
        np.uint8,
    )


def _rescaled(matrix: Matrix, scale_x: float, scale_y: float) -> Matrix:
    """The same map for a picture shrunk by scale_x, scale_y (pixel centres at +0.5)."""
    linear = matrix[:, :2] * np.array([scale_x, scale_y])
    shift = matrix[:, 2] + matrix[:, :2] @ np.array([0.5 * scale_x - 0.5, 0.5 * scale_y - 0.5])
    return np.column_stack([linear, shift])


def photometric(rng: np.random.Generator, config: AugmentConfig, view: Pixels) -> Pixels:
    """Change light, white balance, contrast, sharpness and compression of uint8 RGB (S, S, 3)."""
    if rng.random() < config.blur_share:
        view = np.asarray(cv2.GaussianBlur(view, (0, 0), float(rng.uniform(0.4, 1.6))), np.uint8)
    view = np.asarray(cv2.LUT(view, _tone_curves(rng)), np.uint8)
    if rng.random() < 0.3:
        view = _lit_from_a_side(rng, view)
    if rng.random() < config.noise_share:
        noise = np.zeros_like(view, np.int16)
        cv2.setRNGSeed(int(rng.integers(2**31 - 1)))
        cv2.randn(noise, np.zeros(3), np.full(3, rng.uniform(1.0, 8.0)))
        view = np.asarray(cv2.add(view, noise, dtype=cv2.CV_8U), np.uint8)
    if rng.random() < config.jpeg_share:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 92))]
        view = np.asarray(cv2.imdecode(cv2.imencode(".jpg", view, quality)[1], 1), np.uint8)
    return view


def _tone_curves(rng: np.random.Generator) -> Pixels:
    """(256, 1, 3) lookup table: gain a channel, contrast about mid-skin, gamma."""
    x = np.arange(256, dtype=np.float32)[:, None] / 255.0
    gain = rng.uniform(0.75, 1.25) * (1.0 + rng.normal(0.0, 0.05, 3))
    contrast = rng.uniform(0.75, 1.3)
    gamma = math.exp(rng.uniform(-0.2, 0.2))
    curves = ((x**gamma * gain - 0.55) * contrast + 0.55) * 255.0
    return np.clip(np.rint(curves), 0, 255).astype(np.uint8).reshape(256, 1, 3)


def _lit_from_a_side(rng: np.random.Generator, view: Pixels) -> Pixels:
    size = view.shape[0]
    corners = rng.uniform(0.75, 1.1, (2, 2)).astype(np.float32)
    field = cv2.resize(corners, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(
        cv2.multiply(view, cv2.merge([field, field, field]), dtype=cv2.CV_8U), np.uint8
    )


class Augmenter:
    """Makes training views of ``size`` pixels with soft masks at half that resolution."""

    def __init__(self, config: AugmentConfig, size: int, overlays: Overlays) -> None:
        self.config = config
        self.size = size
        self.overlays = overlays

    def __call__(
        self,
        rng: np.random.Generator,
        picture: Pixels,
        mask: Pixels | None,
        box: tuple[int, int, int, int] | None,
    ) -> tuple[Pixels, Pixels]:
        """Return the view, uint8 (S, S, 3), and its mask, uint8 0..255 (S/2, S/2)."""
        height, width = picture.shape[:2]
        square = random_square(rng, self.config, (height, width), box)
        matrix = random_affine(rng, self.config, square, self.size)
        view = warp(picture, matrix, self.size)
        half = self.size // 2
        if mask is None:
            target = np.zeros((half, half), np.uint8)
        else:
            full = warp(mask, matrix, self.size)
            target = np.asarray(cv2.resize(full, (half, half), interpolation=cv2.INTER_AREA))
        if rng.random() < self.config.overlay_share:
            view = self.overlays.draw(rng, view)
        view = photometric(rng, self.config, view)
        if rng.random() < self.config.vignette_share:
            view = self.overlays.vignette(rng, view)
        return view, target
