"""Textured skin with a lesion of its own texture, photographed by a camera that is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.compare import Subject
from tracker.analysis.measure import measure
from tracker.analysis.view import make_view
from tracker.domain.analysis import LesionMask, Scale
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box

SKIN_PX = 1200
FRAME = (480, 400)  # width, height of a photo
SKIN_COLOUR = np.array([0.52, 0.34, 0.26])  # linear light
LESION_COLOUR = np.array([0.12, 0.055, 0.03])


@dataclass(frozen=True)
class Camera:
    """Photo pixels to skin pixels: `zoom` photo pixels a skin pixel, turned, aimed at `aim`.

    gain: of the light's channels. relief: how strongly the skin's texture shows.
    """

    zoom: float = 1.0
    turn_deg: float = 0.0
    aim: tuple[float, float] = (SKIN_PX / 2, SKIN_PX / 2)
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    noise: float = 0.004
    relief: float = 0.07
    frame: tuple[int, int] = FRAME

    @property
    def skin_from_photo(self) -> NDArray[np.float64]:
        """(3, 3) map of photo pixels to skin pixels."""
        turn = math.radians(self.turn_deg)
        c, s = math.cos(turn) / self.zoom, math.sin(turn) / self.zoom
        linear = np.array([[c, -s], [s, c]])
        middle = np.array([(self.frame[0] - 1) / 2, (self.frame[1] - 1) / 2])
        matrix = np.eye(3)
        matrix[:2, :2] = linear
        matrix[:2, 2] = np.array(self.aim) - linear @ middle
        return matrix


@dataclass(frozen=True)
class Spot:
    """A lesion: centre and mean radius in skin pixels; `tone` multiplies its colour.

    focus: multiplies the colour of a disc of a third of the radius, off the centre.
    """

    centre: tuple[float, float] = (SKIN_PX / 2, SKIN_PX / 2)
    radius: float = 50.0
    tone: tuple[float, float, float] = (1.0, 1.0, 1.0)
    seed: int = 5
    focus: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Picture:
    """A photo and the true mask."""

    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]


@cache
def texture(seed: int, side: int = SKIN_PX) -> NDArray[np.float32]:
    """Noise of several grain sizes, mean 0, standard deviation 1."""
    rng = np.random.default_rng(seed)
    total = np.zeros((side, side), dtype=np.float32)
    for sigma, weight in ((1.6, 1.0), (3.0, 0.9), (6.0, 0.7), (14.0, 0.5)):
        layer = cv2.GaussianBlur(
            rng.standard_normal((side, side)).astype(np.float32), (0, 0), sigma
        )
        total += weight * layer / layer.std()
    return np.asarray((total - total.mean()) / total.std(), dtype=np.float32)


def photograph(skin_seed: int, spots: tuple[Spot, ...], camera: Camera) -> Picture:
    """The photo of the first spot (its mask), with the further spots in view."""
    width, height = camera.frame
    gx, gy = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    matrix = camera.skin_from_photo
    x = (matrix[0, 0] * gx + matrix[0, 1] * gy + matrix[0, 2]).astype(np.float32)
    y = (matrix[1, 0] * gx + matrix[1, 1] * gy + matrix[1, 2]).astype(np.float32)
    grain = cv2.remap(texture(skin_seed), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    light = SKIN_COLOUR * (1 + camera.relief * grain[..., None])
    masks = []
    for spot in spots:
        cover, own = _spot(spot, x, y)
        colour = LESION_COLOUR * np.array(spot.tone) * (1 + 0.2 * own[..., None])
        colour = colour * _focus(spot, x, y)
        light = light * (1 - cover[..., None]) + colour * cover[..., None]
        masks.append(cover >= 0.5)
    rng = np.random.default_rng(round(1000 * camera.zoom) + round(camera.turn_deg))
    light = np.clip(light * np.array(camera.gain), 0, 1)
    value = light ** (1 / 2.2) + camera.noise * rng.standard_normal(light.shape)
    return Picture(np.asarray(np.rint(np.clip(value, 0, 1) * 255), dtype=np.uint8), masks[0])


def _spot(
    spot: Spot, x: NDArray[np.float32], y: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cover 0..1 of a lobed outline, and the texture that grows with the lesion."""
    dx, dy = (x - spot.centre[0]) / spot.radius, (y - spot.centre[1]) / spot.radius
    r, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    outline = 1 + 0.12 * np.cos(2 * angle + spot.seed) + 0.06 * np.cos(5 * angle)
    cover = np.clip((outline - r) * spot.radius / 2.0 + 0.5, 0, 1)
    own = texture(spot.seed, 400)
    inside = cv2.remap(
        own,
        (200 + 60 * dx).astype(np.float32),
        (200 + 60 * dy).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return cover.astype(np.float32), inside


def _focus(spot: Spot, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Factor (h, w, 3) of the focus, with an edge of a tenth of the radius."""
    dx, dy = (x - spot.centre[0]) / spot.radius, (y - spot.centre[1]) / spot.radius
    inside = np.clip((1 / 3 - np.hypot(dx - 0.3, dy + 0.2)) * 10 + 0.5, 0, 1)[..., None]
    return np.asarray(1 - inside + inside * np.array(spot.focus), np.float32)


def lesion_mask(mask: NDArray[np.bool_]) -> LesionMask:
    """A full-frame mask as its tight box and pixels."""
    ys, xs = np.nonzero(mask)
    x0, y0, x1, y1 = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
    return LesionMask(Box(x0, y0, x1 - x0, y1 - y0), mask[y0:y1, x0:x1])


def subject(
    picture: Picture,
    name: str = "a",
    *,
    scale: Scale | None = None,
    modality: Modality | None = None,
    embedding: NDArray[np.float32] | None = None,
    model: str | None = None,
) -> Subject:
    """The picture as it enters a comparison, with its true mask."""
    mask = lesion_mask(picture.mask)
    view = make_view(picture.rgb, mask)
    return Subject(name, view, measure(picture.rgb, mask), scale, modality, embedding, model)
