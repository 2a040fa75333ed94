"""Painting on masks, and what a person's mark becomes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.analysis.brush import Stroke, painted
from tracker.analysis.mask import mask_by_hand

WIDTH, HEIGHT = 200, 160


@settings(max_examples=30, deadline=None)
@given(st.floats(4, 40), st.floats(50, 150), st.floats(50, 110))
def test_a_dot_is_a_disc_around_its_point(radius: float, x: float, y: float) -> None:
    inside = painted(None, [Stroke(((x, y),), radius)], WIDTH, HEIGHT)
    # A pixel belongs to it that the border cuts.
    assert math.pi * (radius - 0.5) ** 2 <= inside.sum() <= math.pi * (radius + 1) ** 2
    rows, columns = np.nonzero(inside)
    assert columns.mean() + 0.5 == pytest.approx(x, abs=1)
    assert rows.mean() + 0.5 == pytest.approx(y, abs=1)


def test_a_stroke_takes_away_what_another_added() -> None:
    adds = Stroke(((40, 80), (160, 80)), 10)
    takes = Stroke(((100, 40), (100, 120)), 5, adds=False)
    line = painted(None, [adds], WIDTH, HEIGHT)
    cut = painted(None, [adds, takes], WIDTH, HEIGHT)
    assert line[80, 40:160].all()
    assert not cut[60:101, 97:103].any()
    assert 0 < cut.sum() < line.sum()


def test_the_largest_part_counts_and_has_no_holes() -> None:
    inside = np.zeros((HEIGHT, WIDTH), np.bool_)
    inside[20:80, 30:90] = True
    inside[40:50, 50:60] = False
    inside[120:130, 150:160] = True
    found = mask_by_hand(inside)
    assert found is not None
    assert found.box.as_list() == [30, 20, 60, 60]
    assert found.pixels.all()
    assert found.source == "person"


def test_nothing_marked_is_no_mask() -> None:
    assert mask_by_hand(np.zeros((5, 6), np.bool_)) is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_painting_goes_on_from_the_mask_before(seed: int) -> None:
    start = np.zeros((HEIGHT, WIDTH), np.bool_)
    start[30:60, 40:70] = np.random.default_rng(seed).random((30, 30)) < 0.9
    before = mask_by_hand(start)
    assert before is not None
    after = painted(before, [], WIDTH, HEIGHT)
    assert np.array_equal(after, before.on_photo(WIDTH, HEIGHT))
