"""From class probabilities to lesion regions. Pure array work."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.geometry import Box

BACKGROUND, SKIN, LESION = 0, 1, 2
LESION_PROBABILITY = 0.5
#: Components closer than this share of the largest one's diameter belong to one lesion.
JOIN_GAP = 0.08
#: How far around a region its support is taken, as a share of its longer side.
REACH = 0.5
#: A region smaller than this many map pixels is noise.
MIN_AREA_PX = 9
#: A lesion of this share of the frame's longest side or more gets the full mark for size.
FULL_SIZE = 0.12
#: Weight of the position: a lesion in a corner keeps 1 - CENTRALITY of its mark.
CENTRALITY = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lesion found on a probability map.

    box: tight, in map pixels. area_px: map pixels.
    confidence: mean lesion probability inside, 0..1.
    support: mean probability of skin or lesion around it, 0..1; 1 when the region fills the map
        and nothing is around it.
    prominence: 0..1, how much its size and position make it the subject of the photo.
    """

    box: Box
    area_px: float
    confidence: float
    support: float
    prominence: float

    @property
    def score(self) -> float:
        """0..1, orders candidates."""
        return self.confidence * self.support * self.prominence

    @property
    def diameter_px(self) -> float:
        """Diameter of the disc of equal area, in map pixels."""
        return float(np.sqrt(4 * self.area_px / np.pi))


def skin_share(probabilities: NDArray[np.float32]) -> float:
    """Share of the map (h, w, 3) that is skin or lesion, 0..1. A lesion counts as skin."""
    return float((probabilities[..., BACKGROUND] < 0.5).mean())


def find_candidates(
    probabilities: NDArray[np.float32], threshold: float = LESION_PROBABILITY
) -> list[Candidate]:
    """Regions of a map (h, w, 3) with a lesion probability above threshold, best score first."""
    lesion = joined_components((probabilities[..., LESION] > threshold).astype(np.uint8))
    count, labels, stats, centres = cv2.connectedComponentsWithStats(lesion, connectivity=8)
    found = []
    for label in range(1, count):
        x, y, w, h = (int(v) for v in stats[label, : cv2.CC_STAT_AREA])
        box = Box(x, y, w, h)
        inside = labels == label
        candidate = _measure(probabilities, inside, box, centres[label])
        if candidate is not None:
            found.append(candidate)
    return sorted(found, key=lambda c: c.score, reverse=True)


def joined_components(lesion: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The 0/1 map with gaps closed that are small beside its largest component."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(lesion, connectivity=8)
    if count <= 2:
        return lesion
    largest = float(stats[1:, cv2.CC_STAT_AREA].max())
    radius = int(JOIN_GAP * np.sqrt(4 * largest / np.pi) / 2)
    if radius < 1:
        return lesion
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.morphologyEx(lesion, cv2.MORPH_CLOSE, disc).astype(np.uint8)


def _measure(
    probabilities: NDArray[np.float32],
    inside: NDArray[np.bool_],
    box: Box,
    centre: NDArray[np.float64],
) -> Candidate | None:
    area = float(inside.sum())
    if area < MIN_AREA_PX:
        return None
    confidence = float(probabilities[..., LESION][inside].mean())
    support = _support(probabilities, inside, box)
    prominence = _size_mark(area, inside.shape) * _place_mark(centre, inside.shape)
    return Candidate(box, area, confidence, support, prominence)


def _support(probabilities: NDArray[np.float32], inside: NDArray[np.bool_], box: Box) -> float:
    height, width = inside.shape
    reach = max(2, round(REACH * max(box.w, box.h)))
    around = Box(box.x - reach, box.y - reach, box.w + 2 * reach, box.h + 2 * reach)
    window = around.clip(width, height)
    if window is None:
        return 1.0
    rows = slice(window.y, window.y + window.h)
    columns = slice(window.x, window.x + window.w)
    ring = ~inside[rows, columns]
    # A lesion that fills the frame leaves no ring to judge by.
    if ring.sum() < 0.1 * inside.sum():
        return 1.0
    return float(1 - probabilities[rows, columns, BACKGROUND][ring].mean())


def _size_mark(area_px: float, shape: tuple[int, ...]) -> float:
    diameter = np.sqrt(4 * area_px / np.pi) / max(shape)
    return float(np.sqrt(min(1.0, diameter / FULL_SIZE)))


def _place_mark(centre: NDArray[np.float64], shape: tuple[int, ...]) -> float:
    height, width = shape[:2]
    x, y = (centre[0] + 0.5) / width - 0.5, (centre[1] + 0.5) / height - 0.5
    distance = np.hypot(x, y) / np.hypot(0.5, 0.5)
    return float(1 - CENTRALITY * distance**1.5)
