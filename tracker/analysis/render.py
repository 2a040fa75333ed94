"""Made-up photos of made-up skin: for the demo vault, and for tests that need a known truth.

Nothing here comes from a photo of a person. A scene is skin drawn once (`draw_skin`), lesions at
one moment (`RenderedLesion`), and a camera; lengths are millimetres on the skin, with the origin
in the middle of the patch, x to the right and y down. The same seeds give the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.render_camera import STAMP, Camera, expose, from_jpeg, to_jpeg
from tracker.analysis.render_lesion import LesionMaps, RenderedLesion, draw_lesion, outline_mask
from tracker.analysis.render_skin import (
    DEEP_MELANIN,
    EPIDERMAL_MELANIN,
    HAEMOGLOBIN,
    Skin,
    SkinWorld,
    draw_skin,
)

__all__ = [
    "STAMP",
    "Camera",
    "RenderedLesion",
    "RenderedPhoto",
    "Skin",
    "SkinWorld",
    "draw_skin",
    "from_jpeg",
    "render_photo",
    "to_jpeg",
]


@dataclass(frozen=True, slots=True, eq=False)
class RenderedPhoto:
    """A made-up photo and its truth.

    rgb: (h, w, 3) uint8 sRGB. mask: (h, w) bool, the first lesion as far as it is in the frame.
    mm_per_px: at the first lesion's centre. area_mm2: of the whole first lesion on the skin.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    mm_per_px: float
    area_mm2: float


def render_photo(
    world: SkinWorld, lesions: Sequence[RenderedLesion], camera: Camera
) -> RenderedPhoto:
    """Photograph lesions on a patch of skin.

    Args:
        lesions: at least one; the mask and the scale are those of the first.

    Raises:
        ValueError: without a lesion.
    """
    if not lesions:
        raise ValueError("a made-up photo needs at least one lesion")
    maps = [draw_lesion(world, lesion) for lesion in lesions]
    matrix = camera.photo_from_mm() @ _mm_from_grid(world)
    seen = _warp(_reflectance(world, maps), matrix, camera)
    truth = outline_mask(world, maps[0])
    mask = _warp(truth.astype(np.float32), matrix, camera) > 127.0
    area_mm2 = float(np.count_nonzero(truth)) * world.skin.grid_mm_per_px**2
    scale = camera.mm_per_px_at(*lesions[0].centre_mm)
    return RenderedPhoto(expose(seen, camera), np.asarray(mask), scale, area_mm2)


def _reflectance(world: SkinWorld, maps: Sequence[LesionMaps]) -> NDArray[np.float32]:
    """Linear RGB of the patch by Beer-Lambert absorption, (h, w, 3) float32."""
    melanin, haemoglobin = world.melanin.copy(), world.haemoglobin.copy()
    deep = np.zeros(world.shape, dtype=np.float32)
    for lesion in maps:
        window = (lesion.rows, lesion.columns)
        melanin[window] += lesion.melanin
        haemoglobin[window] += lesion.haemoglobin
        deep[window] += lesion.deep
    layers = [
        melanin * EPIDERMAL_MELANIN[i] + haemoglobin * HAEMOGLOBIN[i] + deep * DEEP_MELANIN[i]
        for i in range(3)
    ]
    absorbed = cv2.merge(layers)
    return np.asarray(world.tone * cv2.exp(-absorbed), dtype=np.float32)


def _mm_from_grid(world: SkinWorld) -> NDArray[np.float64]:
    rows, columns = world.shape
    step = world.skin.grid_mm_per_px
    return np.array(
        [
            [step, 0.0, -step * (columns - 1) / 2],
            [0.0, step, -step * (rows - 1) / 2],
            [0.0, 0.0, 1.0],
        ]
    )


def _warp(
    field: NDArray[np.float32], photo_from_grid: NDArray[np.float64], camera: Camera
) -> NDArray[np.float32]:
    """Into the frame; skin beyond the patch is mirrored at its edge."""
    return np.asarray(
        cv2.warpPerspective(
            field,
            photo_from_grid,
            camera.size_px,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        ),
        dtype=np.float32,
    )
