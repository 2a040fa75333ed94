"""Derived pictures that can be made again at any time; the folder is safe to delete."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from tracker.errors import VaultError
from tracker.store.disk import explained, make_folder, write_atomic

CACHE_FOLDER = "cache"
_DIGEST_BYTES = 32
_log = logging.getLogger(__name__)


def cached(vault: Path, key: str, make: Callable[[], bytes]) -> bytes:
    """The bytes kept under `key`, or those of `make()`, kept from now on.

    Each file starts with the SHA-256 of the rest; a damaged one is made again. A full disk only
    means that nothing is kept.
    """
    name = hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()
    path = vault / CACHE_FOLDER / name[:2] / name
    kept = _read(path)
    if kept is not None:
        return kept
    data = make()
    try:
        with explained(path):
            make_folder(path.parent)
        write_atomic(path, hashlib.sha256(data).digest() + data, durable=False)
    except VaultError as error:
        _log.warning("a derived picture could not be kept: %s", error)
    return data


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    data = content[_DIGEST_BYTES:]
    return data if hashlib.sha256(data).digest() == content[:_DIGEST_BYTES] else None
