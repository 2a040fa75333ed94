"""Robust maps from matches, each with the evidence that it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.matching import Matches
from tracker.analysis.registration.plane import (
    Matrix,
    apply,
    circle,
    least_squares_similarity,
    log_area_scale,
)

#: Distance within which a match agrees with a map.
INLIER_PX = 4.0
#: Matches closer than this to each other count as one piece of evidence.
CELL_PX = 6.0
_SECTORS = 8
_SEED = 20_260_301  # OpenCV's sampler is seeded before each fit: same photos, same answer


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A map of later view pixels onto earlier view pixels.

    matrix: (3, 3). matches: those that agree. inliers: how many of them lie in distinct cells of
    `CELL_PX`, in both views. residual: worst forward-backward error at four points on the
    lesion's circle over its radius; infinite where one direction cannot be fitted.
    """

    matrix: Matrix
    matches: Matches
    inliers: int
    residual: float


Solver = Callable[[NDArray[np.float32], NDArray[np.float32]], Matrix | None]


def fit_similarity(
    matches: Matches, centre: tuple[float, float], radius: float, reach_px: float = INLIER_PX
) -> Fit | None:
    """Similarity by RANSAC (Fischler & Bolles 1981); None with fewer than three matches.

    Args:
        centre, radius: the lesion's circle in the earlier view.
    """

    def solve(source: NDArray[np.float32], target: NDArray[np.float32]) -> Matrix | None:
        cv2.setRNGSeed(_SEED)
        top, _ = cv2.estimateAffinePartial2D(
            source,
            target,
            method=cv2.RANSAC,
            ransacReprojThreshold=reach_px,
            maxIters=5000,
            confidence=0.999,
            refineIters=20,
        )
        return None if top is None else np.vstack([top, [0.0, 0.0, 1.0]])

    return _fit(matches, solve, centre, radius) if len(matches) >= 3 else None


def fit_homography(matches: Matches, centre: tuple[float, float], radius: float) -> Fit | None:
    """Homography by MAGSAC++ (Barath 2020); None with fewer than six matches."""

    def solve(source: NDArray[np.float32], target: NDArray[np.float32]) -> Matrix | None:
        cv2.setRNGSeed(_SEED)
        matrix, _ = cv2.findHomography(
            source, target, cv2.USAC_MAGSAC, INLIER_PX, maxIters=3000, confidence=0.999
        )
        return None if matrix is None else np.asarray(matrix, dtype=np.float64)

    return _fit(matches, solve, centre, radius) if len(matches) >= 6 else None


def _fit(matches: Matches, solve: Solver, centre: tuple[float, float], radius: float) -> Fit | None:
    forward = solve(matches.later, matches.earlier)
    if forward is None or not np.all(np.isfinite(forward)):
        return None
    if abs(float(np.linalg.det(forward))) < 1e-12:
        return None
    error = np.linalg.norm(apply(forward, matches.later) - matches.earlier, axis=1)
    agreeing = matches.take(error <= INLIER_PX)
    backward = solve(matches.earlier, matches.later)
    return Fit(
        matrix=forward,
        matches=agreeing,
        inliers=min(_cells(agreeing.earlier), _cells(agreeing.later)),
        residual=_forward_backward(forward, backward, centre, radius),
    )


def _cells(points: NDArray[np.float32]) -> int:
    return len(np.unique(np.floor(points / CELL_PX).astype(np.int64), axis=0))


def _forward_backward(
    forward: Matrix, backward: Matrix | None, centre: tuple[float, float], radius: float
) -> float:
    if backward is None:
        return math.inf
    there = circle(centre, radius)
    back = apply(forward, apply(backward, there))
    error = float(np.max(np.linalg.norm(back - there, axis=1))) / radius
    return error if math.isfinite(error) else math.inf


def log_area_sigma(fit: Fit, lesion: NDArray[np.floating], *, homography: bool) -> float:
    """Standard error of `log_area_scale` over `lesion` by a delete-one-sector jackknife.

    The matches are grouped by their direction from the lesion's centre and one group is left out
    at a time (Shao & Wu 1989, delete-d): neighbours share their errors, so single matches would
    not be independent. Infinite where fewer than three sectors hold matches: skin on one side
    only says too little about the middle.

    Args:
        lesion: (n, 2) later view pixels of the lesion.
    """
    later, earlier = fit.matches.later, fit.matches.earlier
    offset = later - lesion.mean(axis=0)
    angle = np.arctan2(offset[:, 1], offset[:, 0])
    sector = np.minimum(((angle + np.pi) / (2 * np.pi) * _SECTORS).astype(int), _SECTORS - 1)
    groups = np.unique(sector)
    if len(groups) < 3:
        return math.inf
    values = []
    for group in groups:
        keep = sector != group
        matrix = _refit(later[keep], earlier[keep], homography=homography)
        if matrix is None:
            return math.inf
        values.append(log_area_scale(matrix, lesion))
    spread = np.asarray(values)
    if not np.all(np.isfinite(spread)):
        return math.inf
    count = len(groups)
    return float(np.sqrt((count - 1) / count * np.sum((spread - spread.mean()) ** 2)))


def _refit(
    later: NDArray[np.float32], earlier: NDArray[np.float32], *, homography: bool
) -> Matrix | None:
    if not homography:
        return least_squares_similarity(later, earlier)
    if len(later) < 4:
        return None
    matrix, _ = cv2.findHomography(later, earlier, 0)
    return None if matrix is None else np.asarray(matrix, dtype=np.float64)
