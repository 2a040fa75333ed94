"""Geometry of a lesion mask, as free of the picture's resolution as it can be made.

A mask is brought to one standard size before its border is followed, so that the same outline
photographed with 40 or with 1,500 pixels gives the same perimeter, irregularity and asymmetry.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

#: Square root of the mask's area, in pixels, after bringing it to standard size.
STANDARD_ROOT_AREA = 200.0
#: Points on the closed border, evenly spaced along it.
BORDER_POINTS = 512
#: Smoothing of the border: Gaussian along the border, as a share of its length. About the finest
#: detail a 48 x 48 network mask can carry; a circle keeps 99.8 % of its radius.
BORDER_SIGMA = 0.01

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """Geometry of one mask; lengths in pixels of the mask that was given.

    area_px: pixels of the mask. perimeter_px: length of the smoothed border.
    diameter_px: maximum Feret diameter; perpendicular_px: extent at right angles to it.
    asymmetry: 0..1, see `asymmetry`. irregularity: P^2 / (4 pi A) of the border, >= 1.
    """

    area_px: float
    perimeter_px: float
    diameter_px: float
    perpendicular_px: float
    asymmetry: float
    irregularity: float


def shape_of(pixels: NDArray[np.bool_]) -> Shape:
    """Measure a mask.

    Args:
        pixels: (h, w) bool, at least one pixel set; the largest component is measured.

    Raises:
        ValueError: if no pixel is set.
    """
    area_px = float(np.count_nonzero(pixels))
    if area_px == 0:
        raise ValueError("an empty mask has no shape")
    standard, scale = _standard(pixels, area_px)
    border = _border(standard)
    area_standard = area_px * scale**2
    # The border runs through pixel centres and smoothing pulls it in a little: scaling it to the
    # area that was counted undoes both to first order.
    border = border * math.sqrt(area_standard / max(polygon_area(border), 1e-9))
    perimeter = polygon_length(border)
    diameter, perpendicular = feret(border)
    return Shape(
        area_px=area_px,
        perimeter_px=perimeter / scale,
        diameter_px=diameter / scale,
        perpendicular_px=perpendicular / scale,
        asymmetry=asymmetry(standard),
        irregularity=max(1.0, perimeter**2 / (4 * math.pi * area_standard)),
    )


def _standard(pixels: NDArray[np.bool_], area_px: float) -> tuple[NDArray[np.float32], float]:
    """The mask at standard size as (h, w) float 0..1 with an empty margin, and its scale."""
    scale = STANDARD_ROOT_AREA / math.sqrt(area_px)
    pad = max(2, math.ceil(8 / scale))
    padded = np.pad(pixels, pad)
    size = (max(8, round(padded.shape[1] * scale)), max(8, round(padded.shape[0] * scale)))
    if scale < 1:
        coverage = cv2.resize(padded.view(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
        return np.asarray(coverage, np.float32) / np.float32(255), scale
    # Enlarging a staircase keeps the stairs: soften them by about one source pixel first.
    soft = cv2.GaussianBlur(padded.astype(np.float32), (0, 0), 0.7)
    large = np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC), np.float32)
    return np.clip(large, 0, 1), scale


def _border(standard: NDArray[np.float32]) -> Points:
    """The smoothed outer border, (BORDER_POINTS, 2), about its centroid."""
    contours, _ = cv2.findContours(
        (standard >= 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    if not contours:
        return _circle(1.0)
    longest = max(contours, key=lambda c: (abs(cv2.contourArea(c)), len(c)))
    points = np.asarray(longest, np.float64).reshape(-1, 2)
    if len(points) < 8:
        return _circle(max(1.0, math.sqrt(len(points))))
    smooth = _smoothed(_evenly_spaced(points))
    return np.asarray(smooth - smooth.mean(axis=0), np.float64)


def _circle(radius: float) -> Points:
    angles = np.linspace(0, 2 * math.pi, BORDER_POINTS, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius


def _evenly_spaced(points: Points) -> Points:
    closed = np.vstack([points, points[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.linspace(0, along[-1], BORDER_POINTS, endpoint=False)
    return np.stack([np.interp(at, along, closed[:, i]) for i in (0, 1)], axis=1)


def _smoothed(points: Points) -> Points:
    """Gaussian smoothing along the closed border, done on its Fourier coefficients."""
    frequency = np.fft.fftfreq(BORDER_POINTS, d=1 / BORDER_POINTS)
    gain = np.exp(-2 * (math.pi * BORDER_SIGMA * frequency) ** 2)
    wave = np.fft.ifft(np.fft.fft(points[:, 0] + 1j * points[:, 1]) * gain)
    return np.stack([wave.real, wave.imag], axis=1)


def polygon_area(points: Points) -> float:
    """Area of a closed polygon (n, 2) by the shoelace formula, in the points' unit squared."""
    x, y = points.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def polygon_length(points: Points) -> float:
    """Length of a closed polygon (n, 2)."""
    steps = np.roll(points, -1, axis=0) - points
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def feret(points: Points) -> tuple[float, float]:
    """Largest diameter of a point set (n, 2), and its extent at right angles to that."""
    hull = np.asarray(cv2.convexHull(points.astype(np.float32)), np.float64).reshape(-1, 2)
    apart = hull[:, None, :] - hull[None, :, :]
    squared = (apart**2).sum(axis=2)
    one, other = np.unravel_index(int(np.argmax(squared)), squared.shape)
    longest = math.sqrt(float(squared[one, other]))
    if longest == 0:
        return 0.0, 0.0
    across = np.array([-apart[one, other][1], apart[one, other][0]]) / longest
    reach = hull @ across
    return longest, float(reach.max() - reach.min())


def asymmetry(standard: NDArray[np.float32]) -> float:
    """Mean non-overlap of a mask with its mirror images about both principal axes, 0..1.

    For each axis: sum |M - mirror(M)| / (2 sum M); 0 is mirror symmetric (the A of the ABCD rule,
    Stolz 1994, as commonly put into numbers).

    Args:
        standard: (h, w) float 0..1 coverage.
    """
    moments = cv2.moments(standard)
    total = moments["m00"]
    if total <= 0:
        return 0.0
    cx, cy = moments["m10"] / total, moments["m01"] / total
    angle = 0.5 * math.atan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])
    upright = _turned(standard, cx, cy, angle)
    mass = float(upright.sum())
    apart = [float(np.abs(upright - np.flip(upright, axis=k)).sum()) for k in (0, 1)]
    return min(1.0, sum(apart) / (4 * mass))


def _turned(
    standard: NDArray[np.float32], cx: float, cy: float, angle: float
) -> NDArray[np.float32]:
    """The mask with its centroid in the middle and its long axis along x."""
    side = 2 * math.ceil(math.hypot(*standard.shape) / 2 + 2) + 1
    middle = (side - 1) / 2
    cos, sin = math.cos(angle), math.sin(angle)
    # Inverse map: where each pixel of the turned mask comes from.
    matrix = np.array(
        [
            [cos, -sin, cx - cos * middle + sin * middle],
            [sin, cos, cy - sin * middle - cos * middle],
        ]
    )
    turned = cv2.warpAffine(
        standard, matrix, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(turned, np.float32)
