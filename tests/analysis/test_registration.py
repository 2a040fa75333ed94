"""Lining up: known cameras are found back, growth is not hidden, and doubt is said."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.skin_pictures import Camera, Picture, Spot, photograph, subject
from tracker.analysis.compare import Subject
from tracker.analysis.registration import Alignment, align, describe, wording
from tracker.analysis.registration.alignment import registration_on_photos
from tracker.analysis.registration.extent import log_area_ratio
from tracker.analysis.registration.plane import (
    apply,
    jacobian,
    least_squares_similarity,
    log_area_scale,
    stretch_ratio,
)
from tracker.domain.comparison import RegistrationMethod

SKIN = 11
SPOT = Spot()
FIRST = Camera()


def _subject(camera: Camera, *spots: Spot, skin: int = SKIN) -> Subject:
    return subject(photograph(skin, spots or (SPOT,), camera))


def _area_ratio(alignment: Alignment, earlier: Subject, later: Subject) -> float:
    assert alignment.skin is not None, alignment.size_reason
    log_ratio = log_area_ratio(
        earlier.view,
        later.view,
        alignment.skin.fit.matrix,
        earlier.measures.area_px,
        later.measures.area_px,
    )
    return math.exp(log_ratio)


@cache
def _first() -> Subject:
    return _subject(FIRST)


@pytest.fixture(scope="module")
def first() -> Subject:
    return _first()


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    zoom=st.floats(0.7, 1.5),
    turn=st.floats(-180, 180),
    shift=st.tuples(st.floats(-40, 40), st.floats(-40, 40)),
    growth=st.sampled_from([1.0, 1.3, 1.6, 0.7]),
)
def test_area_ratio_of_known_growth_under_a_known_camera(
    zoom: float, turn: float, shift: tuple[float, float], growth: float
) -> None:
    earlier = _first()
    aim = (FIRST.aim[0] + shift[0], FIRST.aim[1] + shift[1])
    later = _subject(Camera(zoom, turn, aim), Spot(radius=SPOT.radius * math.sqrt(growth)))
    alignment = align(earlier.features, later.features)
    assert alignment.same_lesion is True
    assert _area_ratio(alignment, earlier, later) == pytest.approx(growth, rel=0.05)


def test_photo_matrix_is_the_camera_motion(first: Subject) -> None:
    camera = Camera(zoom=1.3, turn_deg=35, aim=(615, 590))
    later = _subject(camera)
    found = registration_on_photos(align(first.features, later.features), first.view, later.view)
    assert found is not None
    assert found.method is RegistrationMethod.SKIN_HOMOGRAPHY
    true = np.linalg.inv(FIRST.skin_from_photo) @ camera.skin_from_photo
    points = np.array([[100.0, 80], [380, 80], [240, 320], [240, 200]])
    gap = apply(np.array(found.matrix).reshape(3, 3), points) - apply(true, points)
    assert np.abs(gap).max() < 1.5


def test_the_same_photo_twice(first: Subject) -> None:
    alignment = align(first.features, describe(first.view))
    assert alignment.same_lesion is True
    assert alignment.skin is not None
    assert alignment.skin.fit.residual < 1e-3
    assert alignment.detail_correlation > 0.99
    assert _area_ratio(alignment, first, first) == pytest.approx(1.0, abs=1e-3)
    assert alignment.notes == ()


def test_growth_is_not_hidden_by_the_lesions_own_features() -> None:
    # Smooth skin round a large, richly textured lesion: most features grow with it.
    smooth = Camera(relief=0.015)
    earlier = _subject(smooth, Spot(radius=110))
    later = _subject(Camera(zoom=1.05, turn_deg=8, relief=0.015), Spot(radius=110 * math.sqrt(1.6)))
    alignment = align(earlier.features, later.features)
    assert alignment.whole is not None
    by_everything = log_area_ratio(
        earlier.view,
        later.view,
        alignment.whole.matrix,
        earlier.measures.area_px,
        later.measures.area_px,
    )
    assert math.exp(by_everything) == pytest.approx(1.0, abs=0.05)  # the trap is real
    assert _area_ratio(alignment, earlier, later) == pytest.approx(1.6, rel=0.04)
    assert wording.GREW_OR_STRETCHED in alignment.notes


def test_two_votes_for_different_maps_are_settled_by_the_skin() -> None:
    earlier = _subject(Camera(relief=0.02), Spot(radius=80))
    later = _subject(Camera(zoom=1.05, turn_deg=8, relief=0.02), Spot(radius=80 * math.sqrt(1.3)))
    alignment = align(earlier.features, later.features)
    assert alignment.same_lesion is True
    assert _area_ratio(alignment, earlier, later) == pytest.approx(1.3, rel=0.04)


def test_alignment_is_deterministic(first: Subject) -> None:
    later = _subject(Camera(zoom=1.2, turn_deg=-20))
    once = align(first.features, later.features)
    again = align(describe(first.view), describe(later.view))
    assert once.whole is not None
    assert again.whole is not None
    assert np.array_equal(once.whole.matrix, again.whole.matrix)
    assert once.skin is not None
    assert again.skin is not None
    assert np.array_equal(once.skin.fit.matrix, again.skin.fit.matrix)


def test_other_skin_is_not_the_same_lesion(first: Subject) -> None:
    other = _subject(FIRST, Spot(seed=77), skin=99)
    alignment = align(first.features, other.features)
    assert alignment.same_lesion is None
    assert alignment.whole is None
    assert alignment.skin is None
    assert alignment.reason == wording.NOT_LINED_UP


def test_a_neighbour_on_the_same_skin_is_another_spot() -> None:
    left = Spot(centre=(540.0, 600.0), radius=30)
    right = Spot(centre=(660.0, 600.0), radius=30, seed=8)
    one = _subject(FIRST, left, right)
    two = _subject(Camera(zoom=1.1), right, left)
    alignment = align(one.features, two.features)
    assert alignment.same_lesion is False
    assert alignment.reason == wording.OTHER_SPOT
    assert alignment.skin is None


def test_mirrored_photo_is_noticed_and_mapped(first: Subject) -> None:
    camera = Camera(zoom=1.15, turn_deg=10)
    picture = photograph(SKIN, (Spot(radius=SPOT.radius * math.sqrt(1.3)),), camera)
    selfie = subject(
        Picture(np.ascontiguousarray(picture.rgb[:, ::-1]), picture.mask[:, ::-1].copy())
    )
    alignment = align(first.features, selfie.features)
    assert alignment.mirrored
    assert alignment.same_lesion is True
    assert wording.MIRRORED in alignment.notes
    assert _area_ratio(alignment, first, selfie) == pytest.approx(1.3, rel=0.05)
    found = registration_on_photos(alignment, first.view, selfie.view)
    assert found is not None
    assert np.linalg.det(np.array(found.matrix).reshape(3, 3)) < 0
    flip = np.diag([-1.0, 1.0, 1.0])
    flip[0, 2] = camera.frame[0] - 1
    true = np.linalg.inv(FIRST.skin_from_photo) @ camera.skin_from_photo @ flip
    points = np.array([[150.0, 120], [330, 120], [240, 300]])
    gap = apply(np.array(found.matrix).reshape(3, 3), points) - apply(true, points)
    assert np.abs(gap).max() < 1.5


def _flat(width: int, height: int, radius: float) -> Subject:
    gx, gy = np.meshgrid(np.arange(width), np.arange(height))
    mask = np.hypot(gx - width / 2, gy - height / 2) <= radius
    rgb = np.full((height, width, 3), 170, dtype=np.uint8)
    return subject(Picture(rgb, mask))


@pytest.mark.parametrize(("width", "height", "radius"), [(400, 300, 40), (9, 9, 2), (3, 40, 1)])
def test_featureless_and_tiny_pictures_are_refused_with_a_reason(
    first: Subject, width: int, height: int, radius: float
) -> None:
    flat = _flat(width, height, radius)
    for earlier, later, which in ((first, flat, "later"), (flat, first, "earlier")):
        alignment = align(earlier.features, later.features)
        assert alignment.same_lesion is None
        assert alignment.reason == wording.FEATURELESS.format(which=which)


def test_a_lesion_that_fills_the_view_leaves_no_skin() -> None:
    close = Camera(zoom=2.5, frame=(240, 200))
    everything = _subject(close, Spot(radius=400.0))
    assert everything.view.mask.all()
    assert not everything.features.skin_area.any()
    alignment = align(everything.features, describe(everything.view))
    assert alignment.same_lesion is True
    assert alignment.skin is None
    assert alignment.size_reason == wording.NO_SKIN.format(which="earlier")


@given(
    h=st.tuples(st.floats(-2e-4, 2e-4), st.floats(-2e-4, 2e-4)),
    scale=st.floats(0.3, 3),
    turn=st.floats(-3, 3),
)
def test_area_scale_of_a_homography_is_its_derivative(
    h: tuple[float, float], scale: float, turn: float
) -> None:
    c, s = scale * math.cos(turn), scale * math.sin(turn)
    matrix = np.array([[c, -s, 5.0], [s, c, -7.0], [h[0], h[1], 1.0]])
    point = (120.0, 80.0)
    by_derivative = math.log(abs(np.linalg.det(jacobian(matrix, point))))
    assert log_area_scale(matrix, np.array([point])) == pytest.approx(by_derivative, abs=1e-9)
    step = 1e-4
    square = np.array([point, (point[0] + step, point[1]), (point[0], point[1] + step)])
    a, b, d = apply(matrix, square)
    numeric = abs(np.linalg.det(np.array([b - a, d - a]))) / step**2
    assert math.exp(by_derivative) == pytest.approx(numeric, rel=1e-4)


@given(scale=st.floats(0.2, 5), turn=st.floats(-3.1, 3.1), move=st.floats(-500, 500))
def test_least_squares_similarity_finds_the_map_back(
    scale: float, turn: float, move: float
) -> None:
    c, s = scale * math.cos(turn), scale * math.sin(turn)
    true = np.array([[c, -s, move], [s, c, 2 * move], [0.0, 0.0, 1.0]])
    points = np.array([[0.0, 0.0], [100, 5], [30, 80], [60, -40]])
    found = least_squares_similarity(points, apply(true, points))
    assert found is not None
    assert np.allclose(found, true, atol=1e-6 * max(1.0, abs(move)))
    assert stretch_ratio(found, (0.0, 0.0)) == pytest.approx(1.0, abs=1e-6)


def test_horizon_through_the_lesion_has_no_area() -> None:
    matrix = np.array([[1.0, 0, 0], [0, 1, 0], [-0.01, 0, 1]])
    assert log_area_scale(matrix, np.array([[50.0, 0], [150.0, 0]])) == math.inf
