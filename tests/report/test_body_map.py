"""The body map's drawings are whole, named, and left is not right."""

from __future__ import annotations

import re

import pytest

from tracker.domain.body import BodyView
from tracker.domain.body_map import VIEW_NAMES, BodyDrawing, drawing

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
PAIRS = (
    (BodyView.HEAD_LEFT, BodyView.HEAD_RIGHT),
    (BodyView.LEFT_PALM, BodyView.RIGHT_PALM),
    (BodyView.LEFT_HAND, BodyView.RIGHT_HAND),
    (BodyView.LEFT_FOOT, BodyView.RIGHT_FOOT),
    (BodyView.LEFT_SOLE, BodyView.RIGHT_SOLE),
)


def points(path: str) -> list[tuple[float, float]]:
    """The path's points, control points left out."""
    ends = []
    for piece in re.findall(r"[MC][^MCZ]+", path):
        x, y = NUMBER.findall(piece)[-2:]
        ends.append((float(x), float(y)))
    return ends


@pytest.mark.parametrize("view", list(BodyView))
def test_drawings_lie_within_their_size(view: BodyView) -> None:
    made = drawing(view)
    assert made.outline.startswith("M")
    assert made.outline.endswith("Z")
    assert VIEW_NAMES[view]
    numbers = [float(n) for n in NUMBER.findall(made.outline)]
    assert min(numbers) >= 0
    for x, y in points(made.outline) + points(made.details):
        assert 0 <= x <= made.width
        assert 0 <= y <= made.height


@pytest.mark.parametrize("view", list(BodyView)[:4])
def test_whole_figures_are_symmetric_or_profiles(view: BodyView) -> None:
    made = drawing(view)
    found = {(round(x, 1), y) for x, y in points(made.outline)}
    assert {(round(made.width - x, 1), y) for x, y in found} == found


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_left_mirrors_right(left: BodyView, right: BodyView) -> None:
    one, other = drawing(left), drawing(right)
    mirrored = [(round(one.width - x, 1), y) for x, y in points(one.outline)]
    assert mirrored == [(round(x, 1), y) for x, y in points(other.outline)]
    assert one.outline != other.outline


def thumb_side(made: BodyDrawing) -> str:
    """Where the lowest finger tip is: the thumb ends far below the other fingers."""
    tips = [p for p in points(made.outline) if 50 < p[1] < 68]
    return "left" if min(x for x, _ in tips) < 9 else "right"


def test_thumbs_are_on_the_right_side() -> None:
    assert thumb_side(drawing(BodyView.RIGHT_HAND)) == "left"
    assert thumb_side(drawing(BodyView.RIGHT_PALM)) == "right"
    assert thumb_side(drawing(BodyView.LEFT_PALM)) == "left"


def test_the_persons_left_is_on_the_viewers_right_in_front() -> None:
    assert drawing(BodyView.FRONT).edges == ("R", "L")
    assert drawing(BodyView.BACK).edges == ("L", "R")
