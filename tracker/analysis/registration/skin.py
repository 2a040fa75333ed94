"""The map of the skin around a lesion, which sizes may be taken under."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.features import ViewFeatures
from tracker.analysis.registration.fitting import (
    Fit,
    fit_homography,
    fit_similarity,
    log_area_sigma,
)
from tracker.analysis.registration.matching import Matches, match_guided
from tracker.analysis.registration.plane import (
    Matrix,
    jacobian,
    log_area_scale,
    stretch_ratio,
)
from tracker.analysis.view import LesionView
from tracker.domain.comparison import RegistrationMethod

# With a guide on purpose wrong (other skin), no pair of 171 reached the homography's count; fewer
# inliers, or a second search in a narrower window, are reached by chance and prove nothing.
_HOMOGRAPHY_INLIERS, _SIMILARITY_INLIERS, _RESIDUAL = 12, 20, 0.10
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
    return None


def _try_skin(
    method: RegistrationMethod,
    matches: Matches,
    view: LesionView,
    lesion: NDArray[np.float64],
) -> SkinFit | None:
    homography = method is RegistrationMethod.SKIN_HOMOGRAPHY
    fitter = fit_homography if homography else fit_similarity
    fit = fitter(matches, view.centre, view.radius_px)
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
