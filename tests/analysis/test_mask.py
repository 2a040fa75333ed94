"""Masks from coarse probabilities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tracker.analysis.mask import MAX_DOUBT, border_doubt, clean_mask, dice
from tracker.domain.analysis import LesionMask
from tracker.domain.geometry import Box
from tracker.errors import UsageError


def disc(
    radius: float, cx: float = 0.5, cy: float = 0.5, softness: float = 0.02, cells: int = 48
) -> NDArray[np.float32]:
    """Probability of a disc; centre and radius as shares of the crop's side."""
    at = (np.arange(cells) + 0.5) / cells
    apart = np.hypot(at[None, :] - cx, at[:, None] - cy)
    return np.asarray(1 / (1 + np.exp((apart - radius) / softness)), np.float32)


@pytest.mark.parametrize("side", [96, 192, 400, 2400])
def test_area_and_place_of_a_disc_at_any_photo_size(side: int) -> None:
    crop = Box(37, 11, side, side)
    mask = clean_mask(disc(0.3), crop, (side + 200, side + 150))
    assert mask is not None
    assert mask.pixels.sum() == pytest.approx(math.pi * (0.3 * side) ** 2, rel=0.01)
    cx, cy = mask.box.centre
    assert cx == pytest.approx(37 + side / 2, abs=1)
    assert cy == pytest.approx(11 + side / 2, abs=1)


def test_border_falls_between_grid_cells() -> None:
    crop = Box(0, 0, 960, 960)
    areas = []
    for radius in (0.300, 0.303, 0.306):  # steps of a seventh of a cell
        mask = clean_mask(disc(radius), crop, (960, 960))
        assert mask is not None
        areas.append(float(mask.pixels.sum()))
    assert areas[1] / areas[0] == pytest.approx((0.303 / 0.300) ** 2, rel=0.004)
    assert areas[2] / areas[0] == pytest.approx((0.306 / 0.300) ** 2, rel=0.004)


@settings(deadline=None, max_examples=60)
@given(
    x=st.integers(-150, 250),
    y=st.integers(-150, 250),
    side=st.integers(20, 400),
    radius=st.floats(0.05, 0.6),
)
def test_the_box_is_tight_and_on_the_photo(x: int, y: int, side: int, radius: float) -> None:
    mask = clean_mask(disc(radius), Box(x, y, side, side), (300, 280))
    if mask is None:
        return
    assert mask.box.clip(300, 280) == mask.box
    assert mask.pixels.shape == (mask.box.h, mask.box.w)
    assert mask.pixels[0].any()
    assert mask.pixels[-1].any()
    assert mask.pixels[:, 0].any()
    assert mask.pixels[:, -1].any()
    assert mask.source == "model"


def test_holes_are_filled_and_neighbours_dropped() -> None:
    ring = disc(0.3) - disc(0.1)
    both = np.maximum(ring, disc(0.05, 0.93, 0.93, 0.005))
    mask = clean_mask(both, Box(0, 0, 480, 480), (480, 480))
    assert mask is not None
    assert mask.pixels.sum() == pytest.approx(math.pi * 144**2, rel=0.02)
    assert mask.box.x + mask.box.w < 420


def test_the_lesion_asked_for_wins_over_a_larger_one_at_the_edge() -> None:
    middle, edge = disc(0.14, softness=0.01), disc(0.16, 0.98, 0.5, 0.01)
    mask = clean_mask(np.maximum(middle, edge), Box(0, 0, 300, 300), (300, 300))
    assert mask is not None
    assert mask.box.centre == (pytest.approx(150, abs=3), pytest.approx(150, abs=3))


def test_nothing_above_the_threshold_is_none() -> None:
    assert clean_mask(np.full((48, 48), 0.2, np.float32), Box(0, 0, 90, 90), (90, 90)) is None


def test_a_lesion_beyond_the_photo_is_none() -> None:
    assert clean_mask(disc(0.2), Box(200, 200, 100, 100), (100, 100)) is None


def test_the_threshold_moves_the_border() -> None:
    soft = disc(0.3, softness=0.05)
    low = clean_mask(soft, Box(0, 0, 200, 200), (200, 200), 0.3)
    high = clean_mask(soft, Box(0, 0, 200, 200), (200, 200), 0.7)
    assert low is not None
    assert high is not None
    assert low.pixels.sum() > high.pixels.sum()


def test_doubt_is_the_width_of_the_border() -> None:
    crop, size = Box(0, 0, 400, 400), (400, 400)
    found = [border_doubt(disc(0.3, softness=s), crop, size) for s in (0.01, 0.02, 0.04)]
    assert found == sorted(found)
    # p = .3 and .7 lie ln(7/3) softnesses outside and inside of the border.
    reach = 0.04 * math.log(7 / 3)
    assert found[2] == pytest.approx(2 * math.log((0.3 + reach) / (0.3 - reach)), rel=0.03)
    assert border_doubt(np.full((48, 48), 0.6, np.float32), crop, size) == MAX_DOUBT


def test_a_line_is_no_map() -> None:
    with pytest.raises(UsageError):
        clean_mask(np.ones((1, 48), np.float32), Box(0, 0, 9, 9), (9, 9))


def test_dice_of_two_outlines() -> None:
    ones = np.ones((10, 20), np.bool_)
    whole = LesionMask(Box(5, 5, 20, 10), ones)
    left = LesionMask(Box(5, 5, 10, 10), ones[:, :10])
    shifted = LesionMask(Box(15, 5, 20, 10), ones)
    assert dice(whole, whole) == 1.0
    assert dice(whole, left) == dice(left, whole) == pytest.approx(2 * 100 / 300)
    assert dice(whole, shifted) == pytest.approx(0.5)
    assert dice(left, shifted) == 0.0
    empty = LesionMask(Box(5, 5, 20, 10), ~ones)
    assert dice(whole, empty) == 0.0
    assert dice(empty, empty) == 1.0
