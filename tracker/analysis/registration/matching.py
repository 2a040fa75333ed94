"""Which features of two views are the same spot of skin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.registration.features import KeyPoints
from tracker.analysis.registration.plane import apply, similarity_angle_deg, similarity_scale

#: Lowe's ratio: nearest over second nearest distance.
_RATIO_FREE = 0.8
_RATIO_GUIDED = 0.9
_ANGLE_DEG = 22.0
_OCTAVES = 0.7
#: Bins of orientation for guided matching, none narrower than `_ANGLE_DEG`.
_BINS = 16
_BIN_DEG = 360.0 / _BINS


@dataclass(frozen=True, slots=True)
class Window:
    """How far from where a guide expects it a feature is looked for: radius in view pixels.

    share: of the distance from the lesion's centre, added to `base_px`.
    """

    base_px: float
    share: float


#: For a guide that features of the lesion may have pulled: its growth may hide in it.
WIDE = Window(14.0, 0.30)
#: Round a map that is nearly right. Chance alone fills it: what it finds proves nothing by number.
NARROW = Window(8.0, 0.03)


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

    def and_(self, more: Matches) -> Matches:
        """These pairs and `more`."""
        return _pool([(self.earlier, self.later), (more.earlier, more.later)])


def match_freely(earlier: tuple[KeyPoints, ...], later: tuple[KeyPoints, ...]) -> Matches:
    """One-to-one matches that pass the ratio test both ways, of each kind, pooled.

    Args:
        earlier, later: features of the same kinds in the same order.
    """
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
    window: Window = WIDE,
) -> Matches:
    """Matches near where a similarity expects them, of the orientation and size it expects.

    Args:
        guide: (3, 3), later view pixels to earlier view pixels.
        centre: the lesion's centre (x, y) in the earlier view.
    """
    parts = []
    for a, b in zip(earlier, later, strict=True):
        pairs = _guided_pairs(a, b, guide, centre, window)
        parts.append((a.points[pairs[:, 0]], b.points[pairs[:, 1]]))
    return _pool(parts)


def _pool(parts: list[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> Matches:
    return Matches(
        np.concatenate([p[0] for p in parts]).astype(np.float32, copy=False),
        np.concatenate([p[1] for p in parts]).astype(np.float32, copy=False),
    )


def _mutual(a: KeyPoints, b: KeyPoints) -> NDArray[np.intp]:
    """(m, 2) index pairs that are nearest to each other and clearly nearer than the next best.

    The way back is looked up only for what passed on the way there.
    """
    if len(a) < 2 or len(b) < 2:
        return np.zeros((0, 2), dtype=np.intp)
    index, clear = _nearest(a.descriptors, b.descriptors)
    rows = np.flatnonzero(clear)
    if rows.size == 0:
        return np.zeros((0, 2), dtype=np.intp)
    columns = index[rows]
    back, clear_back = _nearest(b.descriptors[columns], a.descriptors)
    keep = (back == rows) & clear_back
    return np.stack([rows[keep], columns[keep]], axis=1)


def _nearest(
    asked: NDArray[Any], known: NDArray[Any]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Of each of `asked` the nearest of `known`, and whether it passes the ratio test."""
    if asked.dtype == np.uint8:
        distance, found = cv2.batchDistance(
            asked, known, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
        )
        index = np.asarray(found[:, 0], dtype=np.intp)
        return index, np.asarray(distance[:, 0] < _RATIO_FREE * distance[:, 1])
    likeness = asked @ known.T  # of unit vectors: distance = sqrt(2 - 2 likeness)
    rows = np.arange(len(asked))
    best = likeness.argmax(axis=1)
    first = likeness[rows, best]
    likeness[rows, best] = -np.inf
    second = likeness.max(axis=1)
    return best, np.asarray(1.0 - first < _RATIO_FREE**2 * (1.0 - second))


def _guided_pairs(
    a: KeyPoints,
    b: KeyPoints,
    guide: NDArray[np.float64],
    centre: tuple[float, float],
    window: Window,
) -> NDArray[np.intp]:
    rows, columns, distance = _candidates(a, b, guide, centre, window)
    keep = _clear_best(rows, distance) & _clear_best(columns, distance)
    return np.stack([rows[keep], columns[keep]], axis=1)


def _candidates(
    a: KeyPoints,
    b: KeyPoints,
    guide: NDArray[np.float64],
    centre: tuple[float, float],
    window: Window,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Index pairs (earlier, later) that the guide allows, and their descriptors' distances.

    Features are sorted into bins of orientation first: only neighbouring bins are held against
    each other, which leaves a fifth of the pairs.
    """
    nothing = np.zeros(0, dtype=np.intp)
    if len(a) == 0 or len(b) == 0:
        return nothing, nothing, np.zeros(0, dtype=np.float32)
    expected = apply(guide, b.points).astype(np.float32)
    offset = expected - np.asarray(centre, dtype=np.float32)
    reach = (window.base_px + window.share * np.hypot(offset[:, 0], offset[:, 1])) ** 2
    turned = np.mod(b.angles + np.float32(similarity_angle_deg(guide)), 360.0)
    size_a = np.log2(a.sizes)
    size_b = np.log2(b.sizes) + np.float32(math.log2(similarity_scale(guide)))
    bin_a = (np.mod(a.angles, 360.0) // _BIN_DEG).astype(np.intp) % _BINS
    bin_b = (turned // _BIN_DEG).astype(np.intp) % _BINS
    parts = []
    for k in range(_BINS):
        left = np.flatnonzero(
            (bin_a == k) | (bin_a == (k - 1) % _BINS) | (bin_a == (k + 1) % _BINS)
        )
        right = np.flatnonzero(bin_b == k)
        if left.size == 0 or right.size == 0:
            continue
        gap = a.points[left][:, None, :] - expected[right][None, :, :]
        near = gap[..., 0] ** 2 + gap[..., 1] ** 2 <= reach[right]
        near &= np.abs(size_a[left][:, None] - size_b[right]) <= _OCTAVES
        i, j = np.nonzero(near)
        turn = np.abs(np.mod(a.angles[left[i]] - turned[right[j]] + 180.0, 360.0) - 180.0)
        allowed = turn <= _ANGLE_DEG
        i, j = i[allowed], j[allowed]
        parts.append((left[i], right[j], _distances(a, b, left, right, i, j)))
    if not parts:
        return nothing, nothing, np.zeros(0, dtype=np.float32)
    rows, columns, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows, columns, distance


def _distances(
    a: KeyPoints,
    b: KeyPoints,
    left: NDArray[np.intp],
    right: NDArray[np.intp],
    i: NDArray[np.intp],
    j: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Distances of the pairs `left[i]`, `right[j]`."""
    if a.descriptors.dtype == np.uint8:
        differing = a.descriptors[left[i]] ^ b.descriptors[right[j]]
        return np.asarray(np.bitwise_count(differing).sum(axis=1), dtype=np.float32)
    likeness = (a.descriptors[left] @ b.descriptors[right].T)[i, j]
    return np.asarray(np.sqrt(np.maximum(2.0 - 2.0 * likeness, 0.0)), dtype=np.float32)


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
