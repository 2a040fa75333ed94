"""Maps of the plane: 3x3 homogeneous matrices applied to pixels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def apply(matrix: Matrix, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Map (n, 2) points; points on the horizon come out as infinity."""
    homogeneous = points.astype(np.float64) @ matrix[:, :2].T + matrix[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:3])


def jacobian(matrix: Matrix, point: tuple[float, float]) -> Matrix:
    """(2, 2) derivative of the map at `point`."""
    x, y = point
    u, v, w = matrix @ np.array([x, y, 1.0])
    top = matrix[:2, :2] * w - np.outer([u, v], matrix[2, :2])
    return np.asarray(top / w**2)


def stretch_ratio(matrix: Matrix, point: tuple[float, float]) -> float:
    """Larger over smaller singular value of the derivative: 1 for a similarity."""
    values = np.linalg.svd(jacobian(matrix, point), compute_uv=False)
    return float(values[0] / values[1]) if values[1] > 0 else math.inf


def log_area_scale(matrix: Matrix, points: NDArray[np.floating]) -> float:
    """ln of the mean factor by which areas at `points` (n, 2) grow under the map.

    For a homography det J = det H / w^3 (Hartley & Zisserman 2004, the derivative of x = Hx/w).
    Infinite where a point lies on or beyond the horizon.
    """
    w = points.astype(np.float64) @ matrix[2, :2] + matrix[2, 2]
    if w.min() * w.max() <= 0:
        return math.inf
    factor = float(np.mean(np.abs(np.linalg.det(matrix) / w**3)))
    return math.log(factor) if factor > 0 else -math.inf


def similarity_scale(matrix: Matrix) -> float:
    """Linear scale of a similarity."""
    return math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))


def similarity_angle_deg(matrix: Matrix) -> float:
    """Rotation of a similarity in degrees, in the sense of OpenCV's key point angles."""
    return math.degrees(math.atan2(matrix[1, 0], matrix[0, 0]))


def circle(centre: tuple[float, float], radius: float) -> NDArray[np.float64]:
    """Four points (4, 2) on a circle."""
    x, y = centre
    return np.array([[x + radius, y], [x, y + radius], [x - radius, y], [x, y - radius]])


def least_squares_similarity(
    source: NDArray[np.floating], target: NDArray[np.floating]
) -> Matrix | None:
    """Similarity (no mirror) that takes `source` onto `target`, both (n, 2); None if undefined.

    Complex linear regression: z' = a z + b.
    """
    z = source[:, 0].astype(np.float64) + 1j * source[:, 1]
    t = target[:, 0].astype(np.float64) + 1j * target[:, 1]
    if len(z) < 2:
        return None
    centred = z - z.mean()
    spread = float(np.sum(np.abs(centred) ** 2))
    if spread <= 0:
        return None
    a = complex(np.sum(np.conj(centred) * (t - t.mean())) / spread)
    b = complex(t.mean() - a * z.mean())
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag], [0.0, 0.0, 1.0]])
