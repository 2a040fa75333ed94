"""The camera that photographs made-up skin: geometry, light, lens, sensor and file."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.render_fields import generator

STAMP = "MADE-UP PICTURE"


@dataclass(frozen=True, slots=True)
class Camera:
    """How one photo is taken.

    centre_mm: place on the skin in the middle of the frame. mm_per_px: at that place.
    rotation_deg: of the camera about its axis, clockwise on the picture.
    tilt: foreshortening along x and y; 0.1 makes one edge about 10 % nearer than the middle.
    gain: exposure. white_balance: factors on linear R, G, B. vignette: loss of light in the
    corners, 0..1. slope: light that falls off across the frame along x and y, 0..1.
    blur_px: sigma of defocus. noise: sigma of the sensor at mid grey, 0..1.
    hairs: loose hairs that lie on the skin in this photo only.
    stamp_corner: where the words "MADE-UP PICTURE" stand; None leaves them out.
    """

    seed: int
    centre_mm: tuple[float, float] = (0.0, 0.0)
    mm_per_px: float = 0.016
    size_px: tuple[int, int] = (1000, 750)
    rotation_deg: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)
    gain: float = 1.0
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    vignette: float = 0.15
    slope: tuple[float, float] = (0.0, 0.0)
    blur_px: float = 0.7
    noise: float = 0.008
    jpeg_quality: int = 92
    hairs: int = 0
    stamp_corner: str | None = "bottom left"

    def photo_from_mm(self) -> NDArray[np.float64]:
        """3x3 homogeneous map from skin millimetres (x, y, 1) to photo pixels."""
        width, height = self.size_px
        angle = np.deg2rad(self.rotation_deg)
        scale = 1.0 / self.mm_per_px
        cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
        look = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        centre = np.array(
            [[1.0, 0.0, -self.centre_mm[0]], [0.0, 1.0, -self.centre_mm[1]], [0.0, 0.0, 1.0]]
        )
        lean = np.eye(3)
        lean[2, 0], lean[2, 1] = 2 * self.tilt[0] / width, 2 * self.tilt[1] / height
        place = np.array([[1.0, 0.0, (width - 1) / 2], [0.0, 1.0, (height - 1) / 2], [0, 0, 1]])
        return np.asarray(place @ lean @ look @ centre, dtype=np.float64)

    def mm_per_px_at(self, x_mm: float, y_mm: float) -> float:
        """Millimetres per pixel about a place on the skin (geometric mean of both axes)."""
        matrix = self.photo_from_mm()
        step = 0.05
        corners = np.array([[x_mm, y_mm, 1], [x_mm + step, y_mm, 1], [x_mm, y_mm + step, 1]]).T
        seen = matrix @ corners
        points = (seen[:2] / seen[2]).T
        across, down = points[1] - points[0], points[2] - points[0]
        area_px = abs(across[0] * down[1] - across[1] * down[0])
        return float(step / np.sqrt(area_px))


def expose(linear: NDArray[np.float32], camera: Camera) -> NDArray[np.uint8]:
    """From light on the sensor to the finished picture.

    Args:
        linear: (h, w, 3) float32 linear RGB reflectance, 0..1, already in the photo's geometry.

    Returns: (h, w, 3) uint8 sRGB after blur, light, noise, stamp and JPEG.
    """
    rng = generator(camera.seed, 31)
    picture = linear
    if camera.hairs:
        picture = picture * _hairs(rng, camera)[..., None]
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(camera.blur_px, 0.3)))
    light = camera.gain * np.array(camera.white_balance, dtype=np.float32)
    picture = picture * _light(camera)[..., None] * light
    rgb = _encode(_with_noise(picture, rng, camera))
    if camera.stamp_corner is not None:
        _stamp(rgb, camera.stamp_corner)
    return from_jpeg(to_jpeg(rgb, camera.jpeg_quality))


def to_jpeg(rgb: NDArray[np.uint8], quality: int = 92) -> bytes:
    """Encode an (h, w, 3) uint8 RGB picture as JPEG without metadata."""
    done, data = cv2.imencode(
        ".jpg", np.ascontiguousarray(rgb[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not done:
        raise ValueError("OpenCV could not encode the picture as JPEG")
    return data.tobytes()


def from_jpeg(data: bytes) -> NDArray[np.uint8]:
    """Decode JPEG bytes of our own making to (h, w, 3) uint8 RGB."""
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a JPEG picture")
    return np.ascontiguousarray(picture[..., ::-1]).astype(np.uint8)


def _light(camera: Camera) -> NDArray[np.float32]:
    width, height = camera.size_px
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    fall = 1 - camera.vignette * (x**2 + y**2) / 2
    slope = 1 + camera.slope[0] * x / 2 + camera.slope[1] * y / 2
    return np.asarray(fall * slope, dtype=np.float32)


def _with_noise(
    linear: NDArray[np.float32], rng: np.random.Generator, camera: Camera
) -> NDArray[np.float32]:
    """Shot noise grows with the square root of the light; 0.2 is mid grey."""
    grain = rng.standard_normal(linear.shape, dtype=np.float32)
    spread = camera.noise * 0.45 * np.sqrt(np.maximum(linear, 0.01) / 0.2)
    return np.asarray(linear + grain * spread, dtype=np.float32)


def _encode(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """IEC 61966-2-1 encoding through a table, since a power per pixel is slow."""
    steps = np.linspace(0, 1, 4096)
    low, high = 12.92 * steps, 1.055 * steps ** (1 / 2.4) - 0.055
    table = np.round(255 * np.where(steps <= 0.0031308, low, high)).astype(np.uint8)
    return np.asarray(table[(linear.clip(0, 1) * 4095 + 0.5).astype(np.int32)], dtype=np.uint8)


def _hairs(rng: np.random.Generator, camera: Camera) -> NDArray[np.float32]:
    width, height = camera.size_px
    clear = np.full((height, width), 255, dtype=np.uint8)
    for _ in range(camera.hairs):
        start = rng.random(2) * (width, height)
        heading, bend = rng.random() * 2 * np.pi, (rng.random() - 0.5) * 0.012
        length = int((0.2 + 0.5 * rng.random()) * height)
        steps = np.arange(0, length, 6)
        angles = heading + bend * steps
        points = start + 6 * np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1), axis=0)
        shade = int(70 + 90 * rng.random())
        thickness = 1 + int(rng.random() * 2)
        path = [np.round(points * 8).astype(np.int32)]
        cv2.polylines(clear, path, False, shade, thickness, cv2.LINE_AA, shift=3)
    return clear.astype(np.float32) / 255.0


def _stamp(rgb: NDArray[np.uint8], corner: str) -> None:
    """Write the words in place, small and half transparent, so that they carry few features."""
    height, width = rgb.shape[:2]
    size = max(0.32, 0.00042 * width)
    (text_width, text_height), _ = cv2.getTextSize(STAMP, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    x = 8 if "left" in corner else width - text_width - 8
    y = height - 8 if "bottom" in corner else text_height + 8
    layer = rgb.copy()
    cv2.putText(layer, STAMP, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, (60, 40, 40), 1, cv2.LINE_AA)
    rgb[:] = cv2.addWeighted(layer, 0.7, rgb, 0.3, 0)
