"""One photo of a lesion held against an earlier one: alignment, differences, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RegistrationMethod(StrEnum):
    """How two photos were lined up."""

    SKIN_HOMOGRAPHY = "skin_homography"
    SKIN_SIMILARITY = "skin_similarity"
    WHOLE_SIMILARITY = "whole_similarity"  # features on the lesion too: identity and overlay only


@dataclass(frozen=True, slots=True)
class Registration:
    """A map of later photo pixels onto earlier photo pixels.

    matrix: 3x3 row-major, homogeneous: earlier ~ matrix @ later.
    inliers: matches in distinct cells that agree. residual: worst forward-backward error at four
    points on the lesion's circle, as a fraction of its radius (0 is perfect).
    """

    method: RegistrationMethod
    matrix: tuple[float, ...]
    inliers: int
    residual: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences of `later` against `earlier` (observation ids); None where not comparable.

    same_lesion: features confirm that both photos show one lesion. None: it could not be told.
    registration: for overlay and colour; sizes use it only where `size_source` says so.
    size_source: "scale" (both in mm), "skin" (registered on surrounding skin), or None with
        `size_why_not` saying why in words for a person.
    log_area_ratio: ln(area later / area earlier). log_diameter_ratio likewise.
    size_sigma_log: part of the standard error of log_area_ratio that this pair itself knows of
        (scale uncertainty, registration residual); the mask's repeatability is added by the judge.
    delta_asymmetry, log_irregularity_ratio: scale free, later minus earlier.
    colour_delta_e: CIEDE2000 between the lesions' mean colours after colour constancy on skin.
    colour_overall_delta_e: the part of it that the whole picture shares (light, tan): reported,
        never flagged. delta_lab: later minus earlier mean L*, a*, b* after constancy.
    focal_delta_e: CIEDE2000 by which the part of the lesion that changed most differs from how the
        lesion changed as a whole; None where the photos could not be lined up.
    focal_delta_lab: later minus earlier L*, a*, b* of that part, the overall shift taken off.
    colour_constancy: "registered_skin", "skin_mean", or None (then no colour axis).
    cosine: similarity of the embeddings, -1..1; None across two model hashes.
    notes: findings of the alignment in words for a person (mirror image, growth against the skin).
    """

    earlier: str
    later: str
    same_lesion: bool | None
    registration: Registration | None
    size_source: str | None
    size_why_not: str | None
    log_area_ratio: float | None
    log_diameter_ratio: float | None
    size_sigma_log: float | None
    delta_asymmetry: float | None
    log_irregularity_ratio: float | None
    colour_delta_e: float | None
    colour_overall_delta_e: float | None
    delta_lab: tuple[float, float, float] | None
    colour_constancy: str | None
    cosine: float | None
    method: str
    notes: tuple[str, ...] = ()
    focal_delta_e: float | None = None
    focal_delta_lab: tuple[float, float, float] | None = None
