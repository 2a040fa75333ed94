"""While another process holds the vault, each command waits, then says who it is and exits 6."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.cli.conftest import Moletrail
from tests.store.builders import add
from tracker.store import Vault, locking

_BRIEFLY_S = 0.05
#: OBS stands for an observation of the vault, PHOTO for a photo outside it, OUT for a new file.
_COMMANDS = [
    "people",
    "lesions",
    "timeline arm",
    "unassigned",
    "changes",
    "symptoms arm",
    "add PHOTO --lesion arm --date 2024-01-01",
    "import MANIFEST",
    "match PHOTO",
    "move OBS leg",
    "set-date OBS 2024-01-01",
    "note OBS text",
    "rename arm leg",
    "rename-person Ada Bea",
    "site arm back",
    "status arm resolved",
    "merge arm leg",
    "symptom arm itch",
    "report --lesion arm --out OUT.html",
    "export --format csv --out OUT",
    "backup OUT.backup",
    "delete --observation OBS --yes",
    "reanalyze",
    "verify",
]


class _Impatient(FileLock):
    """Waits as long as it is told to, but never long."""

    def acquire(self, timeout: float | None = None, **others: Any) -> Any:
        assert timeout is not None
        assert 0 < timeout <= 60, "a command neither gives up at once nor waits for ever"
        return super().acquire(timeout=_BRIEFLY_S, **others)


@pytest.fixture
def held(vault: Moletrail, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Moletrail, str]]:
    """A vault that this process holds past the command's eyes, and an observation of it."""
    with Vault.open(vault.vault) as opened:
        seen = add(opened, 1, person="Ada", lesion="arm")
        add(opened, 2, person="Ada", lesion="leg")
    monkeypatch.setattr(locking, "FileLock", _Impatient)
    with Vault.open(vault.vault, purpose="holding it for a test"):
        yield vault, seen.observation_id


def test_busy_is_6_and_says_who(held: tuple[Moletrail, str], tmp_path: Path) -> None:
    vault, observation_id = held
    photo, manifest = tmp_path / "photo.jpg", tmp_path / "manifest.csv"
    photo.write_bytes(b"never looked at: the vault is asked first")
    manifest.write_text("photo,person,lesion,taken_at\nphoto.jpg,Ada,arm,2024-01-01")
    words = {
        "OBS": observation_id,
        "PHOTO": str(photo),
        "MANIFEST": str(manifest),
        "OUT": str(tmp_path / "out"),
        "OUT.html": str(tmp_path / "out.html"),
        "OUT.backup": str(tmp_path / "out.backup"),
    }
    said = {}
    for line in _COMMANDS:
        answer = vault(*(words.get(word, word) for word in line.split()))
        said[line] = (answer.code, [one["message"] for one in answer.of_type("error")])
    who = f"process {os.getpid()} (holding it for a test)"
    wrong = {
        line: (code, messages)
        for line, (code, messages) in said.items()
        if code != 6 or len(messages) != 1 or who not in messages[0]
    }
    assert not wrong
    assert not list(tmp_path.glob("out*"))
