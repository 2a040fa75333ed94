"""Where the networks look for a spot that a person points at, and what a mask measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tracker.analysis.mask import dice
from tracker.analysis.measure import measure
from tracker.domain.analysis import Analysis, LesionMask, ScaleSource
from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.services.remeasuring import SAME_SPOT
from tracker.services.session import Workspace
from tracker.vision.analyzer import AnalyzeOptions
from tracker.vision.decode import DecodedPhoto
from tracker.vision.scaling import view_card

#: Sides of the squares that are looked at around a click, as shares of the photo's shorter side.
CLICK_SIDES = (0.1, 0.2, 0.4)
#: How far outside of the mask found a click may lie, as a share of the mask's longer side.
CLICK_REACH = 0.25


def looked_at(
    workspace: Workspace, seen: Observation, photo: DecodedPhoto, around: Box
) -> Analysis:
    """What the networks say of a region, on the terms on which the photo was measured before."""
    scale = seen.analysis.scale
    told = scale is not None and scale.source is ScaleSource.GIVEN
    mm_per_px = scale.mm_per_px if scale is not None and told else None
    options = AnalyzeOptions(roi=around, mm_per_px=mm_per_px, modality=seen.modality)
    found = workspace.analyzer.analyze_decoded(photo, options)
    return replace(found, scale=found.scale or scale)


def boxes_at(
    workspace: Workspace, photo: DecodedPhoto, click: tuple[float, float]
) -> Iterator[Box]:
    """Where to look for the spot at a click: the gate's regions there, smallest first; squares."""
    regions = workspace.analyzer.gate.find(view_card(photo.rgb).rgb).regions
    boxes = sorted((region.roi_box for region in regions), key=lambda box: box.area_px)
    yield from (box for box in boxes if _holds(box, click))
    x, y = click
    for share in CLICK_SIDES:
        side = max(8, round(share * min(photo.width, photo.height)))
        around = Box(round(x - side / 2), round(y - side / 2), side, side)
        inside = around.clip(photo.width, photo.height)
        if inside is not None:
            yield inside


def _holds(box: Box, click: tuple[float, float]) -> bool:
    return box.x <= click[0] < box.x + box.w and box.y <= click[1] < box.y + box.h


def is_at(mask: LesionMask, click: tuple[float, float]) -> bool:
    """Whether the click is in the mask, or close by it."""
    ys, xs = np.nonzero(mask.pixels)
    dx, dy = xs + mask.box.x + 0.5 - click[0], ys + mask.box.y + 0.5 - click[1]
    return float(np.hypot(dx, dy).min()) <= CLICK_REACH * max(mask.box.w, mask.box.h)


def measured_through(
    workspace: Workspace, seen: Observation, photo: DecodedPhoto, mask: LesionMask
) -> Analysis:
    """The analysis through another mask; for another spot the network looks there first."""
    base = seen.analysis
    if base.mask is None or dice(base.mask, mask) < SAME_SPOT:
        base = _of_another_spot(workspace, seen, photo, mask.box)
    card = view_card(photo.rgb)
    told = base.scale if base.scale is None or base.scale.source is not ScaleSource.CARD else None
    scale, _ = card.scale(mask.box, told)
    return replace(
        base,
        photo=seen.analysis.photo,
        status="measured",
        reason=None,
        advice=None,
        roi=mask.box,
        mask=mask,
        measures=measure(card.rgb, mask),
        scale=scale or base.scale,
    )


def _of_another_spot(
    workspace: Workspace, seen: Observation, photo: DecodedPhoto, box: Box
) -> Analysis:
    """What the networks say of that spot; of one they see nothing in, nothing of the old one."""
    found = looked_at(workspace, seen, photo, box)
    if found.status == "measured":
        return found
    return replace(
        seen.analysis,
        probabilities=None,
        label=None,
        certain=None,
        unlike_training=None,
        embedding=None,
        heatmap_box=None,
        others=(),
    )
