"""Bad input ends in a sentence and the right code, and the vault is as before."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import struct
import zlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image

from tests import made_up
from tests.cli.conftest import Answer, Moletrail

_ODD_NAMES = [
    'Zoë "Zo" O\'Neil',
    "a/b\\c",
    "../../etc/passwd",
    "🙂 mole; DROP TABLE lesions;--",
    "שלום",
]


def _content(vault: Path) -> dict[str, str]:
    """Every durable file of the vault by its hash; the database file changes when it is opened."""
    return {
        path.relative_to(vault).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("journal", "photos")
        for path in (vault / folder).rglob("*")
        if path.is_file()
    }


def _bomb() -> bytes:
    """A PNG of 60,000 x 60,000 pixels in a few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _plain(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (600, 400), (shade, shade, shade)).save(file, "JPEG")
    return file.getvalue()


def _bad_files() -> dict[str, bytes]:
    whole = made_up.photos()[0].jpeg
    return {
        "empty.jpg": b"",
        "cut.jpg": whole[: len(whole) // 3],
        "text.jpg": b"Dear diary, this is not a picture.\n" * 40,
        "bomb.png": _bomb(),
        "grey wall.jpg": _plain(128),
        "black.jpg": _plain(0),
    }


def _assert_refused(answer: Answer, name: str) -> None:
    (found,) = answer.objects
    assert found["type"] == "refusal"
    assert Path(found["photo"]).name == name
    assert found["reason"]
    assert found["advice"]
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("name", list(_bad_files()))
def test_bad_photos_are_refused_and_nothing_is_stored(
    vault: Moletrail, tmp_path: Path, name: str
) -> None:
    before = _content(vault.vault)
    photo = tmp_path / name
    photo.write_bytes(_bad_files()[name])
    answer = vault("add", photo, "--person", "A", "--lesion", "L", "--date", "2024-01-01")
    assert answer.code == 3
    _assert_refused(answer, name)
    assert _content(vault.vault) == before
    assert vault("people").objects == []


@pytest.mark.parametrize("name", list(_bad_files()))
def test_analyze_refuses_bad_photos(moletrail: Moletrail, tmp_path: Path, name: str) -> None:
    photo = tmp_path / name
    photo.write_bytes(_bad_files()[name])
    answer = moletrail("analyze", photo)
    assert answer.code == 3
    (found,) = answer.objects
    assert (found["type"], found["status"]) == ("analysis", "refused")
    assert found["reason"]
    assert found["advice"]
    assert found["area_px"] is None
    assert found["embedding"] is None


@pytest.mark.parametrize("name", ["nothing here.jpg", "."])
def test_missing_files_and_folders(vault: Moletrail, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    answer = vault("add", path, "--person", "A", "--date", "2024-01-01")
    assert answer.code == 3
    _assert_refused(answer, path.name)


def test_some_refused_is_code_1(vault: Moletrail, photos: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "text.jpg"
    bad.write_bytes(b"no picture")
    words = ("--person", "A", "--lesion", "L", "--date", "2024-01-01")
    answer = vault("add", bad, photos[0], *words)
    assert answer.code == 1
    assert [each["type"] for each in answer.objects] == ["refusal", "stored"]
    again = vault("add", bad, photos[0], *words)
    assert again.code == 1
    assert [each["type"] for each in again.objects] == ["refusal", "duplicate"]
    assert vault("analyze", photos[0], bad).code == 1


_TOMORROW = (date.today() + timedelta(days=2)).isoformat()


@pytest.mark.parametrize("given", [None, "", "yesterday", "2024-13-01", "1066-10-14", _TOMORROW])
def test_photos_without_a_usable_date_are_refused(
    vault: Moletrail, photos: list[Path], given: str | None
) -> None:
    dated = [] if given is None else ["--date", given]
    answer = vault("add", photos[0], "--person", "A", "--lesion", "L", *dated)
    assert answer.code == 3
    _assert_refused(answer, photos[0].name)
    assert "--date" in answer.objects[0]["advice"] or "YYYY" in answer.objects[0]["advice"]


@pytest.mark.parametrize("name", _ODD_NAMES)
def test_odd_names_come_back_as_they_are(
    vault: Moletrail, photos: list[Path], tmp_path: Path, name: str
) -> None:
    photo = tmp_path / "it's “odd” 🙂.jpg"
    photo.write_bytes(photos[0].read_bytes())
    words = ("--person", name, "--lesion", name, "--site", name, "--note", name)
    answer = vault("add", photo, *words, "--date", "2024-01-01")
    assert answer.code == 0
    (row,) = vault("timeline", name).objects
    assert (row["person"], row["lesion"], row["site"], row["note"]) == (name,) * 4
    assert row["photo"] == photo.name
    assert vault("lesions").objects[0]["lesion"] == name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([photo.name, "vault"])


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "x" * 300])
def test_impossible_names_are_wrong_usage(vault: Moletrail, photos: list[Path], name: str) -> None:
    answer = vault("add", photos[0], "--person", name, "--date", "2024-01-01")
    assert answer.code == 2
    assert vault("people").objects == []


@pytest.mark.parametrize(
    "words",
    [
        ["--roi", "1,2,3"],
        ["--roi", "0,0,0,10"],
        ["--mm-per-px", "0"],
        ["--mm-per-px", "nan"],
        ["--modality", "x-ray"],
    ],
)
def test_impossible_options_are_wrong_usage(
    moletrail: Moletrail, photos: list[Path], words: list[str]
) -> None:
    assert moletrail("analyze", photos[0], *words).code == 2


def test_a_region_outside_the_photo_is_refused(moletrail: Moletrail, photos: list[Path]) -> None:
    answer = moletrail("analyze", photos[0], "--roi", "90000,90000,10,10")
    assert answer.code == 3
    assert answer.objects[0]["status"] == "refused"


def test_the_person_rule(vault: Moletrail, photos: list[Path]) -> None:
    dated = ("--lesion", "L", "--date", "2024-01-01")
    assert vault("add", photos[0], *dated).code == 2
    assert vault("add", photos[0], "--person", "A", *dated).code == 0
    assert vault("add", photos[1], *dated).objects[0]["person"] == "A"
    assert vault("add", photos[0], "--person", "B", *dated).code == 0
    for words in (["add", photos[2], *dated], ["lesions"], ["timeline", "L"], ["changes"]):
        answer = vault(*words)
        assert answer.code == 2
        assert "--person" in answer.objects[0]["next_step"]
    assert {each["person"] for each in vault("changes", "--everyone").objects} == {"A", "B"}


def test_vault_paths_that_are_no_vault(photos: list[Path], tmp_path: Path) -> None:
    absent = Moletrail(tmp_path / "absent")
    file = Moletrail(tmp_path / "file")
    file.vault.write_text("not a vault")
    other = Moletrail(tmp_path / "other")
    other.vault.mkdir()
    (other.vault / "holiday.txt").write_text("mine")
    for place in (absent, file, other):
        for words in (["people"], ["add", photos[0], "--person", "A"], ["changes"]):
            answer = place(*words)
            assert answer.code == 4
            assert answer.objects[0]["type"] == "error"
            assert answer.objects[0]["next_step"]
    assert file("init").code == 4
    assert other("init").code == 4
    assert file.vault.read_text() == "not a vault"
    assert not absent.vault.exists()


def test_init_twice(vault: Moletrail) -> None:
    before = _content(vault.vault)
    assert vault("init").code == 4
    assert _content(vault.vault) == before


def test_a_full_disk_stores_nothing_and_loses_nothing(
    vault: Moletrail, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--person", "A", "--lesion", "L", "--date", "2024-01-01")
    assert vault("add", photos[0], *words).code == 0
    before = _content(vault.vault)
    real_write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) > 10_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(descriptor, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        answer = vault("add", photos[1], *words)
    assert answer.code == 4
    assert "full" in answer.objects[-1]["message"]
    assert _content(vault.vault) == before
    assert vault("add", photos[1], *words).objects[0]["type"] == "stored"


def test_pictures_that_cannot_be_written(
    moletrail: Moletrail, photos: list[Path], tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    answer = moletrail("analyze", photos[0], "--masks", blocked / "masks")
    assert answer.code == 3
    assert "cannot be written" in answer.objects[-1]["message"]
