"""One observation of a lesion held against an earlier one: how much, and how surely."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.border import BorderChange, by_one_rule
from tracker.analysis.colour import delta_e_2000
from tracker.analysis.focal import FocalChange, focal_change
from tracker.analysis.registration import wording
from tracker.analysis.registration.alignment import Alignment, align, registration_on_photos
from tracker.analysis.registration.extent import log_area_ratio, log_diameter_ratio
from tracker.analysis.registration.features import ViewFeatures, describe
from tracker.analysis.registration.light import (
    Lab,
    SkinLight,
    lesion_lab,
    light_from_registered_skin,
    light_from_skin_means,
)
from tracker.analysis.registration.visible import visible_area
from tracker.analysis.remarks import border_remarks, colour_remarks
from tracker.analysis.view import LesionView
from tracker.domain.analysis import Measures, Scale
from tracker.domain.capture import Modality
from tracker.domain.comparison import Comparison

#: Name and version of all that is computed here; a change of any number raises the version.
METHOD = "skin-registration/3"
#: The skin is trusted over a scale only where its standard error is this much smaller.
_CLEARLY_BETTER = 0.5


@dataclass(frozen=True, eq=False)
class Subject:
    """One observation as it enters a comparison.

    embedding: (d,) float32 of unit length from the model `model_sha256`, or None.
    features: computed when first asked for and kept with the subject; keep the subject to compare
        one photo with several others.
    """

    observation_id: str
    view: LesionView
    measures: Measures
    scale: Scale | None
    modality: Modality | None
    embedding: NDArray[np.float32] | None
    model_sha256: str | None

    @cached_property
    def features(self) -> ViewFeatures:
        """Local features of the view."""
        return describe(self.view)


@dataclass(frozen=True, slots=True)
class _Size:
    source: str
    log_area: float
    log_diameter: float | None
    sigma_log: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Colour:
    delta_e: float | None = None
    overall_delta_e: float | None = None
    delta_lab: Lab | None = None
    constancy: str | None = None
    focal: FocalChange | None = None


def compare(earlier: Subject, later: Subject) -> Comparison:
    """Hold `later` against `earlier`; what cannot be told is None with its reason."""
    alignment = align(earlier.features, later.features)
    light, constancy = _light(earlier, later, alignment)
    border = _border(earlier, later, alignment, light)
    size = _size(earlier, later, alignment, border)
    known = None if isinstance(size, str) else size
    colour = _colour(earlier, later, alignment, light, constancy)
    shape = _shape(earlier, later, border)
    return Comparison(
        earlier=earlier.observation_id,
        later=later.observation_id,
        same_lesion=alignment.same_lesion,
        registration=registration_on_photos(alignment, earlier.view, later.view),
        size_source=None if known is None else known.source,
        size_why_not=size if isinstance(size, str) else None,
        log_area_ratio=None if known is None else known.log_area,
        log_diameter_ratio=None if known is None else known.log_diameter,
        size_sigma_log=None if known is None else known.sigma_log,
        delta_asymmetry=None if shape is None else shape[0],
        log_irregularity_ratio=None if shape is None else shape[1],
        colour_delta_e=colour.delta_e,
        colour_overall_delta_e=colour.overall_delta_e,
        delta_lab=colour.delta_lab,
        colour_constancy=colour.constancy,
        cosine=_cosine(earlier, later),
        method=METHOD,
        notes=(
            *_notes(earlier, later, alignment),
            *(() if known is None or known.note is None else (known.note,)),
            *_border_remarks(earlier, later, alignment),
            *colour_remarks(colour.focal),
        ),
        focal_delta_e=None if colour.focal is None else colour.focal.delta_e,
        focal_delta_lab=None if colour.focal is None else colour.focal.delta_lab,
    )


def _border(
    earlier: Subject, later: Subject, alignment: Alignment, light: SkinLight | None
) -> BorderChange | None:
    """Both borders by one rule, where the skin lines up, neither is cut nor drawn by a person."""
    if alignment.skin is None or light is None:
        return None
    if earlier.measures.touches_frame or later.measures.touches_frame:
        return None
    if earlier.measures.border_doubt is None or later.measures.border_doubt is None:
        return None
    return by_one_rule(earlier.view, later.view, alignment.skin.fit.matrix, light.gain)


def _shape(
    earlier: Subject, later: Subject, border: BorderChange | None
) -> tuple[float, float] | None:
    """Difference of the asymmetry and ln ratio of the irregularity.

    None where the frame cuts an outline: it has a straight side that is not the lesion's.
    """
    if earlier.measures.touches_frame or later.measures.touches_frame:
        return None
    if border is not None:
        return border.delta_asymmetry, border.log_irregularity
    before, after = earlier.measures, later.measures
    return after.asymmetry - before.asymmetry, _log_irregularity_ratio(earlier, later)


def _size(
    earlier: Subject, later: Subject, alignment: Alignment, border: BorderChange | None
) -> _Size | str:
    """Size by scale, else by the skin, else why not."""
    if alignment.same_lesion is False:
        return alignment.reason or wording.OTHER_SPOT
    cut = _cut(earlier.measures.touches_frame, later.measures.touches_frame)
    if cut is not None:
        return _size_of_visible(earlier, later, alignment) or cut
    by_scale = _size_by_scale(earlier, later)
    by_skin = _size_by_skin(earlier, later, alignment, border)
    if by_scale is not None and by_skin is not None:
        clearly = by_skin.sigma_log < _CLEARLY_BETTER * by_scale.sigma_log
        return by_skin if clearly else by_scale
    return by_scale or by_skin or alignment.size_reason or wording.NO_SCALE


def _size_of_visible(earlier: Subject, later: Subject, alignment: Alignment) -> _Size | None:
    """Area by the directions in which both photos show the border of a cut lesion."""
    if alignment.skin is None:
        return None
    visible = visible_area(earlier.view, later.view, alignment.skin.fit.matrix)
    if visible is None:
        return None
    sigma = math.hypot(alignment.skin.sigma_log_area, visible.sigma_log)
    note = wording.CUT_COMPARED.format(share=round(100 * (1 - visible.hidden_share)))
    return _Size("skin", visible.log_ratio, None, sigma, note)


def _size_by_scale(earlier: Subject, later: Subject) -> _Size | None:
    if earlier.scale is None or later.scale is None:
        return None
    log_scale = math.log(later.scale.mm_per_px / earlier.scale.mm_per_px)
    relative = [s.sigma / s.mm_per_px for s in (earlier.scale, later.scale)]
    return _Size(
        "scale",
        math.log(later.measures.area_px / earlier.measures.area_px) + 2 * log_scale,
        math.log(later.measures.diameter_px / earlier.measures.diameter_px) + log_scale,
        2 * math.hypot(*relative),  # area goes with the square of the scale
    )


def _size_by_skin(
    earlier: Subject, later: Subject, alignment: Alignment, border: BorderChange | None
) -> _Size | None:
    """By the borders drawn alike, else by the masks as they are."""
    if alignment.skin is None:
        return None
    matrix, sigma = alignment.skin.fit.matrix, alignment.skin.sigma_log_area
    if border is not None:
        return _Size("skin", border.log_area, border.log_diameter, sigma)
    log_diameter = log_diameter_ratio(earlier.view, later.view, matrix)
    if log_diameter is None:
        return None
    areas = earlier.measures.area_px, later.measures.area_px
    log_area = log_area_ratio(earlier.view, later.view, matrix, *areas)
    return _Size("skin", log_area, log_diameter, sigma)


def _cut(earlier: bool, later: bool) -> str | None:
    if earlier and later:
        return wording.CUT.format(which="both photos")
    if earlier or later:
        return wording.CUT.format(which=f"the {'earlier' if earlier else 'later'} photo")
    return None


def _colour(
    earlier: Subject,
    later: Subject,
    alignment: Alignment,
    light: SkinLight | None,
    constancy: str | None,
) -> _Colour:
    if _through_different_optics(earlier, later) or alignment.same_lesion is False:
        return _Colour()
    if light is None or not (earlier.view.mask.any() and later.view.mask.any()):
        return _Colour()
    before, after = lesion_lab(earlier.view), lesion_lab(later.view, light.gain)
    matrix = alignment.best_matrix
    return _Colour(
        delta_e=_delta_e(before, after),
        overall_delta_e=_delta_e(light.earlier_lab, light.later_lab),
        delta_lab=(after[0] - before[0], after[1] - before[1], after[2] - before[2]),
        constancy=constancy,
        focal=None
        if matrix is None
        else focal_change(earlier.view, later.view, matrix, light.gain),
    )


def _light(
    earlier: Subject, later: Subject, alignment: Alignment
) -> tuple[SkinLight | None, str | None]:
    if alignment.best_matrix is not None:
        light = light_from_registered_skin(
            earlier.view,
            later.view,
            alignment.best_matrix,
            earlier.features.skin_area,
            later.features.skin_area,
        )
        if light is not None:
            return light, "registered_skin"
    before, after = earlier.measures.skin_lab, later.measures.skin_lab
    if before is None or after is None:
        return None, None
    return light_from_skin_means(before, after), "skin_mean"


def _through_different_optics(earlier: Subject, later: Subject) -> bool:
    kinds = {earlier.modality, later.modality} - {None}
    return len(kinds) > 1


def _notes(earlier: Subject, later: Subject, alignment: Alignment) -> tuple[str, ...]:
    notes = alignment.notes
    if alignment.reason is not None:
        notes += (alignment.reason,)
    if _through_different_optics(earlier, later):
        notes += (wording.DIFFERENT_LIGHT_PATHS,)
    return notes


def _border_remarks(earlier: Subject, later: Subject, alignment: Alignment) -> tuple[str, ...]:
    """Only of whole outlines: one that the frame cuts has moved nowhere there."""
    cut = earlier.measures.touches_frame or later.measures.touches_frame
    if cut or alignment.skin is None:
        return ()
    return border_remarks(earlier.view, later.view, alignment.skin.fit.matrix)


def _delta_e(first: Lab, second: Lab) -> float:
    pair = np.asarray([first, second], dtype=np.float32)
    return float(delta_e_2000(pair[0], pair[1]))


def _log_irregularity_ratio(earlier: Subject, later: Subject) -> float:
    before, after = earlier.measures.border_irregularity, later.measures.border_irregularity
    return math.log(after / before)


def _cosine(earlier: Subject, later: Subject) -> float | None:
    """Cosine similarity of the embeddings; None across two models."""
    a, b = earlier.embedding, later.embedding
    if a is None or b is None or a.shape != b.shape:
        return None
    if earlier.model_sha256 is None or earlier.model_sha256 != later.model_sha256:
        return None
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.clip(float(a @ b) / norm, -1.0, 1.0)) if norm > 0 else None
