"""A process that dies while it deletes. Imported there, so it stays small."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.store.kinds import PASSPHRASE
from tests.store.workers import CRASHED, die_before
from tracker.store import erase, erasure
from tracker.store.doomed import doomed_person
from tracker.store.keys import VaultKey, unlock


def die_deleting(vault: str, encrypted: bool, person: str, step: str) -> None:
    """Delete a person, and die at `step` as a lost process would."""
    _STEPS[step]()
    _delete(Path(vault), unlock(Path(vault), PASSPHRASE) if encrypted else None, person)
    raise AssertionError(f"the process survived {step}")


def delete_in_another_process(vault: str, person: str) -> None:
    """Delete a person from an encrypted vault."""
    _delete(Path(vault), unlock(Path(vault), PASSPHRASE), person)


def _delete(path: Path, key: VaultKey | None, person: str) -> None:
    erase.erase(path, lambda vault: doomed_person(vault, vault.person(person)), key=key)


def _die_at_unlink(calls: int) -> None:
    """Die before a file of a photo goes: the derived ones go through the same function."""
    real, left = erasure._remove, [calls]

    def deadly(path: Path) -> None:
        if path.parent.parent.name in ("photos", "sealed"):
            left[0] -= 1
            if not left[0]:
                os._exit(CRASHED)
        real(path)

    erasure._remove = deadly


def _half_written() -> None:
    def deadly(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[: len(data) // 2])
        os._exit(CRASHED)

    erase.write_all = deadly


_STEPS: dict[str, Callable[[], None]] = {
    "half a line of the new journal": _half_written,
    "before the new journal is flushed": lambda: die_before(erase, "flush"),
    "before the note is written": lambda: die_before(erasure, "write_atomic"),
    "before the derived files go": lambda: die_before(erasure, "remove_derived"),
    "before the first derived file goes": lambda: die_before(erasure, "_remove"),
    "before the new journal takes its place": lambda: die_before(erasure, "new_journal"),
    "before its folder is flushed": lambda: die_before(erasure, "flush_folder", 2),
    "before the files go": lambda: die_before(erasure, "_complete"),
    "before the second photo goes": lambda: _die_at_unlink(2),
    "before the folders of photos are flushed": lambda: die_before(erasure, "flush_folder", 3),
}
STEPS = tuple(_STEPS)
#: From here on the deletion has happened.
HAPPENED = frozenset(STEPS[STEPS.index("before its folder is flushed") :])
