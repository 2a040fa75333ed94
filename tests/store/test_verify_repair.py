"""Every kind of damage is repaired as far as anything in the vault allows, and nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.store.builders import new_sealed_vault, photo_data
from tests.store.everything import everything
from tests.store.same import assert_same
from tests.store.test_verify import (
    DAMAGE,
    LEFTOVERS,
    drop_sealed_line,
    flip,
    journal,
    path,
    photo_files,
    sound,
    state_of,
    use,
    without_line,
)
from tracker.store import Vault
from tracker.store.events import JournalRepaired
from tracker.store.journal import Journal
from tracker.store.verify import check_vault, repair_vault

__all__ = ["path", "sound"]
#: Nothing in the vault can bring these back.
GONE = {"photo gone", "photo cut", "photo byte"}
#: The time of an analysis made again stands in the journal only, so its bytes cannot be proven.
NUMBERED = {"counts", "marks"}
RESEALED = {"no journal", "journal emptied"}


def read(path: Path) -> dict[str, object]:
    return {name: value for name, value in everything(path).items() if name not in NUMBERED}


def damage_of(path: Path) -> list[str]:
    return [each.code for each in check_vault(path, deep=True) if each.severity == "damage"]


def repairs_noted(path: Path) -> list[JournalRepaired]:
    with Journal(path) as opened:
        return [e.event for e in opened.entries() if isinstance(e.event, JournalRepaired)]


@pytest.mark.parametrize("name", [*DAMAGE, *LEFTOVERS])
def test_a_repair_loses_nothing(path: Path, sound: Path, tmp_path: Path, name: str) -> None:
    (DAMAGE | LEFTOVERS)[name][0](path)
    before = journal(sound).read_bytes()
    done = repair_vault(path)
    assert done or name in GONE | {"database set aside", "stale holder"}
    assert damage_of(path) == (
        ["photo_" + ("missing" if name == "photo gone" else "damaged")] if name in GONE else []
    )
    if name in RESEALED:
        (note,) = repairs_noted(path)
        assert (note.kept, note.salvaged, note.lost) == (0, 0, 0)
        assert note.restored == len(before.splitlines())
    else:
        assert journal(path).read_bytes().startswith(before), "hashes prove every byte"
    if name != "older database" and name not in GONE:
        copy = Path(shutil.copytree(sound, tmp_path / "copy"))
        assert_same(read(path), read(copy))
    after = state_of(path)
    assert repair_vault(path) == []
    assert state_of(path) == after
