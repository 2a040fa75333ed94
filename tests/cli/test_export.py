"""`moletrail export`: the object, the refusals, and what is said to a person."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail


@pytest.fixture
def filled(vault: Moletrail, photos: list[Path]) -> Moletrail:
    answer = vault("add", photos[0], "--person", "Ada", "--lesion", "L", "--date", "2024-01-01")
    assert answer.code == 0
    return vault


def test_the_object_and_the_tables(filled: Moletrail, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = filled("export", "--format", "csv", "--out", out)
    assert answer.code == 0
    (found,) = answer.objects
    files = [path for path in out.rglob("*") if path.is_file()]
    assert found == {
        "type": "export",
        "format": "csv",
        "path": str(out),
        "people": 1,
        "observations": 1,
        "photos": 1,
        "files": len(files),
    }
    text = (out / "observations.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    (timeline,) = filled("timeline", "L").objects
    assert row["observation_id"] == timeline["observation_id"]
    assert float(row["area_px"]) == timeline["area_px"]
    assert row["taken_at"] == "2024-01-01"
    said = filled("export", "--format", "parquet", "--out", tmp_path / "p", plain=True)
    assert "not encrypted" in said.stdout
    assert "Where photos were taken" in said.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--format", "xlsx"], 2),
        (["--format", "csv", "--person", "Nobody"], 3),
        ([], 2),
    ],
)
def test_refusals(filled: Moletrail, tmp_path: Path, words: list[str], code: int) -> None:
    answer = filled("export", *words, "--out", tmp_path / "out")
    assert answer.code == code
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_left_alone(filled: Moletrail, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear", "utf-8")
    assert filled("export", "--format", "csv", "--out", tmp_path / "out").code == 3
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]
    for place in (filled.vault, filled.vault / "photos" / "x", filled.vault.parent):
        assert filled("export", "--format", "csv", "--out", place).code == 3


def test_no_vault_and_an_empty_one(moletrail: Moletrail, tmp_path: Path) -> None:
    assert moletrail("export", "--format", "csv", "--out", tmp_path / "out").code == 4
    assert moletrail("init").code == 0
    answer = moletrail("export", "--format", "csv", "--out", tmp_path / "out")
    assert (answer.code, answer.objects[0]["observations"]) == (0, 0)
    assert (tmp_path / "out" / "observations.csv").exists()


@pytest.mark.parametrize("damage", [b"", b"not what was stored"])
def test_a_damaged_photo_is_left_out_and_all_else_exported(
    filled: Moletrail, tmp_path: Path, damage: bytes
) -> None:
    (photo,) = (path for path in (filled.vault / "photos").rglob("*") if path.is_file())
    photo.chmod(0o600)
    if damage:
        photo.write_bytes(damage)
    else:
        photo.unlink()
    answer = filled("export", "--format", "csv", "--out", tmp_path / "out")
    assert answer.code == 1
    (refusal,), (done,) = answer.of_type("refusal"), answer.of_type("export")
    assert refusal["reason"]
    assert "verify" in (refusal["advice"] or refusal["reason"])
    assert (done["observations"], done["photos"]) == (1, 0)
    text = (tmp_path / "out" / "observations.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["area_px"]
    assert row["mask_file"]
    assert row["photo_file"] == ""
