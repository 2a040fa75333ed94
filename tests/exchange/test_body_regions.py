"""Points of the body map and the sites they stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tracker.domain.body import BodyPlace, BodyView
from tracker.domain.body_map import drawing
from tracker.domain.body_regions import likely_view, region_words
from tracker.exchange.body_sites import body_site

shares = some.floats(0, 1)
views = some.sampled_from(list(BodyView))
_MIRRORED = {
    BodyView.HEAD_LEFT: BodyView.HEAD_RIGHT,
    BodyView.LEFT_PALM: BodyView.RIGHT_PALM,
    BodyView.LEFT_HAND: BodyView.RIGHT_HAND,
    BodyView.LEFT_FOOT: BodyView.RIGHT_FOOT,
    BodyView.LEFT_SOLE: BodyView.RIGHT_SOLE,
}
_OTHER = {**_MIRRORED, **{right: left for left, right in _MIRRORED.items()}}
_SWAPPED = {"left": "right", "right": "left"}


@given(view=views, x=shares, y=shares)
def test_every_point_has_a_coded_site(view: BodyView, x: float, y: float) -> None:
    site = body_site(region_words(BodyPlace(view, x, y)))
    assert site is not None
    assert site.snomed_code.isdigit()


@given(view=views, steps=some.integers(1, 4096), right_half=some.booleans(), y=shares)
def test_the_mirrored_point_is_the_other_side(
    view: BodyView, steps: int, right_half: bool, y: float
) -> None:
    off = steps / 8192  # exact in binary, so that both points are equally far from the middle
    x = 0.5 + off if right_half else 0.5 - off
    here = region_words(BodyPlace(view, x, y))
    there = region_words(BodyPlace(_OTHER.get(view, view), 1 - x, y))
    assert " ".join(_SWAPPED.get(word, word) for word in here.split()) == there


@pytest.mark.parametrize(
    ("view", "x", "y", "words"),
    [
        (BodyView.FRONT, 26, 50, "chest"),  # in the drawing's units
        (BodyView.FRONT, 70, 95, "left forearm"),
        (BodyView.FRONT, 12, 95, "right forearm"),
        (BodyView.BACK, 40, 50, "upper back"),
        (BodyView.BACK, 12, 95, "left forearm"),
        (BodyView.BACK, 50, 170, "right calf"),
        (BodyView.FRONT, 42, 88, "navel"),
        (BodyView.HEAD_FRONT, 42, 60, "nose"),
        (BodyView.LEFT_SOLE, 30, 60, "left sole"),
    ],
)
def test_known_points(view: BodyView, x: float, y: float, words: str) -> None:
    drawn = drawing(view)
    assert region_words(BodyPlace(view, x / drawn.width, y / drawn.height)) == words


@pytest.mark.parametrize(
    ("site", "view"),
    [
        ("left forearm", BodyView.FRONT),
        ("Right calf", BodyView.BACK),
        ("back of left hand", BodyView.LEFT_HAND),
        ("right sole", BodyView.RIGHT_SOLE),
        ("left ear", BodyView.HEAD_LEFT),
        (None, BodyView.FRONT),
    ],
)
def test_a_named_site_is_looked_for_on_its_drawing(site: str | None, view: BodyView) -> None:
    assert likely_view(site) is view
