"""Two plain round spots are not one lesion because both are round."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.store.builders import an_analysis
from tracker.analysis.registration import align
from tracker.analysis.render import to_jpeg
from tracker.domain.analysis import LesionMask
from tracker.domain.geometry import Box
from tracker.services.subjects import subject_of_pixels
from tracker.vision.decode import decode_photo

SIDE, RADIUS = 96, 17


def _plain_spot(seed: int) -> bytes:
    """A disc of one colour on skin that shares nothing with another seed's."""
    rgb = np.random.default_rng(seed).normal((205, 160, 140), 6, (SIDE, SIDE, 3))
    ys, xs = np.mgrid[:SIDE, :SIDE]
    rgb[(xs - 47) ** 2 + (ys - 46) ** 2 < RADIUS**2] -= 90
    return to_jpeg(np.clip(rgb, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(("one", "other"), [(1, 2), (0, 3), (1, 3), (5, 6), (6, 7)])
def test_plain_round_spots_are_not_taken_for_one_lesion(one: int, other: int) -> None:
    box = Box(30, 29, 2 * RADIUS, 2 * RADIUS)
    ys, xs = np.mgrid[: box.h, : box.w]
    disc = (xs - RADIUS) ** 2 + (ys - RADIUS) ** 2 < RADIUS**2
    analysis = dataclasses.replace(
        an_analysis(0), width=SIDE, height=SIDE, roi=box, mask=LesionMask(box, disc)
    )
    views = []
    for seed in (one, other):
        rgb = decode_photo(_plain_spot(seed), "a photo").rgb
        subject = subject_of_pixels(str(seed), analysis, rgb)
        assert subject is not None
        views.append(subject.features)
    assert align(*views).same_lesion is not True
