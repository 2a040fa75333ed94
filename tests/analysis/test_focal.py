"""Focal colour change: a focus is seen in any light, an overall shift and misalignment are not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.analysis.skin_pictures import Camera, Spot, photograph, subject
from tracker.analysis.compare import Subject, compare
from tracker.analysis.focal import FocalChange, focal_change
from tracker.analysis.view import LesionView
from tracker.domain.comparison import Comparison

SPOT = Spot(radius=60.0)
PLAIN = (1.0, 1.0, 1.0)
OTHER_CAMERA = Camera(zoom=1.15, turn_deg=12.0, gain=(1.2, 1.0, 0.8))


def _subject(camera: Camera, spot: Spot = SPOT) -> Subject:
    return subject(photograph(21, (spot,), camera))


@pytest.fixture(scope="module")
def first() -> Subject:
    return _subject(Camera())


def _focal(comparison: Comparison) -> FocalChange:
    assert comparison.focal_delta_e is not None
    assert comparison.focal_delta_lab is not None
    return FocalChange(comparison.focal_delta_e, comparison.focal_delta_lab)


def test_the_same_photo_has_no_focus(first: Subject) -> None:
    assert _focal(compare(first, first)).delta_e == pytest.approx(0, abs=0.05)


def test_nothing_new_in_another_light_and_zoom(first: Subject) -> None:
    assert _focal(compare(first, _subject(OTHER_CAMERA))).delta_e < 2.0


@pytest.mark.parametrize("tone", [(0.6, 0.6, 0.6), (1.5, 1.5, 1.5)])
def test_darker_or_lighter_all_over_is_no_focus(
    first: Subject, tone: tuple[float, float, float]
) -> None:
    result = compare(first, _subject(OTHER_CAMERA, replace(SPOT, tone=tone)))
    assert result.colour_delta_e is not None
    assert result.colour_delta_e > 4
    assert _focal(result).delta_e < 0.5 * result.colour_delta_e


def test_a_dark_focus_is_seen_where_the_mean_is_not(first: Subject) -> None:
    result = compare(first, _subject(OTHER_CAMERA, replace(SPOT, focus=(0.35, 0.35, 0.35))))
    found = _focal(result)
    assert found.delta_e > 6
    assert found.delta_lab[0] < -6
    assert result.colour_delta_e is not None
    assert found.delta_e > 3 * result.colour_delta_e


def test_a_blue_and_a_lighter_focus_are_named_by_their_colour(first: Subject) -> None:
    blue = _focal(compare(first, _subject(Camera(), replace(SPOT, focus=(0.7, 1.0, 2.5)))))
    pale = _focal(compare(first, _subject(Camera(), replace(SPOT, focus=(2.5, 2.5, 2.5)))))
    assert blue.delta_e > 6
    assert blue.delta_lab[2] < -6
    assert pale.delta_e > 6
    assert pale.delta_lab[0] > 6


def test_a_focus_that_goes_is_the_same_change_backwards(first: Subject) -> None:
    later = _subject(Camera(), replace(SPOT, focus=(0.35, 0.35, 0.35)))
    came, went = _focal(compare(first, later)), _focal(compare(later, first))
    assert went.delta_e == pytest.approx(came.delta_e, rel=0.25)
    assert went.delta_lab[0] > 5 > -5 > came.delta_lab[0]


def _network(shift_px: float) -> LesionView:
    """A disc with a fine pigment network, moved within its outline."""
    gy, gx = np.mgrid[:300, :300].astype(np.float64)
    ridges = np.sin((gx + shift_px) / 2.2) * np.sin((gy - shift_px) / 2.2)
    light = np.where(np.hypot(gx - 150, gy - 150) < 70, 95 + 30 * ridges, 190)
    rgb = np.stack([light, 0.75 * light, 0.6 * light], axis=-1)
    blurred = cv2.GaussianBlur(rgb, (0, 0), 0.7)
    mask = np.hypot(gx - 150, gy - 150) < 70
    return LesionView(np.asarray(np.rint(blurred), np.uint8), mask, np.eye(3))


@pytest.mark.parametrize("shift_px", [1.0, 2.0, 3.5])
def test_a_network_out_of_step_is_no_focus(shift_px: float) -> None:
    found = focal_change(_network(0.0), _network(shift_px), np.eye(3), PLAIN)
    assert found is not None
    assert found.delta_e < 1.5


def test_too_little_of_the_lesion_in_both_tells_nothing() -> None:
    view = _network(0.0)
    away = np.array([[1.0, 0.0, 110.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert focal_change(view, view, away, PLAIN) is None
    tiny = np.zeros_like(view.mask)
    tiny[148:158, 148:158] = True
    assert focal_change(replace(view, mask=tiny), view, np.eye(3), PLAIN) is None


def test_a_colour_that_was_not_there_is_named_and_a_known_one_is_not(first: Subject) -> None:
    blue = _subject(Camera(), replace(SPOT, focus=(0.5, 1.4, 5.0)))
    assert any("blue-grey" in note for note in compare(first, blue).notes)
    assert not any("colour that" in note for note in compare(first, _subject(OTHER_CAMERA)).notes)
    # Turned round, the blue part goes, and brown is no colour that had not been there.
    assert not any("colour that" in note for note in compare(blue, first).notes)
