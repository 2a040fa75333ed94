"""An encrypted vault from the command line: its passphrase, its recovery key, every command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Answer, Moletrail
from tracker.cli import passphrases
from tracker.cli.passphrases import NEW_VARIABLE, VARIABLE, read_file
from tracker.errors import InputError
from tracker.store.slots import KdfCost
from tracker.store.vault import Vault

SECRET = "plum ladder otter seven"
OTHER = "copper violin rain harbour"
CHEAP = KdfCost(memory_kib=64, passes=1, lanes=1)


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """The passphrase, in the environment."""
    monkeypatch.setenv(VARIABLE, SECRET)
    return SECRET


@pytest.fixture
def encrypted(moletrail: Moletrail, secret: str) -> tuple[Moletrail, str]:
    """A command line on an empty encrypted vault, its passphrase given, and the recovery key."""
    recovery_key = Vault.create(moletrail.vault, passphrase=secret, cost=CHEAP)
    assert recovery_key is not None
    return moletrail, recovery_key


def _only_error(answer: Answer) -> dict[str, Any]:
    (found,) = answer.objects
    assert found["type"] == "error"
    assert answer.code == found["exit_code"]
    assert "Traceback" not in answer.stderr
    return found


def test_every_way_to_give_the_passphrase(
    encrypted: tuple[Moletrail, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moletrail, recovery_key = encrypted
    assert moletrail("people").code == 0
    file = tmp_path / "passphrase"
    file.write_bytes(SECRET.encode() + b"\nsecond line\n")
    monkeypatch.setenv(VARIABLE, "wrong: the file goes before the variable")
    assert moletrail("people", "--passphrase-file", file).code == 0
    assert _only_error(moletrail("people"))["error"] == "WrongPassphraseError"
    monkeypatch.setenv(VARIABLE, recovery_key)
    assert moletrail("people").code == 0
    monkeypatch.delenv(VARIABLE)
    found = _only_error(moletrail("people"))
    assert (found["error"], found["exit_code"]) == ("VaultLockedError", 4)
    for way in ("--passphrase-file", VARIABLE, "prompt"):
        assert way in found["next_step"]


def test_the_passphrase_leaves_the_environment_for_the_command(
    encrypted: tuple[Moletrail, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moletrail, _ = encrypted
    seen: list[str | None] = []
    monkeypatch.setattr(
        "tracker.services.timeline.people", lambda _: seen.append(os.environ.get(VARIABLE)) or []
    )
    assert moletrail("people").code == 0
    assert seen == [None]
    assert os.environ[VARIABLE] == SECRET


@pytest.mark.parametrize(
    ("content", "word"),
    [(None, "cannot be read"), (b"", "empty"), (b"\nsecret", "empty"), (b"\xff\xd8\xff", "text")],
)
def test_a_passphrase_file_that_cannot_be_used(
    encrypted: tuple[Moletrail, str], tmp_path: Path, content: bytes | None, word: str
) -> None:
    file = tmp_path / "passphrase"
    if content is not None:
        file.write_bytes(content)
    found = _only_error(encrypted[0]("people", "--passphrase-file", file))
    assert found["exit_code"] == 3
    assert word in found["message"]
    assert str(file) in found["message"]
    assert found["next_step"]


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [
        (b" two words \nrest", " two words "),
        (b"no line feed", "no line feed"),
        ("\ufeffZo\u00eb\r\n".encode(), "Zo\u00eb"),
    ],
)
def test_the_first_line_without_its_line_feed(
    tmp_path: Path, content: bytes, passphrase: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    assert read_file(tmp_path / "file") == passphrase


def test_a_folder_is_no_passphrase_file(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_file(tmp_path)


def test_init_says_what_losing_both_means(
    moletrail: Moletrail, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = moletrail("init", "--encrypt", plain=True)
    assert answer.code == 0
    assert "for good" in answer.stderr
    keys = [line.strip() for line in answer.stderr.splitlines() if line.count("-") == 6]
    assert len(keys) == 1
    assert keys[0] not in answer.stdout
    monkeypatch.setenv(VARIABLE, keys[0])
    assert moletrail("people").code == 0


def test_init_without_a_passphrase_makes_nothing(moletrail: Moletrail, tmp_path: Path) -> None:
    found = _only_error(moletrail("init", "--encrypt"))
    assert found["exit_code"] == 2
    assert VARIABLE in found["next_step"]
    file = tmp_path / "passphrase"
    file.write_text("one that nobody asked for")
    assert _only_error(moletrail("init", "--passphrase-file", file))["exit_code"] == 2
    assert not moletrail.vault.exists()


def test_a_weak_passphrase_is_advised_against_and_taken(
    moletrail: Moletrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "kitten")
    answer = moletrail("init", "--encrypt")
    assert answer.code == 0
    (made,) = answer.objects
    assert (made["type"], made["path"], made["encrypted"]) == ("vault", str(moletrail.vault), True)
    assert made["recovery_key"].count("-") == 6
    assert "short" in answer.stderr
    assert "kitten" not in answer.stdout + answer.stderr


def test_doctor_tells_and_never_asks(
    encrypted: tuple[Moletrail, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moletrail, _ = encrypted

    def never(_: str) -> str:
        raise AssertionError("it asked")

    monkeypatch.setattr(passphrases, "_asked", never)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    vault = moletrail("doctor").objects[0]["vault"]
    assert (vault["state"], vault["encrypted"], vault["locked"]) == ("ok", True, False)
    monkeypatch.delenv(VARIABLE)
    answer = moletrail("doctor")
    assert answer.code == 0
    vault = answer.objects[0]["vault"]
    assert (vault["state"], vault["encrypted"], vault["locked"]) == ("VaultLocked", True, True)
    assert answer.objects[0]["problems"] == []
    assert moletrail("--version", plain=True).code == 0


def test_rekey(encrypted: tuple[Moletrail, str], monkeypatch: pytest.MonkeyPatch) -> None:
    moletrail, recovery_key = encrypted
    monkeypatch.setenv(NEW_VARIABLE, OTHER)
    (found,) = moletrail("rekey").objects
    assert found["passphrase_changed"] is True
    assert found["recovery_key"] is None
    assert _only_error(moletrail("people"))["error"] == "WrongPassphraseError"
    monkeypatch.setenv(VARIABLE, OTHER)
    assert moletrail("people").code == 0
    monkeypatch.delenv(NEW_VARIABLE)
    (found,) = moletrail("rekey", "--recovery-key").objects
    assert found["passphrase_changed"] is False
    newer = found["recovery_key"]
    monkeypatch.setenv(VARIABLE, recovery_key)
    assert moletrail("people").code == 4
    monkeypatch.setenv(VARIABLE, newer)
    assert moletrail("people").code == 0


def test_a_forgotten_passphrase(
    encrypted: tuple[Moletrail, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moletrail, recovery_key = encrypted
    monkeypatch.setenv(VARIABLE, recovery_key)
    file = tmp_path / "new"
    file.write_text(OTHER)
    assert moletrail("rekey", "--new-passphrase-file", file).code == 0
    assert moletrail("people", "--passphrase-file", file).code == 0


def test_rekey_without_a_new_passphrase_changes_nothing(
    encrypted: tuple[Moletrail, str], tmp_path: Path
) -> None:
    moletrail, _ = encrypted
    head = (moletrail.vault / "vault.json").read_bytes()
    found = _only_error(moletrail("rekey"))
    assert found["exit_code"] == 2
    assert NEW_VARIABLE in found["next_step"]
    empty = tmp_path / "empty"
    empty.touch()
    assert _only_error(moletrail("rekey", "--new-passphrase-file", empty))["exit_code"] == 3
    assert (moletrail.vault / "vault.json").read_bytes() == head


def test_a_plain_vault_has_no_key(vault: Moletrail, secret: str) -> None:
    assert "not encrypted" in _only_error(vault("rekey"))["message"]
    assert vault("people").code == 0  # a passphrase that nobody needs does no harm
