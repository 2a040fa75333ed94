"""`delete` says what goes, asks first, and leaves nothing of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail


def names(moletrail: Moletrail) -> list[str]:
    return [row["person"] for row in moletrail("people").objects]


def contents(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() + str(path).encode() for path in files)


def test_without_yes_it_says_what_would_go(filled: Moletrail) -> None:
    answer = filled("delete", "--person", "A")
    assert answer.code == 2
    would, error = answer.objects
    assert would["type"] == "would_delete"
    assert (would["observations"], would["photos"], would["kept_photos"]) == (3, 2, 1)
    assert (would["lesions"], would["symptoms"]) == (["One", "Two"], 1)
    assert would["first_taken_at"].startswith("2022-05-14")
    assert would["last_taken_at"].startswith("2023-01-02")
    for words in (
        "'A'",
        "'One'",
        "2 photo files",
        "2022-05-14 to 2023-01-02",
        "1 reported symptom",
    ):
        assert words in error["message"]
    assert "--yes" in error["next_step"]
    assert names(filled) == ["A", "B"]
    plain = filled("delete", "--person", "A", plain=True)
    assert plain.code == 2
    assert "Nothing was deleted" in plain.stderr


def test_a_person_is_deleted(filled: Moletrail, photos: list[Path]) -> None:
    answer = filled("delete", "--person", "A", "--yes")
    assert answer.code == 0
    (gone,) = answer.of_type("deleted")
    assert (gone["person"], gone["whole_person"], gone["photos"]) == ("A", True, 2)
    assert any("Backups" in sentence for sentence in gone["remains"])
    assert "Backups" in answer.stderr
    assert "solid-state" in answer.stderr
    assert names(filled) == ["B"]
    left = contents(filled.vault)
    for secret in (
        b"at night only",
        b"photo0.jpg",
        b"seen 2022-05-14",
        photos[0].read_bytes()[3000:3040],
    ):
        assert secret not in left
    assert photos[6].read_bytes() in left
    (row,) = filled("timeline", "Belly").objects
    assert row["area_px"] is not None
    assert filled("verify", "--deep").code == 0


def test_a_lesion_is_deleted(filled: Moletrail) -> None:
    assert filled("delete", "--lesion", "One", "--person", "A", "--yes").code == 0
    assert [row["lesion"] for row in filled("lesions", "--person", "A").objects] == ["Two"]
    assert filled("symptoms", "One", "--person", "A").code == 3
    assert b"at night only" not in contents(filled.vault)


def test_the_first_photo_of_a_timeline_is_deleted(filled: Moletrail, photos: list[Path]) -> None:
    """What is left is compared with the photo that is the first one now."""
    words = ("--person", "A", "--lesion", "One", "--date", "2023-06-03")
    assert filled("add", photos[2], *words).code == 0
    rows = filled("timeline", "One", "--person", "A").objects
    answer = filled("delete", "--observation", rows[0]["observation_id"], "--yes")
    assert answer.of_type("deleted")[0]["observation_id"] == rows[0]["observation_id"]
    left = filled("timeline", "One", "--person", "A").objects
    assert [row["taken_at"] for row in left] == ["2022-11-19", "2023-06-03"]
    assert left[1]["cosine_to_first"] is not None
    assert filled("changes", "--person", "A").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["--observation", "obs_0"], 3),
        (["--observation", "obs_0", "--lesion", "One"], 2),
        (["--lesion", "One"], 2),
        (["--lesion", "Nine", "--person", "A"], 3),
        (["--person", "Nobody"], 3),
    ],
)
def test_what_is_not_clear_is_refused(filled: Moletrail, words: list[str], code: int) -> None:
    before = contents(filled.vault / "journal")
    assert filled("delete", *words, "--yes").code == code
    assert contents(filled.vault / "journal") == before


def test_a_photo_of_somebody_else_is_refused(filled: Moletrail) -> None:
    (row,) = filled("timeline", "Belly", "--person", "B").objects
    words = ("--observation", row["observation_id"], "--person", "A", "--yes")
    assert filled("delete", *words).code == 3
    assert names(filled) == ["A", "B"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal there")
@pytest.mark.parametrize(("answer", "code", "left"), [("n", 3, ["A", "B"]), ("y", 0, ["A"])])
def test_on_a_terminal_it_asks(filled: Moletrail, answer: str, code: int, left: list[str]) -> None:
    import pty  # noqa: PLC0415 - absent on Windows

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tracker.cli", "--vault", str(filled.vault)]
    with subprocess.Popen(
        [*command, "delete", "--person", "B"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "dumb"},
    ) as process:
        os.close(theirs)
        shown = b""
        while b"Delete it?" not in shown:
            shown += os.read(ours, 65536)
        os.write(ours, answer.encode() + b"\n")
        stdout, _ = process.communicate()
    os.close(ours)
    assert process.returncode == code
    assert b"'Belly'" in shown
    assert ("Deleted" in stdout) == (code == 0)
    assert names(filled) == left
