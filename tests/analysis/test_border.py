"""One rule for both borders: what two masks disagree on goes, what grew stays."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.analysis.skin_pictures import Camera, Spot, photograph, subject
from tracker.analysis.border import by_one_rule
from tracker.analysis.compare import Subject, compare
from tracker.analysis.view import LesionView

SIDE = 360
PLAIN = (1.0, 1.0, 1.0)


def view(
    radius: float, *, drawn: float | None = None, light: float = 1.0, slope: float = 0.0
) -> LesionView:
    """A soft brown disc on grainy skin.

    Args:
        drawn: radius of the mask, that of the disc if not given. slope: light falls off by it.
    """
    ys, xs = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    away = np.hypot(xs - SIDE / 2, ys - SIDE / 2)
    cover = 1 / (1 + np.exp((away - radius) / 4.0))[..., None]
    skin, brown = np.array([200.0, 160.0, 140.0]), np.array([110.0, 70.0, 50.0])
    colour = skin * (1 - cover) + brown * cover
    lamp = light * (1 + slope * (xs / SIDE - 0.5))[..., None]
    grain = np.random.default_rng(3).normal(0, 3.0, (SIDE, SIDE, 1))
    rgb = np.clip(colour * lamp + cv2.GaussianBlur(grain, (0, 0), 1.0)[..., None], 0, 255)
    mask = away < (radius if drawn is None else drawn)
    return LesionView(np.rint(rgb).astype(np.uint8), mask, np.eye(3))


@pytest.mark.parametrize("wobble", [0.9, 1.12])
def test_a_mask_drawn_wider_or_narrower_is_no_growth(wobble: float) -> None:
    before, after = view(70), view(70, drawn=70 * wobble)
    masks = math.log(after.mask.sum() / before.mask.sum())
    found = by_one_rule(before, after, np.eye(3), PLAIN)
    assert found is not None
    assert abs(masks) > 0.2
    assert abs(found.log_area) < 0.02
    assert abs(found.log_diameter) < 0.02
    assert abs(found.delta_asymmetry) < 0.01


@pytest.mark.parametrize("growth", [0.8, 1.1, 1.3, 1.6])
@pytest.mark.parametrize("wobble", [0.95, 1.05])
def test_growth_is_seen_whatever_the_masks_do(growth: float, wobble: float) -> None:
    radius = 70 * math.sqrt(growth)
    found = by_one_rule(view(70), view(radius, drawn=radius * wobble), np.eye(3), PLAIN)
    assert found is not None
    assert found.log_area == pytest.approx(math.log(growth), abs=0.05)
    assert found.log_diameter == pytest.approx(0.5 * math.log(growth), abs=0.04)


def test_light_across_the_picture_is_no_growth() -> None:
    found = by_one_rule(view(70), view(70, slope=0.35), np.eye(3), PLAIN)
    assert found is not None
    assert abs(found.log_area) < 0.04


def test_too_little_skin_or_lesion_tells_nothing() -> None:
    assert by_one_rule(view(250), view(250), np.eye(3), PLAIN) is None
    away = np.array([[1.0, 0.0, 170.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert by_one_rule(view(70), view(70), away, PLAIN) is None


def _seen(camera: Camera, spot: Spot, *, widened_px: int) -> Subject:
    """A photo whose mask the network drew too wide."""
    picture = photograph(21, (spot,), camera)
    kernel = np.ones((2 * widened_px + 1, 2 * widened_px + 1), np.uint8)
    wide = cv2.dilate(picture.mask.astype(np.uint8), kernel) > 0
    seen = subject(replace(picture, mask=np.asarray(wide)))
    return replace(seen, measures=replace(seen.measures, border_doubt=0.15))


def test_a_comparison_draws_both_borders_alike_but_keeps_what_a_person_drew() -> None:
    before = _seen(Camera(), Spot(), widened_px=0)
    after = _seen(Camera(zoom=1.1, turn_deg=9.0), Spot(), widened_px=4)
    alike = compare(before, after)
    assert alike.size_source == "skin"
    assert alike.log_area_ratio is not None
    drawn = replace(after, measures=replace(after.measures, border_doubt=None))
    kept = compare(before, drawn)
    assert kept.log_area_ratio is not None
    assert kept.log_area_ratio > 0.1
    assert abs(alike.log_area_ratio) < 0.03
