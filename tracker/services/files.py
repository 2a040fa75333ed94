"""Reading what a person points at and writing what they asked for, with clear refusals."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from tracker.errors import InputError, PhotoUnreadableError, StorageFullError
from tracker.vision.decoding.limits import MAX_FILE_BYTES
from tracker.vision.decoding.refusals import too_large_file

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def read_photo(path: Path) -> bytes:
    """The bytes of a photo file.

    Raises:
        PhotoUnreadableError: missing, a folder, not readable, or larger than any photo.
    """
    try:
        if path.is_dir():
            raise PhotoUnreadableError(
                f"'{path}' is a folder, not a photo.", next_step="Name the photos in it."
            )
        data = read_regular(path, MAX_FILE_BYTES)
    except FileNotFoundError:
        raise PhotoUnreadableError(
            f"There is no file '{path}'.", next_step="Check the name and the folder."
        ) from None
    except (OSError, ValueError) as error:
        raise PhotoUnreadableError(
            f"'{path}' cannot be read ({why(error)}).",
            next_step="Check the name and that you may read it.",
        ) from None
    if data is None:
        raise too_large_file(str(path))
    return data


def read_regular(path: Path, limit_bytes: int) -> bytes | None:
    """The content of a file of the disk; None where it is longer than allowed.

    A device or a pipe has no end, or makes its reader wait: neither is a file somebody means.

    Raises:
        OSError, ValueError: missing, not readable, or no regular file.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is not a file on a disk")
    if status.st_size > limit_bytes:
        return None
    with path.open("rb") as file:
        return file.read(status.st_size)


def write_output(path: Path, data: bytes) -> Path:
    """Write a file that the person asked for, making its folder.

    Raises:
        StorageFullError: the disk is full. InputError: it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise unwritable(path, error) from None
    return path


def unwritable(path: Path, error: OSError) -> InputError | StorageFullError:
    """The refusal that belongs to a failed write."""
    if error.errno in _FULL:
        return StorageFullError(
            f"The disk is full: '{path}' was not written.", next_step="Free some space."
        )
    return InputError(
        f"'{path}' cannot be written ({why(error)}).",
        next_step="Choose another folder or name.",
    )


def why(error: OSError | ValueError) -> str:
    """The reason a file could not be used, as it stands in brackets."""
    return (getattr(error, "strerror", None) or str(error)).lower()
