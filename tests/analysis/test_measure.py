"""Measures of drawn lesions whose size and colours are known."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tracker.analysis.colour import srgb_to_lab
from tracker.analysis.measure import METHOD, measure, touches_frame
from tracker.domain.analysis import LesionMask
from tracker.domain.geometry import Box
from tracker.errors import UsageError

SKIN = (222, 178, 154)
BROWN = (104, 66, 48)


def photo(
    size: tuple[int, int], centre: tuple[float, float], radius: float
) -> tuple[NDArray[np.uint8], LesionMask]:
    """A brown disc on plain skin; the mask is its exact pixels. `size` is (width, height)."""
    rgb = np.empty((size[1], size[0], 3), np.uint8)
    rgb[:] = SKIN
    y, x = np.mgrid[: size[1], : size[0]]
    inside = np.hypot(x - centre[0], y - centre[1]) <= radius
    rgb[inside] = BROWN
    ys, xs = np.nonzero(inside)
    box = Box(int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)
    cut = inside[box.y : box.y + box.h, box.x : box.x + box.w]
    return rgb, LesionMask(box, cut)


def lab(rgb: tuple[int, int, int]) -> NDArray[np.float32]:
    return srgb_to_lab(np.array(rgb, np.uint8))


@pytest.mark.parametrize(("size", "radius"), [((256, 200), 50), ((2000, 1600), 500)])
def test_a_disc_on_skin(size: tuple[int, int], radius: int) -> None:
    rgb, mask = photo(size, (size[0] / 2, size[1] / 2), radius)
    found = measure(rgb, mask, border_doubt=0.1)
    assert found.area_px == pytest.approx(math.pi * radius**2, rel=0.01)
    assert found.diameter_px == pytest.approx(2 * radius, rel=0.02)
    np.testing.assert_allclose(found.lesion_lab, lab(BROWN), atol=1.0)
    assert found.skin_lab is not None
    np.testing.assert_allclose(found.skin_lab, lab(SKIN), atol=0.2)
    assert not found.touches_frame
    assert found.colours == 1
    assert found.border_doubt == 0.1
    assert found.method == METHOD


def test_hair_vignette_and_a_neighbour_are_not_skin() -> None:
    rgb, mask = photo((400, 400), (200, 200), 60)
    for x in (110, 290):
        cv2.line(rgb, (x, 0), (x, 400), (30, 22, 20), 3)
    cv2.circle(rgb, (290, 200), 14, BROWN, -1)
    rgb[:30] = 0
    found = measure(rgb, mask)
    assert found.skin_lab is not None
    np.testing.assert_allclose(found.skin_lab, lab(SKIN), atol=0.5)


def test_reflections_do_not_lighten_the_lesion() -> None:
    rgb, mask = photo((300, 300), (150, 150), 60)
    cv2.circle(rgb, (140, 140), 12, (255, 255, 255), -1)
    np.testing.assert_allclose(measure(rgb, mask).lesion_lab, lab(BROWN), atol=1.0)


def test_a_lesion_that_fills_the_photo_has_no_skin() -> None:
    rgb, mask = photo((200, 200), (100, 100), 141)
    found = measure(rgb, mask)
    assert found.skin_lab is None
    assert found.touches_frame


def test_cut_lesions_touch_the_frame_and_grazing_ones_do_not() -> None:
    rgb, cut = photo((300, 300), (40, 150), 60)
    assert touches_frame(cut, 300, 300)
    assert measure(rgb, cut).touches_frame
    _, grazing = photo((300, 300), (60, 150), 60)
    assert grazing.box.x == 0
    assert grazing.pixels[:, 0].sum() == 1
    assert not touches_frame(grazing, 300, 300)
    _, inside = photo((300, 300), (150, 150), 60)
    assert not touches_frame(inside, 300, 300)


def test_two_tones_count_as_two_colours_and_spread() -> None:
    rgb, mask = photo((300, 300), (150, 150), 60)
    rgb[:150][rgb[:150, :, 0] == BROWN[0]] = (40, 28, 26)
    found = measure(rgb, mask)
    assert found.colours == 2
    assert found.lesion_lab_sd[0] > 5


def test_masks_that_do_not_fit_are_refused() -> None:
    rgb, mask = photo((300, 300), (150, 150), 60)
    with pytest.raises(UsageError):
        measure(rgb, LesionMask(mask.box, np.zeros_like(mask.pixels)))
    with pytest.raises(UsageError):
        measure(rgb, replace(mask, box=Box(250, 250, mask.box.w, mask.box.h)))
