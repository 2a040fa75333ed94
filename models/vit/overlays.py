"""Things that lie on the skin in lesion photographs: hair, rulers, ink, a dermoscope's rim.

Rulers, ink and bubbles come from the corpus as "with" and "without" pairs; their quotient is
what the thing does to the light, and multiplies onto any other skin.
"""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
MIN_ARTEFACT_PX = 20


class Overlays:
    """Artefact quotients of one corpus, and drawn hair. ``folder`` may be missing: hair only."""

    def __init__(self, folder: Path) -> None:
        self.quotients: list[NDArray[np.float32]] = []
        for path in sorted(folder.glob("*without*.png")):
            other = path.with_name(path.name.replace("without", "with"))
            with_it, without = cv2.imread(str(other)), cv2.imread(str(path))
            if with_it is None or without is None or with_it.shape != without.shape:
                continue
            if max(with_it.shape) < MIN_ARTEFACT_PX:
                continue
            ratio = (with_it[..., ::-1] + 8.0) / (without[..., ::-1] + 8.0)
            self.quotients.append(np.clip(ratio, 0.05, 3.0).astype(np.float32))

    def draw(self, rng: np.random.Generator, view: Pixels) -> Pixels:
        """Lay hair or an artefact over a view, uint8 (S, S, 3)."""
        if self.quotients and rng.random() < 0.4:
            return self._artefact(rng, view)
        return self._hair(rng, view)

    def _artefact(self, rng: np.random.Generator, view: Pixels) -> Pixels:
        size = view.shape[0]
        ratio = self.quotients[int(rng.integers(len(self.quotients)))]
        h, w = ratio.shape[:2]
        scale = rng.uniform(0.3, 1.2) * size / max(h, w, size / 2)
        matrix = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.uniform(0, 360)), float(scale))
        matrix[:, 2] += rng.uniform(0.0, size, 2) - (w / 2, h / 2)
        field = cv2.warpAffine(ratio, matrix, (size, size), borderValue=(1.0, 1.0, 1.0))
        return np.asarray(cv2.multiply(view, field, dtype=cv2.CV_8U), np.uint8)

    def _hair(self, rng: np.random.Generator, view: Pixels) -> Pixels:
        size = view.shape[0]
        drawn = view.copy()
        for _ in range(int(rng.integers(2, 14))):
            start = rng.uniform(-0.1, 1.1, 2) * size
            angle = rng.uniform(0, 2 * math.pi)
            bend = rng.uniform(-0.02, 0.02)
            steps = np.arange(0, 14)
            angles = angle + bend * steps * 6
            path = start + np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1) * size / 16, 0)
            shade = rng.uniform(10, 90) if rng.random() < 0.8 else rng.uniform(170, 240)
            colour = [float(np.clip(shade * f, 0, 255)) for f in (1.1, 0.95, 0.85)]
            points = np.rint(path * 8).astype(np.int32)
            width = 2 if rng.random() < 0.25 else 1
            cv2.polylines(drawn, [points], False, colour, width, cv2.LINE_AA, 3)
        share = float(rng.uniform(0.4, 0.95))
        return np.asarray(cv2.addWeighted(drawn, share, view, 1 - share, 0), np.uint8)

    def vignette(self, rng: np.random.Generator, view: Pixels) -> Pixels:
        """Darken outside a circle, as a dermoscope's rim does."""
        size = view.shape[0]
        field = np.full((size, size), float(rng.uniform(0.0, 0.3)), np.float32)
        centre = np.rint((0.5 + rng.uniform(-0.06, 0.06, 2)) * size).astype(int)
        radius = round(float(rng.uniform(0.52, 0.68)) * size)
        cv2.circle(field, (int(centre[0]), int(centre[1])), radius, 1.0, -1)
        soft = cv2.GaussianBlur(field, (0, 0), float(rng.uniform(1.0, 6.0)))
        return np.asarray(
            cv2.multiply(view, cv2.merge([soft, soft, soft]), dtype=cv2.CV_8U), np.uint8
        )
