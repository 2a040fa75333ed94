"""Geometry of masks against closed formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tracker.analysis.shape import feret, polygon_area, polygon_length, shape_of


def ellipse(long: float, short: float, turn: float = 0.0) -> NDArray[np.bool_]:
    """Half axes in pixels, turned by `turn` radians."""
    reach = math.ceil(max(long, short)) + 3
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    return np.asarray((u / long) ** 2 + (v / short) ** 2 <= 1, np.bool_)


@pytest.mark.parametrize("radius", [20, 63, 400])
def test_disc_has_the_measures_of_a_circle(radius: int) -> None:
    shape = shape_of(ellipse(radius, radius))
    assert shape.irregularity == pytest.approx(1.0, abs=0.02)
    assert shape.perimeter_px == pytest.approx(2 * math.pi * radius, rel=0.01)
    assert shape.diameter_px == pytest.approx(2 * radius, rel=0.02)
    assert shape.perpendicular_px == pytest.approx(2 * radius, rel=0.02)
    assert shape.asymmetry < 0.01


@settings(deadline=None, max_examples=40)
@given(
    short=st.floats(18, 120),
    elongation=st.floats(1.0, 2.5),
    turn=st.floats(0, math.pi),
)
def test_ellipses_at_any_size_and_angle(short: float, elongation: float, turn: float) -> None:
    long = short * elongation
    shape = shape_of(ellipse(long, short, turn))
    h = ((long - short) / (long + short)) ** 2
    perimeter = math.pi * (long + short) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))  # Ramanujan
    expected = perimeter**2 / (4 * math.pi * math.pi * long * short)
    assert shape.irregularity == pytest.approx(expected, rel=0.025)
    assert shape.diameter_px == pytest.approx(2 * long, rel=0.03)
    assert shape.asymmetry < 0.03


def lobed(radius: float, lobe: float) -> NDArray[np.bool_]:
    """A disc with a bulge on one side: no mirror axis but one."""
    reach = math.ceil(2 * radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    angle = np.arctan2(y, x)
    edge = radius * (1 + lobe * np.sin(angle) + 0.8 * lobe * np.sin(2 * angle + 0.7))
    return np.asarray(np.hypot(x, y) <= edge, np.bool_)


def test_asymmetry_grows_with_a_bulge() -> None:
    found = [shape_of(lobed(80, lobe)).asymmetry for lobe in (0.0, 0.1, 0.2, 0.35)]
    assert found == sorted(found)
    assert found[-1] > 0.05


@pytest.mark.parametrize("lobe", [0.1, 0.3])
def test_shape_does_not_depend_on_resolution(lobe: float) -> None:
    coarse, fine = shape_of(lobed(25, lobe)), shape_of(lobed(250, lobe))
    assert coarse.irregularity == pytest.approx(fine.irregularity, rel=0.03)
    assert coarse.asymmetry == pytest.approx(fine.asymmetry, abs=0.015)
    assert coarse.perimeter_px * 10 == pytest.approx(fine.perimeter_px, rel=0.02)
    assert coarse.diameter_px * 10 == pytest.approx(fine.diameter_px, rel=0.03)


def test_a_ragged_border_is_irregular() -> None:
    reach = 140
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    star = np.hypot(x, y) <= 100 * (1 + 0.15 * np.sin(9 * np.arctan2(y, x)))
    assert shape_of(star).irregularity > 1.4


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 12), st.integers(1, 12))
def test_tiny_masks_are_measured_without_error(height: int, width: int) -> None:
    shape = shape_of(np.ones((height, width), np.bool_))
    assert shape.area_px == height * width
    assert shape.irregularity >= 1
    assert 0 <= shape.asymmetry <= 1
    assert math.isfinite(shape.perimeter_px)
    assert shape.perimeter_px > 0


def test_empty_mask_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        shape_of(np.zeros((5, 5), np.bool_))


def test_polygon_helpers_on_a_rectangle() -> None:
    corners = np.array([(0, 0), (4, 0), (4, 3), (0, 3)], float)
    assert polygon_area(corners) == 12
    assert polygon_length(corners) == 14
    longest, across = feret(corners)
    assert longest == pytest.approx(5)
    assert across == pytest.approx(2 * 12 / 5)
