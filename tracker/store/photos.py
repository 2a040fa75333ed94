"""The originals, byte for byte, each under the SHA-256 of its bytes.

In an encrypted vault each is sealed, and lies under a keyed hash of that hash.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from tracker.errors import PhotoDamagedError, UnknownNameError
from tracker.store.disk import (
    explained,
    flush_folder,
    make_folder,
    neutral_times,
    repair_hint,
    sweep_unfinished,
    write_atomic,
)
from tracker.store.sealing import PHOTO, PLAIN, SealBrokenError, Sealing

PHOTO_FOLDER = "photos"
SEALED_FOLDER = "sealed"
#: Photos on their way in; what lies here when nobody holds the vault was never acknowledged.
_INCOMING = "incoming"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class PhotoFolder:
    """`photos/ab/<sha256>` of one vault, or `sealed/ab/<name>` of an encrypted one."""

    def __init__(self, vault: Path, sealing: Sealing = PLAIN) -> None:
        self._vault = vault
        self._sealing = sealing
        self._root = vault / (SEALED_FOLDER if sealing.encrypted else PHOTO_FOLDER)
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
        name = self._sealing.name(PHOTO, photo_sha256)
        return self._root / name[:2] / name

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
            new_root, new_folder = not self._root.is_dir(), not path.parent.is_dir()
            make_folder(path.parent)
            make_folder(self._incoming)
            if new_folder:
                flush_folder(self._root)
            if new_root:  # a backup of an empty vault does not hold it
                flush_folder(self._vault)
        write_atomic(
            path,
            self._sealing.seal(PHOTO, path.name, data),
            staging=self._incoming,
            neutral=self._sealing.encrypted,
        )
        if self._sealing.encrypted:
            neutral_times(self._root)
        return digest

    def _is_whole(self, path: Path, data: bytes) -> bool:
        """Whether `path` holds exactly `data`; a damaged file is replaced by the good bytes."""
        try:
            return self._sealing.unseal(PHOTO, path.name, path.read_bytes()) == data
        except (FileNotFoundError, SealBrokenError):
            return False

    def read(self, photo_sha256: str) -> bytes:
        """The photo's bytes, checked against their hash.

        Raises:
            PhotoDamagedError: missing, or not the bytes that were stored.
            UnknownNameError: not the form of a hash. VaultError: the disk refuses.
        """
        path = self.path_of(photo_sha256)
        with explained(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError as error:
                raise self._damaged(path, "is missing from the vault") from error
        data = self._opened(photo_sha256, content)
        if data is None:
            raise self._damaged(path, "is not what was stored")
        return data

    def is_whole(self, photo_sha256: str, content: bytes) -> bool:
        """Whether `content`, as it lies on the disk, is that photo, unaltered."""
        return self._opened(photo_sha256, content) is not None

    def _opened(self, photo_sha256: str, content: bytes) -> bytes | None:
        try:
            name = self.path_of(photo_sha256).name
            data = self._sealing.unseal(PHOTO, name, content)
        except SealBrokenError:
            return None
        return data if hashlib.sha256(data).hexdigest() == photo_sha256 else None

    def _damaged(self, path: Path, what: str) -> PhotoDamagedError:
        return PhotoDamagedError(
            f"The photo '{path}' {what}.",
            next_step=f"{repair_hint(self._vault)}\nIf the vault has no other copy of it, add the "
            "original file again with: moletrail add",
        )

    def sweep(self) -> None:
        """Remove photos that an interrupted write left on their way in."""
        sweep_unfinished(self._incoming, neutral=self._sealing.encrypted)
