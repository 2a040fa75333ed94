"""Where else in a vault's folder something lies of what is being deleted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tracker.store.disk import explained
from tracker.store.doomed import Doomed, is_about, without
from tracker.store.erasure import LOST_AND_FOUND
from tracker.store.header import JOURNAL_FOLDER
from tracker.store.lines import LineUnreadableError, lines_of
from tracker.store.photos import PhotoFolder
from tracker.store.sealing import PHOTO, SealBrokenError, Sealing

#: Journals that were replaced in a repair, and ends of lines that were never finished.
_SET_ASIDE = ("*.damaged-*", "*.replaced-*", "*.foreign-*", "torn-*.part", ".*.part")
#: Bytes up to which a word may well be in a photo by chance.
_BY_CHANCE = 7
_DATABASES = (".duckdb", ".wal", ".faiss")


def remains(vault: Path, sealing: Sealing, doomed: Doomed, names: Iterable[str]) -> tuple[str, ...]:
    """Files that must go, relative to the vault: the photos, set-aside journals, what a repair put
    into lost+found.

    Args:
        names: of people who go.

    Raises:
        VaultError: the disk refuses.
    """
    originals = PhotoFolder(vault, sealing)
    photos = {digest: originals.path_of(digest) for digest in doomed.photos}
    found: list[Path] = []
    with explained(vault):
        for path in photos.values():
            found += [path, *path.parent.glob(f"{path.name}.*")]
        for pattern in _SET_ASIDE:
            found += (vault / JOURNAL_FOLDER).glob(pattern)
        lost = _Lost(sealing, doomed, {path.name for path in photos.values()}, names)
        found += [path for path in _files(vault / LOST_AND_FOUND) if lost.holds(path)]
    return tuple(dict.fromkeys(path.relative_to(vault).as_posix() for path in found))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


class _Lost:
    """Tells which files of lost+found hold something of what goes."""

    def __init__(
        self, sealing: Sealing, doomed: Doomed, blobs: set[str], names: Iterable[str]
    ) -> None:
        self._sealing = sealing
        self._doomed = doomed
        self._blobs = blobs
        self._ids = [word.encode("ascii") for word in doomed.ids]
        self._names = [json.dumps(name).encode("ascii") for name in names]

    def holds(self, path: Path) -> bool:
        """Whether the file is a copy of a photo that goes, or mentions what goes."""
        if any(blob in path.name for blob in self._blobs | self._doomed.photos):
            return True
        if any(ending in path.name for ending in _DATABASES):
            return True  # derived, and not to be searched
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() in self._doomed.photos:
            return True
        # A short name is found by chance in any photo; journals hold nothing but ASCII.
        names = [name for name in self._names if content.isascii() or len(name) > _BY_CHANCE]
        if any(word in content for word in (*self._ids, *names)):
            return True
        return self._sealing.encrypted and (self._opens(content) or self._has_lines(content))

    def _opens(self, content: bytes) -> bool:
        for blob in self._blobs:
            with suppress(SealBrokenError):
                self._sealing.unseal(PHOTO, blob, content)
                return True
        return False

    def _has_lines(self, content: bytes) -> bool:
        codec = lines_of(self._sealing)
        for raw in content.splitlines():
            with suppress(LineUnreadableError):
                line = codec.decode(raw)
                if is_about(line.kind, line.payload, self._doomed):
                    return True
                if without(line.kind, line.payload, self._doomed) != line.payload:
                    return True
        return False
