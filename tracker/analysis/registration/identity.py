"""Do two views show one lesion? Features everywhere and the fine structure have to agree."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.features import ViewFeatures
from tracker.analysis.registration.fitting import Fit, fit_similarity
from tracker.analysis.registration.matching import NARROW, Matches, match_freely, match_guided
from tracker.analysis.registration.plane import Matrix, apply

# Of 1,289 pairs of different lesions (HAM10000, PAD-UFES-20) none reached more than 3 inliers.
_INLIERS, _RESIDUAL, _DETAIL = 5, 0.25, 0.15
_SURE_INLIERS, _SURE_DETAIL = 8, 0.05  # many agreeing matches need less of the other evidence
_MIN_OVERLAP = 0.05
_MAX_ZOOM_LOG_AREA = math.log(64.0)
_GUIDE_INLIERS = 8
#: A second look: maps tried, the reach of their matches, and what makes one of them accepted. Of
#: wrong pairs none reached a correlation of .06 (`tests/bench/registration_causes.py`).
_PROPOSALS, _PROPOSAL_PX, _CLOSE_INLIERS, _CLOSE_DETAIL = 3, 6.0, 16, 0.10
#: Half the width of the band along a border that is left out there; radius is the lesion's.
_EDGE_PX, _EDGE_SHARE = 14, 0.15
_PLENTY = 16  # inliers of SIFT alone that leave no doubt


def whole_fit(earlier: ViewFeatures, later: ViewFeatures) -> tuple[Fit, float, Matches] | None:
    """The accepted similarity, the correlation of detail under it, and all matches.

    SIFT alone settles most pairs; AKAZE is asked where it does not. Where a lesion grew, its
    features and the skin's vote for two different maps, and the fits of both directions may side
    with different ones. The skin's vote alone then settles it.
    """
    matches = match_freely(earlier.whole[:1], later.whole[:1])
    fit = fit_similarity(matches, earlier.view.centre, earlier.view.radius_px)
    if fit is not None and fit.inliers >= _PLENTY:
        detail = _evidence(fit, earlier, later)
        if detail is not None:
            return fit, detail, matches
    matches = matches.and_(match_freely(earlier.whole[1:], later.whole[1:]))
    for voters in (matches, _on_skin(matches, earlier, later)):
        fit = fit_similarity(voters, earlier.view.centre, earlier.view.radius_px)
        detail = _evidence(fit, earlier, later)
        if fit is not None and detail is not None:
            return fit, detail, matches
    return _second_look(earlier, later, matches)


def _second_look(
    earlier: ViewFeatures, later: ViewFeatures, matches: Matches
) -> tuple[Fit, float, Matches] | None:
    """Each map that a few matches propose, searched closely; the fine structure has the word.

    A close search finds dozens of agreeing features for any map, right or wrong, so their number
    only makes the map exact. What tells right from wrong is the correlation of the fine structure.
    """
    left = matches
    for _ in range(_PROPOSALS):
        proposal = fit_similarity(left, earlier.view.centre, earlier.view.radius_px, _PROPOSAL_PX)
        if proposal is None:
            return None
        fit = _closely_fitted(earlier, later, proposal.matrix)
        if fit is not None:
            detail = detail_correlation(earlier, later, fit.matrix)
            if min(detail, _off_edge(earlier, later, fit.matrix)) > _CLOSE_DETAIL:
                return fit, detail, fit.matches
        miss = np.linalg.norm(apply(proposal.matrix, left.later) - left.earlier, axis=1)
        left = left.take(miss > _PROPOSAL_PX)
    return None


def _off_edge(earlier: ViewFeatures, later: ViewFeatures, matrix: Matrix) -> float:
    """The same without the edges: a round spot shares its edge with every other round spot."""
    return detail_correlation(earlier, later, matrix, off_edge=True)


def _closely_fitted(earlier: ViewFeatures, later: ViewFeatures, guide: Matrix) -> Fit | None:
    """The map that features near `guide` settle on, searched twice; None where they do not."""
    centre = earlier.view.centre
    fit = None
    for _ in range(2):
        if not _is_camera_like(guide):
            return None
        near = match_guided(earlier.whole, later.whole, guide, centre, NARROW)
        fit = fit_similarity(near, centre, earlier.view.radius_px)
        if fit is None:
            return None
        guide = fit.matrix
    agreed = fit is not None and fit.inliers >= _CLOSE_INLIERS and fit.residual < _RESIDUAL
    return fit if agreed and _is_camera_like(guide) else None


def _is_camera_like(matrix: Matrix) -> bool:
    """A similarity that two photos of one lesion may differ by."""
    determinant = abs(float(np.linalg.det(matrix)))
    return determinant > 0 and abs(math.log(determinant)) <= _MAX_ZOOM_LOG_AREA


def may_be_mirrored(earlier: ViewFeatures, later: ViewFeatures) -> bool:
    """Whether SIFT alone lines the views up once the later one is mirrored: worth a full look."""
    turned = later.whole[0].mirrored(later.view.mask.shape[1])
    matches = match_freely(earlier.whole[:1], (turned,))
    fit = fit_similarity(matches, earlier.view.centre, earlier.view.radius_px)
    return fit is not None and fit.inliers >= _INLIERS and fit.residual < _RESIDUAL


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
    if not _is_camera_like(fit.matrix):
        return None
    detail = detail_correlation(earlier, later, fit.matrix)
    needed = _DETAIL if fit.inliers < _SURE_INLIERS else _SURE_DETAIL
    return detail if detail > needed else None


def detail_correlation(
    earlier: ViewFeatures,
    later: ViewFeatures,
    matrix: Matrix,
    *,
    skin_only: bool = False,
    off_edge: bool = False,
) -> float:
    """Normalised cross-correlation of the fine structure where the views overlap; 0 if nowhere.

    Args:
        skin_only: of the skin off both widened lesions.
        off_edge: without a band along both lesions' borders.
    """
    height, width = earlier.detail.shape
    warped = cv2.warpPerspective(later.detail, matrix, (width, height))
    shown = _counted(later, skin_only, off_edge)
    valid = cv2.warpPerspective(
        shown.astype(np.uint8), matrix, (width, height), flags=cv2.INTER_NEAREST
    ).astype(np.bool_)
    valid &= _counted(earlier, skin_only, off_edge)
    if np.count_nonzero(valid) < _MIN_OVERLAP * valid.size:
        return 0.0
    a, b = earlier.detail[valid], warped[valid]
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / norm if norm > 0 else 0.0


def _counted(view: ViewFeatures, skin_only: bool, off_edge: bool) -> NDArray[np.bool_]:
    """Pixels whose detail counts, (h, w)."""
    if skin_only:
        return view.skin_area
    counted = np.ones(view.detail.shape, dtype=np.bool_)
    if off_edge:
        mask = view.view.mask.astype(np.uint8)
        reach = 2 * max(_EDGE_PX, round(_EDGE_SHARE * view.view.radius_px)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        counted &= cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, kernel) == 0
    return counted


def _inside(
    area: NDArray[np.bool_],
    points: NDArray[np.float32],
) -> NDArray[np.bool_]:
    index = np.rint(points).astype(np.intp)
    x = np.clip(index[:, 0], 0, area.shape[1] - 1)
    y = np.clip(index[:, 1], 0, area.shape[0] - 1)
    return np.asarray(area[y, x])
