"""`backup` and `restore` as a person meets them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.cli.conftest import Moletrail


def exported(moletrail: Moletrail, folder: Path) -> dict[str, bytes]:
    """Every file of an export."""
    assert moletrail("export", "--format", "csv", "--out", folder).code == 0
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_there_and_back(filled: Moletrail, tmp_path: Path) -> None:
    (made,) = filled("backup", tmp_path / "b.zip").objects
    assert (made["type"], made["photos"], made["encrypted"]) == ("backup", 3, False)
    assert made["sha256"] == hashlib.sha256((tmp_path / "b.zip").read_bytes()).hexdigest()
    assert made["size_bytes"] == (tmp_path / "b.zip").stat().st_size
    (back,) = filled("restore", tmp_path / "b.zip", "--to", tmp_path / "again").objects
    assert (back["type"], back["path"]) == ("restored", str(tmp_path / "again"))
    assert (back["photos"], back["entries"]) == (made["photos"], made["entries"])
    other = Moletrail(tmp_path / "again")
    words = ("timeline", "One", "--person", "A")
    assert other(*words).objects == filled(*words).objects
    assert exported(other, tmp_path / "x") == exported(filled, tmp_path / "y")
    assert other("verify", "--deep").code == 0


def test_in_words(filled: Moletrail, tmp_path: Path) -> None:
    said = filled("backup", tmp_path / "b.zip", plain=True).stdout
    assert "3 photos" in said
    assert "not encrypted" in said
    said = filled("restore", tmp_path / "b.zip", "--to", tmp_path / "again", plain=True).stdout
    assert f"moletrail --vault '{tmp_path / 'again'}'" in said


def test_refusals(filled: Moletrail, tmp_path: Path) -> None:
    filled("backup", tmp_path / "b.zip")
    again = filled("restore", tmp_path / "b.zip", "--to", filled.vault)
    assert (again.code, again.objects[0]["error"]) == (4, "VaultError")
    (tmp_path / "b.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-9])
    cut = filled("restore", tmp_path / "b.zip", "--to", tmp_path / "again")
    assert (cut.code, cut.objects[0]["error"]) == (3, "BackupError")
    assert not (tmp_path / "again").exists()
    assert filled("backup", tmp_path).code == 2
    assert Moletrail(tmp_path / "nothing")("backup", tmp_path / "c.zip").code == 4


def test_lost_photos_are_refusals(filled: Moletrail, tmp_path: Path) -> None:
    next(path for path in (filled.vault / "photos").rglob("*") if path.is_file()).unlink()
    answer = filled("backup", tmp_path / "b.zip")
    assert answer.code == 1
    assert answer.of_type("backup")[0]["photos"] == 2
    (refusal,) = answer.of_type("refusal")
    assert "missing" in refusal["reason"]
    assert "verify --repair" in refusal["advice"]
    back = filled("restore", tmp_path / "b.zip", "--to", tmp_path / "again")
    assert back.code == 5
    assert back.of_type("restored")[0]["missing"] == 1
    assert f"--vault '{tmp_path / 'again'}' verify --repair" in back.objects[-1]["next_step"]
