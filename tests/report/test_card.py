"""The card as a camera or a ruler would find it: fiducials, ticks and patches in their places."""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tracker.domain import scale_card as layout
from tracker.errors import UsageError
from tracker.report.card import PAGE_MM, card_pdf, card_png, write_card

TOLERANCE_MM = 0.1


@pytest.fixture(scope="module")
def png() -> bytes:
    return card_png()


@pytest.fixture(scope="module")
def picture(png: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def found_corners_mm(rgb: NDArray[np.uint8], dpi: float) -> dict[int, NDArray[np.float64]]:
    """Corners of our markers in mm from the picture's top-left corner, by marker id."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, layout.ARUCO_DICTIONARY))
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(dictionary, settings)
    corners, ids, _ = detector.detectMarkers(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    assert ids is not None
    # A corner between two pixels has a half-pixel coordinate in OpenCV, whose pixels are centred
    # on whole numbers.
    return {
        int(marker): (np.asarray(points[0], dtype=np.float64) + 0.5) * 25.4 / dpi
        for marker, points in zip(ids.ravel(), corners, strict=True)
    }


def assert_distances(found: dict[int, NDArray[np.float64]]) -> None:
    """Every distance between two corners of any two markers, within the tolerance."""
    assert sorted(found) == sorted(marker.marker_id for marker in layout.MARKERS)
    drawn = np.concatenate([np.array(marker.corners_mm) for marker in layout.MARKERS])
    seen = np.concatenate([found[marker.marker_id] for marker in layout.MARKERS])
    for i, j in itertools.combinations(range(len(drawn)), 2):
        wanted = np.linalg.norm(drawn[i] - drawn[j])
        assert np.linalg.norm(seen[i] - seen[j]) == pytest.approx(wanted, abs=TOLERANCE_MM)


def test_png_has_the_size_of_a_bank_card_and_says_so(png: bytes) -> None:
    with Image.open(io.BytesIO(png)) as image:
        across, down = image.info["dpi"]
        assert across == pytest.approx(600, abs=0.05)
        assert image.width / across * 25.4 == pytest.approx(85.6, abs=0.05)
        assert image.height / down * 25.4 == pytest.approx(54.0, abs=0.05)


def test_png_markers_are_found_in_their_places(picture: NDArray[np.uint8]) -> None:
    found = found_corners_mm(picture, 600)
    assert_distances(found)
    for marker in layout.MARKERS:
        assert np.abs(found[marker.marker_id] - np.array(marker.corners_mm)).max() < TOLERANCE_MM


def test_ruler_has_a_tick_at_every_millimetre(picture: NDArray[np.uint8]) -> None:
    row = picture[-round(1.0 * 600 / 25.4)].mean(axis=1)
    dark = np.flatnonzero(row < 128)
    groups = np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1)
    middles = np.array([group.mean() + 0.5 for group in groups]) * 25.4 / 600
    wanted = layout.RULER_LEFT_MM + np.arange(layout.RULER_LENGTH_MM + 1)
    assert len(middles) == len(wanted)
    assert np.abs(middles - wanted).max() < 0.05


def test_check_line_is_fifty_millimetres(picture: NDArray[np.uint8]) -> None:
    row = picture[round(layout.CHECK_LINE_Y_MM * 600 / 25.4)].mean(axis=1)
    markers_end = round(15 * 600 / 25.4), round(71 * 600 / 25.4)
    dark = np.flatnonzero(row[markers_end[0] : markers_end[1]] < 128)
    assert (dark[-1] - dark[0] + 1) * 25.4 / 600 == pytest.approx(50.0, abs=0.06)


def test_patches_have_the_stated_colours(picture: NDArray[np.uint8]) -> None:
    for patch in layout.PATCHES:
        middle = layout.PATCH_SIDE_MM / 2
        x = round((patch.x_mm + middle) * 600 / 25.4)
        y = round((patch.y_mm + middle) * 600 / 25.4)
        assert tuple(int(v) for v in picture[y, x]) == patch.srgb


def test_markers_survive_a_photo_from_the_side(picture: NDArray[np.uint8]) -> None:
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    leaning = np.float32([[80, 60], [width + 10, 90], [width - 30, height + 40], [60, height + 20]])
    matrix = cv2.getPerspectiveTransform(corners, leaning)
    seen = cv2.warpPerspective(
        small, matrix, (width + 120, height + 120), borderValue=(150, 170, 200)
    )
    blurred = cv2.GaussianBlur(seen, (0, 0), 1.0)
    assert sorted(found_corners_mm(np.asarray(blurred, np.uint8), 150)) == [41, 42, 43, 44]


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm (poppler) is not installed")
def test_pdf_prints_in_true_size(tmp_path: Path) -> None:
    path = tmp_path / "card.pdf"
    write_card(path)
    subprocess.run(
        ["pdftoppm", "-r", "300", "-png", str(path), str(tmp_path / "page")],
        check=True,
        capture_output=True,
    )
    (page,) = tmp_path.glob("page*.png")
    with Image.open(page) as image:
        rgb = np.asarray(image.convert("RGB"))
    assert rgb.shape[1] / 300 * 25.4 == pytest.approx(PAGE_MM[0], abs=0.2)
    assert rgb.shape[0] / 300 * 25.4 == pytest.approx(PAGE_MM[1], abs=0.2)
    assert_distances(found_corners_mm(rgb, 300))


def test_files_are_the_same_each_time(png: bytes) -> None:
    assert card_png() == png
    assert card_pdf() == card_pdf()


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"card\.jpg"):
        write_card(tmp_path / "card.jpg")
    assert not (tmp_path / "card.jpg").exists()
