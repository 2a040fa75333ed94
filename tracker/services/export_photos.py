"""The pictures of an export: read from the vault a few at a time, made safe to hand over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tracker.domain.exporting import SafePhoto
from tracker.domain.records import PhotoRecord
from tracker.services.session import Workspace
from tracker.vision.decode import decode_photo
from tracker.vision.placeless import placeless

#: Photos read while the vault is held once. Opening costs more the longer the journal is, and
#: nobody else gets at the vault meanwhile.
BYTES_AT_ONCE = 96 * 1024 * 1024


class VaultPhotos:
    """`ExportPhotos` of a vault, for photos asked for in the order of `records`."""

    def __init__(self, workspace: Workspace, records: Sequence[PhotoRecord]) -> None:
        self._workspace = workspace
        self._records = list(records)
        self._place = {each.photo_sha256: index for index, each in enumerate(self._records)}
        self._read: dict[str, bytes] = {}

    def original(self, photo: PhotoRecord) -> bytes:
        """Byte for byte as it was stored.

        Raises:
            VaultDamagedError: missing, or not what was stored. UnknownNameError. VaultError.
        """
        if photo.photo_sha256 not in self._read:
            self._fetch(photo)
        return self._read[photo.photo_sha256]

    def safe(self, photo: PhotoRecord) -> SafePhoto:
        """Without the place it was taken; see `vision.placeless`. Raises as `original`."""
        return placeless(self.original(photo), photo.file_name)

    def upright_rgb(self, photo: PhotoRecord) -> NDArray[np.uint8]:
        """Pixels (height, width, 3), upright, sRGB. Raises as `original`."""
        return decode_photo(self.original(photo), photo.file_name).rgb

    def _fetch(self, photo: PhotoRecord) -> None:
        start = self._place.get(photo.photo_sha256)
        wanted = [photo] if start is None else self._records[start:]
        self._read, size = {}, 0
        with self._workspace.open("export") as vault:
            for each in wanted:
                if self._read and size + each.size_bytes > BYTES_AT_ONCE:
                    break
                self._read[each.photo_sha256] = vault.photo_bytes(each.photo_sha256)
                size += each.size_bytes
