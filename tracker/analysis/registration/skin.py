"""The map of the skin around a lesion, which sizes may be taken under."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.features import ViewFeatures
from tracker.analysis.registration.fitting import (
    Fit,
    fit_homography,
    fit_similarity,
    log_area_sigma,
)
from tracker.analysis.registration.identity import detail_correlation
from tracker.analysis.registration.matching import NARROW, Matches, match_guided
from tracker.analysis.registration.plane import (
    Matrix,
    jacobian,
    least_squares_similarity,
    log_area_scale,
    stretch_ratio,
)
from tracker.analysis.view import LesionView
from tracker.domain.comparison import RegistrationMethod

# With a guide on purpose wrong (other skin), no pair of 171 reached the homography's count; fewer
# inliers, or a second search in a narrower window, are reached by chance and prove nothing.
_HOMOGRAPHY_INLIERS, _SIMILARITY_INLIERS, _RESIDUAL = 12, 20, 0.10
#: A close search round a proposal of so few inliers; then the skin's correlation decides.
#: Of 108 close fits to other skin none correlated by more than .075.
_PROPOSING_INLIERS, _CLOSE_INLIERS, _CLOSE_DETAIL = 4, 8, 0.12
_CLOSE_SIGMA_LOG = 0.05  # matches found in a narrow window agree more than their errors allow
_MAX_STRETCH = 1.6  # singular-value ratio: more than a tilted camera explains
_MAX_SIGMA_LOG = 0.10
_MIN_SIGMA_LOG = 0.01  # what registration itself was seen to contribute at its best


@dataclass(frozen=True, slots=True, eq=False)
class SkinFit:
    """The map of the skin that sizes may use, and ln-area standard error of it."""

    fit: Fit
    method: RegistrationMethod
    sigma_log_area: float


def skin_fit_from(earlier: ViewFeatures, later: ViewFeatures, guide: Matrix) -> SkinFit | None:
    """The map of the skin alone, searched near `guide`; None where the evidence is too thin."""
    view, lesion = earlier.view, later.view.lesion_points
    guided = match_guided(earlier.skin, later.skin, guide, view.centre)
    for method in (RegistrationMethod.SKIN_HOMOGRAPHY, RegistrationMethod.SKIN_SIMILARITY):
        skin = _try_skin(method, guided, view, lesion)
        if skin is not None:
            return skin
    return _closely(earlier, later, guided)


def _closely(earlier: ViewFeatures, later: ViewFeatures, guided: Matches) -> SkinFit | None:
    """A similarity that few matches propose, where the skin's fine structure agrees under it.

    As in a second look at identity, the close search only makes the map exact, and the skin's own
    correlation is the proof. The proposal comes from skin matches, not from the lesion's map, which
    growth would pull along.
    """
    view, lesion = earlier.view, later.view.lesion_points
    for fitter in (fit_similarity, fit_homography):
        proposal = fitter(guided, view.centre, view.radius_px)
        if proposal is None or proposal.inliers < _PROPOSING_INLIERS:
            continue
        start = least_squares_similarity(proposal.matches.later, proposal.matches.earlier)
        if start is None or float(np.linalg.det(start)) <= 0:
            continue
        near = match_guided(earlier.skin, later.skin, start, view.centre, NARROW)
        found = _try_skin(
            RegistrationMethod.SKIN_SIMILARITY, near, view, lesion, needed=_CLOSE_INLIERS
        )
        if found is None:
            continue
        if detail_correlation(earlier, later, found.fit.matrix, skin_only=True) > _CLOSE_DETAIL:
            return replace(found, sigma_log_area=max(found.sigma_log_area, _CLOSE_SIGMA_LOG))
    return None


def _try_skin(
    method: RegistrationMethod,
    matches: Matches,
    view: LesionView,
    lesion: NDArray[np.float64],
    needed: int | None = None,
) -> SkinFit | None:
    homography = method is RegistrationMethod.SKIN_HOMOGRAPHY
    fitter = fit_homography if homography else fit_similarity
    fit = fitter(matches, view.centre, view.radius_px)
    if needed is None:
        needed = _HOMOGRAPHY_INLIERS if homography else _SIMILARITY_INLIERS
    if fit is None or fit.inliers < needed or fit.residual >= _RESIDUAL:
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
