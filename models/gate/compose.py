"""Training pictures for the gate, composed on the fly.

The corpus shows lesions almost only close up. A phone photo shows a mole as a dot of a few
pixels, a limb before a wall, several moles, hairs. These pictures are put together from real parts:
lesions cut by their masks, lesion-free skin, and pictures and surfaces that are not skin.
Labels (S, S) uint8: 0 background, 1 skin, 2 lesion, 255 ignore, 254 "anything but lesion".
"""

from __future__ import annotations

import cv2
import numpy as np
from corpus import Image, Row, dark_surround, read_mask, read_rgb, skin_strip
from textures import Rng, random_colour, shading, smooth_noise, surface

BACKGROUND, SKIN, LESION, NOT_LESION, IGNORE = 0, 1, 2, 254, 255
SIDE = 256
MAX_CUT_PX = 110.0
REUSE = 0.85  # share of parts taken from those already read
Cut = tuple[np.ndarray, np.ndarray, np.ndarray]
MIN_CONTRAST = 14.0  # RGB distance between a lesion and its skin


class Composer:
    """Draws labelled pictures (256, 256, 3) uint8 from the parts of one split."""

    def __init__(self, rows: list[Row], side: int = SIDE) -> None:
        self.side = side
        masked = [r for r in rows if r.mask_path is not None]
        self.dermoscopic = [r for r in masked if r.dataset != "padufes20"]
        self.clinical = [r for r in masked if r.dataset == "padufes20"]
        self.plain = [read_rgb(r.path) for r in rows if r.dataset == "plain_skin"]
        self.objects = [
            read_rgb(r.path) for r in rows if r.dataset in ("neg_imagenet", "neg_skimage")
        ]
        self.strips: list[Image] = []
        self.cuts: list[Cut] = []
        self.people = [read_rgb(r.path) for r in rows if r.dataset == "neg_mediapipe"]

    def draw(self, rng: Rng) -> tuple[Image, Image]:
        """One picture (S, S, 3) and its labels (S, S)."""
        kinds = (self.close_up, self.composed, self.plain_skin, self.not_skin, self.person)
        pick = int(rng.choice(5, p=(0.33, 0.34, 0.06, 0.21, 0.06)))
        image, labels = kinds[pick](rng)
        return degrade(rng, image), labels

    def close_up(self, rng: Rng) -> tuple[Image, Image]:
        """A real picture with its mask, turned and zoomed, sometimes seen through an aperture."""
        rgb, labels = self.labelled(rng)
        image, labels = warp(rng, rgb, labels, self.side)
        if rng.random() < 0.12:
            image, labels = aperture(rng, image, labels)
        if rng.random() < 0.08:
            draw_ink(rng, image, labels)
        return image, labels

    def labelled(self, rng: Rng) -> tuple[Image, Image]:
        """A masked corpus picture and its three-class labels."""
        rgb, mask = self.masked(rng, 0.24)
        labels = np.where(mask > 0, LESION, SKIN).astype(np.uint8)
        labels[dark_surround(rgb, mask)] = BACKGROUND
        return rgb, labels

    def masked(self, rng: Rng, clinical: float) -> tuple[Image, Image]:
        """A masked corpus picture and mask; clinical is the share drawn from phone photos."""
        pool = self.clinical if self.clinical and rng.random() < clinical else self.dermoscopic
        row = pool[int(rng.integers(len(pool)))]
        assert row.mask_path is not None
        return read_rgb(row.path, 320), read_mask(row.mask_path, 320)

    def skin(self, rng: Rng) -> Image:
        """A canvas (S, S, 3) of lesion-free skin, tone and light varied."""
        if rng.random() < 0.3 and self.plain:
            patch = self.plain[int(rng.integers(len(self.plain)))]
        else:
            patch = self.strip(rng)
        canvas = cover(rng, patch, self.side)
        if rng.random() < 0.5:
            canvas = retone(rng, canvas)
        if rng.random() < 0.4:  # far away, texture is gone
            canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.6, 4))
            canvas = noisy(rng, canvas, 3)
        return (canvas * shading(rng, self.side, rng.uniform(0, 0.5))).clip(0, 255).astype(np.uint8)

    def strip(self, rng: Rng) -> Image:
        """A lesion-free strip of skin; mostly one used before, since reading is slow."""
        if len(self.strips) > 200 and rng.random() < REUSE:
            return self.strips[int(rng.integers(len(self.strips)))]
        patch = None
        while patch is None:
            patch = skin_strip(*self.masked(rng, 0.35))
        self.strips.append(patch.copy())
        return patch

    def lesion(self, rng: Rng, diameter_px: float) -> Cut:
        """A cut-out lesion at a diameter; mostly one used before, since reading is slow."""
        if len(self.cuts) > 400 and rng.random() < REUSE:
            return resize_cut(self.cuts[int(rng.integers(len(self.cuts)))], diameter_px)
        cut = None
        while cut is None:
            cut = cut_lesion(*self.masked(rng, 0.15), MAX_CUT_PX)
        self.cuts.append(cut)
        return resize_cut(cut, diameter_px)

    def composed(self, rng: Rng) -> tuple[Image, Image]:
        """Lesions of many sizes on skin; every other time the skin is a limb before a scene."""
        image = self.skin(rng)
        labels = np.full((self.side, self.side), SKIN, np.uint8)
        limb = np.ones((self.side, self.side), np.float32)
        if rng.random() < 0.55:
            limb = limb_shape(rng, self.side)
            light = 1 - rng.uniform(0, 0.5) * (
                1 - cv2.GaussianBlur(limb, (0, 0), rng.uniform(4, 25))
            )
            image = (image * light[..., None]).clip(0, 255).astype(np.uint8)
        for _ in range(int(rng.choice(6, p=(0.06, 0.44, 0.2, 0.14, 0.1, 0.06)))):
            self.paste_lesion(rng, image, labels, limb)
        draw_hairs(rng, image)
        if rng.random() < 0.25:
            draw_ink(rng, image, labels)
        if limb.min() < 1:
            behind = self.no_skin(rng).astype(np.float32)
            image = (image * limb[..., None] + behind * (1 - limb[..., None])).astype(np.uint8)
            labels[limb < 0.5] = BACKGROUND
        if rng.random() < 0.12:
            draw_sticker(rng, image, labels)
        return image, labels

    def paste_lesion(self, rng: Rng, image: Image, labels: Image, limb: np.ndarray) -> None:
        """Paste one lesion, in place, its colours shifted by the ratio of the two skins."""
        diameter = float(np.exp(rng.uniform(np.log(4.5), np.log(110))))
        lesion, alpha, around = self.lesion(rng, diameter)
        lesion, alpha = spin(rng, lesion, alpha)
        height, width = alpha.shape
        inside = np.argwhere(limb > 0.8)
        if len(inside) == 0 or height >= self.side or width >= self.side:
            return
        cy, cx = inside[int(rng.integers(len(inside)))]
        y = int(np.clip(cy - height // 2, 0, self.side - height))
        x = int(np.clip(cx - width // 2, 0, self.side - width))
        view, tags = image[y : y + height, x : x + width], labels[y : y + height, x : x + width]
        if (tags[alpha > 0.2] == LESION).any():
            return
        gain = (view.reshape(-1, 3).mean(axis=0) + 1) / (around + 1)
        fade = alpha[..., None] * rng.uniform(0.75, 1.0)
        inner = alpha > 0.7
        contrast = np.linalg.norm(lesion[inner].mean(axis=0) - around) if inner.any() else 0.0
        view[:] = (lesion * gain.clip(0.3, 1.6) * fade + view * (1 - fade)).clip(0, 255)
        # A spot that nobody could see on this skin teaches nothing: leave it out of the loss.
        tags[alpha > 0.5] = LESION if contrast > MIN_CONTRAST else IGNORE

    def plain_skin(self, rng: Rng) -> tuple[Image, Image]:
        """Skin with hairs, glare, folds, and no lesion."""
        image = self.skin(rng)
        for _ in range(int(rng.integers(0, 3))):
            draw_hairs(rng, image)
        if rng.random() < 0.3:
            draw_fold(rng, image)
        labels = np.full((self.side, self.side), SKIN, np.uint8)
        if rng.random() < 0.25:
            draw_ink(rng, image, labels)
        return image, labels

    def no_skin(self, rng: Rng) -> Image:
        """A picture or a surface without skin."""
        if rng.random() < 0.65:
            image = cover(rng, self.objects[int(rng.integers(len(self.objects)))], self.side)
            if rng.random() < 0.25:
                tint = random_colour(rng) / 128
                image = (image * (0.5 + 0.5 * tint)).clip(0, 255).astype(np.uint8)
            return image
        return surface(rng, self.side)

    def not_skin(self, rng: Rng) -> tuple[Image, Image]:
        """No skin anywhere; sometimes two pictures side by side, dots, or hair-like strands."""
        image = self.no_skin(rng)
        if rng.random() < 0.2:
            blend = limb_shape(rng, self.side)[..., None]
            image = (image * blend + self.no_skin(rng) * (1 - blend)).astype(np.uint8)
        if rng.random() < 0.2:
            for _ in range(int(rng.integers(1, 5))):
                draw_dot(rng, image)
        if rng.random() < 0.1:
            for _ in range(int(rng.integers(3, 15))):
                draw_hairs(rng, image)
        return image, np.zeros((self.side, self.side), np.uint8)

    def person(self, rng: Rng) -> tuple[Image, Image]:
        """Hands and people: where their skin is, is not marked, but there is no lesion."""
        image = cover(rng, self.people[int(rng.integers(len(self.people)))], self.side)
        return image, np.full((self.side, self.side), NOT_LESION, np.uint8)


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
