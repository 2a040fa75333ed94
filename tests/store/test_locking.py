"""Several processes and threads, one at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.store.builders import add
from tests.store.workers import context, drain, hold, hold_database, keep_adding
from tracker.errors import VaultBusyError
from tracker.store import Vault
from tracker.store.database import DATABASE_FILE
from tracker.store.locking import HOLDER_FILE, read_holder

_PATIENCE_S = 120.0


def test_two_processes_lose_nothing(vault_path: Path) -> None:
    started = []
    for number in range(2):
        ours, theirs = context().Pipe(duplex=False)
        child = context().Process(
            target=keep_adding, args=(str(vault_path), 1000 * number, 4, theirs)
        )
        child.start()
        theirs.close()
        started.append((child, ours))
    acknowledged: set[str] = set()
    for child, ours in started:
        acknowledged |= drain(ours)
        child.join(_PATIENCE_S)
        assert child.exitcode == 0
    assert len(acknowledged) == 2 * 4 * 3
    with Vault.open(vault_path) as vault:
        assert {o.observation_id for o in vault.all_observations()} == acknowledged
        assert [person.name for person in vault.people()] == ["Ada"]
        assert len(vault.lesions()) == 3


def test_threads_of_one_process_take_turns(vault_path: Path) -> None:
    def work(number: int) -> str:
        with Vault.open(vault_path, wait_s=_PATIENCE_S) as vault:
            return add(vault, number).observation_id

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(work, range(8)))
    with Vault.open(vault_path) as vault:
        assert {o.observation_id for o in vault.all_observations()} == ids


def test_busy_says_who(vault_path: Path) -> None:
    ours, theirs = context().Pipe()
    child = context().Process(target=hold, args=(str(vault_path), theirs))
    child.start()
    assert ours.recv_bytes() == b"held"
    with pytest.raises(VaultBusyError) as busy, Vault.open(vault_path, wait_s=0.1):
        pass
    ours.send_bytes(b"let go")
    child.join(_PATIENCE_S)
    assert f"process {child.pid}" in busy.value.message
    assert "holding it for a test" in busy.value.message
    assert busy.value.exit_code == 6
    with Vault.open(vault_path, wait_s=0.1) as vault:
        assert vault.people() == []


def test_a_database_open_in_another_program_is_busy_and_not_damaged(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        vault.ensure_person("Ada")
    ours, theirs = context().Pipe()
    file = str(vault_path / DATABASE_FILE)
    child = context().Process(target=hold_database, args=(file, theirs))
    child.start()
    assert ours.recv_bytes() == b"held"
    with pytest.raises(VaultBusyError, match="Another program"), Vault.open(vault_path):
        pass
    ours.send_bytes(b"let go")
    child.join(_PATIENCE_S)
    with Vault.open(vault_path) as vault:
        assert [person.name for person in vault.people()] == ["Ada"]
    assert not list(vault_path.glob("*.replaced-*"))


def test_a_thread_that_waits_on_itself_is_told(vault_path: Path) -> None:
    with (
        Vault.open(vault_path, purpose="outer"),
        pytest.raises(VaultBusyError, match=f"process {os.getpid()}"),
        Vault.open(vault_path, wait_s=0.05),
    ):
        pass


def test_the_holder_is_noted_only_while_held(vault_path: Path) -> None:
    with Vault.open(vault_path, purpose="looking"):
        holder = read_holder(vault_path)
        assert holder is not None
        assert (holder.pid, holder.purpose) == (os.getpid(), "looking")
    assert not (vault_path / HOLDER_FILE).exists()
