"""Made-up skin with the printed card lying on it, photographed by a camera that is known."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tracker.analysis.render import RenderedLesion, Skin, SkinWorld, draw_skin, render_photo
from tracker.analysis.render_camera import Camera, expose
from tracker.analysis.render_skin import linear_from_srgb
from tracker.domain import scale_card as layout
from tracker.report.card import card_png

MM_PER_DOT = 25.4 / 600
OVERSAMPLING = 3
LESION = RenderedLesion(seed=5, radius_mm=3.0)


@dataclass(frozen=True)
class Lying:
    """A card on the skin: its middle in skin mm, turned clockwise; what covers it; mirrored.

    hidden: ids of markers that skin lies over.
    """

    middle_mm: tuple[float, float] = (0.0, 36.0)
    turn_deg: float = 0.0
    hidden: tuple[int, ...] = ()
    mirrored: bool = False

    def skin_from_card(self) -> NDArray[np.float64]:
        angle = np.deg2rad(self.turn_deg)
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c, -s, self.middle_mm[0]], [s, c, self.middle_mm[1]], [0, 0, 1]])
        shift = np.array([[1, 0, -layout.WIDTH_MM / 2], [0, 1, -layout.HEIGHT_MM / 2], [0, 0, 1]])
        flip = np.diag([-1.0, 1.0, 1.0]) if self.mirrored else np.eye(3)
        return np.asarray(turn @ flip @ shift, np.float64)


@dataclass(frozen=True, eq=False)
class Scene:
    """A photo, its camera and the truth at the lesion's middle."""

    rgb: NDArray[np.uint8]
    camera: Camera
    lesion_px: tuple[float, float]
    mm_per_px: float
    area_mm2: float
    lesion_mask: NDArray[np.bool_]
    cards_px: tuple[NDArray[np.float64], ...]


@cache
def world() -> SkinWorld:
    return draw_skin(Skin(seed=3, extent_mm=(170.0, 150.0), grid_mm_per_px=0.1))


@cache
def card_picture() -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(card_png())) as image:
        return np.asarray(image.convert("RGB"))


def photograph(
    camera: Camera,
    cards: Sequence[Lying] = (Lying(),),
    *,
    lesion: RenderedLesion = LESION,
    shadow: float = 0.0,
    shadow_deg: float = 30.0,
    drawing: NDArray[np.uint8] | None = None,
    skin: SkinWorld | None = None,
) -> Scene:
    """Photograph one lesion and cards.

    Args:
        shadow: share of the light that is missing beyond a line through the frame's middle.
        drawing: another picture in place of the card's, of the card's size at 600 dpi.
    """
    clear = replace(
        camera, blur_px=0.3, noise=0.0, vignette=0.0, jpeg_quality=100, stamp_corner=None
    )
    clear = replace(clear, gain=1.0, hairs=0, slope=(0.0, 0.0), white_balance=(1.0, 1.0, 1.0))
    bare = render_photo(skin or world(), [lesion], clear)
    linear = linear_from_srgb(bare.rgb.astype(np.float32) / 255)
    outlines = []
    for card in cards:
        matrix = camera.photo_from_mm() @ card.skin_from_card()
        _lay(linear, card, matrix, card_picture() if drawing is None else drawing)
        outlines.append(_outline(matrix))
    linear *= _shade(camera, shadow, shadow_deg)[..., None]
    x, y, w = camera.photo_from_mm() @ np.array([*lesion.centre_mm, 1.0])
    rgb = expose(np.asarray(linear, np.float32), replace(camera, stamp_corner=None))
    place = (float(x / w), float(y / w))
    return Scene(rgb, camera, place, bare.mm_per_px, bare.area_mm2, bare.mask, tuple(outlines))


def _lay(
    linear: NDArray[np.float32],
    card: Lying,
    photo_from_card: NDArray[np.float64],
    drawing: NDArray[np.uint8],
) -> None:
    """Paint the card in place: warped at three times the frame's size, then averaged down."""
    height, width = linear.shape[:2]
    paper = 0.9 * linear_from_srgb(drawing.astype(np.float32) / 255)
    cover = np.ones(drawing.shape[:2], np.float32)
    for marker in layout.MARKERS:
        if marker.marker_id in card.hidden:
            x, y = (round((v - 1.5) / MM_PER_DOT) for v in (marker.x_mm, marker.y_mm))
            side = round(12.0 / MM_PER_DOT)
            cover[y : y + side, x : x + side] = 0.0
    low, high = _frame_part(photo_from_card, width, height)
    if (high <= low).any():
        return
    n = OVERSAMPLING
    # Pixel centres are whole numbers in OpenCV; a dot k covers k .. k + 1 dots of paper.
    dots = np.array([[MM_PER_DOT, 0, MM_PER_DOT / 2], [0, MM_PER_DOT, MM_PER_DOT / 2], [0, 0, 1]])
    fine = np.array([[n, 0, (n - 1) / 2 - n * low[0]], [0, n, (n - 1) / 2 - n * low[1]], [0, 0, 1]])
    matrix = fine @ photo_from_card @ dots
    cut = (int(high[0] - low[0]), int(high[1] - low[1]))
    size = (n * cut[0], n * cut[1])
    # Dots finer than the oversampled grid are averaged beforehand.
    fineness = np.sqrt(abs(np.linalg.det(matrix[:2, :2] / matrix[2, 2])))
    if fineness < 0.7:
        paper = cv2.GaussianBlur(paper, (0, 0), 0.35 / fineness)
    seen = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_LINEAR)
    there = cv2.warpPerspective(cover, matrix, size, flags=cv2.INTER_LINEAR)
    seen = cv2.resize(seen * there[..., None], cut, interpolation=cv2.INTER_AREA)
    there = cv2.resize(there, cut, interpolation=cv2.INTER_AREA)[..., None]
    part = linear[low[1] : high[1], low[0] : high[0]]
    part[:] = part * (1 - there) + seen


def _outline(photo_from_card: NDArray[np.float64]) -> NDArray[np.float64]:
    right, bottom = layout.WIDTH_MM, layout.HEIGHT_MM
    corners = np.array([[[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]]])
    return np.asarray(cv2.perspectiveTransform(corners, photo_from_card)[0], np.float64)


def _frame_part(
    photo_from_card: NDArray[np.float64], width: int, height: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    outline = _outline(photo_from_card)
    low = np.clip(np.floor(outline.min(axis=0)) - 2, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(outline.max(axis=0)) + 3, 0, (width, height)).astype(int)
    return low, high


def _shade(camera: Camera, shadow: float, shadow_deg: float) -> NDArray[np.float32]:
    width, height = camera.size_px
    angle = np.deg2rad(shadow_deg)
    x = (np.arange(width, dtype=np.float32) - width / 2)[None] * np.cos(angle)
    y = (np.arange(height, dtype=np.float32) - height / 2)[:, None] * np.sin(angle)
    beyond = 1 / (1 + np.exp(-((x + y) / (0.004 * width)).clip(-30, 30)))
    return np.asarray(1 - shadow * beyond, np.float32)
