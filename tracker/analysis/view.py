"""The lesion with the skin around it, cut from the photo at a size that registration works at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import LesionMask
from tracker.domain.geometry import Box

#: Side of the crop over the longer side of the lesion: skin enough to line up on.
CONTEXT = 4.0
#: Short side of a view; resolution above it brought nothing in registration.
SHORT_SIDE_PX = 448
#: A small photo is enlarged so that the detectors see its texture, but no further than this.
MAX_ENLARGEMENT = 2.0


@dataclass(frozen=True, eq=False)
class LesionView:
    """A reduced picture of one lesion and its surroundings.

    rgb: (h, w, 3) uint8 sRGB. mask: (h, w) bool, the lesion.
    photo_from_view: (3, 3) float64, maps homogeneous view pixels to pixels of the upright photo;
        scale and offset only. Whole numbers are pixel centres in both.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    photo_from_view: NDArray[np.float64]

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Centroid (x, y) of the lesion in view pixels; the middle of the view without a mask."""
        ys, xs = np.nonzero(self.mask)
        if xs.size == 0:
            return (self.mask.shape[1] - 1) / 2, (self.mask.shape[0] - 1) / 2
        return float(xs.mean()), float(ys.mean())

    @cached_property
    def lesion_points(self) -> NDArray[np.float64]:
        """The lesion's pixels as (n, 2) points; its nominal centre if reduction left none."""
        ys, xs = np.nonzero(self.mask)
        if xs.size == 0:
            return np.array([self.centre])
        return np.stack([xs, ys], axis=1).astype(np.float64)

    @cached_property
    def radius_px(self) -> float:
        """Radius of the disc of the lesion's area, in view pixels, at least 1."""
        return max(1.0, math.sqrt(float(np.count_nonzero(self.mask)) / math.pi))

    def mirrored(self) -> LesionView:
        """The view with left and right exchanged; still maps onto the same photo pixels."""
        flip = np.diag([-1.0, 1.0, 1.0])
        flip[0, 2] = self.mask.shape[1] - 1
        return LesionView(
            rgb=np.ascontiguousarray(self.rgb[:, ::-1]),
            mask=np.ascontiguousarray(self.mask[:, ::-1]),
            photo_from_view=self.photo_from_view @ flip,
        )


def make_view(rgb_full: NDArray[np.uint8], mask: LesionMask) -> LesionView:
    """Cut the lesion out with context and bring the short side to `SHORT_SIDE_PX`.

    Args:
        rgb_full: (H, W, 3) uint8, the upright photo.
        mask: the lesion in pixels of that photo.

    Returns:
        The view; the crop is clipped to the photo and never enlarged beyond `MAX_ENLARGEMENT`.

    Raises:
        ValueError: the mask's box lies outside the photo.
    """
    height, width = rgb_full.shape[:2]
    crop = mask.box.square(CONTEXT).clip(width, height)
    if crop is None:
        raise ValueError("the mask lies outside the photo")
    factor = min(SHORT_SIDE_PX / min(crop.w, crop.h), MAX_ENLARGEMENT)
    size = (max(1, round(crop.w * factor)), max(1, round(crop.h * factor)))
    pixels = rgb_full[crop.y : crop.y + crop.h, crop.x : crop.x + crop.w]
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    rgb = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=interpolation)
    return LesionView(
        rgb=np.asarray(rgb, dtype=np.uint8),
        mask=_reduced_mask(mask, crop, size),
        photo_from_view=_photo_from_view(crop, size),
    )


def _reduced_mask(mask: LesionMask, crop: Box, size: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask over `crop` at `size` (w, h): pixels at least half covered."""
    box = mask.box
    cover = np.zeros((crop.h, crop.w), dtype=np.float32)
    inside = box.clip(crop.x + crop.w, crop.y + crop.h)
    if inside is None:
        raise ValueError("the mask lies outside the photo")
    top, left = inside.y - crop.y, inside.x - crop.x
    source_top, source_left = inside.y - box.y, inside.x - box.x
    cover[top : top + inside.h, left : left + inside.w] = mask.pixels[
        source_top : source_top + inside.h, source_left : source_left + inside.w
    ]
    interpolation = cv2.INTER_AREA if size[0] < crop.w else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cover, size, interpolation=interpolation) >= 0.5)


def _photo_from_view(crop: Box, size: tuple[int, int]) -> NDArray[np.float64]:
    """Map of view pixel centres to photo pixel centres (OpenCV's half-pixel convention)."""
    step_x, step_y = crop.w / size[0], crop.h / size[1]
    return np.array(
        [
            [step_x, 0.0, crop.x + step_x / 2 - 0.5],
            [0.0, step_y, crop.y + step_y / 2 - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )
