"""What lies over and between lesion and camera: hair, ink, rulers, apertures, bad light."""

from __future__ import annotations

import cv2
import numpy as np
from corpus import Image
from labels import BACKGROUND, LESION, NOT_LESION
from textures import Rng, random_colour, smooth_noise


def aperture(rng: Rng, image: Image, labels: Image) -> tuple[Image, Image]:
    """A dermoscope's round opening in a black frame."""
    side = labels.shape[0]
    centre = (rng.uniform(0.42, 0.58, 2) * side).astype(int)
    disc = np.zeros(labels.shape, np.uint8)
    cv2.circle(disc, (int(centre[0]), int(centre[1])), int(rng.uniform(0.42, 0.68) * side), 255, -1)
    soft = cv2.GaussianBlur(disc, (0, 0), rng.uniform(0.7, 5)).astype(np.float32)[..., None] / 255
    image = (image * soft + rng.uniform(0, 25) * (1 - soft)).astype(np.uint8)
    return image, np.where(disc > 0, labels, BACKGROUND).astype(np.uint8)


def draw_hairs(rng: Rng, image: Image) -> None:
    """Zero to a dozen curved hairs, in place."""
    side = image.shape[0]
    if rng.random() < 0.5:
        return
    colour = rng.uniform(10, 90) * np.array([1.0, rng.uniform(0.7, 1), rng.uniform(0.5, 1)])
    for _ in range(int(rng.integers(1, 13))):
        points = rng.uniform(-0.2, 1.2, (1, 2)) + np.cumsum(rng.normal(0, 0.16, (3, 2)), axis=0)
        t = np.linspace(0, 1, 16)[:, None]
        curve = (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * points[1] + t**2 * points[2]
        line = [(curve * side * 8).astype(np.int32)]
        cv2.polylines(
            image, line, False, colour.tolist(), 1 + int(rng.random() < 0.3), cv2.LINE_AA, 3
        )


def draw_fold(rng: Rng, image: Image) -> None:
    """One soft crease, in place."""
    side = image.shape[0]
    layer = np.zeros((side, side), np.float32)
    a, b = (rng.uniform(0, 1, 2) * side).astype(int), (rng.uniform(0, 1, 2) * side).astype(int)
    cv2.line(layer, a.tolist(), b.tolist(), 1.0, int(rng.integers(2, 8)))
    layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(2, 8)) * rng.uniform(0.1, 0.5)
    image[:] = (image * (1 - layer[..., None])).astype(np.uint8)


def draw_ink(rng: Rng, image: Image, labels: Image) -> None:
    """A doctor's pen in place: a ring round the spot, numbers, an arrow. Ink is never a lesion."""
    side = image.shape[0]
    layer = np.zeros((side, side), np.uint8)
    lesion = np.argwhere(labels == LESION)
    centre = rng.uniform(0.2, 0.8, 2) * side
    if len(lesion) and rng.random() < 0.7:
        centre = lesion[int(rng.integers(len(lesion)))][::-1] + rng.normal(0, side * 0.04, 2)
    width = int(rng.integers(1, max(3, side // 28)))
    if rng.random() < 0.75:
        angles = np.linspace(0, 2 * np.pi * rng.uniform(0.7, 1.05), 40)
        radii = side * np.exp(rng.uniform(np.log(0.05), np.log(0.4)))
        wave = 1 + rng.uniform(0, 0.12) * np.sin(2 * angles + rng.uniform(0, 6))
        ring = np.stack([np.cos(angles), rng.uniform(0.7, 1.2) * np.sin(angles)], 1)
        points = (centre + ring * (radii * wave)[:, None]).astype(np.int32)
        cv2.polylines(layer, [points], False, 255, width, cv2.LINE_AA)
    place = (rng.uniform(0, 0.9, 2) * side).astype(int).tolist()
    if rng.random() < 0.6:
        text = "".join(rng.choice(list("0123456789ABE"), int(rng.integers(1, 4))))
        cv2.putText(layer, text, place, 3, rng.uniform(0.5, 2.5) * side / 256, 255, width)
    if rng.random() < 0.2:
        tip = (rng.uniform(0.1, 0.9, 2) * side).astype(int).tolist()
        cv2.arrowedLine(layer, place, tip, 255, width, cv2.LINE_AA, 0, 0.3)
    alpha = cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.5, 2)).astype(np.float32) / 255
    alpha *= (rng.uniform(0.5, 1) + 0.15 * smooth_noise(rng, side, 4)).clip(0.2, 1)
    ink = rng.uniform(5, 80) * np.array([rng.uniform(0.4, 1), rng.uniform(0.4, 1), 1.0])
    image[:] = (image * (1 - alpha[..., None]) + ink * alpha[..., None]).clip(0, 255)
    labels[(layer > 100) & (labels != BACKGROUND)] = NOT_LESION


def draw_dot(rng: Rng, image: Image) -> None:
    """A dark soft dot as a nail or a stain makes it, in place."""
    side = image.shape[0]
    layer = np.zeros((side, side), np.float32)
    centre = (rng.uniform(0.05, 0.95, 2) * side).astype(int).tolist()
    axes = np.maximum(1, np.exp(rng.uniform(0.5, 3.3, 2))).astype(int).tolist()
    cv2.ellipse(layer, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.5, 2))[..., None] * rng.uniform(0.5, 1)
    image[:] = (image * (1 - layer) + random_colour(rng) * 0.5 * layer).clip(0, 255)


def draw_sticker(rng: Rng, image: Image, labels: Image) -> None:
    """A ruler, label or plaster lying on the skin: background, in place."""
    side = image.shape[0]
    centre = (rng.uniform(0, 1, 2) * side).tolist()
    size = (float(rng.uniform(0.15, 0.9) * side), float(rng.uniform(0.05, 0.2) * side))
    corners = cv2.boxPoints((centre, size, float(rng.uniform(0, 180)))).astype(np.int32)
    ground = rng.uniform(150, 255, 3).tolist()
    cv2.fillPoly(image, [corners], ground)
    cv2.fillPoly(labels, [corners], BACKGROUND)
    if rng.random() < 0.7:
        start, end, across = corners[1], corners[2], (corners[0] - corners[1]) * 0.4
        for t in np.linspace(0.02, 0.98, int(rng.integers(8, 40))):
            point = start + (end - start) * t
            cv2.line(
                image,
                point.astype(int).tolist(),
                (point + across).astype(int).tolist(),
                (20, 20, 20),
                1,
            )


def noisy(rng: Rng, image: Image, sigma: float) -> Image:
    """The image with Gaussian sensor noise."""
    return (image + rng.normal(0, sigma, image.shape)).clip(0, 255).astype(np.uint8)


def degrade(rng: Rng, image: Image) -> Image:
    """Camera nuisance: exposure, white balance, contrast, blur, noise, JPEG."""
    out = image.astype(np.float32)
    if rng.random() < 0.8:
        gain = rng.uniform(0.7, 1.25) * rng.uniform(0.88, 1.12, 3).astype(np.float32)
        contrast = rng.uniform(0.75, 1.45)
        mean = out.mean()
        grey = out.mean(axis=2, keepdims=True)
        out = grey + (out - grey) * rng.uniform(0.6, 1.5)
        out = ((out - mean) * contrast + mean) * gain.astype(np.float32)
    if rng.random() < 0.25:
        out = 255 * (out.clip(0, 255) / 255) ** float(rng.uniform(0.7, 1.45))
    if rng.random() < 0.25:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.8))
    if rng.random() < 0.3:
        out = out + rng.normal(0, rng.uniform(1, 9), out.shape).astype(np.float32)
    result = out.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))]
        result = cv2.imdecode(cv2.imencode(".jpg", result, quality)[1], cv2.IMREAD_COLOR)
    return np.ascontiguousarray(result).astype(np.uint8)
