"""Training pictures for the gate, composed on the fly.

The corpus shows lesions almost only close up. A phone photo shows a mole as a dot of a few
pixels, a limb before a wall, several moles, hairs. These pictures are put together from real parts:
lesions cut by their masks, lesion-free skin, and pictures and surfaces that are not skin.
Label values stand in labels.py.
"""

from __future__ import annotations

import cv2
import numpy as np
from corpus import Image, Row, dark_surround, read_mask, read_rgb, skin_strip
from labels import BACKGROUND, IGNORE, LESION, NOT_LESION, SKIN
from nuisance import (
    aperture,
    degrade,
    draw_dot,
    draw_fold,
    draw_hairs,
    draw_ink,
    draw_sticker,
    noisy,
)
from parts import (
    MAX_CUT_PX,
    Cut,
    cover,
    cut_lesion,
    limb_shape,
    resize_cut,
    retone,
    spin,
    warp,
)
from textures import Rng, random_colour, shading, surface

SIDE = 256
REUSE = 0.85  # share of parts taken from those already read
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
