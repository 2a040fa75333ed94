"""A lesion that the frame cuts: its growth is read off the directions that both photos show."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.analysis.skin_pictures import Camera, Spot, photograph, subject
from tracker.analysis.compare import compare
from tracker.analysis.registration import wording
from tracker.analysis.registration.visible import MAX_HIDDEN_SHARE, WEDGES, visible_area
from tracker.analysis.view import LesionView

SIDE = 320


def _view(radius: float, centre: tuple[float, float], bulge: float = 0.15) -> LesionView:
    """A lobed lesion in an empty view; the frame cuts what lies outside."""
    gx, gy = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    dx, dy = gx - centre[0], gy - centre[1]
    outline = radius * (1 + bulge * np.cos(3 * np.arctan2(dy, dx)))
    mask: NDArray[np.bool_] = np.hypot(dx, dy) <= outline
    return LesionView(np.zeros((SIDE, SIDE, 3), np.uint8), mask, np.eye(3))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    growth=st.floats(0.7, 1.7),
    overhang=st.floats(0.0, 0.35),
    zoom=st.floats(0.8, 1.2),
)
def test_even_growth_of_a_cut_lesion_reads_back(
    growth: float, overhang: float, zoom: float
) -> None:
    radius = 70.0
    earlier = _view(radius, (160.0, radius * (1 - overhang)))
    grown = radius * math.sqrt(growth) * zoom
    later = _view(grown, (160.0, grown * (1 - overhang)))
    # The later camera was nearer by `zoom`, and the lesion's centre is the point that is fixed.
    k = 1 / zoom
    shift_y = radius * (1 - overhang) - k * grown * (1 - overhang)
    matrix = np.array([[k, 0, 160 * (1 - k)], [0, k, shift_y], [0, 0, 1.0]])
    found = visible_area(earlier, later, matrix)
    assert found is not None
    # The wedges' centre is of what both show, not the one it grew from: a few per cent.
    assert found.log_ratio == pytest.approx(math.log(growth), abs=0.06)
    assert (found.hidden_share > 0.1) == (overhang > 0.1) or overhang < 0.15


def test_a_common_rectangle_would_hide_the_growth_that_wedges_see() -> None:
    earlier, later = _view(80, (160.0, 48.0), 0.0), _view(100, (160.0, 48.0), 0.0)
    pixels = math.log(np.count_nonzero(later.mask) / np.count_nonzero(earlier.mask))
    found = visible_area(earlier, later, np.eye(3))
    assert found is not None
    true = 2 * math.log(100 / 80)
    assert pixels < true - 0.05
    assert abs(found.log_ratio - true) < abs(pixels - true) / 2


def test_too_much_outside_is_no_measure() -> None:
    view = _view(90, (10.0, 160.0))
    assert visible_area(view, view, np.eye(3)) is None
    corner = _view(90, (40.0, 40.0))
    assert visible_area(corner, corner, np.eye(3)) is None


def test_outlines_apart_have_no_common_centre() -> None:
    assert visible_area(_view(40, (60.0, 60.0)), _view(40, (250.0, 250.0)), np.eye(3)) is None


def test_what_is_hidden_costs_certainty() -> None:
    view = _view(60, (160.0, 160.0))
    sigmas = []
    for count in (0, 8, 16, 24):
        hidden = np.arange(WEDGES) < count
        found = visible_area(view, view, np.eye(3), hidden)
        assert found is not None
        assert found.hidden_share <= MAX_HIDDEN_SHARE
        assert found.log_ratio == pytest.approx(0, abs=1e-9)
        sigmas.append(found.sigma_log)
    assert sigmas[0] == 0
    assert sigmas == sorted(set(sigmas))


def test_a_cut_lesion_compares_by_its_visible_part_and_says_so() -> None:
    spot, grown = Spot(radius=70), Spot(radius=70 * math.sqrt(1.3))
    # The lesion hangs over the lower edge by a fifth of its radius.
    camera = Camera(aim=(600, 600 - 200 + 55))
    earlier = subject(photograph(3, (spot,), camera), "earlier")
    later = subject(photograph(3, (grown,), Camera(1.05, 4, (600, 600 - 190 + 55))), "later")
    assert earlier.measures.touches_frame
    assert later.measures.touches_frame
    result = compare(earlier, later)
    assert result.size_source == "skin"
    assert result.log_area_ratio == pytest.approx(math.log(1.3), abs=0.08)
    assert result.log_diameter_ratio is None  # its largest diameter may lie outside
    assert result.delta_asymmetry is None
    assert result.size_sigma_log is not None
    assert result.size_sigma_log > 0.01
    assert any("outside a photo" in note for note in result.notes)


def test_a_lesion_mostly_outside_is_refused_with_its_reason() -> None:
    camera = Camera(aim=(600, 600 - 200 - 30))
    half = subject(photograph(3, (Spot(radius=70),), camera), "half")
    result = compare(half, half)
    assert result.same_lesion is True
    assert result.log_area_ratio is None
    assert result.size_why_not == wording.CUT.format(which="both photos")
