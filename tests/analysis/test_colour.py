"""Colour numbers against published values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.analysis.colour import delta_e_2000, dermoscopic_colours, srgb_to_lab
from tracker.errors import UsageError

# Sharma, Wu, Dalal, "The CIEDE2000 color-difference formula", Color Res. Appl. 30 (2005), table 1.
SHARMA = [
    (50.0000, 2.6772, -79.7751, 50.0000, 0.0000, -82.7485, 2.0425),
    (50.0000, 3.1571, -77.2803, 50.0000, 0.0000, -82.7485, 2.8615),
    (50.0000, 2.8361, -74.0200, 50.0000, 0.0000, -82.7485, 3.4412),
    (50.0000, -1.3802, -84.2814, 50.0000, 0.0000, -82.7485, 1.0000),
    (50.0000, -1.1848, -84.8006, 50.0000, 0.0000, -82.7485, 1.0000),
    (50.0000, -0.9009, -85.5211, 50.0000, 0.0000, -82.7485, 1.0000),
    (50.0000, 0.0000, 0.0000, 50.0000, -1.0000, 2.0000, 2.3669),
    (50.0000, -1.0000, 2.0000, 50.0000, 0.0000, 0.0000, 2.3669),
    (50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0009, 7.1792),
    (50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0010, 7.1792),
    (50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0011, 7.2195),
    (50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0012, 7.2195),
    (50.0000, -0.0010, 2.4900, 50.0000, 0.0009, -2.4900, 4.8045),
    (50.0000, -0.0010, 2.4900, 50.0000, 0.0010, -2.4900, 4.8045),
    (50.0000, -0.0010, 2.4900, 50.0000, 0.0011, -2.4900, 4.7461),
    (50.0000, 2.5000, 0.0000, 50.0000, 0.0000, -2.5000, 4.3065),
    (50.0000, 2.5000, 0.0000, 73.0000, 25.0000, -18.0000, 27.1492),
    (50.0000, 2.5000, 0.0000, 61.0000, -5.0000, 29.0000, 22.8977),
    (50.0000, 2.5000, 0.0000, 56.0000, -27.0000, -3.0000, 31.9030),
    (50.0000, 2.5000, 0.0000, 58.0000, 24.0000, 15.0000, 19.4535),
    (50.0000, 2.5000, 0.0000, 50.0000, 3.1736, 0.5854, 1.0000),
    (50.0000, 2.5000, 0.0000, 50.0000, 3.2972, 0.0000, 1.0000),
    (50.0000, 2.5000, 0.0000, 50.0000, 1.8634, 0.5757, 1.0000),
    (50.0000, 2.5000, 0.0000, 50.0000, 3.2592, 0.3350, 1.0000),
    (60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644),
    (63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630),
    (61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731),
    (35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645),
    (22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373),
    (36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146),
    (90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441),
    (90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381),
    (6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377),
    (2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082),
]
LAB = st.tuples(st.floats(0, 100), st.floats(-80, 80), st.floats(-80, 80))


def test_ciede2000_gives_all_published_pairs() -> None:
    table = np.array(SHARMA)
    found = delta_e_2000(table[:, :3], table[:, 3:6])
    np.testing.assert_allclose(found, table[:, 6], atol=5e-5)


@given(LAB, LAB)
def test_ciede2000_is_symmetric_and_zero_only_for_equals(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> None:
    there, back = delta_e_2000(one, other), delta_e_2000(other, one)
    assert there == pytest.approx(back, abs=1e-9)
    assert delta_e_2000(one, one) == 0
    assert there >= 0


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0.0, 0.0)),
    ],
)
def test_srgb_to_lab_gives_textbook_values(
    rgb: tuple[int, int, int], lab: tuple[float, float, float]
) -> None:
    found = srgb_to_lab(np.array([[rgb]], np.uint8))
    assert found.shape == (1, 1, 3)
    np.testing.assert_allclose(found[0, 0], lab, atol=0.03)


def test_srgb_to_lab_refuses_floats() -> None:
    with pytest.raises(UsageError):
        srgb_to_lab(np.zeros((2, 2, 3)))  # type: ignore[arg-type]


def test_colours_are_counted_by_their_share() -> None:
    skin = (72.0, 12.0, 18.0)
    brown, black, blue = (38.0, 14.0, 20.0), (12.0, 2.0, 3.0), (40.0, 0.0, -8.0)
    pixels = np.array([brown] * 80 + [black] * 18 + [blue] * 2, np.float32)
    assert dermoscopic_colours(pixels, skin) == ("dark brown", "black")
    more_blue = np.array([brown] * 80 + [blue] * 20, np.float32)
    assert dermoscopic_colours(more_blue, skin) == ("dark brown", "blue-grey")


def test_white_is_judged_against_the_skin() -> None:
    pale = np.array([(78.0, 4.0, 6.0)] * 10, np.float32)
    assert dermoscopic_colours(pale, (70.0, 12.0, 18.0)) == ("white",)
    assert "white" not in dermoscopic_colours(pale, (82.0, 5.0, 8.0))
    assert dermoscopic_colours(np.zeros((0, 3), np.float32), None) == ()
