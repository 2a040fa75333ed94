"""The pictures of an export: read from the vault one at a time, made safe to hand over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.exporting import SafePhoto
from tracker.domain.records import PhotoRecord
from tracker.services.session import Workspace
from tracker.vision.decode import decode_photo
from tracker.vision.placeless import placeless


class VaultPhotos:
    """`ExportPhotos` of a vault; others may use the vault meanwhile, since photos never change."""

    def __init__(self, workspace: Workspace) -> None:
        with workspace.open("export") as vault:
            self._originals = vault.originals

    def original(self, photo: PhotoRecord) -> bytes:
        """Byte for byte as it was stored.

        Raises:
            PhotoDamagedError: missing, or not what was stored. VaultError: the disk refuses.
        """
        return self._originals.read(photo.photo_sha256)

    def safe(self, photo: PhotoRecord) -> SafePhoto:
        """Without the place it was taken; see `vision.placeless`. Raises as `original`."""
        return placeless(self.original(photo), photo.file_name)

    def upright_rgb(self, photo: PhotoRecord) -> NDArray[np.uint8]:
        """Pixels (height, width, 3), upright, sRGB. Raises as `original`."""
        return decode_photo(self.original(photo), photo.file_name).rgb
