"""An encrypted zip file: WinZip's AES-256 (AE-2), which 7-Zip, WinZip, Keka, The Unarchiver and
libarchive open. What Windows and macOS bring along does not.

Names and sizes of the files inside stay readable without the password, so they must tell nothing.
Bytes go in one file at a time and are encrypted before they reach the disk.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import pyzipper

from tracker.errors import InputError

#: The oldest time that a zip file can name: when files were made is nobody's business.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = (stat.S_IFREG | 0o600) << 16
_KEY_BITS: Final = 256
#: Compressed already.
_STORED: Final = (".jpg", ".png", ".webp", ".heic", ".heif", ".avif", ".pdf")
#: What a zip reader raises for bytes that are no sound zip file, or for another password.
BROKEN: Final = (
    pyzipper.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)


class SealedZip:
    """`ExportFolder` that is an encrypted zip file; a context manager.

    Args:
        file: new, open for writing and reading. password: printable ASCII, since programs differ
            in how they spell other characters.
    """

    def __init__(self, file: IO[bytes], password: str) -> None:
        self._zip = pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED)
        self._zip.setpassword(password.encode("ascii"))
        self._zip.setencryption(pyzipper.WZ_AES, nbits=_KEY_BITS)

    def put(self, name: str, data: bytes) -> None:
        """Encrypt a new file into the archive."""
        info = self._zip.zipinfo_cls(name, date_time=_NO_TIME)
        stored = name.lower().endswith(_STORED)
        info.compress_type = pyzipper.ZIP_STORED if stored else pyzipper.ZIP_DEFLATED
        info.create_system = 3  # Unix: the mode below is read
        info.external_attr = _MODE
        self._zip.writestr(info, data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()


class OpenedZip:
    """A zip file that is open for reading, encrypted or not; nothing is written to the disk.

    Raises:
        InputError: no zip file. OSError: it cannot be read.
    """

    def __init__(self, path: Path, password: str | None = None) -> None:
        self._path = path
        try:
            self._zip = pyzipper.AESZipFile(path)
        except BROKEN as error:
            raise InputError(
                f"'{path}' is no zip file that can be read.",
                next_step="Take the file again from whoever made it.",
            ) from error
        if password is not None:
            self._zip.setpassword(password.encode("utf-8"))
        self._infos: dict[str, Any] = {info.filename: info for info in self._zip.infolist()}

    def names(self) -> list[str]:
        """Every file, in the order of the archive."""
        return [name for name in self._infos if not name.endswith("/")]

    @property
    def encrypted(self) -> bool:
        """Whether any file in it needs a password."""
        return any(info.flag_bits & 1 for info in self._infos.values())

    def read(self, name: str, limit_bytes: int) -> bytes | None:
        """The bytes of a file; None where there is none, or it is longer than allowed.

        Raises:
            InputError: the password is another one, or the file is damaged.
        """
        info = self._infos.get(name)
        if info is None or info.file_size > limit_bytes:
            return None
        try:
            with self._zip.open(info) as member:
                data: bytes = member.read(limit_bytes + 1)  # sizes in a zip file may lie
        except BROKEN as error:
            raise InputError(
                f"'{self._path}' cannot be opened: the password is another one, or the file is "
                "damaged.",
                next_step="Check the password; else take the file again from whoever made it.",
            ) from error
        return None if len(data) > limit_bytes else data

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()


def is_whole(path: Path, password: str, files: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether the archive holds exactly these files, each with its size and SHA-256.

    Raises:
        InputError: it cannot be read. OSError.
    """
    opened = OpenedZip(path, password)
    try:
        if set(opened.names()) != set(files):
            return False
        for name, facts in files.items():
            data = opened.read(name, facts["size_bytes"])
            if data is None or hashlib.sha256(data).hexdigest() != facts["sha256"]:
                return False
        return True
    finally:
        opened.close()
