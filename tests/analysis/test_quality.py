"""Quality findings on drawn pictures and, where the corpus is at hand, on real ones."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tracker.analysis.quality import assess
from tracker.domain.geometry import Box
from tracker.domain.quality import Quality, QualityCode
from tracker.errors import UsageError

Picture = NDArray[np.uint8]


@pytest.fixture
def sharp() -> tuple[Picture, Box]:
    """A textured brown disc on textured skin, 480 x 400, as a camera with fine detail sees it."""
    dice = np.random.default_rng(3)
    rgb = np.empty((400, 480, 3), np.float32)
    rgb[:] = (214, 168, 144)
    y, x = np.mgrid[:400, :480]
    inside = np.hypot(x - 240, y - 200) <= 90 + 6 * np.sin(7 * np.arctan2(y - 200, x - 240))
    rgb[inside] = (112, 72, 54)
    grain = dice.normal(0, 1, (400, 480)).astype(np.float32)
    texture = 26 * cv2.GaussianBlur(grain, (0, 0), 0.8) + 40 * cv2.GaussianBlur(grain, (0, 0), 2.5)
    return np.clip(rgb + texture[..., None], 0, 255).astype(np.uint8), Box(144, 104, 193, 193)


def codes(quality: Quality, severity: str = "refuse") -> set[QualityCode]:
    return {issue.code for issue in quality.issues if issue.severity == severity}


def exposed(rgb: Picture, stops: float) -> Picture:
    """The picture under other exposure: linear light times 2^stops."""
    linear = (rgb / 255.0) ** 2.2 * 2**stops
    return (255 * np.clip(linear, 0, 1) ** (1 / 2.2)).astype(np.uint8)


def test_a_good_photo_has_no_findings(sharp: tuple[Picture, Box]) -> None:
    quality = assess(*sharp)
    assert quality.ok
    assert quality.issues == ()
    assert quality.lesion_px == 193
    assert 0.3 < quality.exposure < 0.8


def test_blur_lowers_sharpness_and_is_refused(sharp: tuple[Picture, Box]) -> None:
    rgb, box = sharp
    blurred = [np.asarray(cv2.GaussianBlur(rgb, (0, 0), s), np.uint8) for s in (1, 2, 4, 8)]
    found = [assess(rgb, box), *(assess(each, box) for each in blurred)]
    sharpness = [quality.sharpness for quality in found]
    assert sharpness == sorted(sharpness, reverse=True)
    assert codes(found[-1]) == {QualityCode.BLUR}


def test_a_moved_camera_is_seen_in_any_direction(sharp: tuple[Picture, Box]) -> None:
    rgb, box = sharp
    for kernel in (np.eye(25), np.fliplr(np.eye(25)), np.ones((1, 25)), np.ones((25, 1))):
        moved = cv2.filter2D(rgb, -1, (kernel / kernel.sum()).astype(np.float32))
        assert QualityCode.BLUR in codes(assess(np.asarray(moved, np.uint8), box))


def test_dark_and_washed_out_photos_are_refused(sharp: tuple[Picture, Box]) -> None:
    rgb, box = sharp
    assert QualityCode.TOO_DARK in codes(assess(exposed(rgb, -6), box))
    assert QualityCode.TOO_BRIGHT in codes(assess(exposed(rgb, 4), box))
    assert QualityCode.TOO_DARK not in codes(assess(exposed(rgb, -2), box))


def test_dark_skin_in_good_light_is_no_dark_photo(sharp: tuple[Picture, Box]) -> None:
    rgb, box = sharp
    deep = (rgb * np.array([0.42, 0.34, 0.30])).astype(np.uint8)  # about L* 32
    quality = assess(deep, box)
    assert QualityCode.TOO_DARK not in codes(quality)
    assert quality.ok


def test_shine_over_the_lesion_is_glare(sharp: tuple[Picture, Box]) -> None:
    rgb, box = sharp
    shiny = rgb.copy()
    cv2.circle(shiny, (240, 200), 45, (255, 255, 255), -1)
    quality = assess(shiny, box)
    assert QualityCode.GLARE in codes(quality, "warn")
    assert quality.ok
    assert quality.glare_fraction > 0.06


@pytest.mark.parametrize(
    ("side", "severity"), [(20, "refuse"), (23, "refuse"), (24, "warn"), (59, "warn"), (60, None)]
)
def test_few_pixels_across_the_lesion(
    sharp: tuple[Picture, Box], side: int, severity: str | None
) -> None:
    quality = assess(sharp[0], Box(230, 190, side, max(1, side // 2)))
    found = [i.severity for i in quality.issues if i.code is QualityCode.LESION_TOO_SMALL]
    assert found == ([] if severity is None else [severity])


def test_a_small_frame_alone_only_warns(sharp: tuple[Picture, Box]) -> None:
    rgb, _ = sharp
    small = np.asarray(cv2.resize(rgb, (168, 140), interpolation=cv2.INTER_AREA), np.uint8)
    quality = assess(small, Box(50, 36, 68, 68))
    assert quality.ok
    assert codes(quality, "warn") == {QualityCode.SMALL_FRAME}


def test_a_cut_lesion_warns(sharp: tuple[Picture, Box]) -> None:
    rgb, _ = sharp
    assert QualityCode.LESION_CUT in codes(assess(rgb, Box(0, 100, 190, 190)), "warn")
    inside = assess(rgb, Box(144, 104, 193, 193), touches_frame=True)
    assert QualityCode.LESION_CUT in codes(inside, "warn")
    assert inside.ok


@pytest.mark.parametrize(
    ("verdict", "code"), [("no_skin", QualityCode.NO_SKIN), ("no_lesion", QualityCode.NO_LESION)]
)
def test_the_gates_answer_refuses(
    sharp: tuple[Picture, Box], verdict: str, code: QualityCode
) -> None:
    quality = assess(sharp[0], None, verdict=verdict)  # type: ignore[arg-type]
    assert codes(quality) == {code}
    assert quality.issues[0].code is code
    assert quality.lesion_px is None


def test_refusals_come_first_and_say_what_to_do(sharp: tuple[Picture, Box]) -> None:
    rgb, _ = sharp
    quality = assess(rgb, Box(0, 0, 20, 20))
    assert [issue.severity for issue in quality.issues] == sorted(
        (issue.severity for issue in quality.issues), key=("refuse", "warn").index
    )
    assert all(issue.reason and issue.advice for issue in quality.issues)


def test_pictures_that_are_none_are_refused() -> None:
    with pytest.raises(UsageError):
        assess(np.zeros((40, 40), np.uint8), None)
    with pytest.raises(UsageError):
        assess(np.zeros((40, 40, 3), np.uint8), Box(90, 90, 5, 5))


def validation_pictures(root: Path, step: int) -> Iterator[tuple[Picture, Box]]:
    """Every `step`-th dermoscopic validation picture with the box of its true mask."""
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        rows = [
            row
            for row in csv.DictReader(stream)
            if row["split"] == "val" and row["modality"] == "dermoscopic" and row["mask_path"]
        ]
    for row in rows[::step]:
        bgr = cv2.imread(str(root / row["path"]))
        mask = cv2.imread(str(root / row["mask_path"]), cv2.IMREAD_GRAYSCALE)
        assert bgr is not None
        assert mask is not None
        x, y, w, h = cv2.boundingRect((np.asarray(mask) > 127).astype(np.uint8))
        yield np.ascontiguousarray(np.asarray(bgr, np.uint8)[:, :, ::-1]), Box(x, y, w, h)


@pytest.mark.corpus
@pytest.mark.skipif("MOLETRAIL_DATA" not in os.environ, reason="MOLETRAIL_DATA is not set")
def test_real_pictures_pass_and_spoilt_ones_do_not() -> None:
    passed: list[bool] = []
    spoilt: dict[str, list[bool]] = {"blur": [], "dark": [], "bright": []}
    for rgb, box in validation_pictures(Path(os.environ["MOLETRAIL_DATA"]), step=6):
        passed.append(assess(rgb, box).ok)
        sigma = 4 * 1.6 * max(box.w, box.h) / 192
        blurred = np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)
        spoilt["blur"].append(assess(blurred, box).ok)
        spoilt["dark"].append(assess(exposed(rgb, -6), box).ok)
        spoilt["bright"].append(assess(exposed(rgb, 3), box).ok)
    assert len(passed) > 150
    assert np.mean(passed) >= 0.98
    for kind, answers in spoilt.items():
        assert np.mean(answers) <= 0.12, kind
