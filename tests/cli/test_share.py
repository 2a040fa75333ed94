"""`moletrail share`: what is asked, what is said, and where the password goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail
from tests.exchange.zip_reader import opened

CONSENT = ("--consent", "I share these pictures with Dr Diaz.")


@pytest.fixture
def filled(vault: Moletrail, photos: list[Path]) -> Moletrail:
    answer = vault("add", photos[0], "--person", "Ada", "--lesion", "L", "--date", "2024-01-01")
    assert answer.code == 0
    return vault


def test_a_made_password_is_told_once_and_opens_the_pack(filled: Moletrail, tmp_path: Path) -> None:
    out = tmp_path / "pack.zip"
    answer = filled("share", "--lesion", "L", *CONSENT, "--out", out)
    assert answer.code == 0
    warning, done = answer.objects
    assert (warning["type"], warning["reasons"]) == ("warning", ["unknown_site"])
    inside = opened(out, done["password"])
    assert done == {
        "type": "share",
        "path": str(out),
        "person": "Ada",
        "lesions": ["L"],
        "photos": 1,
        "files": len(inside),
        "size_bytes": out.stat().st_size,
        "encrypted": True,
        "password": done["password"],
    }
    secret = done["password"].encode()
    assert not any(secret in data for data in inside.values())
    kept = (path for path in filled.vault.rglob("*") if path.is_file())
    assert not any(secret in path.read_bytes() for path in kept)
    said = filled("share", "--lesion", "L", *CONSENT, "--out", tmp_path / "two.zip", plain=True)
    assert "Look at every picture" in said.stderr
    assert "where the spot is" in said.stderr
    assert "Password of the pack" in said.stderr
    assert "Password" not in said.stdout


def test_a_given_password_is_not_repeated(filled: Moletrail, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("copper violin rain\n", "utf-8")
    words = ("share", "--all", *CONSENT, "--password-file", tmp_path / "password")
    answer = filled(*words, "--out", tmp_path / "pack.zip")
    assert (answer.code, answer.objects[-1]["password"]) == (0, None)
    assert "copper violin rain" not in answer.stdout + answer.stderr
    assert opened(tmp_path / "pack.zip", "copper violin rain")
    answer = filled("import", tmp_path / "pack.zip", "--password-file", tmp_path / "password")
    assert [each["type"] for each in answer.objects] == ["duplicate"]
    assert filled("import", tmp_path / "pack.zip").code == 3


def test_a_plain_folder_only_when_asked_for(filled: Moletrail, tmp_path: Path) -> None:
    words = ("share", "--lesion", "L", *CONSENT, "--out", tmp_path / "pack")
    assert filled(*words).code == 2
    answer = filled(*words, "--plain")
    assert (answer.code, answer.objects[-1]["encrypted"]) == (0, False)
    assert (tmp_path / "pack" / "report.html").is_file()
    assert filled("import", tmp_path / "pack").objects[0]["type"] == "duplicate"
    assert filled(*words, "--plain").code == 3


@pytest.mark.parametrize(
    "words",
    [
        ("--lesion", "L"),
        (*CONSENT,),
        ("--all", "--lesion", "L", *CONSENT),
        ("--all", "--also", "isic", *CONSENT),
        ("--all", "--ask-password", *CONSENT),
    ],
)
def test_refusals(filled: Moletrail, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert filled("share", *words, "--out", tmp_path / "pack.zip").code == 2
    assert not (tmp_path / "pack.zip").exists()
