"""What other processes do in the crash and concurrency tests. Imported there, so it stays small."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb

from tests.store.builders import add
from tracker.store import Vault, database, disk, head, journal
from tracker.store.keys import VaultKey, unlock

CRASHED = 9


def die_before(
    owner: Any, name: str, calls: int = 1, *, when: Callable[..., bool] = lambda *_: True
) -> None:
    """Let the process die instead of the given call of a function, of those that `when` picks."""
    real, left = getattr(owner, name), [calls]

    def deadly(*args: Any, **kwargs: Any) -> Any:
        left[0] -= when(*args)
        if not left[0]:
            os._exit(CRASHED)
        return real(*args, **kwargs)

    setattr(owner, name, deadly)


def drain(pipe: Connection) -> set[str]:
    """All ids that come through `pipe` until its other end is gone."""
    found: set[str] = set()
    try:
        while True:
            found.add(pipe.recv_bytes().decode())
    except (EOFError, OSError):
        return found


def context() -> Any:
    """Processes that start clean; where forking works, from one that has imported all."""
    if sys.platform in ("win32", "darwin"):
        return multiprocessing.get_context("spawn")
    forkserver = multiprocessing.get_context("forkserver")
    forkserver.set_forkserver_preload(["tests.store.workers"])
    return forkserver


def _key(path: str, secret: str | None) -> VaultKey | None:
    return None if secret is None else unlock(Path(path), secret)


def keep_adding(
    path: str, first_seed: int, rounds: int, acknowledged: Connection, secret: str | None = None
) -> None:
    """Add observations, singly and in batches, and send each id once it is acknowledged."""
    key = _key(path, secret)
    for seed in range(first_seed, first_seed + rounds):
        with Vault.open(Path(path), key=key, wait_s=120.0, purpose="adding") as vault:
            one = add(vault, 3 * seed)
            acknowledged.send_bytes(one.observation_id.encode())
            with vault.batch():
                more = [add(vault, 3 * seed + i, lesion=f"l{i}") for i in (1, 2)]
            for observation in more:
                acknowledged.send_bytes(observation.observation_id.encode())
    acknowledged.close()


def hold(path: str, ready: Connection) -> None:
    """Hold the vault until told to let go."""
    with Vault.open(Path(path), purpose="holding it for a test"):
        ready.send_bytes(b"held")
        ready.recv_bytes()


def hold_database(path: str, ready: Connection) -> None:
    """Have the database open as another program would, past our lock."""
    with duckdb.connect(path):
        ready.send_bytes(b"held")
        ready.recv_bytes()


def crash_at(path: str, step: str, secret: str | None = None) -> None:
    """Add one observation and die within it, at `step`, as a lost process would."""
    with Vault.open(Path(path), key=_key(path, secret)) as vault:
        (_CRASHES | _SEALED_CRASHES)[step]()
        add(vault, 77)
    raise AssertionError(f"the process survived {step}")


def _half_a_write(module: Any) -> None:
    def deadly(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[: len(data) // 2])
        os._exit(CRASHED)

    module.write_all = deadly


def _is_commit(_: Any, sql: str, *rest: Any) -> bool:
    return sql == "COMMIT"


_CRASHES: dict[str, Callable[[], None]] = {
    "half a photo": lambda: _half_a_write(disk),
    "before the photo's folder is flushed": lambda: die_before(disk, "flush_folder"),
    "before the journal": lambda: die_before(journal, "write_all"),
    "half a journal line": lambda: _half_a_write(journal),
    "before the journal is flushed": lambda: die_before(journal, "flush"),
    "before the commit": lambda: die_before(database.Database, "run", when=_is_commit),
    "before the database is closed": lambda: die_before(database.Database, "close"),
}
STEPS = tuple(_CRASHES)
_SEALED_CRASHES: dict[str, Callable[[], None]] = {
    "before the head is put on record": lambda: die_before(head.HeadFile, "write"),
    "half a record of the head": lambda: _half_a_write(head),
}
SEALED_STEPS = tuple(_SEALED_CRASHES)
