"""Sizes of two outlines in one frame: area and largest diameter under a map of the skin."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.plane import Matrix, apply, log_area_scale
from tracker.analysis.view import LesionView


def log_area_ratio(
    earlier: LesionView,
    later: LesionView,
    matrix: Matrix,
    area_earlier_px: float,
    area_later_px: float,
) -> float:
    """ln(area later / area earlier) with the later area carried into the earlier photo.

    The areas are those counted on the full photos; the views only give the local scale, so the
    ratio does not suffer from the views' coarser pixels.

    Args:
        matrix: later view pixels to earlier view pixels.
        area_earlier_px, area_later_px: in pixels of each upright photo.
    """
    view_scale = log_area_scale(matrix, later.lesion_points)
    photo_scale = _log_pixel_area(earlier) - _log_pixel_area(later)
    return math.log(area_later_px / area_earlier_px) + view_scale + photo_scale


def log_diameter_ratio(earlier: LesionView, later: LesionView, matrix: Matrix) -> float | None:
    """ln of the ratio of the largest Feret diameters; None where an outline vanished.

    A homography keeps convex hulls convex, so the hull is all that has to be mapped.
    """
    hull_earlier, hull_later = _hull(earlier.mask), _hull(later.mask)
    if hull_earlier is None or hull_later is None:
        return None
    # The earlier view's pixels are not exactly square; diameters are taken in its photo's.
    to_photo = earlier.photo_from_view
    before = _feret(apply(to_photo, hull_earlier))
    after = _feret(apply(to_photo @ matrix, hull_later))
    return math.log(after / before)


def _log_pixel_area(view: LesionView) -> float:
    return math.log(abs(float(np.linalg.det(view.photo_from_view[:2, :2]))))


def _hull(mask: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Convex hull (n, 2) of the corners of the mask's pixels."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    left = mask[rows].argmax(axis=1) - 0.5
    right = mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1) + 0.5
    corners = [
        np.stack([side, rows + half], axis=1) for side in (left, right) for half in (-0.5, 0.5)
    ]
    hull = cv2.convexHull(np.concatenate(corners).astype(np.float32))
    return np.asarray(hull[:, 0, :], dtype=np.float64)


def _feret(hull: NDArray[np.float64]) -> float:
    gaps = hull[:, None, :] - hull[None, :, :]
    return float(np.sqrt((gaps**2).sum(axis=2).max()))
