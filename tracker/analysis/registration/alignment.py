"""Two views lined up: the same lesion or not, and the map of the skin around it.

The order of the steps and their thresholds were measured on same-lesion pairs of HAM10000
(Tschandl 2018); `tests/bench/registration_pairs.py` measures them again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from tracker.analysis.registration import wording
from tracker.analysis.registration.features import ViewFeatures
from tracker.analysis.registration.fitting import (
    Fit,
    fit_homography,
    fit_similarity,
    log_area_sigma,
)
from tracker.analysis.registration.matching import Matches, match_freely, match_guided
from tracker.analysis.registration.plane import (
    Matrix,
    apply,
    jacobian,
    log_area_scale,
    stretch_ratio,
)
from tracker.analysis.view import LesionView
from tracker.domain.comparison import Registration, RegistrationMethod

_SAME_INLIERS, _SAME_RESIDUAL, _SAME_DETAIL = 5, 0.25, 0.15
_SURE_INLIERS, _SURE_DETAIL = 8, 0.05  # many agreeing matches need less of the other evidence
# With a guide on purpose wrong (other skin), no pair of 171 reached the homography's count; fewer
# inliers, or a second search in a narrower window, are reached by chance and prove nothing.
_HOMOGRAPHY_INLIERS, _SIMILARITY_INLIERS, _SKIN_RESIDUAL = 12, 20, 0.10
_MAX_STRETCH = 1.6  # singular-value ratio: more than a tilted camera explains
_MAX_SIGMA_LOG = 0.10
_MIN_SIGMA_LOG = 0.01  # what registration itself was seen to contribute at its best
_GUIDE_INLIERS = 8
_GROWTH_LOG = 0.10
_MIN_OVERLAP = 0.05
#: Numbers tried for the zoom between two photos of one lesion, as area.
_MAX_ZOOM_LOG_AREA = math.log(64.0)


@dataclass(frozen=True, slots=True, eq=False)
class SkinFit:
    """The map of the skin that sizes may use, and ln-area standard error of it."""

    fit: Fit
    method: RegistrationMethod
    sigma_log_area: float


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How two views line up. Matrices map later view pixels to earlier view pixels.

    same_lesion: True confirmed; False when the skin is the same but another spot is outlined;
        None when it cannot be told, with `reason` in words for a person.
    whole: similarity from features everywhere: identity, overlay and colour, never size.
    skin: the map sizes may use, or None with `size_reason`.
    detail_correlation: normalised cross-correlation of the fine structure, -1..1.
    mirrored: the later photo had to be mirrored first; the matrices contain the mirror.
    notes: findings for a person.
    """

    same_lesion: bool | None
    reason: str | None
    whole: Fit | None
    skin: SkinFit | None
    size_reason: str | None
    detail_correlation: float
    mirrored: bool
    notes: tuple[str, ...] = ()

    @property
    def best_matrix(self) -> Matrix | None:
        """The better known map, or None when the photos could not be lined up."""
        if self.skin is not None:
            return self.skin.fit.matrix
        return None if self.whole is None else self.whole.matrix


def align(earlier: ViewFeatures, later: ViewFeatures) -> Alignment:
    """Line `later` up with `earlier`; never raises for pictures that do not fit.

    A pair that does not match is tried once more with the later view mirrored.
    """
    for which, features in (("earlier", earlier), ("later", later)):
        if features.is_featureless:
            return _refused(wording.FEATURELESS.format(which=which))
    whole = _whole_fit(earlier, later)
    if whole is not None:
        return _accepted(earlier, later, *whole, mirrored=False)
    turned = later.mirrored
    whole = _whole_fit(earlier, turned)
    if whole is not None:
        return _mirrored_back(_accepted(earlier, turned, *whole, mirrored=True), later.view)
    return _refused(wording.NOT_LINED_UP)


def registration_on_photos(
    alignment: Alignment, earlier: LesionView, later: LesionView
) -> Registration | None:
    """The best map in pixels of the upright photos, as it is stored."""
    if alignment.skin is not None:
        fit, method = alignment.skin.fit, alignment.skin.method
    elif alignment.whole is not None:
        fit, method = alignment.whole, RegistrationMethod.WHOLE_SIMILARITY
    else:
        return None
    matrix = earlier.photo_from_view @ fit.matrix @ np.linalg.inv(later.photo_from_view)
    matrix = matrix / matrix[2, 2]
    return Registration(method, tuple(float(v) for v in matrix.ravel()), fit.inliers, fit.residual)


def lesion_points(view: LesionView) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(n, 2) view pixels of the lesion; its nominal centre if none is left after reduction."""
    ys, xs = np.nonzero(view.mask)
    if xs.size == 0:
        return np.array([view.centre])
    return np.stack([xs, ys], axis=1).astype(np.float64)


def skin_fit_from(earlier: ViewFeatures, later: ViewFeatures, guide: Matrix) -> SkinFit | None:
    """The map of the skin alone, searched near `guide`; None where the evidence is too thin."""
    view, lesion = earlier.view, lesion_points(later.view)
    guided = match_guided(earlier.skin, later.skin, guide, view.centre)
    for method in (RegistrationMethod.SKIN_HOMOGRAPHY, RegistrationMethod.SKIN_SIMILARITY):
        skin = _try_skin(method, guided, view, lesion)
        if skin is not None:
            return skin
    return None


def _whole_fit(earlier: ViewFeatures, later: ViewFeatures) -> tuple[Fit, float, Matches] | None:
    """The accepted similarity, the correlation of detail under it, and all matches.

    Where a lesion grew, its features and the skin's vote for two different maps, and the fits of
    both directions may side with different ones. The skin's vote alone then settles it.
    """
    matches = match_freely(earlier.whole, later.whole)
    for voters in (matches, _on_skin(matches, earlier, later)):
        fit = fit_similarity(voters, earlier.view.centre, earlier.view.radius_px)
        detail = _same_lesion_evidence(fit, earlier, later)
        if fit is not None and detail is not None:
            return fit, detail, matches
    return None


def _same_lesion_evidence(
    fit: Fit | None, earlier: ViewFeatures, later: ViewFeatures
) -> float | None:
    """The correlation of detail if the fit is evidence enough, else None."""
    if fit is None or fit.inliers < _SAME_INLIERS or fit.residual >= _SAME_RESIDUAL:
        return None
    if abs(math.log(abs(float(np.linalg.det(fit.matrix))))) > _MAX_ZOOM_LOG_AREA:
        return None
    detail = _detail_correlation(earlier, later, fit.matrix)
    needed = _SAME_DETAIL if fit.inliers < _SURE_INLIERS else _SURE_DETAIL
    return detail if detail > needed else None


def _on_skin(matches: Matches, earlier: ViewFeatures, later: ViewFeatures) -> Matches:
    on_both = _inside(earlier.skin_area, matches.earlier) & _inside(later.skin_area, matches.later)
    return matches.take(on_both)


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


def _accepted(
    earlier: ViewFeatures,
    later: ViewFeatures,
    whole: Fit,
    detail: float,
    matches: Matches,
    *,
    mirrored: bool,
) -> Alignment:
    skin, size_reason = _skin_fit(earlier, later, whole, matches)
    notes: tuple[str, ...] = (wording.MIRRORED,) if mirrored else ()
    best = whole if skin is None else skin.fit
    same = _outlines_meet(earlier.view, later.view, best.matrix)
    if skin is not None and _grew(skin.fit, whole, later.view):
        notes += (wording.GREW_OR_STRETCHED,)
    return Alignment(
        same_lesion=same,
        reason=None if same else wording.OTHER_SPOT,
        whole=whole,
        skin=skin if same else None,
        size_reason=size_reason if same else wording.OTHER_SPOT,
        detail_correlation=detail,
        mirrored=mirrored,
        notes=notes,
    )


def _skin_fit(
    earlier: ViewFeatures, later: ViewFeatures, whole: Fit, matches: Matches
) -> tuple[SkinFit | None, str | None]:
    """The map of the skin, or None and why not."""
    for which, features in (("earlier", earlier), ("later", later)):
        if not features.skin_area.any():
            return None, wording.NO_SKIN.format(which=which)
    skin = skin_fit_from(earlier, later, _guide(earlier, later, whole, matches))
    return skin, None if skin is not None else wording.TOO_LITTLE_SKIN


def _guide(earlier: ViewFeatures, later: ViewFeatures, whole: Fit, matches: Matches) -> Matrix:
    """Where to look for skin matches: the skin's own similarity if there is one.

    The similarity of everything may have locked onto a lesion that grew.
    """
    on_skin = _on_skin(matches, earlier, later)
    own = fit_similarity(on_skin, earlier.view.centre, earlier.view.radius_px)
    if own is not None and own.inliers >= _GUIDE_INLIERS and own.residual < _SAME_RESIDUAL:
        return own.matrix
    return whole.matrix


def _inside(
    area: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    points: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    index = np.rint(points).astype(np.intp)
    x = np.clip(index[:, 0], 0, area.shape[1] - 1)
    y = np.clip(index[:, 1], 0, area.shape[0] - 1)
    return np.asarray(area[y, x])


def _try_skin(
    method: RegistrationMethod,
    matches: Matches,
    view: LesionView,
    lesion: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> SkinFit | None:
    homography = method is RegistrationMethod.SKIN_HOMOGRAPHY
    fitter = fit_homography if homography else fit_similarity
    fit = fitter(matches, view.centre, view.radius_px)
    needed = _HOMOGRAPHY_INLIERS if homography else _SIMILARITY_INLIERS
    if fit is None or fit.inliers < needed or fit.residual >= _SKIN_RESIDUAL:
        return None
    if not math.isfinite(log_area_scale(fit.matrix, lesion)):
        return None
    centre = (float(lesion[:, 0].mean()), float(lesion[:, 1].mean()))
    if float(np.linalg.det(jacobian(fit.matrix, centre))) <= 0:
        return None
    if stretch_ratio(fit.matrix, centre) >= _MAX_STRETCH:
        return None
    sigma = log_area_sigma(fit, lesion, homography=homography)
    if sigma > _MAX_SIGMA_LOG:
        return None
    return SkinFit(fit, method, max(sigma, _MIN_SIGMA_LOG))


def _outlines_meet(earlier: LesionView, later: LesionView, matrix: Matrix) -> bool:
    """Whether the outlines, laid over each other, mark one spot: centres within both radii."""
    centre = apply(matrix, np.array([later.centre]))[0]
    scale = math.exp(0.5 * log_area_scale(matrix, lesion_points(later)))
    gap = math.hypot(centre[0] - earlier.centre[0], centre[1] - earlier.centre[1])
    return gap < max(earlier.radius_px, scale * later.radius_px)


def _grew(skin: Fit, whole: Fit, later: LesionView) -> bool:
    lesion = lesion_points(later)
    difference = log_area_scale(skin.matrix, lesion) - log_area_scale(whole.matrix, lesion)
    return abs(difference) > _GROWTH_LOG


def _mirrored_back(alignment: Alignment, later: LesionView) -> Alignment:
    """The alignment of the mirrored view, as maps of the view as it is."""
    flip = np.diag([-1.0, 1.0, 1.0])
    flip[0, 2] = later.mask.shape[1] - 1

    def turned(fit: Fit) -> Fit:
        back = Matches(
            fit.matches.earlier,
            apply(flip, fit.matches.later).astype(np.float32),
        )
        return Fit(fit.matrix @ flip, back, fit.inliers, fit.residual)

    skin = alignment.skin
    return Alignment(
        same_lesion=alignment.same_lesion,
        reason=alignment.reason,
        whole=None if alignment.whole is None else turned(alignment.whole),
        skin=None if skin is None else SkinFit(turned(skin.fit), skin.method, skin.sigma_log_area),
        size_reason=alignment.size_reason,
        detail_correlation=alignment.detail_correlation,
        mirrored=True,
        notes=alignment.notes,
    )


def _refused(reason: str) -> Alignment:
    return Alignment(None, reason, None, None, reason, 0.0, mirrored=False)
