"""`lost+found/`: where a repair puts what it cannot place; nothing in it is ever deleted."""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path

from tracker.store.disk import explained, flush_folder, make_folder
from tracker.store.verify.findings import relative

LOST_AND_FOUND = "lost+found"


def to_lost_and_found(vault: Path, path: Path, name: str | None = None) -> str:
    """Move a file there; returns where it is now, relative to the vault.

    Args:
        name: a name to keep it under, else its own; a number is added where that is taken.

    Raises:
        StorageFullError, VaultError: the system refuses.
    """
    folder = vault / LOST_AND_FOUND
    wanted = (path.name if name is None else name).lstrip(".")
    with explained(folder):
        make_folder(folder)
        target = _free(folder, wanted)
        path.replace(target)
        flush_folder(folder)
        flush_folder(path.parent)
    return relative(vault, target)


def _free(folder: Path, name: str) -> Path:
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(place for each in names if not (place := folder / each).exists())
