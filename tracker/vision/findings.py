"""What is said of a photo that is refused, or measured with a doubt, and of what else it shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.quality import assess
from tracker.domain.analysis import OtherLesion
from tracker.domain.geometry import Box
from tracker.domain.quality import Quality, QualityCode, QualityIssue
from tracker.domain.wording import quality_words
from tracker.vision.framing import holds, overlap
from tracker.vision.gate import GateResult

#: Regions that share more than this with the measured one are the same lesion.
SAME_LESION_OVERLAP = 0.1


def verdict_quality(rgb: NDArray[np.uint8], found: GateResult) -> Quality:
    """The quality of a photo (H, W, 3) uint8 in which no lesion was found."""
    return assess(rgb, None, verdict="no_skin" if found.verdict == "no_skin" else "no_lesion")


def deciding_issue(quality: Quality) -> QualityIssue:
    """The finding to name first: in the dark nothing is found, so darkness is the better reason."""
    refusing = [issue for issue in quality.issues if issue.severity == "refuse"]
    dark = [issue for issue in refusing if issue.code is QualityCode.TOO_DARK]
    return (dark or refusing)[0]


def too_small() -> QualityIssue:
    """The finding on a picture of a few pixels."""
    reason, advice = quality_words(QualityCode.SMALL_FRAME, "refuse")
    return QualityIssue(QualityCode.SMALL_FRAME, "refuse", reason, advice)


def with_doubt(quality: Quality) -> Quality:
    """A person's region stands although little skin is seen in it, with a warning."""
    reason, advice = quality_words(QualityCode.NO_SKIN, "warn")
    doubt = QualityIssue(QualityCode.NO_SKIN, "warn", reason, advice)
    return replace(quality, issues=(*quality.issues, doubt))


def further_lesions(found: GateResult, lesion: Box) -> tuple[OtherLesion, ...]:
    """The further lesions in view: regions that are neither the measured one nor part of it."""
    return tuple(
        OtherLesion(region.roi_box, region.area_px)
        for region in found.regions
        if overlap(region.roi_box, lesion) <= SAME_LESION_OVERLAP
        and not holds(lesion, region.roi_box.centre)
    )
