"""Two views lined up: the same lesion or not, and the map of the skin around it.

The order of the steps and their thresholds were measured on same-lesion pairs of HAM10000
(Tschandl 2018); `tests/bench/registration_pairs.py` measures them again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tracker.analysis.registration import wording
from tracker.analysis.registration.features import ViewFeatures
from tracker.analysis.registration.fitting import Fit
from tracker.analysis.registration.identity import may_be_mirrored, skin_guide, whole_fit
from tracker.analysis.registration.matching import Matches
from tracker.analysis.registration.plane import Matrix, apply, log_area_scale
from tracker.analysis.registration.skin import SkinFit, skin_fit_from
from tracker.analysis.view import LesionView
from tracker.domain.comparison import Registration, RegistrationMethod

#: Difference in ln area between the lesion's own map and the skin's that is worth a word.
_GROWTH_LOG = 0.10


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
    whole = whole_fit(earlier, later)
    if whole is not None:
        return _accepted(earlier, later, *whole, mirrored=False)
    if not may_be_mirrored(earlier, later):
        return _refused(wording.NOT_LINED_UP)
    turned = later.mirrored
    whole = whole_fit(earlier, turned)
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
    skin = skin_fit_from(earlier, later, skin_guide(earlier, later, whole, matches))
    return skin, None if skin is not None else wording.TOO_LITTLE_SKIN


def _outlines_meet(earlier: LesionView, later: LesionView, matrix: Matrix) -> bool:
    """Whether the outlines, laid over each other, mark one spot: centres within both radii."""
    centre = apply(matrix, np.array([later.centre]))[0]
    scale = math.exp(0.5 * log_area_scale(matrix, later.lesion_points))
    gap = math.hypot(centre[0] - earlier.centre[0], centre[1] - earlier.centre[1])
    return gap < max(earlier.radius_px, scale * later.radius_px)


def _grew(skin: Fit, whole: Fit, later: LesionView) -> bool:
    lesion = later.lesion_points
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
