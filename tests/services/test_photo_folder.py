"""Folders of photos: dates in names, people and lesions by folder, and what is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import ManifestError
from tracker.services.photo_folder import date_in_name, read_photo_folder


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("IMG_20250131_101500.jpg", "2025-01-31T10:15:00"),
        ("20250131_101500(0).jpg", "2025-01-31T10:15:00"),
        ("20250131101500.jpg", "2025-01-31T10:15:00"),
        ("2025-01-31 10.15.00.jpg", "2025-01-31T10:15:00"),
        ("photo_2025-01-31_10-15-00.jpg", "2025-01-31T10:15:00"),
        ("signal-2025-01-31-101500_002.jpg", "2025-01-31T10:15:00"),
        ("PXL_20250131_231500123.MP.jpg", "2025-01-31"),
        ("IMG-20250131-WA0001.jpg", "2025-01-31"),
        ("WhatsApp Image 2025-01-31 at 10.15.00.jpeg", "2025-01-31"),
        ("Mole 2025-01-31.jpg", "2025-01-31"),
        ("2025_01_31-3.jpg", "2025-01-31"),
        ("20250131_1.jpg", "2025-01-31"),
        ("IMG_0001.HEIC", None),
        ("120250131.jpg", None),
        ("1234567820250131.jpg", None),
        ("20250230.jpg", None),
        ("DSC_20991231.jpg", None),
        ("31-01-2025.jpg", None),
        ("2025-0131.jpg", None),
    ],
)
def test_dates_in_names(name: str, date: str | None) -> None:
    assert date_in_name(name) == date


@given(st.text(max_size=60))
def test_any_name_has_a_date_or_none(name: str) -> None:
    date_in_name(name)


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _who(folder: Path, person: str | None = None) -> list[tuple[str | None, str | None]]:
    return [(row.person, row.lesion) for row in read_photo_folder(folder, person).rows]


def test_person_and_lesion_by_folder(tmp_path: Path) -> None:
    _touch(tmp_path, "Zoë/left arm/a.jpg", "Zoë/b.JPG", "c.heic")
    assert _who(tmp_path) == [(None, None), ("Zoë", None), ("Zoë", "left arm")]


def test_lesion_by_folder_with_a_person(tmp_path: Path) -> None:
    _touch(tmp_path, "left arm/a.jpg", "b.jpg")
    assert _who(tmp_path, "Ada") == [("Ada", None), ("Ada", "left arm")]


def test_too_deep_and_unusable_names_are_told_by_photo(tmp_path: Path) -> None:
    _touch(tmp_path, "a/b/c/d.jpg", "e/f/g.jpg")
    deep, fine = read_photo_folder(tmp_path).rows
    assert isinstance(deep.problem, ManifestError)
    assert fine.problem is None


def test_a_phone_s_camera_roll(tmp_path: Path) -> None:
    _touch(
        tmp_path,
        "DCIM/100APPLE/IMG_0001.HEIC",
        "DCIM/100APPLE/IMG_0001.MOV",
        "DCIM/100APPLE/IMG_0001.AAE",
        "DCIM/101APPLE/IMG_1001.JPG",
        "DCIM/Camera/20250131_101500.jpg",
        "DCIM/Screenshots/a.png",
        "DCIM/Camera/Screenshot_20250131-101500.png",
        "DCIM/.thumbnails/1.jpg",
        "DCIM/Camera/notes.txt",
    )
    found = read_photo_folder(tmp_path, "Ada")
    assert {(row.person, row.lesion) for row in found.rows} == {("Ada", None)}
    assert [row.path.name for row in found.rows] == [
        "IMG_0001.HEIC",
        "IMG_1001.JPG",
        "20250131_101500.jpg",
    ]
    assert sorted((Path(each.file).name, each.reason) for each in found.passed_over) == [
        ("IMG_0001.MOV", "a film"),
        ("Screenshot_20250131-101500.png", "a screenshot"),
        ("a.png", "a screenshot"),
        ("notes.txt", "not a photo"),
    ]


def test_of_a_shot_that_is_kept_twice_the_camera_s_own_file_is_taken(tmp_path: Path) -> None:
    _touch(
        tmp_path,
        "100APPLE/IMG_0001.HEIC",
        "100APPLE/IMG_0001.JPG",
        "100APPLE/IMG_E0001.JPG",
        "100APPLE/IMG_0002.JPG",
        "100APPLE/img_e0002.jpg",
        "100APPLE/IMG_E0003.JPG",  # edited, and the original is gone
        "101APPLE/IMG_0001.JPG",  # another folder: another shot
        "Camera/20250131_101500.heic",
        "Camera/IMG_20250131_101500.heic",
        "Camera/IMG_20250131_101500.jpg",
        "Camera/IMG_0004.png",
        "Camera/IMG_0004.jpg",
        "arm/2025-01-31.heic",  # names that a person gave: two cameras on one day
        "arm/2025-01-31.jpg",
    )
    found = read_photo_folder(tmp_path, "Ada")
    assert {(each.file, each.reason) for each in found.passed_over} == {
        ("100APPLE/IMG_0001.JPG", "the same shot as IMG_0001.HEIC"),
        ("100APPLE/IMG_E0001.JPG", "an edited copy of IMG_0001.HEIC"),
        ("100APPLE/img_e0002.jpg", "an edited copy of IMG_0002.JPG"),
        ("Camera/IMG_20250131_101500.jpg", "the same shot as IMG_20250131_101500.heic"),
    }
    assert len(found.rows) == 14 - 4


@pytest.mark.parametrize(
    "names",
    [
        ("IMG_0001.HEIC", "IMG_0001.JPG", "IMG_E0001.HEIC", "IMG_E0001.JPG"),
        ("IMG_E0001.HEIC", "IMG_E0001.JPG"),
        ("IMG_0001.HEIC", "IMG_0001.HEIF"),
        ("DSC01234.HIF", "DSC01234.JPG"),
    ],
)
def test_no_shot_is_left_out_whole(tmp_path: Path, names: tuple[str, ...]) -> None:
    _touch(tmp_path, *names)
    found = read_photo_folder(tmp_path)
    kept = {row.path.name for row in found.rows}
    assert kept
    for each in found.passed_over:
        assert any(each.reason.endswith(name) for name in names)
    assert len(kept) + len(found.passed_over) == len(names)


def test_links_and_vaults_are_left_alone(tmp_path: Path) -> None:
    _touch(tmp_path, "in/a.jpg", "in/vault/vault.json", "in/vault/b.jpg", "elsewhere/c.jpg")
    try:
        (tmp_path / "in" / "link.jpg").symlink_to(tmp_path / "elsewhere" / "c.jpg")
        (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
    except OSError:
        pytest.skip("no links here")
    assert [row.path.name for row in read_photo_folder(tmp_path / "in").rows] == ["a.jpg"]


def test_no_photos(tmp_path: Path) -> None:
    _touch(tmp_path, "a.txt")
    with pytest.raises(ManifestError, match="no photos"):
        read_photo_folder(tmp_path)
