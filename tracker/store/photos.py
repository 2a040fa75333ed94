"""The originals, byte for byte, each under the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import logging
import re
from contextlib import suppress
from pathlib import Path

from tracker.errors import UnknownNameError
from tracker.store.disk import damaged, explained, flush_folder, make_folder, write_atomic

PHOTO_FOLDER = "photos"
#: Photos on their way in; what lies here when nobody holds the vault was never acknowledged.
_INCOMING = "incoming"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_log = logging.getLogger(__name__)


class PhotoFolder:
    """`photos/ab/<sha256>` of one vault."""

    def __init__(self, vault: Path) -> None:
        self._vault = vault
        self._root = vault / PHOTO_FOLDER
        self._incoming = self._root / _INCOMING

    def path_of(self, photo_sha256: str) -> Path:
        """Where the photo of that hash lies.

        Raises:
            UnknownNameError: not 64 lower-case hex digits.
        """
        if _SHA256.fullmatch(photo_sha256) is None:
            raise UnknownNameError(
                f"{photo_sha256!a} names no photo.", next_step="Use the hash of a kept photo."
            )
        return self._root / photo_sha256[:2] / photo_sha256

    def keep(self, data: bytes) -> str:
        """Store a photo durably, or find it stored already; returns its SHA-256.

        Raises:
            StorageFullError: no room; nothing is left behind. VaultError: the disk refuses.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path_of(digest)
        with explained(path):
            if self._is_whole(path, data):
                flush_folder(path.parent)  # its writer may have been killed just before this
                return digest
            new_folder = not path.parent.is_dir()
            make_folder(path.parent)
            make_folder(self._incoming)
            if new_folder:
                flush_folder(self._root)
        write_atomic(path, data, staging=self._incoming)
        return digest

    @staticmethod
    def _is_whole(path: Path, data: bytes) -> bool:
        """Whether `path` holds exactly `data`; a damaged file is replaced by the good bytes."""
        try:
            if path.stat().st_size != len(data):
                return False
            return path.read_bytes() == data
        except FileNotFoundError:
            return False

    def read(self, photo_sha256: str) -> bytes:
        """The photo's bytes, checked against their hash.

        Raises:
            VaultDamagedError: missing, or not the bytes that were stored.
            UnknownNameError: not the form of a hash. VaultError: the disk refuses.
        """
        path = self.path_of(photo_sha256)
        with explained(path):
            try:
                data = path.read_bytes()
            except FileNotFoundError as error:
                raise damaged(
                    self._vault, f"The photo '{path}' is missing from the vault."
                ) from error
        if hashlib.sha256(data).hexdigest() != photo_sha256:
            raise damaged(self._vault, f"The photo '{path}' is not what was stored.")
        return data

    def sweep(self) -> None:
        """Remove photos that an interrupted write left on their way in."""
        if not self._incoming.is_dir():
            return
        for leftover in self._incoming.iterdir():
            with suppress(OSError):
                leftover.unlink()
                _log.info("an unfinished photo of an interrupted write was removed")
