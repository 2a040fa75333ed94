"""Do two views show one lesion? Features everywhere and the fine structure have to agree."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.features import ViewFeatures
from tracker.analysis.registration.fitting import Fit, fit_similarity
from tracker.analysis.registration.matching import Matches, match_freely
from tracker.analysis.registration.plane import Matrix

# Of 1,289 pairs of different lesions (HAM10000, PAD-UFES-20) none reached more than 3 inliers.
_INLIERS, _RESIDUAL, _DETAIL = 5, 0.25, 0.15
_SURE_INLIERS, _SURE_DETAIL = 8, 0.05  # many agreeing matches need less of the other evidence
_MIN_OVERLAP = 0.05
_MAX_ZOOM_LOG_AREA = math.log(64.0)
_GUIDE_INLIERS = 8


def whole_fit(earlier: ViewFeatures, later: ViewFeatures) -> tuple[Fit, float, Matches] | None:
    """The accepted similarity, the correlation of detail under it, and all matches.

    Where a lesion grew, its features and the skin's vote for two different maps, and the fits of
    both directions may side with different ones. The skin's vote alone then settles it.
    """
    matches = match_freely(earlier.whole, later.whole)
    for voters in (matches, _on_skin(matches, earlier, later)):
        fit = fit_similarity(voters, earlier.view.centre, earlier.view.radius_px)
        detail = _evidence(fit, earlier, later)
        if fit is not None and detail is not None:
            return fit, detail, matches
    return None


def _on_skin(matches: Matches, earlier: ViewFeatures, later: ViewFeatures) -> Matches:
    on_both = _inside(earlier.skin_area, matches.earlier) & _inside(later.skin_area, matches.later)
    return matches.take(on_both)


def skin_guide(earlier: ViewFeatures, later: ViewFeatures, whole: Fit, matches: Matches) -> Matrix:
    """Where to look for skin matches: the skin's own similarity if there is one.

    The similarity of everything may have locked onto a lesion that grew.
    """
    on_skin = _on_skin(matches, earlier, later)
    own = fit_similarity(on_skin, earlier.view.centre, earlier.view.radius_px)
    if own is not None and own.inliers >= _GUIDE_INLIERS and own.residual < _RESIDUAL:
        return own.matrix
    return whole.matrix


def _evidence(fit: Fit | None, earlier: ViewFeatures, later: ViewFeatures) -> float | None:
    """The correlation of detail if the fit is evidence enough, else None."""
    if fit is None or fit.inliers < _INLIERS or fit.residual >= _RESIDUAL:
        return None
    if abs(math.log(abs(float(np.linalg.det(fit.matrix))))) > _MAX_ZOOM_LOG_AREA:
        return None
    detail = _detail_correlation(earlier, later, fit.matrix)
    needed = _DETAIL if fit.inliers < _SURE_INLIERS else _SURE_DETAIL
    return detail if detail > needed else None


def _detail_correlation(earlier: ViewFeatures, later: ViewFeatures, matrix: Matrix) -> float:
    """Normalised cross-correlation of the fine structure where the views overlap; 0 if nowhere."""
    height, width = earlier.detail.shape
    warped = cv2.warpPerspective(later.detail, matrix, (width, height))
    ones = np.ones(later.detail.shape, dtype=np.uint8)
    valid = cv2.warpPerspective(ones, matrix, (width, height), flags=cv2.INTER_NEAREST) > 0
    if np.count_nonzero(valid) < _MIN_OVERLAP * valid.size:
        return 0.0
    a, b = earlier.detail[valid], warped[valid]
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / norm if norm > 0 else 0.0


def _inside(
    area: NDArray[np.bool_],
    points: NDArray[np.float32],
) -> NDArray[np.bool_]:
    index = np.rint(points).astype(np.intp)
    x = np.clip(index[:, 0], 0, area.shape[1] - 1)
    y = np.clip(index[:, 1], 0, area.shape[0] - 1)
    return np.asarray(area[y, x])
