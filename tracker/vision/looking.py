"""The ViT's looks at a photo: around a region and at the whole frame, and which one to keep.

The gate is quick and sees far, the ViT outlines well what fills its view. In a close-up the gate
may take a part of the lesion, or ink, for the whole; in a distant photo the ViT sees nothing at
first. So both the gate's region and the whole frame are looked at, and the surer look is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.mask import border_doubt, clean_mask
from tracker.domain.analysis import LesionMask, ModelIdentity
from tracker.domain.geometry import Box
from tracker.vision.crops import cut_square
from tracker.vision.framing import holds, is_cut, look_around, overlap
from tracker.vision.gate import Region
from tracker.vision.vit import VitOutput, VitSettings

#: Mean probability within the mask below which nothing was seen. On the corpus all but one of
#: 300 validation lesions score above 0.75; plain skin without a spot scores 0.5 to 0.84.
MIN_CONFIDENCE = 0.7
#: Mean probability from which the ViT is believed although the gate saw no lesion.
SURE_CONFIDENCE = 0.88
#: A mask of this many times the gate's box contradicts the gate: then the ViT must be sure. On 245
#: validation pictures (pilot weights) that left out seven masks: six were skin, a whole arm or a
#: belly, one was a lesion.
CONTRADICTING_AREA = 3.0
#: How much being unlike the training pictures, at the limit of what is typical, takes off trust.
UNLIKE_WEIGHT = 0.2
#: A second look is taken when the square that the mask calls for has less than this in common
#: with the square that was looked at (intersection over union).
SAME_SQUARE = 0.6
#: What a mask that is cut by its square (not by the photo) loses of its trust.
CUT_PENALTY = 0.15
#: A second look after a cut mask is this much wider: how far the lesion goes on is not known.
CUT_WIDENING = 1.5
#: Below this the best look is in doubt, and the gate's next regions are looked at: those that
#: score almost as well, up to this many in all; one is taken when it is clearly to be trusted more.
#: At 0.9 network 0.1.1 left right masks for wrong ones (220 training pictures of ISIC 2018: mean
#: Dice 0.853, against 0.857 at 0.8; HAM10000 and phone photos the same).
DOUBTFUL_CONFIDENCE = 0.8
ALMOST_AS_GOOD = 0.6
MAX_REGIONS = 4
CLEAR_MARGIN = 0.1
#: The frame is not looked at again when the region's square is nearly the frame.
SAME_VIEW = 0.8


class SeesLesions(Protocol):
    """What is asked of the ViT."""

    identity: ModelIdentity
    settings: VitSettings

    def run(self, crop_rgb: NDArray[np.uint8]) -> VitOutput:
        """One forward pass; see tracker.vision.vit."""
        ...

    def run_steady(self, crop_rgb: NDArray[np.uint8]) -> VitOutput:
        """The mean over mirror images; see tracker.vision.vit."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One pass of the ViT over one square of the photo that showed a lesion.

    confidence: mean mask probability within the mask, 0.5..1.
    cut: the mask goes on beyond the square, inside the photo.
    trust: confidence, less where the crop is unlike the training pictures or the mask is cut.
    """

    crop: Box
    output: VitOutput
    mask: LesionMask
    confidence: float
    cut: bool
    trust: float

    def doubt(self, rgb: NDArray[np.uint8]) -> float:
        """How unsure the network is of the border; see tracker.analysis.mask.border_doubt."""
        return border_doubt(self.output.mask_probability, self.crop, _size(rgb))


def look_at_region(vit: SeesLesions, rgb: NDArray[np.uint8], lesion: Box) -> Look | None:
    """Look around a lesion's box, and once more where its mask sits badly in that square."""
    near = _look_twice(vit, rgb, look_around(lesion, vit.settings.context, _size(rgb)))
    return _steadied(vit, rgb, near)


def look_at_frame(vit: SeesLesions, rgb: NDArray[np.uint8]) -> Look | None:
    """The surest look without any hint: None unless the ViT is sure of a lesion."""
    found = _look_twice(vit, rgb, _frame(rgb))
    if found is None or found.confidence < SURE_CONFIDENCE:
        return None
    return _steadied(vit, rgb, found)


def surest_look(vit: SeesLesions, rgb: NDArray[np.uint8], regions: Sequence[Region]) -> Look | None:
    """Of the looks at the gate's main region and at the whole frame, the one to trust more.

    Where that one is in doubt, the gate may have preferred a shadow to the lesion: then its next
    regions are looked at too.

    Args:
        regions: what the gate found, the main one first; at least one.
    """
    frame = _frame(rgb)
    square = _square(vit, rgb, regions[0])
    squares = [square] if overlap(square, frame) > SAME_VIEW else [square, frame]
    looks = [_look_twice(vit, rgb, each) for each in squares]
    best = max((look for look in looks if _agrees(look, regions[0])), key=_trust, default=None)
    if best is None or best.confidence < DOUBTFUL_CONFIDENCE:
        best = _clearer(vit, rgb, regions, best)
    return _steadied(vit, rgb, best)


def _clearer(
    vit: SeesLesions, rgb: NDArray[np.uint8], regions: Sequence[Region], best: Look | None
) -> Look | None:
    """The gate's next regions, where one is clearly more of a lesion than the best look so far."""
    for region in regions[1:MAX_REGIONS]:
        if region.score < ALMOST_AS_GOOD * regions[0].score:
            continue
        look = _look_twice(vit, rgb, _square(vit, rgb, region))
        if look is None or look.cut or not _agrees(look, region):
            continue
        if best is None or (
            look.trust > best.trust + CLEAR_MARGIN
            and not holds(best.mask.box, look.mask.box.centre)
        ):
            best = look
    return best


def _agrees(look: Look | None, region: Region) -> TypeGuard[Look]:
    """Whether the mask is about as large as the region seen by the gate, or the ViT sure of it."""
    if look is None:
        return False
    area_px = int(np.count_nonzero(look.mask.pixels))
    as_large = area_px <= CONTRADICTING_AREA * region.roi_box.area_px
    return as_large or look.confidence >= SURE_CONFIDENCE


def _trust(look: Look) -> float:
    return look.trust


def _square(vit: SeesLesions, rgb: NDArray[np.uint8], region: Region) -> Box:
    return look_around(region.roi_box, vit.settings.context, _size(rgb))


def _look_twice(vit: SeesLesions, rgb: NDArray[np.uint8], crop: Box) -> Look | None:
    """The second square comes from the first mask: it is kept unless the lesion is lost in it."""
    first = _look(vit, rgb, crop)
    if first is None:
        return None
    widening = CUT_WIDENING if first.cut else 1.0
    ideal = look_around(first.mask.box, widening * vit.settings.context, _size(rgb))
    if not first.cut and overlap(ideal, first.crop) >= SAME_SQUARE:
        return first
    return _look(vit, rgb, ideal) or first


def _steadied(vit: SeesLesions, rgb: NDArray[np.uint8], look: Look | None) -> Look | None:
    """The look whose numbers are kept, taken again with the least chance in it."""
    if look is None:
        return None
    return _seen(vit, rgb, look.crop, vit.run_steady) or look


def _look(vit: SeesLesions, rgb: NDArray[np.uint8], crop: Box) -> Look | None:
    return _seen(vit, rgb, crop, vit.run)


def _seen(
    vit: SeesLesions,
    rgb: NDArray[np.uint8],
    crop: Box,
    run: Callable[[NDArray[np.uint8]], VitOutput],
) -> Look | None:
    settings = vit.settings
    output = run(cut_square(rgb, crop, settings.size_px))
    probability = output.mask_probability
    mask = clean_mask(probability, crop, _size(rgb), settings.mask_threshold)
    if mask is None:
        return None
    seen = probability[probability >= settings.mask_threshold]
    # Smooth interpolation may overshoot: a mask although no cell reaches the threshold.
    if seen.size == 0 or seen.mean() < MIN_CONFIDENCE:
        return None
    confidence = float(seen.mean())
    cut = is_cut(mask.box, crop, _size(rgb))
    loss = UNLIKE_WEIGHT * output.unlike_training / settings.unlike_limit + CUT_PENALTY * cut
    return Look(crop, output, mask, confidence, cut, confidence - loss)


def _frame(rgb: NDArray[np.uint8]) -> Box:
    width, height = _size(rgb)
    return look_around(Box(0, 0, width, height), 1.0, (width, height))


def _size(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    return int(rgb.shape[1]), int(rgb.shape[0])
