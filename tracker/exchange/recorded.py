"""Folders that remember what was put into them, so that a list of files can be written beside."""

from __future__ import annotations

import hashlib
from typing import Any

from tracker.domain.exporting import ExportFolder


class RecordedFolder:
    """Passes files on to another folder, under a prefix, and keeps size and SHA-256 of each."""

    def __init__(self, inner: ExportFolder, prefix: str = "") -> None:
        self._inner = inner
        self._prefix = prefix
        self.files: dict[str, dict[str, Any]] = {}

    def put(self, name: str, data: bytes) -> None:
        """Pass a file on; names are kept without the prefix."""
        self._inner.put(f"{self._prefix}{name}", data)
        self.files[name] = {
            "size_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
