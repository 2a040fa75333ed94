"""Squares around a lesion, and masks cut by them."""

from __future__ import annotations

import pytest

from tracker.domain.geometry import Box
from tracker.vision.framing import is_cut, look_around


@pytest.mark.parametrize(
    "lesion", [Box(0, 0, 10, 10), Box(90, 50, 10, 10), Box(0, 0, 100, 60), Box(40, 20, 30, 20)]
)
def test_the_square_leaves_the_photo_no_more_than_it_must(lesion: Box) -> None:
    square = look_around(lesion, 1.6, (100, 60))
    assert square.w == square.h
    assert square.w <= 100
    assert square.x >= 0
    assert square.x + square.w <= 100
    if square.h <= 60:
        assert square.y >= 0
        assert square.y + square.h <= 60
    cx, cy = lesion.centre
    assert square.x <= cx <= square.x + square.w
    assert square.y <= cy <= square.y + square.h


def test_a_mask_at_the_photos_own_edge_is_not_cut_by_the_square() -> None:
    size = (100, 100)
    crop = Box(0, 0, 60, 60)
    assert not is_cut(Box(0, 10, 30, 30), crop, size)
    assert is_cut(Box(30, 10, 30, 30), crop, size)
