"""One stored photo through today's networks, on the terms on which it was measured before."""

from __future__ import annotations

from dataclasses import replace

from tracker.analysis.mask import dice
from tracker.domain.analysis import Analysis, ScaleSource
from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.services.session import Workspace
from tracker.vision.analyzer import AnalyzeOptions
from tracker.vision.decode import decode_photo

#: Two masks with a smaller Dice coefficient are of two spots of the photo.
SAME_SPOT = 0.1


def measured_again(workspace: Workspace, seen: Observation, data: bytes) -> Analysis:
    """What today's networks say of a stored photo: same region, scale and modality.

    A mask that a person drew stays, with what was measured on it. Left to themselves the networks
    may now take another spot for the lesion: then they are shown the one that was meant.

    Raises:
        InputError, UsageError: the photo cannot be decoded, or not be measured so.
    """
    decoded = decode_photo(data, seen.photo.file_name)
    options = AnalyzeOptions(
        roi=_region(seen), mm_per_px=_given_scale(seen.analysis), modality=seen.modality
    )
    found = workspace.analyzer.analyze_decoded(decoded, options)
    mask = seen.analysis.mask
    if mask is not None and options.roi != mask.box and _strayed(seen.analysis, found):
        options = replace(options, roi=mask.box)
        found = workspace.analyzer.analyze_decoded(decoded, options)
    return found if found.status == "refused" else _keeping(seen.analysis, found)


def _region(seen: Observation) -> Box | None:
    if seen.requested_roi is not None:
        return seen.requested_roi
    mask = seen.analysis.mask
    return mask.box if mask is not None and mask.source == "person" else None


def _given_scale(analysis: Analysis) -> float | None:
    """Millimetres per pixel where they were given; a card is found again in the photo."""
    scale = analysis.scale
    given = (ScaleSource.GIVEN, ScaleSource.DEVICE)
    return scale.mm_per_px if scale is not None and scale.source in given else None


def _strayed(before: Analysis, after: Analysis) -> bool:
    return after.status == "measured" and (dice_between(before, after) or 0.0) < SAME_SPOT


def dice_between(before: Analysis, after: Analysis) -> float | None:
    """How far two masks of one photo agree, 0..1; None where one has none."""
    if before.mask is None or after.mask is None:
        return None
    return dice(before.mask, after.mask)


def _keeping(before: Analysis, after: Analysis) -> Analysis:
    """The new analysis with what does not come from a network."""
    if before.scale is not None and (
        after.scale is None or after.scale.source is ScaleSource.GIVEN
    ):
        after = replace(after, scale=before.scale)
    if before.mask is not None and before.mask.source == "person":
        after = replace(after, roi=before.roi, mask=before.mask, measures=before.measures)
    return replace(after, photo=before.photo)
