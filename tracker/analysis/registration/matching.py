"""Which features of two views are the same spot of skin."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tracker.analysis.registration.features import KeyPoints
from tracker.analysis.registration.plane import apply, similarity_angle_deg, similarity_scale

#: Lowe's ratio: nearest over second nearest distance.
_RATIO_FREE = 0.8
_RATIO_GUIDED = 0.9
_WINDOW_PX = 14.0
_WINDOW_SHARE = 0.30  # of the distance from the lesion's centre: what growth may hide in the guide
_ANGLE_DEG = 22.0
_OCTAVES = 0.7
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Pairs of points: `earlier` and `later`, each (n, 2) float32 view pixels."""

    earlier: NDArray[np.float32]
    later: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.earlier)

    def take(self, index: NDArray[np.bool_] | NDArray[np.intp]) -> Matches:
        """The pairs at `index`."""
        return Matches(self.earlier[index], self.later[index])


def match_freely(
    earlier: tuple[KeyPoints, KeyPoints], later: tuple[KeyPoints, KeyPoints]
) -> Matches:
    """One-to-one matches of SIFT and of AKAZE, pooled, that pass the ratio test both ways."""
    parts = []
    for a, b in zip(earlier, later, strict=True):
        pairs = _mutual(a, b)
        parts.append((a.points[pairs[:, 0]], b.points[pairs[:, 1]]))
    return _pool(parts)


def match_guided(
    earlier: tuple[KeyPoints, KeyPoints],
    later: tuple[KeyPoints, KeyPoints],
    guide: NDArray[np.float64],
    centre: tuple[float, float],
) -> Matches:
    """Matches near where a similarity expects them, of the orientation and size it expects.

    Args:
        guide: (3, 3), later view pixels to earlier view pixels.
        centre: the lesion's centre (x, y) in the earlier view.
    """
    parts = []
    for a, b in zip(earlier, later, strict=True):
        pairs = _guided_pairs(a, b, guide, centre)
        parts.append((a.points[pairs[:, 0]], b.points[pairs[:, 1]]))
    return _pool(parts)


def _pool(parts: list[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> Matches:
    return Matches(
        np.concatenate([p[0] for p in parts]).astype(np.float32),
        np.concatenate([p[1] for p in parts]).astype(np.float32),
    )


Nearest = tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]


def _mutual(a: KeyPoints, b: KeyPoints) -> NDArray[np.intp]:
    """(m, 2) index pairs that are nearest to each other and clearly nearer than the next best."""
    if len(a) < 2 or len(b) < 2:
        return np.zeros((0, 2), dtype=np.intp)
    if a.descriptors.dtype == np.uint8:
        to_b, to_a = _nearest_bits(a, b), _nearest_bits(b, a)
    else:
        squared = np.maximum(2.0 - 2.0 * (a.descriptors @ b.descriptors.T), 0.0)
        distance = np.sqrt(squared, dtype=np.float32)
        to_b, to_a = _nearest_rows(distance), _nearest_rows(np.ascontiguousarray(distance.T))
    index = np.arange(len(a))
    keep = (to_a[0][to_b[0]] == index) & (to_b[1] < _RATIO_FREE * to_b[2])
    keep &= (to_a[1] < _RATIO_FREE * to_a[2])[to_b[0]]
    return np.stack([index[keep], to_b[0][keep]], axis=1)


def _nearest_rows(distance: NDArray[np.float32]) -> Nearest:
    """Per row: index and distance of the nearest, and the distance of the second nearest."""
    best = distance.argmin(axis=1)
    index = np.arange(len(distance))
    first = distance[index, best].copy()
    distance[index, best] = np.inf
    second = distance.min(axis=1)
    distance[index, best] = first
    return best, first, second


def _nearest_bits(a: KeyPoints, b: KeyPoints) -> Nearest:
    """The same by Hamming distance, of each of `a` in `b`."""
    distance, index = cv2.batchDistance(
        a.descriptors, b.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
    )
    found = np.asarray(distance, dtype=np.float32)
    return np.asarray(index[:, 0], dtype=np.intp), found[:, 0], found[:, 1]


def _guided_pairs(
    a: KeyPoints, b: KeyPoints, guide: NDArray[np.float64], centre: tuple[float, float]
) -> NDArray[np.intp]:
    rows, columns = _candidates(a, b, guide, centre)
    if rows.size == 0:
        return np.zeros((0, 2), dtype=np.intp)
    distance = _pair_distances(a, b, rows, columns)
    keep = _clear_best(rows, distance) & _clear_best(columns, distance)
    return np.stack([rows[keep], columns[keep]], axis=1)


def _candidates(
    a: KeyPoints, b: KeyPoints, guide: NDArray[np.float64], centre: tuple[float, float]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Index pairs (earlier, later) that the guide allows."""
    nothing = np.zeros(0, dtype=np.intp)
    if len(a) == 0 or len(b) == 0:
        return nothing, nothing
    expected = apply(guide, b.points)
    window = _WINDOW_PX + _WINDOW_SHARE * np.hypot(*(expected - np.asarray(centre)).T)
    near = cKDTree(a.points).query_ball_point(expected, window, return_sorted=True)
    counts = np.fromiter((len(n) for n in near), dtype=np.intp, count=len(near))
    if counts.sum() == 0:
        return nothing, nothing
    rows = np.concatenate([np.asarray(n, dtype=np.intp) for n in near if n])
    columns = np.repeat(np.arange(len(b)), counts)
    turn = a.angles[rows] - b.angles[columns] - similarity_angle_deg(guide)
    turn = np.abs((turn + 180.0) % 360.0 - 180.0)
    octaves = np.log2(a.sizes[rows] / (b.sizes[columns] * similarity_scale(guide)))
    allowed = (turn <= _ANGLE_DEG) & (np.abs(octaves) <= _OCTAVES)
    return rows[allowed], columns[allowed]


def _pair_distances(
    a: KeyPoints, b: KeyPoints, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float32]:
    left, right = a.descriptors[rows], b.descriptors[columns]
    if left.dtype == np.uint8:
        return np.asarray(_BITS[left ^ right].sum(axis=1), dtype=np.float32)
    similarity = np.einsum("ij,ij->i", left, right)
    return np.asarray(np.sqrt(np.maximum(2.0 - 2.0 * similarity, 0.0)), dtype=np.float32)


def _clear_best(group: NDArray[np.intp], distance: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Marks, of each group's entries, the nearest if it passes the ratio test."""
    order = np.lexsort((distance, group))
    sorted_group, sorted_distance = group[order], distance[order]
    starts = np.r_[True, sorted_group[1:] != sorted_group[:-1]]
    following = np.r_[sorted_distance[1:], np.inf]
    same_next = np.r_[sorted_group[1:] == sorted_group[:-1], False]
    second = np.where(same_next, following, np.inf)
    keep = np.zeros(len(group), dtype=np.bool_)
    keep[order] = starts & (sorted_distance < _RATIO_GUIDED * second)
    return keep
