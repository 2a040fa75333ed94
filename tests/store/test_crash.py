"""Killed processes lose nothing that was acknowledged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.store.builders import add, photo_data
from tests.store.workers import CRASHED, STEPS, context, crash_at, drain, keep_adding
from tracker.store import Vault
from tracker.store.database import DATABASE_FILE

KILLS = 20
_PATIENCE_S = 120.0


def assert_sound(path: Path, acknowledged: set[str]) -> int:
    """Everything acknowledged is there, and database and rebuild agree; the number stored."""
    with Vault.open(path) as vault:
        stored = vault.all_observations()
        assert acknowledged <= {o.observation_id for o in stored}
        for observation in stored:
            sha = observation.photo.photo_sha256
            assert len(vault.photo_bytes(sha)) == observation.photo.size_bytes
        info = vault.info()
    assert not list(path.glob("*.replaced-*")), "a crash must not cost the database"
    return info.observations


@pytest.mark.slow
def test_killed_at_any_moment(vault_path: Path) -> None:
    choose = random.Random(20261120)
    acknowledged: set[str] = set()
    for kill in range(KILLS):
        ours, theirs = context().Pipe(duplex=False)
        child = context().Process(
            target=keep_adding, args=(str(vault_path), 100 * kill, 30, theirs), daemon=True
        )
        child.start()
        theirs.close()
        for _ in range(choose.randint(1, 6)):
            if ours.poll(_PATIENCE_S):
                acknowledged.add(ours.recv_bytes().decode())
        child.join(timeout=choose.uniform(0.0, 0.15))
        child.kill()
        child.join()
        acknowledged |= drain(ours)
    assert len(acknowledged) >= KILLS
    count = assert_sound(vault_path, acknowledged)
    (vault_path / DATABASE_FILE).unlink()
    (vault_path / (DATABASE_FILE + ".wal")).unlink(missing_ok=True)
    assert assert_sound(vault_path, acknowledged) == count


@pytest.mark.parametrize("step", STEPS)
def test_killed_between_two_steps(vault_path: Path, step: str) -> None:
    with Vault.open(vault_path) as vault:
        before = {add(vault, seed).observation_id for seed in range(3)}
    child = context().Process(target=crash_at, args=(str(vault_path), step))
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode == CRASHED
    assert_sound(vault_path, before)
    with Vault.open(vault_path) as vault:
        again = add(vault, 77)
        assert vault.photo_bytes(again.photo.photo_sha256) == photo_data(77)
        assert not list((vault_path / "photos" / "incoming").iterdir())
    assert_sound(vault_path, before | {again.observation_id})
