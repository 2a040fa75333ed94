"""Made-up photos must be repeatable, and their stated truth must be true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tracker.analysis.render import (
    Camera,
    RenderedLesion,
    RenderedPhoto,
    Skin,
    SkinWorld,
    draw_skin,
    render_photo,
)
from tracker.analysis.render_demo import DemoPhoto, demo_photo_count, demo_series

LESION = RenderedLesion(seed=5)
STRAIGHT = Camera(seed=1, stamp_corner=None)


@pytest.fixture(scope="module")
def world() -> SkinWorld:
    return draw_skin(Skin(seed=1))


@pytest.fixture(scope="module")
def first(world: SkinWorld) -> RenderedPhoto:
    return render_photo(world, [LESION], STRAIGHT)


def mean_inside(photo: RenderedPhoto) -> NDArray[np.float64]:
    return np.asarray(photo.rgb[photo.mask].mean(axis=0))


def test_same_seed_same_picture(world: SkinWorld, first: RenderedPhoto) -> None:
    again = render_photo(draw_skin(Skin(seed=1)), [LESION], STRAIGHT)
    assert np.array_equal(again.rgb, first.rgb)
    assert np.array_equal(again.mask, first.mask)


def test_other_seed_other_skin(first: RenderedPhoto) -> None:
    other = render_photo(draw_skin(Skin(seed=2)), [LESION], STRAIGHT)
    outside = ~first.mask
    assert np.corrcoef(other.rgb[outside].mean(1), first.rgb[outside].mean(1))[0, 1] < 0.5


@pytest.mark.parametrize(
    "camera",
    [
        STRAIGHT,
        replace(STRAIGHT, mm_per_px=0.022, rotation_deg=33.0),
        replace(STRAIGHT, centre_mm=(1.0, -0.8), tilt=(0.06, -0.05)),
    ],
)
def test_mask_area_in_mm_does_not_depend_on_the_camera(world: SkinWorld, camera: Camera) -> None:
    photo = render_photo(world, [LESION], camera)
    area_mm2 = photo.mask.sum() * photo.mm_per_px**2
    assert area_mm2 == pytest.approx(photo.area_mm2, rel=0.02)


def test_growth_is_the_square_of_the_length_factor(world: SkinWorld, first: RenderedPhoto) -> None:
    grown = render_photo(world, [LESION.grown(1.3)], STRAIGHT)
    assert grown.area_mm2 / first.area_mm2 == pytest.approx(1.3**2, rel=0.04)


def test_lobe_grows_on_its_side_only(world: SkinWorld, first: RenderedPhoto) -> None:
    lesion = replace(LESION, lobe_angle_deg=0.0).grown_on_one_side(1.4, veil=0.9)
    photo = render_photo(world, [lesion], STRAIGHT)
    columns, before = np.flatnonzero(photo.mask.any(0)), np.flatnonzero(first.mask.any(0))
    assert columns[-1] - before[-1] > 40
    assert abs(int(columns[0]) - int(before[0])) <= 4
    lobe = photo.rgb[photo.mask & ~first.mask].mean(axis=0)
    # Blue-grey: blue is no longer the weakest channel by far, as it is in brown.
    assert lobe[2] / lobe[0] > mean_inside(first)[2] / mean_inside(first)[0] + 0.1


@pytest.mark.parametrize(
    ("change", "darker"),
    [
        (lambda lesion: lesion.darkened_in_one_place(1.6), True),
        (lambda lesion: lesion.faded(0.5), False),
    ],
)
def test_pigment_changes_leave_the_outline(
    world: SkinWorld,
    first: RenderedPhoto,
    change: Callable[[RenderedLesion], RenderedLesion],
    darker: bool,
) -> None:
    photo = render_photo(world, [change(LESION)], STRAIGHT)
    assert np.array_equal(photo.mask, first.mask)
    assert (mean_inside(photo).mean() < mean_inside(first).mean() - 2) == darker


def test_skin_texture_registers_two_views(world: SkinWorld, first: RenderedPhoto) -> None:
    """The skin alone must give back the camera's known motion."""
    camera = replace(
        STRAIGHT,
        seed=2,
        rotation_deg=18.0,
        mm_per_px=0.019,
        centre_mm=(0.6, -0.4),
        tilt=(0.04, -0.03),
        gain=0.9,
        white_balance=(1.05, 1.0, 0.93),
        blur_px=1.2,
        hairs=2,
    )
    second = render_photo(world, [LESION.grown(1.25)], camera)
    found = _homography(second, first)
    truth = STRAIGHT.photo_from_mm() @ np.linalg.inv(camera.photo_from_mm())
    corners = np.array([[300.0, 200, 1], [700, 200, 1], [700, 550, 1], [300, 550, 1]]).T
    seen, wanted = found @ corners, truth @ corners
    assert np.abs(seen[:2] / seen[2] - wanted[:2] / wanted[2]).max() < 1.0


def _homography(later: RenderedPhoto, earlier: RenderedPhoto) -> NDArray[np.float64]:
    def features(photo: RenderedPhoto) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        grey = cv2.cvtColor(photo.rgb, cv2.COLOR_RGB2GRAY)
        skin = cv2.erode((~photo.mask).astype(np.uint8), np.ones((41, 41), np.uint8)) * 255
        keys, values = cv2.SIFT_create(1500, contrastThreshold=0.01).detectAndCompute(
            cv2.createCLAHE(3.0, (8, 8)).apply(grey), skin
        )
        return np.float32([key.pt for key in keys]), values

    (from_points, from_values), (to_points, to_values) = features(later), features(earlier)
    pairs = cv2.BFMatcher().knnMatch(from_values, to_values, k=2)
    good = [best for best, second in pairs if best.distance < 0.8 * second.distance]
    matrix, _ = cv2.findHomography(
        from_points[[match.queryIdx for match in good]],
        to_points[[match.trainIdx for match in good]],
        cv2.RANSAC,
        3.0,
    )
    return np.asarray(matrix, dtype=np.float64)


def test_stamp_stands_in_the_corner(world: SkinWorld, first: RenderedPhoto) -> None:
    stamped = render_photo(world, [LESION], replace(STRAIGHT, stamp_corner="bottom left"))
    difference = np.abs(stamped.rgb.astype(int) - first.rgb.astype(int)).max(axis=2)
    assert difference[-24:, :160].max() > 60
    assert difference[:-40].max() < 12


def test_no_lesion_is_refused(world: SkinWorld) -> None:
    with pytest.raises(ValueError, match="at least one lesion"):
        render_photo(world, [], STRAIGHT)


def test_demo_tells_its_stories() -> None:
    """One test, since the series takes seconds to draw and workers share nothing."""
    demo = list(demo_series())
    assert len(demo) == demo_photo_count() == 38
    assert {photo.person for photo in demo} == {"Demo Ada", "Demo Ben"}
    series: dict[str, list[DemoPhoto]] = {}
    for photo in demo:
        assert photo.rgb.shape == (750, 1000, 3)
        series.setdefault(photo.lesion, []).append(photo)
    assert len(series) == 9
    for photos in series.values():
        dates = [date.fromisoformat(photo.taken_at) for photo in photos]
        assert dates == sorted(set(dates))
        assert [photo.note is None for photo in photos] == [False] + [True] * (len(photos) - 1)
    assert sum(len(photos) == 1 for photos in series.values()) == 1
    assert all(photo.mm_per_px is None for photo in series["Right shoulder"])

    assert area_ratio(series["Left forearm"]) == pytest.approx(1.0, abs=0.02)
    assert area_ratio(series["Neck"]) == pytest.approx(1.0, abs=0.03)
    assert area_ratio(series["Left thigh"]) == pytest.approx(1.0, abs=0.02)
    assert area_ratio(series["Chest"]) > 1.6
    assert area_ratio(series["Upper back"]) > 1.15
    assert area_ratio(series["Right calf"]) < 0.7

    cut = series["Lower back"][-1]
    assert cut.mask[:, 0].any()
    assert cut.mask.any(axis=0).sum() > 50


def area_ratio(photos: list[DemoPhoto]) -> float:
    """True area of the last photo over that of the first, both on the skin."""
    areas = [photo.mask.sum() * (photo.mm_per_px or 0.0) ** 2 for photo in photos]
    return float(areas[-1] / areas[0])
