"""A folder beside a target in which it is made, so that it appears whole or not at all.

Each writer has a folder of its own and holds a lock in it. The operating system lets go of the lock
when the process is gone, so the next writer of the same target can tell what was abandoned, and
removes it.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from tracker.store.disk import PRIVATE_FILE, PRIVATE_FOLDER, explained

_LOCK = "lock"
#: File names are limited to 255 bytes almost everywhere.
_NAME_CHARACTERS = 40


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """An empty folder beside `target` on the same file system; removed with what is left in it.

    Raises:
        StorageFullError, VaultError: the folder cannot be made.
    """
    stem = f".{target.name[:_NAME_CHARACTERS]}."
    _remove_abandoned(target.parent, stem)
    folder = target.parent / f"{stem}{secrets.token_hex(6)}.part"
    with explained(folder):
        folder.mkdir(mode=PRIVATE_FOLDER)
    lock = FileLock(folder / _LOCK, mode=PRIVATE_FILE)
    work = folder / "work"
    try:
        with explained(folder):
            lock.acquire()
            work.mkdir(mode=PRIVATE_FOLDER)
        yield work
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(parent: Path, stem: str) -> None:
    ours = re.compile(re.escape(stem) + r"[0-9a-f]{12}\.part")
    with suppress(OSError):
        for folder in parent.iterdir():
            if ours.fullmatch(folder.name):
                _remove_unless_held(folder)


def _remove_unless_held(folder: Path) -> None:
    with suppress(OSError, Timeout):
        if not (folder / _LOCK).exists():
            _remove_without_lock(folder)
            return
        with FileLock(folder / _LOCK, mode=PRIVATE_FILE, timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)  # Windows keeps the open lock until now


def _remove_without_lock(folder: Path) -> None:
    """Remove a folder whose maker died before it took its lock, or while it was removing it."""
    try:
        folder.rmdir()  # empty; a maker that is alive makes it again
    except OSError:
        # The lock is the first that is put into it: something else without it is left of a removal.
        if not (folder / _LOCK).exists():
            shutil.rmtree(folder, ignore_errors=True)
