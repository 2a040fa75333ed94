"""The file format of a backup: a zip container whose members are only stored, never compressed.

Members have the names they have in the vault, so that any zip program can take them out: the photos
in the order they were recorded, the journal, the small files, and last `manifest.json`. Times and
permissions are fixed, so two backups of a growing vault share their leading bytes. The comment at
the end of the file holds the SHA-256 of everything before it, so that no altered byte goes unseen,
wherever it lies. That is no proof against somebody who means harm: every name and size is checked
as well.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tracker.errors import BackupError, VaultNewerError
from tracker.store.disk import explained
from tracker.store.journal import Head

BACKUP_FORMAT = 1
MANIFEST_FILE = "manifest.json"
MARK = "moletrail_backup"
_SEAL = b"moletrail backup, sha256 of all before this: "
_SEAL_BYTES = len(_SEAL) + 64
_AT_ONCE = 1 << 20
#: The oldest time that a zip file can name.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100600
#: A million photos; anything larger was not written by this program.
_MAX_MANIFEST_BYTES = 1 << 28
#: The first entry: a photo, or in a backup of an empty vault the journal.
_OUR_START = re.compile(
    rb"PK\x03\x04.{26}(photos/[0-9a-f]{2}/|sealed/[0-9a-f]{2}/|journal/events)", re.DOTALL
)
_START_BYTES = 256
#: What Python's zip reader raises for bytes that are no zip file.
_NO_ZIP = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)

#: Told how many bytes of how many are done.
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a backup: its name, its size, and the SHA-256 of its bytes as they lie there."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; nothing in it is personal.

    program: version of the writer. missing: names of photos that the vault had lost. damaged:
    members that were not what the vault had stored.
    """

    vault_id: str
    vault_format: int
    encrypted: bool
    program: str
    head: Head
    members: tuple[Member, ...]
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """As it is written; the same manifest gives the same bytes."""
        content = {
            MARK: BACKUP_FORMAT,
            "vault_id": self.vault_id,
            "vault_format": self.vault_format,
            "encrypted": self.encrypted,
            "program": self.program,
            "seq": self.head.seq,
            "hash": self.head.hash,
            "missing": list(self.missing),
            "damaged": list(self.damaged),
            "files": [[m.name, m.size_bytes, m.sha256] for m in self.members],
        }
        return (json.dumps(content, indent=0) + "\n").encode("ascii")


def member_info(name: str, size_bytes: int) -> zipfile.ZipInfo:
    """The zip entry of a member; it depends on nothing but name and size."""
    info = zipfile.ZipInfo(name, date_time=_NO_TIME)
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3
    info.external_attr = _MODE << 16
    info.file_size = size_bytes
    return info


def unsealed_comment() -> bytes:
    """The comment of a container that is still to be sealed."""
    return _SEAL + b"0" * 64


def seal_file(file: IO[bytes], progress: Progress) -> str:
    """Write the hash of a finished container into its comment; returns that of the whole file."""
    size = file.seek(0, 2)
    digest = _digest(file, size - 64, progress)
    seal = digest.hexdigest().encode("ascii")
    file.seek(size - 64)
    file.write(seal)
    file.flush()
    digest.update(seal)
    return digest.hexdigest()


def _digest(file: IO[bytes], size_bytes: int, progress: Progress) -> hashlib._Hash:
    digest, done = hashlib.sha256(), 0
    file.seek(0)
    while part := file.read(min(_AT_ONCE, size_bytes - done)):
        digest.update(part)
        done += len(part)
        progress(done, size_bytes)
    return digest


class Archive:
    """A backup that is open for reading; nothing in it is believed before it was checked."""

    def __init__(self, path: Path, file: IO[bytes], zipped: zipfile.ZipFile) -> None:
        self.path = path
        self._file = file
        self._zip = zipped
        self.size_bytes = file.seek(0, 2)
        self.infos = zipped.infolist()
        self.manifest = self._read_manifest()

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Archive]:
        """Open a backup as far as its manifest.

        Raises:
            BackupError: no backup, or its end is cut or damaged. VaultNewerError: a newer format.
            VaultError: the file cannot be read.
        """
        with explained(path):
            if not path.is_file():
                raise BackupError(
                    f"There is no backup at '{path}'.", next_step="Give the path of a backup file."
                )
            file = path.open("rb")
        with file:
            try:
                with explained(path):
                    zipped = zipfile.ZipFile(file)
            except _NO_ZIP as error:
                raise _no_backup(path, file) from error
            with zipped:
                yield cls(path, file, zipped)

    def check_whole(self, progress: Progress) -> None:
        """Compare every byte of the file with what was written.

        Raises:
            BackupError: something was altered, cut off or added.
        """
        with explained(self.path):
            self._file.seek(max(0, self.size_bytes - _SEAL_BYTES))
            seal = self._file.read()
            found = _digest(self._file, self.size_bytes - 64, progress).hexdigest()
        if seal != _SEAL + found.encode("ascii") or self._zip.comment != seal:
            raise altered(self.path, "its bytes are not those that were written")

    @contextmanager
    def member(self, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        """The bytes of a member.

        Raises:
            BackupError: they cannot be read.
        """
        try:
            with self._zip.open(info) as source:
                yield source
        except _NO_ZIP as error:
            raise altered(self.path, f"'{info.filename}' in it cannot be read") from error

    def _read_manifest(self) -> Manifest:
        if not self.infos or self.infos[-1].filename != MANIFEST_FILE:
            raise self._without_manifest()
        info = self.infos[-1]
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > _MAX_MANIFEST_BYTES:
            raise altered(self.path, f"'{MANIFEST_FILE}' in it is not one of ours")
        with explained(self.path), self.member(info) as source:
            text = source.read()
        try:
            found = json.loads(text)
            if not isinstance(found, dict) or type(found.get(MARK)) is not int:
                raise self._without_manifest()
            if found[MARK] > BACKUP_FORMAT:
                raise VaultNewerError(
                    f"The backup '{self.path}' was written by a newer Moletrail "
                    f"(format {found[MARK]}).",
                    next_step="Install the newest Moletrail and try again.",
                )
            return _manifest_from(found)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise altered(self.path, f"'{MANIFEST_FILE}' in it is not readable") from error

    def _without_manifest(self) -> BackupError:
        if self._zip.comment.startswith(_SEAL):
            return altered(self.path, f"'{MANIFEST_FILE}' in it is not one of ours")
        return _not_ours(self.path)


def _manifest_from(found: dict[str, Any]) -> Manifest:
    members = tuple(
        Member(_text(name), _count(size), _text(sha256)) for name, size, sha256 in found["files"]
    )
    return Manifest(
        vault_id=_text(found["vault_id"]),
        vault_format=_count(found["vault_format"]),
        encrypted=found["encrypted"] is True,
        program=_text(found["program"]),
        head=Head(_count(found["seq"]), _text(found["hash"])),
        members=members,
        missing=tuple(map(_text, found["missing"])),
        damaged=tuple(map(_text, found["damaged"])),
    )


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("no text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("no count")
    return value


def altered(path: Path, how: str) -> BackupError:
    """The error for a backup that is not as it was written."""
    return BackupError(
        f"The backup '{path}' is damaged: {how}. Nothing was restored from it.",
        next_step="Use another backup. If this is the only one: a zip program can take what is "
        "whole out of it into a new folder, for: moletrail --vault FOLDER verify --repair",
    )


def _no_backup(path: Path, file: IO[bytes]) -> BackupError:
    """A file without a readable end: ours and cut, or something else."""
    with explained(path):
        file.seek(0)
        start = file.read(_START_BYTES)
    if _OUR_START.match(start):
        return altered(path, "its end is missing or not readable")
    return _not_ours(path)


def looks_like_backup(path: Path) -> bool:
    """Whether a file begins as a backup does; one that cannot be read does not."""
    with suppress(OSError), path.open("rb") as file:
        return _OUR_START.match(file.read(_START_BYTES)) is not None
    return False


def _not_ours(path: Path) -> BackupError:
    return BackupError(
        f"'{path}' is not a backup of Moletrail.",
        next_step="Give the path of a file that 'moletrail backup' has written.",
    )
