"""Processes that die while they back up or restore. Imported there, so it stays small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.store.workers import die_before
from tracker.store import Vault, archive, backup, restore, staging


def _nothing(done: int, total: int) -> None:
    pass


def die_backing_up(vault: str, file: str, step: str) -> None:
    """Back a plain vault up, and die at `step` as a lost process would."""
    _BACKUP_STEPS[step]()
    backup.back_up(lambda: Vault.open(Path(vault)), Path(file), _nothing)
    raise AssertionError(f"the process survived {step}")


def die_restoring(file: str, to: str, step: str) -> None:
    """Restore, and die at `step`."""
    _RESTORE_STEPS[step]()
    restore.restore(Path(file), Path(to), _nothing)
    raise AssertionError(f"the process survived {step}")


_BACKUP_STEPS: dict[str, Callable[[], None]] = {
    "before the folder is locked": lambda: die_before(staging, "FileLock"),
    "before the file is made": lambda: die_before(backup, "_new_file"),
    "before the second photo": lambda: die_before(backup, "_photo", 2),
    "before the journal": lambda: die_before(backup, "follow_chain"),
    "before it is sealed": lambda: die_before(backup, "seal_file"),
    "before it is flushed": lambda: die_before(backup, "flush"),
    "before its folder is flushed": lambda: die_before(backup, "flush_folder"),
}
_RESTORE_STEPS: dict[str, Callable[[], None]] = {
    "before it is read through": lambda: die_before(archive.Archive, "check_whole"),
    "before the second file": lambda: die_before(restore, "_copy", 2),
    "before a file is flushed": lambda: die_before(restore, "flush", 3),
    "before the vault is checked": lambda: die_before(restore, "_check_vault"),
    "before it is put in place": lambda: die_before(restore, "_put_in_place"),
    "before a folder is flushed": lambda: die_before(restore, "flush_folder"),
}
BACKUP_STEPS = tuple(_BACKUP_STEPS)
RESTORE_STEPS = tuple(_RESTORE_STEPS)
