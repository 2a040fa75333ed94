"""`moletrail import` of a folder of photos and of an export."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail


@pytest.fixture
def folder(photos: list[Path], tmp_path: Path) -> Path:
    """Two photos of a lesion with dates in their names, a film, and a photo without a date."""
    place = tmp_path / "in" / "Zoë" / "left arm"
    place.mkdir(parents=True)
    shutil.copy(photos[0], place / "IMG_20240131_101500.jpg")
    shutil.copy(photos[1], place / "no date.jpg")
    (place / "IMG_0001.MOV").write_bytes(b"film")
    return tmp_path / "in"


def test_a_folder_and_again(vault: Moletrail, folder: Path) -> None:
    answer = vault("import", folder)
    assert answer.code == 1
    (stored,), (refusal,) = answer.of_type("stored"), answer.of_type("refusal")
    (passed,) = answer.of_type("passed_over")
    assert (stored["person"], stored["lesion"]) == ("Zoë", "left arm")
    assert stored["taken_at"] == "2024-01-31T10:15:00"
    assert "no date.jpg" in refusal["photo"]
    assert refusal["advice"]
    assert passed["reason"] == "a film"
    assert len(vault("import", folder).of_type("duplicate")) == 1


def test_whose_photos_must_be_known(vault: Moletrail, folder: Path) -> None:
    assert vault("import", folder / "Zoë" / "left arm").code == 2
    answer = vault("import", folder / "Zoë", "--person", "Ada")
    assert [(each["person"], each["lesion"]) for each in answer.of_type("stored")] == [
        ("Ada", "left arm")
    ]


def test_a_folder_without_photos(vault: Moletrail, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = vault("import", tmp_path / "empty")
    assert (answer.code, answer.objects[0]["error"]) == (3, "ManifestError")


def test_an_export_into_a_new_vault(vault: Moletrail, photos: list[Path], tmp_path: Path) -> None:
    words = ["--person", "Ada", "--lesion", "L", "--date", "2024-01-01", "--mm-per-px", "0.02"]
    (stored,) = vault("add", photos[0], *words).of_type("stored")
    assert vault("status", "L", "excised", "--note", "naevus").code == 0
    assert vault("export", "--format", "csv", "--out", tmp_path / "out").code == 0
    other = Moletrail(tmp_path / "other")
    assert other("init").code == 0
    assert other("import", tmp_path / "out", "--person", "Ada").code == 2
    answer = other("import", tmp_path / "out")
    assert answer.code == 0
    assert [each["observation_id"] for each in answer.of_type("stored")] == [
        stored["observation_id"]
    ]
    (lesion,) = other("lesions").objects
    assert (lesion["status"], lesion["observations"]) == ("excised", 1)
    assert other("timeline", "L").objects == vault("timeline", "L").objects
    again = other("import", tmp_path / "out" / "moletrail-export.json")
    assert [each["type"] for each in again.objects] == ["duplicate"]
