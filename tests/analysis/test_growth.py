"""Where a border moved: on which side, evenly or not, through a turned and nearer camera."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tracker.analysis.focal import FocalChange
from tracker.analysis.growth import DIRECTIONS, border_shift
from tracker.analysis.remarks import border_remarks, colour_remarks
from tracker.analysis.view import LesionView
from tracker.domain import wording_change

SIDE = 300


def view(reach: NDArray[np.float64], matrix: NDArray[np.float64] | None = None) -> LesionView:
    """A lesion whose border lies `reach` (by direction) from the middle, seen through `matrix`."""
    ys, xs = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    points = np.stack([xs, ys, np.ones_like(xs)])
    back = np.eye(3) if matrix is None else np.linalg.inv(matrix)
    x, y, w = np.tensordot(back, points, axes=1)
    dx, dy = x / w - 150, y / w - 150
    sector = np.arctan2(dy, dx) * len(reach) / (2 * math.pi)
    border = np.interp(sector, np.arange(len(reach)), reach, period=len(reach))
    return LesionView(np.zeros((SIDE, SIDE, 3), np.uint8), np.hypot(dx, dy) < border, np.eye(3))


def disc(radius: float) -> NDArray[np.float64]:
    return np.full(360, radius, np.float64)


def lobe(radius: float, height: float, towards_deg: float) -> NDArray[np.float64]:
    """A disc drawn out on one side."""
    angles = np.radians(np.arange(360) - towards_deg)
    return np.asarray(radius + height * np.maximum(0.0, np.cos(angles)) ** 2, np.float64)


@settings(deadline=None, max_examples=20)
@given(turn_deg=st.floats(-60, 60), nearness=st.floats(0.8, 1.4), growth=st.floats(1.12, 1.5))
def test_even_growth_is_even_from_anywhere(turn_deg: float, nearness: float, growth: float) -> None:
    turn = math.radians(turn_deg)
    c, s = nearness * math.cos(turn), nearness * math.sin(turn)
    camera = np.array([[c, -s, 150 - 150 * (c - s)], [s, c, 150 - 150 * (c + s)], [0, 0, 1]])
    later = view(disc(60 * growth), camera)
    shift = border_shift(view(disc(60)), later, np.linalg.inv(camera))
    assert shift is not None
    assert shift.mean == pytest.approx(growth - 1, abs=0.03)
    assert shift.is_one_sided is False
    assert shift.by_direction.shape == (DIRECTIONS,)


@pytest.mark.parametrize(
    ("towards_deg", "side"),
    [(0, "right"), (90, "lower edge"), (180, "left"), (270, "upper edge"), (315, "upper right")],
)
def test_a_lobe_is_named_by_its_side(towards_deg: float, side: str) -> None:
    before, after = view(disc(60)), view(lobe(60, 40, towards_deg))
    (grew,) = border_remarks(before, after, np.eye(3))
    assert grew == wording_change.GREW_ON_ONE_SIDE.format(side=side)
    (shrank,) = border_remarks(after, before, np.eye(3))
    assert shrank == wording_change.SHRANK_ON_ONE_SIDE.format(side=side)


def test_even_shrinking_is_named() -> None:
    (text,) = border_remarks(view(disc(80)), view(disc(60)), np.eye(3))
    assert text == wording_change.SHRANK_EVENLY


def test_a_border_that_stays_or_cannot_be_laid_over_is_not_spoken_of() -> None:
    before = view(disc(60))
    assert border_remarks(before, view(disc(61)), np.eye(3)) == ()
    assert border_remarks(before, view(disc(80)), None) == ()
    away = np.array([[1.0, 0, 130], [0, 1, 0], [0, 0, 1]])
    assert border_shift(before, view(disc(30)), away) is None


def test_a_new_colour_is_told_where_the_change_is_clear() -> None:
    blue = FocalChange(12.0, (-10.0, 0.0, -8.0), "blue-grey")
    assert colour_remarks(blue) == (wording_change.NEW_COLOUR.format(colour="blue-grey"),)
    assert colour_remarks(FocalChange(3.0, (-2.0, 0.0, 0.0), "blue-grey")) == ()
    assert colour_remarks(FocalChange(12.0, (-9.0, 0.0, 0.0))) == ()
    assert colour_remarks(None) == ()
