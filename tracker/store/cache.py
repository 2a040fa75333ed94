"""Derived pictures that can be made again at any time; the folder is safe to delete."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from tracker.errors import VaultError
from tracker.store.disk import explained, make_folder, write_atomic
from tracker.store.sealing import CACHE, PLAIN, SealBrokenError, Sealing

CACHE_FOLDER = "cache"
_DIGEST_BYTES = 32
_log = logging.getLogger(__name__)


def cached(vault: Path, key: str, make: Callable[[], bytes], sealing: Sealing = PLAIN) -> bytes:
    """The bytes kept under `key`, or those of `make()`, kept from now on.

    What is kept starts with the SHA-256 of the rest; a damaged file is made again. A full disk
    only means that nothing is kept.
    """
    path = _path(vault, key, sealing)
    kept = _read(path, sealing)
    if kept is not None:
        return kept
    data = make()
    keep(vault, key, data, sealing)
    return data


def keep(vault: Path, key: str, data: bytes, sealing: Sealing = PLAIN) -> None:
    """Keep bytes under `key` in place of what was kept there; a full disk keeps none."""
    path = _path(vault, key, sealing)
    name = path.name
    try:
        with explained(path):
            make_folder(path.parent)
        content = sealing.seal(CACHE, name, hashlib.sha256(data).digest() + data)
        # Staged in one folder, so that what an interrupted write leaves is found again.
        staging = vault / CACHE_FOLDER
        write_atomic(path, content, staging=staging, durable=False, neutral=sealing.encrypted)
    except VaultError as error:
        _log.warning("a derived picture could not be kept: %s", error)


def _path(vault: Path, key: str, sealing: Sealing) -> Path:
    name = hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()
    name = sealing.name(CACHE, name)
    return vault / CACHE_FOLDER / name[:2] / name


def _read(path: Path, sealing: Sealing) -> bytes | None:
    try:
        content = sealing.unseal(CACHE, path.name, path.read_bytes())
    except (OSError, SealBrokenError):
        return None
    data = content[_DIGEST_BYTES:]
    return data if hashlib.sha256(data).digest() == content[:_DIGEST_BYTES] else None
