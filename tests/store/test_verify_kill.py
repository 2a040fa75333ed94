"""A repair that is stopped at any point is finished by the next one, as if nothing had been."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.store.builders import add, new_sealed_vault
from tests.store.repair_workers import repair_until
from tests.store.same import assert_same
from tests.store.test_verify import flip, path, sound
from tests.store.test_verify_repair import break_all, damage_of, read, repairs_noted
from tests.store.workers import CRASHED, context
from tracker.store import Vault
from tracker.store.events import JournalRepaired
from tracker.store.journal import Journal
from tracker.store.kept import forget
from tracker.store.keys import VaultKey
from tracker.store.verify import check_vault, repair_vault

__all__ = ["path", "sound"]
_PATIENCE_S = 120.0
#: Steps from one kill to the next: with this, the kills hit every kind of step.
_STRIDE = 4


def survives(path: Path, step: int, key: VaultKey | None = None) -> bool:
    """Whether a repair in another process came to its end before that step."""
    secret = (None, "") if key is None else (key._data_key, key.vault_id)
    child = context().Process(target=repair_until, args=(str(path), *secret, step))
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode in (0, CRASHED)
    return bool(child.exitcode == 0)


@pytest.mark.parametrize("database", ["kept", "lost"])
def test_killed_at_one_step_after_the_other(path: Path, tmp_path: Path, database: str) -> None:
    break_all(path)
    if database == "lost":
        (path / "moletrail.duckdb").unlink()
    whole = Path(shutil.copytree(path, tmp_path / "whole"))
    repair_vault(whole)
    wanted, photos = read(whole), {f.name for f in whole.glob("photos/??/*")}
    step, fresh = 1, path
    while not survives(fresh, step):
        step += _STRIDE
    assert step > 4 * _STRIDE, "the repair has steps to be stopped at"
    repair_vault(fresh)
    assert damage_of(fresh) == []
    assert_same(_without_times(read(fresh)), _without_times(wanted))
    assert {f.name for f in fresh.glob("photos/??/*")} == photos
    notes = [(n.kept, n.salvaged, n.restored, n.lost) for n in repairs_noted(fresh)]
    assert notes == [(n.kept, n.salvaged, n.restored, n.lost) for n in repairs_noted(whole)]


def _without_times(found: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in found.items() if name != "nearest"}


def test_an_encrypted_repair_that_is_killed(tmp_path: Path) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with Vault.open(path, key=key) as vault:
        for seed in range(3):
            add(vault, seed)
    forget(path)
    flip(path / "journal" / "events.sealed", 3000)
    flip(path / "vault.copy.json", 100)
    step = 1
    while not survives(path, step, key):
        step += 2
    repair_vault(path, key)
    assert [e for e in check_vault(path, key, deep=True) if e.severity == "damage"] == []
    with Journal(path, key.sealing) as opened:
        notes = [e.event for e in opened.entries() if isinstance(e.event, JournalRepaired)]
    assert [note.lost for note in notes] == [1]
    with Vault.open(path, key=key) as vault:
        assert len(vault.all_observations()) >= 2
