"""A vault to back up, and the two operations as tests call them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.store.builders import a_comparison, add
from tests.store.kinds import Kept, make_vault
from tracker.domain.records import SymptomKind
from tracker.store.backup import BackedUp, back_up
from tracker.store.restore import Restored, restore

ADDED = 4


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


def write(kept: Kept, file: Path) -> BackedUp:
    return back_up(kept.open, file, quiet)


def read(file: Path, to: Path) -> Restored:
    return restore(file, to, quiet)


def filled(folder: Path, *, encrypted: bool) -> Kept:
    kept = make_vault(folder / "vault", encrypted=encrypted)
    with kept.open() as vault, vault.batch():
        added = [add(vault, seed, person="Ada Lovelace") for seed in range(ADDED)]
        vault.add_comparison(a_comparison(added[0].observation_id, added[1].observation_id))
        lesion = added[0].lesion
        assert lesion is not None
        vault.add_symptom(lesion, SymptomKind.ITCH, datetime(2026, 1, 1, tzinfo=UTC), "at night")
    return kept
