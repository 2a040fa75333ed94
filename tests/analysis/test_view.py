"""The lesion view: what is cut out, at what size, and where it lies on the photo."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.skin_pictures import lesion_mask
from tracker.analysis.view import CONTEXT, MAX_ENLARGEMENT, SHORT_SIDE_PX, make_view
from tracker.domain.analysis import LesionMask
from tracker.domain.geometry import Box


def _disc(width: int, height: int, centre: tuple[float, float], radius: float) -> LesionMask:
    gx, gy = np.meshgrid(np.arange(width), np.arange(height))
    return lesion_mask(np.hypot(gx - centre[0], gy - centre[1]) <= radius)


def _ramp(width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Red tells x, green tells y, so that a view's pixel says where it came from."""
    gx, gy = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.rint(np.stack([gx, gy, np.full_like(gx, 90)], axis=2)).astype(np.uint8)


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(60, 1500),
    height=st.integers(60, 1500),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    share=st.floats(0.03, 0.6),
)
def test_view_pixels_lie_where_the_map_says(
    width: int, height: int, place: tuple[float, float], share: float
) -> None:
    centre = (place[0] * (width - 1), place[1] * (height - 1))
    view = make_view(_ramp(width, height), _disc(width, height, centre, share * min(width, height)))
    rows, columns = view.mask.shape
    for x, y in ((columns // 2, rows // 2), (columns // 3, 2 * rows // 3)):
        photo = view.photo_from_view @ np.array([x, y, 1.0])
        red, green, _ = view.rgb[y, x].astype(float)
        # One grey level of the ramp is width / 255 pixels; interpolation adds a little.
        assert abs(red - photo[0] * 255 / (width - 1)) <= 2.0
        assert abs(green - photo[1] * 255 / (height - 1)) <= 2.0


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(40, 1500),
    height=st.integers(40, 1500),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    radius=st.floats(4, 300),
)
def test_size_limits_and_area(
    width: int, height: int, place: tuple[float, float], radius: float
) -> None:
    mask = _disc(width, height, (place[0] * (width - 1), place[1] * (height - 1)), radius)
    view = make_view(np.zeros((height, width, 3), dtype=np.uint8), mask)
    assert view.rgb.shape[:2] == view.mask.shape
    assert min(view.mask.shape) <= SHORT_SIDE_PX
    step_x, step_y = view.photo_from_view[0, 0], view.photo_from_view[1, 1]
    assert min(step_x, step_y) >= 1 / MAX_ENLARGEMENT - 0.02
    if np.count_nonzero(mask.pixels) >= 400 and np.count_nonzero(view.mask) >= 400:
        area = np.count_nonzero(view.mask) * step_x * step_y
        assert area == pytest.approx(np.count_nonzero(mask.pixels), rel=0.06)


def test_context_is_four_times_the_lesion_and_clipped_at_the_frame() -> None:
    rgb = np.zeros((2000, 3000, 3), dtype=np.uint8)
    view = make_view(rgb, _disc(3000, 2000, (1500, 1000), 100))
    assert view.mask.shape == (SHORT_SIDE_PX, SHORT_SIDE_PX)
    crop_side = view.photo_from_view[0, 0] * view.mask.shape[1]
    assert crop_side == pytest.approx(CONTEXT * 201, abs=1)
    corner = make_view(rgb, _disc(3000, 2000, (0, 0), 100))
    assert corner.mask[0, 0]
    assert np.allclose(corner.photo_from_view @ [-0.5, -0.5, 1.0], [-0.5, -0.5, 1.0])


def test_mirrored_view_shows_the_same_photo_pixels() -> None:
    view = make_view(_ramp(400, 300), _disc(400, 300, (120, 140), 40))
    turned = view.mirrored()
    x = 30
    there = view.mask.shape[1] - 1 - x
    assert np.array_equal(view.rgb[50, x], turned.rgb[50, there])
    assert np.allclose(
        view.photo_from_view @ [x, 50, 1.0], turned.photo_from_view @ [there, 50, 1.0]
    )
    assert np.linalg.det(turned.photo_from_view) < 0


def test_one_pixel_lesion_on_a_tiny_photo() -> None:
    mask = LesionMask(Box(2, 2, 1, 1), np.ones((1, 1), dtype=np.bool_))
    view = make_view(np.zeros((5, 5, 3), dtype=np.uint8), mask)
    assert view.mask.any()
    assert view.radius_px >= 1.0


def test_mask_off_the_photo_is_an_error() -> None:
    mask = LesionMask(Box(500, 500, 10, 10), np.ones((10, 10), dtype=np.bool_))
    with pytest.raises(ValueError, match="outside the photo"):
        make_view(np.zeros((100, 100, 3), dtype=np.uint8), mask)
