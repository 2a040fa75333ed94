"""The recipe of the pilot study as it was written down: the peer for speed, acceptance and error.

Nothing is kept and nothing pruned: features are found anew for each pair, once everywhere and once
on the skin, and every descriptor is held against every other one, both ways.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.features import skin_around
from tracker.analysis.registration.plane import (
    Matrix,
    apply,
    circle,
    similarity_angle_deg,
    similarity_scale,
    stretch_ratio,
)
from tracker.analysis.view import LesionView

_Found = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Lined:
    """same: accepted as one lesion. skin: later view pixels to earlier ones, None: no size."""

    same: bool
    skin: Matrix | None


def line_up(earlier: LesionView, later: LesionView) -> Lined:
    """Steps 1 to 3 of the recipe."""
    found = [_features(view, None) for view in (earlier, later)]
    whole = _ransac(*_pooled(found[0], found[1], None, earlier), homography=False)
    backward = _ransac(*_pooled(found[1], found[0], None, later), homography=False)
    if whole is None or backward is None:
        return Lined(False, None)
    matrix, count = whole
    if count < 5 or _there_and_back(matrix, backward[0], earlier) >= 0.25:
        return Lined(False, None)
    if _detail(earlier, later, matrix) <= 0.15:
        return Lined(False, None)
    on_skin = [_features(view, skin_around(view)) for view in (earlier, later)]
    a, b = _pooled(on_skin[0], on_skin[1], matrix, earlier)
    for homography, needed in ((True, 12), (False, 20)):
        fit, back = _ransac(a, b, homography=homography), _ransac(b, a, homography=homography)
        if fit is None or back is None or fit[1] < needed:
            continue
        centre = (float(later.centre[0]), float(later.centre[1]))
        if _there_and_back(fit[0], back[0], earlier) < 0.10 and stretch_ratio(fit[0], centre) < 1.6:
            return Lined(True, fit[0])
    return Lined(True, None)


def _features(view: LesionView, skin: NDArray[np.bool_] | None) -> tuple[_Found, _Found]:
    grey = cv2.cvtColor(view.rgb, cv2.COLOR_RGB2GRAY)
    levelled = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey)
    count, contrast, akaze = (2000, 0.010, 3e-4) if skin is None else (3000, 0.008, 2e-4)
    area = None if skin is None else skin.astype(np.uint8)
    sift = cv2.SIFT.create(nfeatures=count, contrastThreshold=contrast, edgeThreshold=20)
    module = cv2 if hasattr(cv2, "AKAZE") else cv2.xfeatures2d
    both = (sift, module.AKAZE.create(threshold=akaze))
    first, second = (each.detectAndCompute(levelled, area) for each in both)
    return _table(*first, width=128), _table(*second, width=61)


def _table(points: Any, descriptors: Any, *, width: int) -> _Found:
    if descriptors is None:
        kind = np.float32 if width == 128 else np.uint8
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, width), kind)
    if width == 128:
        descriptors = np.sqrt(descriptors / np.maximum(descriptors.sum(1, keepdims=True), 1e-6))
    place = np.array([point.pt for point in points], dtype=np.float64)
    return place, np.array([(p.size, p.angle) for p in points]), descriptors


def _pooled(
    a: tuple[_Found, _Found],
    b: tuple[_Found, _Found],
    guide: Matrix | None,
    earlier: LesionView,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Matched points, `a` and `b`, of both kinds."""
    left, right = [], []
    for one, other in zip(a, b, strict=True):
        if min(len(one[0]), len(other[0])) < 2:
            continue
        distance = _distances(one[2], other[2])
        if guide is not None:
            distance[~_allowed(one, other, guide, earlier)] = np.inf
        ratio = 0.8 if guide is None else 0.9
        pairs = _one_to_one(distance, ratio)
        left.append(one[0][pairs[:, 0]])
        right.append(other[0][pairs[:, 1]])
    if not left:
        return np.zeros((0, 2)), np.zeros((0, 2))
    return np.concatenate(left), np.concatenate(right)


def _distances(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float32]:
    if a.dtype == np.uint8:  # bits as -1 and 1: their product counts agreement less disagreement
        signs = [2.0 * np.unpackbits(each, axis=1).astype(np.float32) - 1.0 for each in (a, b)]
        return np.asarray((signs[0].shape[1] - signs[0] @ signs[1].T) / 2, dtype=np.float32)
    return np.asarray(np.sqrt(np.maximum(2 - 2 * (a @ b.T), 0)), dtype=np.float32)


def _allowed(a: _Found, b: _Found, guide: Matrix, earlier: LesionView) -> NDArray[np.bool_]:
    expected = apply(guide, b[0])
    window = 14 + 0.30 * np.linalg.norm(expected - np.asarray(earlier.centre), axis=1)
    gap = np.linalg.norm(a[0][:, None, :] - expected[None, :, :], axis=2)
    turn = a[1][:, None, 1] - b[1][None, :, 1] - similarity_angle_deg(guide)
    size = np.log2(a[1][:, None, 0] / (b[1][None, :, 0] * similarity_scale(guide)))
    near = gap <= window
    return np.asarray(
        near & (np.abs((turn + 180) % 360 - 180) <= 22) & (np.abs(size) <= 0.7), np.bool_
    )


def _one_to_one(distance: NDArray[np.float32], ratio: float) -> NDArray[np.intp]:
    there, back = distance.argmin(axis=1), distance.argmin(axis=0)
    rows = np.arange(len(distance))
    nearest, second = np.partition(distance, 1, axis=1)[:, :2].T
    nearest_back, second_back = np.partition(distance, 1, axis=0)[:2]
    keep = (back[there] == rows) & (nearest < ratio * second)
    keep &= (nearest_back < ratio * second_back)[there] & np.isfinite(nearest)
    return np.stack([rows[keep], there[keep]], axis=1)


def _ransac(
    a: NDArray[np.float64], b: NDArray[np.float64], *, homography: bool
) -> tuple[Matrix, int] | None:
    """The map of `b` onto `a`, and inliers in distinct cells of 6 px."""
    if len(a) < (6 if homography else 3):
        return None
    cv2.setRNGSeed(1)
    if homography:
        matrix, _ = cv2.findHomography(b, a, cv2.USAC_MAGSAC, 4.0, maxIters=3000, confidence=0.999)
    else:
        top, _ = cv2.estimateAffinePartial2D(
            b, a, method=cv2.RANSAC, ransacReprojThreshold=4.0, maxIters=5000, confidence=0.999
        )
        matrix = None if top is None else np.vstack([top, [0, 0, 1.0]])
    if matrix is None:
        return None
    found = np.asarray(matrix, dtype=np.float64)
    if not np.isfinite(found).all() or abs(np.linalg.det(found)) < 1e-12:
        return None
    inside = np.linalg.norm(apply(found, b) - a, axis=1) <= 4.0
    cells = [len(np.unique(np.floor(points[inside] / 6.0), axis=0)) for points in (a, b)]
    return found, min(cells)


def _there_and_back(forward: Matrix, backward: Matrix, earlier: LesionView) -> float:
    ring = circle(earlier.centre, earlier.radius_px)
    error = np.linalg.norm(apply(forward, apply(backward, ring)) - ring, axis=1).max()
    worst = float(error) / earlier.radius_px
    return worst if math.isfinite(worst) else math.inf


def _detail(earlier: LesionView, later: LesionView, matrix: Matrix) -> float:
    """Correlation of the fine structure where the views overlap."""
    fine = []
    for view in (earlier, later):
        grey = cv2.cvtColor(view.rgb, cv2.COLOR_RGB2GRAY)
        smooth = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey).astype(np.float32)
        fine.append(smooth - cv2.GaussianBlur(smooth, (0, 0), 6.0))
    height, width = fine[0].shape
    warped = cv2.warpPerspective(fine[1], matrix, (width, height))
    shown = cv2.warpPerspective(np.ones_like(fine[1]), matrix, (width, height)) > 0.99
    if np.count_nonzero(shown) < 0.05 * shown.size:
        return 0.0
    return float(np.corrcoef(fine[0][shown], warped[shown])[0, 1])
