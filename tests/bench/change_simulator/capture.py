"""A hand-held camera of the benchmark's own: pose, light, hair, lens, sensor and file."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.bench.change_simulator.scene import Floats, Scene, srgb_from_linear

#: Focal length over the frame's width: a phone or dermatoscope a hand's breadth away.
FOCAL = 2.2


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera stands and what light there is.

    nearness: size on the photo over that in the scene. tilt_deg, tilt_towards_deg: off the
    perpendicular, and in which direction. roll_deg: about the axis. shift: of the lesion off the
    middle, as shares of the frame. exposure: factor on the light; white: on R, G, B; slope: light
    that falls off across the frame along x, y. blur_px: Gaussian sigma. noise: standard deviation
    at mid grey, 0..1. hairs: that lie over the skin in this photo only. quality: of the JPEG.
    """

    nearness: float = 1.0
    tilt_deg: float = 0.0
    tilt_towards_deg: float = 0.0
    roll_deg: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    exposure: float = 1.0
    white: tuple[float, float, float] = (1.0, 1.0, 1.0)
    slope: tuple[float, float] = (0.0, 0.0)
    blur_px: float = 0.4
    noise: float = 0.0
    hairs: int = 0
    quality: int = 95


@dataclass(frozen=True, eq=False)
class Shot:
    """One photo as a file, with its truth.

    mask: (h, w) bool. px_per_scene_px: photo pixels a scene pixel at the lesion, so that
    millimetres follow from the scene's.
    """

    jpeg: bytes
    mask: NDArray[np.bool_]
    px_per_scene_px: float


def drawn_pose(rng: np.random.Generator) -> Pose:
    """A careful amateur: some 10 % in distance, up to 12 degrees off, another lamp each time."""
    red, blue = np.exp(rng.normal(0, 0.06, 2))
    return Pose(
        nearness=float(np.exp(rng.uniform(math.log(0.85), math.log(1.15)))),
        tilt_deg=float(rng.uniform(0, 12)),
        tilt_towards_deg=float(rng.uniform(0, 360)),
        roll_deg=float(rng.normal(0, 8)),
        shift=(float(rng.uniform(-0.05, 0.05)), float(rng.uniform(-0.05, 0.05))),
        exposure=float(np.exp(rng.normal(-0.05, 0.13))),
        white=(float(red), 1.0, float(blue)),
        slope=(float(rng.normal(0, 0.06)), float(rng.normal(0, 0.06))),
        blur_px=float(rng.uniform(0.4, 1.3)),
        noise=float(rng.uniform(0.004, 0.014)),
        hairs=int(rng.poisson(2.0)) if rng.random() < 0.4 else 0,
        quality=int(rng.integers(75, 96)),
    )


def photograph(scene: Scene, pose: Pose, rng: np.random.Generator) -> Shot:
    """Take one photo of the scene's size; skin beyond the scene is mirrored at its edge."""
    height, width = scene.cover.shape
    matrix = homography(scene, pose)
    light = cv2.warpPerspective(
        scene.light,
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    cover = cv2.warpPerspective(scene.cover, matrix, (width, height))
    lit = np.asarray(light, np.float32)
    if pose.hairs:
        lit = lit * _hairs(rng, pose.hairs, width, height)[..., None]
    lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), max(0.2, pose.blur_px)), np.float32)
    lit = lit * _lamp(pose, width, height)[..., None] * np.array(pose.white, np.float32)
    grain = rng.standard_normal(lit.shape).astype(np.float32)
    lit = lit + grain * pose.noise * np.sqrt(np.maximum(lit, 0.01) / 0.2) * 0.5
    code = srgb_from_linear(np.asarray(lit, np.float32))
    done, data = cv2.imencode(".jpg", code[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, pose.quality])
    if not done:
        raise OSError("OpenCV could not encode the photo")
    return Shot(bytes(data), np.asarray(cover >= 0.5), _local_scale(matrix, scene.centre))


def homography(scene: Scene, pose: Pose) -> NDArray[np.float64]:
    """Scene pixels to photo pixels, by a pinhole camera turned about the lesion's middle."""
    height, width = scene.cover.shape
    focal = FOCAL * width
    roll, tilt = math.radians(pose.roll_deg), math.radians(pose.tilt_deg)
    axis = math.radians(pose.tilt_towards_deg)
    lean, _ = cv2.Rodrigues(np.array([-math.sin(axis), math.cos(axis), 0.0]) * tilt)
    spin, _ = cv2.Rodrigues(np.array([0.0, 0.0, roll]))
    turned = np.asarray(lean) @ np.asarray(spin)
    # The scene's plane has z = 0; the camera stands where one scene pixel is `nearness` pixels.
    pinhole = np.column_stack([turned[:, 0], turned[:, 1], [0.0, 0.0, focal / pose.nearness]])
    middle = [width / 2 + pose.shift[0] * width, height / 2 + pose.shift[1] * height]
    camera = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]])
    x, y = scene.centre
    about = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
    matrix = camera @ pinhole @ about
    return np.asarray(matrix / matrix[2, 2], np.float64)


def _local_scale(matrix: NDArray[np.float64], at: tuple[float, float]) -> float:
    """Square root of the area scale of a homography at a place."""
    weight = float(matrix[2] @ np.array([*at, 1.0]))
    return math.sqrt(abs(float(np.linalg.det(matrix))) / abs(weight) ** 3)


def _lamp(pose: Pose, width: int, height: int) -> Floats:
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    return np.asarray(pose.exposure * (1 + pose.slope[0] * x + pose.slope[1] * y), np.float32)


def _hairs(rng: np.random.Generator, count: int, width: int, height: int) -> Floats:
    """What thin dark curves (quadratic Bezier) let through, (h, w) 0..1."""
    clear = np.full((height, width), 255, np.uint8)
    t = np.linspace(0, 1, 40)[:, None]
    for _ in range(count):
        ends = rng.uniform(0, 1, (3, 2)) * (width, height)
        ends[1] = (ends[0] + ends[2]) / 2 + rng.normal(0, 0.08 * width, 2)
        curve = (1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * ends[1] + t**2 * ends[2]
        shade = int(rng.integers(50, 130))
        cv2.polylines(
            clear, [np.round(curve * 8).astype(np.int32)], False, shade, 1, cv2.LINE_AA, shift=3
        )
    return clear.astype(np.float32) / np.float32(255)
