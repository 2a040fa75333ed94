"""All numbers of one lesion on one photo, from its pixels and its mask."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.colour import dermoscopic_colours, srgb_to_lab
from tracker.analysis.shape import shape_of
from tracker.domain.analysis import LesionMask, Measures
from tracker.domain.geometry import Box
from tracker.errors import UsageError

#: Name and version of these measurements; it changes whenever a number may come out differently.
METHOD = "moletrail-measures/1"
#: Colours are read with the lesion's longer side reduced to this, in pixels.
COLOUR_SIDE_PX = 192
#: The skin ring: from this share of the lesion's size away from its border ...
RING_GAP = 0.08
#: ... to this.
RING_REACH = 0.40
#: Skin pixels further than this in L* from the ring's median are hair, vignette or a neighbour.
SKIN_SPREAD_L = 14.0
#: Too little skin: fewer pixels of the reduced picture, or a smaller share of the whole ring.
MIN_SKIN_PX = 60
MIN_SKIN_SHARE = 0.08
#: Code above which all three channels count as a reflection, and below which as black vignette.
GLARE_CODE = 245
BLACK_CODE = 16

Lab = tuple[float, float, float]


def measure(
    rgb: NDArray[np.uint8], mask: LesionMask, *, border_doubt: float | None = None
) -> Measures:
    """Measure one lesion.

    Args:
        rgb: (H, W, 3) uint8 sRGB, the whole upright photo; only the lesion's surroundings are read.
        mask: the lesion, its box inside the photo.
        border_doubt: of the mask, see tracker.analysis.mask; kept with the numbers.

    Raises:
        UsageError: if the mask is empty or does not lie on the photo.
    """
    height, width = rgb.shape[:2]
    if not mask.pixels.any() or mask.box.clip(width, height) != mask.box:
        raise UsageError("The lesion mask is empty or does not lie on the photo.")
    shape = shape_of(mask.pixels)
    lesion, ring = _lab_of(rgb, mask)
    skin = _skin_colour(ring)
    return Measures(
        area_px=shape.area_px,
        perimeter_px=shape.perimeter_px,
        diameter_px=shape.diameter_px,
        perpendicular_px=shape.perpendicular_px,
        asymmetry=shape.asymmetry,
        border_irregularity=shape.irregularity,
        colours=len(dermoscopic_colours(lesion, skin)),
        lesion_lab=_three(lesion.mean(axis=0)),
        lesion_lab_sd=_three(lesion.std(axis=0)),
        skin_lab=skin,
        touches_frame=touches_frame(mask, width, height),
        method=METHOD,
        border_doubt=border_doubt,
    )


def touches_frame(mask: LesionMask, width: int, height: int) -> bool:
    """True when the edge of the photo cuts the lesion: a run of its border lies on the edge.

    A single pixel that grazes the edge is no cut: the run must exceed 2 % of the lesion's size.
    """
    box, pixels = mask.box, mask.pixels
    runs = (
        int(pixels[:, 0].sum()) if box.x <= 0 else 0,
        int(pixels[0, :].sum()) if box.y <= 0 else 0,
        int(pixels[:, -1].sum()) if box.x + box.w >= width else 0,
        int(pixels[-1, :].sum()) if box.y + box.h >= height else 0,
    )
    return max(runs) > 0.02 * max(box.w, box.h)


def _lab_of(
    rgb: NDArray[np.uint8], mask: LesionMask
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """L*a*b* pixels (n, 3) of the lesion and of the usable skin ring (None: too little)."""
    small, inside, whole_ring = _surroundings(rgb, mask)
    usable = (small.min(axis=2) < GLARE_CODE) & (small.max(axis=2) > BLACK_CODE)
    lab = srgb_to_lab(small)
    size = max(mask.box.w, mask.box.h) * inside.shape[1] / whole_ring.w
    gap = _dilated(inside, RING_GAP * size)
    ring = _dilated(inside, RING_REACH * size) & ~gap & usable
    full_ring = math.pi * size**2 * ((0.5 + RING_REACH) ** 2 - (0.5 + RING_GAP) ** 2)
    enough = ring.sum() >= max(MIN_SKIN_PX, MIN_SKIN_SHARE * full_ring)
    lesion = inside & (small.min(axis=2) < GLARE_CODE)
    return lab[lesion if lesion.any() else inside], lab[ring] if enough else None


def _surroundings(
    rgb: NDArray[np.uint8], mask: LesionMask
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], Box]:
    """The lesion with its ring, cut first and then reduced; its mask; the box that was cut."""
    longer = max(mask.box.w, mask.box.h)
    reach = math.ceil(RING_REACH * longer) + 1
    b = mask.box
    loose = Box(b.x - reach, b.y - reach, b.w + 2 * reach, b.h + 2 * reach)
    box = loose.clip(rgb.shape[1], rgb.shape[0])
    assert box is not None  # the mask lies on the photo
    cut = rgb[box.y : box.y + box.h, box.x : box.x + box.w]
    inside = np.zeros((box.h, box.w), np.uint8)
    top, left = b.y - box.y, b.x - box.x
    inside[top : top + b.h, left : left + b.w] = mask.pixels.view(np.uint8) * 255
    scale = COLOUR_SIDE_PX / longer
    if scale < 1:
        size = (max(1, round(box.w * scale)), max(1, round(box.h * scale)))
        cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)
        inside = np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA), np.uint8)
    lesion = inside > 127
    return cut, (lesion if lesion.any() else inside > 0), box


def _dilated(inside: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    distance = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.asarray(distance) <= radius, np.bool_)


def _skin_colour(ring: NDArray[np.float32] | None) -> Lab | None:
    """Mean colour of the ring without hair, vignette and neighbouring lesions."""
    if ring is None:
        return None
    middle = float(np.median(ring[:, 0]))
    near = ring[np.abs(ring[:, 0] - middle) <= SKIN_SPREAD_L]
    return _three(near.mean(axis=0))


def _three(values: NDArray[np.float32]) -> Lab:
    return float(values[0]), float(values[1]), float(values[2])
