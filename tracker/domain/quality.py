"""The verdict on whether a photo can be measured, with reasons a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class QualityCode(StrEnum):
    """What may be wrong with a photo."""

    BLUR = "blur"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    GLARE = "glare"
    SMALL_FRAME = "small_frame"
    LESION_TOO_SMALL = "lesion_too_small"
    LESION_CUT = "lesion_cut_by_frame"
    NO_SKIN = "no_skin"
    NO_LESION = "no_lesion"
    CARD_TWICE = "card_twice"
    CARD_MIRRORED = "card_mirrored"
    CARD_FOREIGN = "card_foreign"
    CARD_NOT_FLAT = "card_not_flat"
    CARD_UNSHARP = "card_unsharp"
    CARD_TOO_FAR = "card_too_far"
    SCALES_DISAGREE = "scales_disagree"


@dataclass(frozen=True, slots=True)
class QualityIssue:
    """One finding: `refuse` means the photo is not measured, `warn` that it is, with care."""

    code: QualityCode
    severity: Literal["warn", "refuse"]
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Quality:
    """Numbers and findings of the quality check.

    sharpness: edge strength within the lesion region, 0 (flat) upward; see analysis.quality.
    exposure: mean luminance of the region, 0..1.
    dark_fraction, glare_fraction: share of the region's pixels crushed to black or blown out, 0..1.
    lesion_px: longer side of the lesion in photo pixels, None where no lesion was found.
    """

    sharpness: float
    exposure: float
    dark_fraction: float
    glare_fraction: float
    lesion_px: int | None
    issues: tuple[QualityIssue, ...] = ()

    @property
    def ok(self) -> bool:
        """True unless a finding refuses the photo."""
        return not any(issue.severity == "refuse" for issue in self.issues)
