"""Parts that training pictures are put together from: crops, cut-out lesions, limb shapes."""

from __future__ import annotations

import cv2
import numpy as np
from corpus import Image
from textures import Rng, random_colour, smooth_noise

MAX_CUT_PX = 110.0
Cut = tuple[np.ndarray, np.ndarray, np.ndarray]  # lesion, soft alpha, mean colour around


def cover(rng: Rng, rgb: Image, side: int) -> Image:
    """A random crop, zoom, turn and flip of rgb that fills (side, side), mirrored at the edges."""
    height, width = rgb.shape[:2]
    scale = side / min(height, width) * rng.uniform(0.7, 1.8)
    if min(height, width) < 100:
        scale = rng.uniform(0.8, 2.2)
    angle = rng.uniform(-25, 25) if rng.random() < 0.6 else rng.uniform(0, 360)
    centre = (width * rng.uniform(0.3, 0.7), height * rng.uniform(0.3, 0.7))
    matrix = cv2.getRotationMatrix2D(centre, angle, scale)
    matrix[:, 2] += side / 2 - np.array(centre)
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    out = cv2.warpAffine(rgb, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return np.ascontiguousarray(out[:, ::-1] if rng.random() < 0.5 else out)


def warp(rng: Rng, rgb: Image, labels: Image, side: int) -> tuple[Image, Image]:
    """Turn, zoom, shift and flip picture and labels together onto (side, side)."""
    height, width = labels.shape
    scale = side / max(height, width)
    scale *= float(np.exp(rng.uniform(np.log(0.75), np.log(1.7))))
    angle = rng.uniform(0, 360) if rng.random() < 0.6 else 90.0 * rng.integers(4)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
    matrix[:, :2] *= rng.uniform(0.9, 1.1, (1, 2))
    target = np.array([side / 2, side / 2]) + rng.uniform(-0.15, 0.15, 2) * side
    matrix[:, 2] = target - matrix[:, :2] @ np.array([width / 2, height / 2])
    mirror = rng.random() < 0.75
    border = cv2.BORDER_REFLECT_101 if mirror else cv2.BORDER_CONSTANT
    fill = random_colour(rng) if rng.random() < 0.5 else np.zeros(3)
    image = cv2.warpAffine(
        rgb,
        matrix,
        (side, side),
        flags=cv2.INTER_LINEAR,
        borderMode=border,
        borderValue=fill.tolist(),
    )
    tags = cv2.warpAffine(
        labels, matrix, (side, side), flags=cv2.INTER_NEAREST, borderMode=border, borderValue=0
    )
    if rng.random() < 0.5:
        image, tags = image[:, ::-1], tags[:, ::-1]
    return np.ascontiguousarray(image), np.ascontiguousarray(tags)


def cut_lesion(rgb: Image, mask: Image, diameter_px: float) -> Cut | None:
    """Lesion (h, w, 3), soft alpha (h, w) and mean colour of the skin around, at diameter_px.

    None for lesions that touch the frame: their cut edge would be pasted as a straight border.
    """
    ys, xs = np.nonzero(mask)
    if len(ys) < 30 or ys.min() < 2 or xs.min() < 2:
        return None
    if ys.max() > mask.shape[0] - 3 or xs.max() > mask.shape[1] - 3:
        return None
    pad = 10
    y0, x0 = max(0, ys.min() - pad), max(0, xs.min() - pad)
    y1, x1 = ys.max() + 1 + pad, xs.max() + 1 + pad
    piece, cut = rgb[y0:y1, x0:x1], mask[y0:y1, x0:x1]
    ring = piece[cut == 0]
    if len(ring) < 20:
        return None
    scale = diameter_px / max(np.ptp(ys) + 1, np.ptp(xs) + 1)
    size = (max(3, round(cut.shape[1] * scale)), max(3, round(cut.shape[0] * scale)))
    soft = cv2.GaussianBlur(cut.astype(np.float32), (0, 0), 2.0)
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    lesion = cv2.resize(piece, size, interpolation=flags).astype(np.float32)
    return lesion, cv2.resize(soft, size, interpolation=flags), ring.mean(axis=0)


def resize_cut(cut: Cut, diameter_px: float) -> Cut:
    """The cut-out of MAX_CUT_PX at another diameter."""
    lesion, alpha, around = cut
    scale = diameter_px / MAX_CUT_PX
    size = (max(3, round(alpha.shape[1] * scale)), max(3, round(alpha.shape[0] * scale)))
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return (
        cv2.resize(lesion, size, interpolation=flags),
        cv2.resize(alpha, size, interpolation=flags),
        around,
    )


def spin(rng: Rng, lesion: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A quarter turn and flip at random, and every other time a squeeze as by a slanted view."""
    turns = int(rng.integers(4))
    lesion, alpha = np.rot90(lesion, turns), np.rot90(alpha, turns)
    if rng.random() < 0.5:
        lesion, alpha = lesion[:, ::-1], alpha[:, ::-1]
    if rng.random() < 0.5:
        size = (max(3, round(alpha.shape[1] * rng.uniform(0.6, 1))), alpha.shape[0])
        lesion = cv2.resize(np.ascontiguousarray(lesion), size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(np.ascontiguousarray(alpha), size, interpolation=cv2.INTER_AREA)
    return lesion, alpha


def retone(rng: Rng, rgb: Image) -> Image:
    """Skin shifted to another tone: darker skin keeps its hue and loses reflectance."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    target = rng.uniform(65, 225)
    lab[..., 0] *= target / max(float(lab[..., 0].mean()), 20.0)
    lab[..., 1] += rng.uniform(-8, 12) + (130 + 12 - lab[..., 1].mean()) * 0.5
    lab[..., 2] += rng.uniform(-8, 14) + (130 + 16 - lab[..., 2].mean()) * 0.5
    return cv2.cvtColor(lab.clip(0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB).astype(np.uint8)


def limb_shape(rng: Rng, side: int) -> np.ndarray:
    """Soft shape (side, side), 0..1: a thick curve (arm), a blob (face) or a half plane."""
    canvas = np.zeros((side, side), np.uint8)
    kind = rng.random()
    if kind < 0.45:
        points = rng.uniform(-0.3, 1.3, (3, 2)) * side
        t = np.linspace(0, 1, 24)[:, None]
        curve = (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * points[1] + t**2 * points[2]
        thick = int(rng.uniform(0.2, 0.7) * side)
        cv2.polylines(canvas, [curve.astype(np.int32)], False, 255, thick)
    elif kind < 0.8:
        angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        wave = sum(
            rng.uniform(0, 0.18) * np.sin(k * angles + rng.uniform(0, 6)) for k in (1, 2, 3, 5)
        )
        radius = side * rng.uniform(0.2, 0.55) * (1 + wave)
        centre = rng.uniform(0.25, 0.75, 2) * side
        outline = centre + radius[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
        cv2.fillPoly(canvas, [outline.astype(np.int32)], 255)
    else:
        field = smooth_noise(rng, side, side / 2) * 0.15
        angle = rng.uniform(0, 2 * np.pi)
        ys, xs = np.mgrid[0:side, 0:side] / side - 0.5
        canvas[(xs * np.cos(angle) + ys * np.sin(angle) + field) > rng.uniform(-0.25, 0.2)] = 255
    if not 0.08 < canvas.mean() / 255 < 0.97:
        return np.ones((side, side), np.float32)
    return cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.5, 2.5)).astype(np.float32) / 255
