"""Pruned matching finds what looking at every pair finds."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.analysis.skin_pictures import Camera, Spot, photograph, subject
from tracker.analysis.registration.features import KeyPoints, ViewFeatures, describe
from tracker.analysis.registration.matching import (
    NARROW,
    WIDE,
    Window,
    match_freely,
    match_guided,
)
from tracker.analysis.registration.plane import apply


def _points(rng: np.random.Generator, count: int, *, bits: bool) -> KeyPoints:
    raw = rng.random((count, 61 if bits else 128))
    descriptors: NDArray[np.generic]
    if bits:
        descriptors = (raw * 256).astype(np.uint8)
    else:
        descriptors = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)
    return KeyPoints(
        rng.uniform(0, 200, (count, 2)).astype(np.float32),
        rng.uniform(2, 12, count).astype(np.float32),
        rng.uniform(0, 360, count).astype(np.float32),
        descriptors,
    )


def _shuffled(rng: np.random.Generator, a: KeyPoints, guide: NDArray[np.float64]) -> KeyPoints:
    """Most of `a` as the later photo shows them, moved a little, among others."""
    b = a.take(rng.permutation(len(a))[: max(2, 3 * len(a) // 4)])
    turn = math.degrees(math.atan2(guide[1, 0], guide[0, 0]))
    scale = math.hypot(guide[0, 0], guide[1, 0])
    points = apply(np.asarray(np.linalg.inv(guide), dtype=np.float64), b.points) + rng.normal(
        0, 2, b.points.shape
    )
    return KeyPoints(
        points.astype(np.float32),
        (b.sizes / scale).astype(np.float32),
        np.mod(b.angles - turn + rng.normal(0, 10, len(b)), 360).astype(np.float32),
        b.descriptors,
    )


def _all_distances(a: KeyPoints, b: KeyPoints) -> NDArray[np.float64]:
    if a.descriptors.dtype == np.uint8:
        left, right = (np.unpackbits(k.descriptors, axis=1) for k in (a, b))
        return np.asarray((left[:, None, :] != right[None, :, :]).sum(axis=2), dtype=np.float64)
    gap = a.descriptors[:, None, :].astype(np.float64) - b.descriptors[None, :, :]
    return np.asarray(np.linalg.norm(gap, axis=2))


def _clear_pairs(distance: NDArray[np.float64], ratio: float) -> set[tuple[int, int]]:
    """Pairs nearest to each other that pass the ratio test both ways; infinity is no candidate."""
    found = set()
    for i, row in enumerate(distance):
        j = int(row.argmin())
        column = distance[:, j]
        if not math.isfinite(row[j]) or int(column.argmin()) != i:
            continue
        seconds = np.partition(row, 1)[1], np.partition(column, 1)[1]
        if all(row[j] < ratio * second for second in seconds):
            found.add((i, j))
    return found


def _named(a: KeyPoints, b: KeyPoints, pairs: set[tuple[int, int]]) -> set[tuple[float, ...]]:
    return {(*map(float, a.points[i]), *map(float, b.points[j])) for i, j in pairs}


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    bits=st.booleans(),
    turn=st.floats(-180, 180),
    scale=st.floats(0.6, 1.6),
    window=st.sampled_from([WIDE, NARROW]),
)
def test_matching_equals_the_look_at_every_pair(
    seed: int, bits: bool, turn: float, scale: float, window: Window
) -> None:
    rng = np.random.default_rng(seed)
    c, s = (scale * f(math.radians(turn)) for f in (math.cos, math.sin))
    guide = np.array([[c, -s, 20.0], [s, c, -10.0], [0, 0, 1.0]])
    a = _points(rng, 60, bits=bits)
    b = _shuffled(rng, a, guide)
    everything = _all_distances(a, b)
    free = match_freely((a,), (b,))
    got = {tuple(map(float, pair)) for pair in np.hstack([free.earlier, free.later])}
    assert got == _named(a, b, _clear_pairs(everything, 0.8))

    centre = (100.0, 100.0)
    expected = apply(guide, b.points)
    reach = window.base_px + window.share * np.linalg.norm(expected - np.array(centre), axis=1)
    gap = np.linalg.norm(a.points[:, None, :] - expected[None, :, :], axis=2)
    turned = np.abs((a.angles[:, None] - b.angles - turn + 180) % 360 - 180)
    octaves = np.abs(np.log2(a.sizes[:, None] / (b.sizes * scale)))
    allowed = (gap <= reach) & (turned <= 22) & (octaves <= 0.7)
    none = _points(rng, 0, bits=not bits)
    guided = match_guided((a, none), (b, none), guide, centre, window)
    got = {tuple(map(float, pair)) for pair in np.hstack([guided.earlier, guided.later])}
    assert got == _named(a, b, _clear_pairs(np.where(allowed, everything, np.inf), 0.9))


@pytest.fixture(scope="module")
def features() -> ViewFeatures:
    return describe(subject(photograph(11, (Spot(),), Camera())).view)


def test_sift_of_the_mirror_image_without_computing_it(features: ViewFeatures) -> None:
    guessed = features.whole[0].mirrored(features.view.mask.shape[1])
    computed = features.mirrored.whole[0]
    likeness = guessed.descriptors @ computed.descriptors.T
    best = likeness.argmax(axis=1)
    found = np.linalg.norm(guessed.points - computed.points[best], axis=1) < 1.5
    assert found.mean() > 0.7
    assert float(np.median(likeness.max(axis=1)[found])) > 0.98
    assert (
        cv2.norm(guessed.mirrored(features.view.mask.shape[1]).points, features.whole[0].points)
        < 1e-2
    )
