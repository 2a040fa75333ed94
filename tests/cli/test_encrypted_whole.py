"""Encrypted vaults as a person uses them: whole processes, a terminal, a vault encrypted later."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import made_up
from tests.cli.conftest import Moletrail
from tracker.cli.passphrases import VARIABLE
from tracker.store.vault import Vault

SECRET = "plum ladder otter seven"
#: Stands for a photo where nobody looks at it.
PHOTO = bytes(range(256)) * 20


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """The passphrase, in the environment."""
    monkeypatch.setenv(VARIABLE, SECRET)
    return SECRET


def test_a_vault_is_encrypted_in_place(
    vault: Moletrail, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Vault.open(vault.vault) as opened:
        opened.keep_photo(PHOTO, file_name="photo0", media_type="image/jpeg", width=1, height=1)
        opened.ensure_person("Demo Ada")
    people = vault("people").objects
    answer = vault("encrypt")
    assert answer.code == 0
    (found,) = answer.objects
    assert (found["type"], found["encrypted"]) == ("vault", True)
    assert len(found["remains"]) == 3
    assert all(sentence in answer.stderr for sentence in found["remains"])
    assert vault("people").objects == people
    _nothing_readable(vault.vault, [PHOTO])
    again = vault("encrypt")
    assert again.code == 2
    assert "already" in again.objects[0]["message"]
    monkeypatch.setenv(VARIABLE, found["recovery_key"])
    assert vault("people").objects == people
    monkeypatch.delenv(VARIABLE)
    assert vault("people").code == 4


def test_encrypting_without_a_passphrase_changes_nothing(vault: Moletrail) -> None:
    before = (vault.vault / "vault.json").read_bytes()
    assert vault("encrypt").code == 2
    assert (vault.vault / "vault.json").read_bytes() == before


def test_encrypting_nothing_says_so(moletrail: Moletrail, secret: str) -> None:
    answer = moletrail("encrypt")
    assert answer.code == 4
    assert answer.objects[0]["error"] == "VaultNotFoundError"
    assert not moletrail.vault.exists()


def _session(
    vault: Path, *words: str | Path, secret: str | None
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in (VARIABLE, "MOLETRAIL_VAULT")}
    if secret is not None:
        environment[VARIABLE] = secret
    return subprocess.run(
        [sys.executable, "-m", "tracker.cli", "--json", "--vault", str(vault), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
    )


def test_add_and_import_end_to_end(
    moletrail: Moletrail, photos: list[Path], tmp_path: Path, secret: str
) -> None:
    """Processes of their own, as a person runs them; then every reading command."""
    assert moletrail("init", "--encrypt").code == 0
    first = made_up.photos()[0]
    added = _session(
        moletrail.vault,
        *("add", photos[0], "--person", first.person, "--lesion", first.lesion),
        *("--date", first.taken_at, "--note", "seen by the doctor"),
        secret=SECRET,
    )
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["type"] == "stored"
    table = tmp_path / "manifest.csv"
    rows = [
        f"{path},{photo.person},{photo.lesion},{photo.taken_at}"
        for path, photo in zip(photos[:2], made_up.photos(), strict=False)
    ]
    table.write_text("\n".join(["photo,person,lesion,taken_at", *rows]), encoding="utf-8")
    imported = _session(moletrail.vault, "import", table, secret=SECRET)
    assert imported.returncode == 0, imported.stderr
    kinds = [json.loads(line)["type"] for line in imported.stdout.splitlines()]
    assert kinds == ["duplicate", "stored"]
    assert _session(moletrail.vault, "people", secret=None).returncode == 4
    _reads(moletrail, first.lesion, tmp_path)
    _nothing_readable(moletrail.vault, [photo.read_bytes() for photo in photos[:2]])


def _reads(moletrail: Moletrail, lesion: str, folder: Path) -> None:
    assert [row["observations"] for row in moletrail("lesions").objects] == [2]
    assert len(moletrail("timeline", lesion).objects) == 2
    (change,) = moletrail("changes").objects
    assert change["lesion"] == lesion
    report = folder / "report.html"
    assert moletrail("report", "--out", report).code == 0
    assert lesion in report.read_text(encoding="utf-8")
    assert moletrail("symptom", lesion, "itch").code == 0
    assert moletrail("doctor").objects[0]["vault"]["observations"] == 2


def _nothing_readable(vault: Path, photos: list[bytes]) -> None:
    stored = b"\0".join(file.read_bytes() for file in vault.rglob("*") if file.is_file())
    names = b"\0".join(str(file.relative_to(vault)).encode() for file in vault.rglob("*"))
    for word in ("Demo Ada", "Upper back", "seen by the doctor", "photo0", SECRET):
        assert word.encode() not in stored + names
    for photo in photos:
        assert photo[1000:1064] not in stored


_ENDED = b"(ended)"


class _Terminal:
    """`moletrail` on a terminal of its own, with somebody who types."""

    def __init__(self, vault: Path, *words: str) -> None:
        import pty  # noqa: PLC0415 - absent on Windows

        self.screen = b""
        program = [sys.executable, "-m", "tracker.cli", "--vault", str(vault), *words]
        self.process_id, self._terminal = pty.fork()
        if self.process_id == 0:  # the child
            os.environ.pop(VARIABLE, None)
            os.execv(sys.executable, program)

    def wait_for(self, words: bytes) -> None:
        seen = b""
        while words not in seen:
            try:
                part = os.read(self._terminal, 4096)
            except OSError:
                part = b""
            if not part:
                seen += _ENDED
                break
            seen += part
        self.screen += seen
        assert words in seen, self.screen

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode() + b"\n")

    def end(self) -> int:
        self.wait_for(_ENDED)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.process_id, 0)[1])


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal there")
def test_the_terminal_is_asked_and_does_not_echo(moletrail: Moletrail) -> None:
    person = _Terminal(moletrail.vault, "init", "--encrypt")
    for first, second in ((SECRET, SECRET + "x"), (SECRET, SECRET)):
        person.wait_for(b"New passphrase: ")
        person.type(first)
        person.wait_for(b"once more: ")
        person.type(second)
    assert person.end() == 0
    assert b"differ" in person.screen
    assert b"for good" in person.screen
    assert SECRET.encode() not in person.screen

    for typed, code in ((SECRET, 0), ("", 4)):
        person = _Terminal(moletrail.vault, "people")
        person.wait_for(b"Passphrase or recovery key: ")
        person.type(typed)
        assert person.end() == code
        assert SECRET.encode() not in person.screen
