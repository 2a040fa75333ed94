"""The printed card read in made-up photos: scale at the lesion, and cards that are refused."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.analysis.card_scene import MM_PER_DOT, Lying, Scene, card_picture, photograph
from tracker.analysis.card import CardProblem, CardReading, find_card, scale_at
from tracker.analysis.render import Camera
from tracker.domain import scale_card as layout
from tracker.domain.analysis import Scale, ScaleSource

ABOVE = Camera(seed=1, centre_mm=(0.0, 20.0), mm_per_px=0.11, size_px=(1200, 1000))
PAIRS = [(41, 42), (41, 43), (41, 44), (42, 43), (42, 44), (43, 44)]


def read(scene: Scene) -> CardReading:
    reading = find_card(scene.rgb)
    assert isinstance(reading, CardReading), reading
    return reading


def read_scale(scene: Scene) -> Scale:
    scale = scale_at(read(scene), scene.lesion_px)
    assert scale is not None
    return scale


def ids_in_frame(camera: Camera, card: Lying) -> set[int]:
    """Markers that are not hidden and lie in the frame with some paper around."""
    matrix = camera.photo_from_mm() @ card.skin_from_card()
    seen = set()
    for marker in layout.MARKERS:
        middle = np.array([marker.x_mm + layout.MARKER_SIDE_MM / 2] * 2)
        middle[1] = marker.y_mm + layout.MARKER_SIDE_MM / 2
        wider = middle + (np.array(marker.corners_mm) - middle) * 1.3
        corners = cv2.perspectiveTransform(wider[None], matrix)[0]
        inside = (corners >= 0).all() and (corners < np.array(camera.size_px)).all()
        if inside and marker.marker_id not in card.hidden:
            seen.add(marker.marker_id)
    return seen


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    mm_per_px=st.floats(0.105, 0.15),
    rotation=st.floats(0, 360),
    tilt=st.tuples(st.floats(-0.12, 0.12), st.floats(-0.12, 0.12)),
    gain=st.floats(0.5, 1.05),
    blur=st.floats(0.3, 1.4),
    noise=st.floats(0.002, 0.015),
    shadow=st.floats(0, 0.6),
    shadow_deg=st.floats(0, 360),
    turn=st.floats(-15, 15),
    upside_down=st.booleans(),
    hidden=st.sampled_from([(), (), (41,), (44,), *PAIRS]),
)
def test_scale_at_the_lesion_is_right_however_the_photo_was_taken(
    seed: int,
    mm_per_px: float,
    rotation: float,
    tilt: tuple[float, float],
    gain: float,
    blur: float,
    noise: float,
    shadow: float,
    shadow_deg: float,
    turn: float,
    upside_down: bool,
    hidden: tuple[int, ...],
) -> None:
    camera = Camera(
        seed,
        (0.0, 21.0),
        mm_per_px,
        (1200, 1200),
        rotation,
        tilt,
        gain=gain,
        blur_px=blur,
        noise=noise,
    )
    card = Lying((0.0, 37.0), turn + 180 * upside_down, hidden)
    in_view = ids_in_frame(camera, card)
    assume(len(in_view) >= 2)
    scene = photograph(camera, [card], shadow=shadow, shadow_deg=shadow_deg)
    reading = read(scene)
    found = {marker.marker_id for marker in reading.markers}
    assert in_view <= found
    assert found.isdisjoint(hidden)
    scale = scale_at(reading, scene.lesion_px)
    assert scale is not None
    assert scale.source is ScaleSource.CARD
    off = abs(scale.mm_per_px - scene.mm_per_px)
    assert off <= 0.02 * scene.mm_per_px
    assert off <= 3 * scale.sigma
    assert scale.sigma <= 0.04 * scale.mm_per_px


@pytest.fixture(scope="module")
def plain() -> Scene:
    return photograph(ABOVE)


def test_the_outline_is_where_the_card_lies(plain: Scene) -> None:
    reading = read(plain)
    assert np.abs(reading.outline_px(border_mm=0.0) - plain.cards_px[0]).max() < 1.0
    assert reading.residual_px < 0.3
    assert reading.tilt_deg < 3.0
    place = (float(plain.cards_px[0][0, 0]), float(plain.cards_px[0][0, 1]) - 100.0)
    assert reading.distance_mm(place) == pytest.approx(11.0, abs=0.3)
    middle = plain.cards_px[0].mean(axis=0)
    assert reading.distance_mm((float(middle[0]), float(middle[1]))) == 0.0


def test_tilt_is_seen_as_foreshortening(plain: Scene) -> None:
    squeezed = np.asarray(cv2.resize(plain.rgb, None, fx=1.0, fy=0.8), np.uint8)
    reading = find_card(squeezed)
    assert isinstance(reading, CardReading)
    assert reading.tilt_deg == pytest.approx(np.degrees(np.arccos(0.8)), abs=1.5)


def test_sigma_grows_with_distance_and_with_fewer_markers(plain: Scene) -> None:
    reading = read(plain)
    x, y = plain.lesion_px
    near, far = scale_at(reading, (x, y)), scale_at(reading, (x, y - 300))
    assert near is not None
    assert far is not None
    assert far.sigma > 1.5 * near.sigma
    sigmas = [
        read_scale(photograph(ABOVE, [Lying(hidden=hidden)])).sigma
        for hidden in ((), (42,), (42, 44), (41, 42, 44))
    ]
    assert sigmas == sorted(sigmas)
    assert sigmas[3] > 2 * sigmas[0]


def test_one_marker_alone_counts_only_when_sharp() -> None:
    card = Lying(hidden=(41, 42, 44))
    scene = photograph(replace(ABOVE, blur_px=0.6), [card])
    scale = read_scale(scene)
    assert abs(scale.mm_per_px - scene.mm_per_px) <= 3 * scale.sigma
    assert scale.mm_per_px == pytest.approx(scene.mm_per_px, rel=0.03)
    blurred = photograph(replace(ABOVE, blur_px=2.6), [card])
    assert find_card(blurred.rgb) is CardProblem.UNSHARP


def test_a_large_photo_gains_from_its_resolution() -> None:
    camera = replace(ABOVE, mm_per_px=0.035, size_px=(4000, 3000))
    scene = photograph(camera)
    reading = read(scene)
    scale = scale_at(reading, scene.lesion_px)
    assert scale is not None
    assert scale.mm_per_px == pytest.approx(scene.mm_per_px, rel=0.002)
    # Corners found on the reduced copy alone would be off by a good part of its pixels.
    assert reading.residual_px < 0.3


def test_a_point_beyond_the_cards_reach_has_no_scale() -> None:
    reading = read(photograph(ABOVE, [Lying(hidden=(41, 42, 44))]))
    assert scale_at(reading, (100_000.0, -100_000.0)) is None


def test_skin_without_a_card_is_no_card() -> None:
    for camera in (ABOVE, replace(ABOVE, seed=2, hairs=40, mm_per_px=0.05)):
        assert find_card(photograph(camera, []).rgb) is None


def test_pictures_of_chance_and_of_nothing_are_no_card() -> None:
    chance = np.random.default_rng(7).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    assert find_card(chance) is None
    assert find_card(np.full((48, 36, 3), 200, np.uint8)) is None


def test_two_cards_are_refused() -> None:
    camera = replace(ABOVE, centre_mm=(0.0, 0.0), mm_per_px=0.13)
    scene = photograph(camera, [Lying((0.0, 36.0)), Lying((0.0, -36.0))])
    assert find_card(scene.rgb) is CardProblem.TWICE


def test_halves_of_two_cards_are_refused() -> None:
    camera = replace(ABOVE, centre_mm=(0.0, 0.0), mm_per_px=0.13)
    cards = [Lying((0.0, 36.0), 0, (42, 44)), Lying((0.0, -36.0), 8, (41, 43))]
    assert find_card(photograph(camera, cards).rgb) is CardProblem.NOT_FLAT


def test_a_mirrored_print_and_a_mirrored_photo_are_refused(plain: Scene) -> None:
    assert find_card(photograph(ABOVE, [Lying(mirrored=True)]).rgb) is CardProblem.MIRRORED
    flipped = np.ascontiguousarray(plain.rgb[:, ::-1])
    assert find_card(flipped) is CardProblem.MIRRORED


def redrawn(dictionary: str, ids: list[int], modules: int) -> NDArray[np.uint8]:
    """The card with markers of another board where ours are."""
    drawing = card_picture().copy()
    known = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary))
    side = round(layout.MARKER_SIDE_MM / MM_PER_DOT)
    for marker, new in zip(layout.MARKERS, ids, strict=True):
        bits = cv2.aruco.generateImageMarker(known, new, modules)
        x, y = round(marker.x_mm / MM_PER_DOT), round(marker.y_mm / MM_PER_DOT)
        large = cv2.resize(bits, (side, side), interpolation=cv2.INTER_NEAREST)
        drawing[y : y + side, x : x + side] = large[..., None]
    return drawing


@pytest.mark.parametrize(
    ("dictionary", "ids", "modules"),
    [
        ("DICT_4X4_50", [0, 1, 2, 3], 6),
        ("DICT_6X6_250", [41, 42, 43, 44], 8),
        ("DICT_5X5_50", [0, 1, 2, 3], 7),
    ],
)
def test_markers_of_other_boards_are_refused(dictionary: str, ids: list[int], modules: int) -> None:
    scene = photograph(ABOVE, drawing=redrawn(dictionary, ids, modules))
    assert find_card(scene.rgb) is CardProblem.FOREIGN


def test_markers_out_of_place_are_refused() -> None:
    drawing = card_picture().copy()
    first = layout.MARKERS[0]
    x, y = round(first.x_mm / MM_PER_DOT), round(first.y_mm / MM_PER_DOT)
    side, step = round(layout.MARKER_SIDE_MM / MM_PER_DOT), round(2.0 / MM_PER_DOT)
    marker = drawing[y : y + side, x : x + side].copy()
    drawing[y : y + side, x : x + side] = 255
    drawing[y - step : y + side - step, x - step : x + side - step] = marker
    assert find_card(photograph(ABOVE, drawing=drawing).rgb) is CardProblem.NOT_FLAT


def test_ink_that_runs_does_not_change_the_scale() -> None:
    # 0.13 mm of ink to all sides: three dots of the print.
    ink = np.ones((7, 7), np.uint8)
    swollen = np.asarray(cv2.erode(card_picture(), ink), np.uint8)
    scene = photograph(ABOVE, drawing=swollen)
    reading = read(scene)
    assert reading.fit.edge_mm == pytest.approx(3 * MM_PER_DOT, abs=0.04)
    assert read_scale(scene).mm_per_px == pytest.approx(scene.mm_per_px, rel=0.003)
