"""Files that are either whole and on the disk, or not there.

The atomic save is the usual one: a temporary file on the same file system, its length checked,
flushed to the device, renamed over the target, and the folder flushed too.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tracker.errors import MoletrailError, StorageFullError, VaultDamagedError, VaultError

if sys.platform == "darwin":
    import fcntl

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

#: `errno` values with which a system says that it takes no more bytes.
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{12}\.part")
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
#: 2000-01-01 00:00 UTC.
_NEUTRAL_NS = 946_684_800 * 10**9
# Windows has no O_CLOEXEC and needs O_BINARY, or newlines are translated.
_OPEN_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def repair_hint(vault: Path) -> str:
    """The sentence that every damage message ends with."""
    return f"Run: moletrail --vault '{vault}' verify --repair"


def damaged(vault: Path, message: str) -> VaultDamagedError:
    """A `VaultDamagedError` that names the repair command."""
    return VaultDamagedError(message, next_step=repair_hint(vault))


def explain(error: OSError, path: Path) -> MoletrailError:
    """The vault error that tells a person what an operating system's error means."""
    if error.errno in _FULL:
        return StorageFullError(
            f"The disk is full: '{path}' could not be written. Everything stored before is safe.",
            next_step="Make room and try again.",
        )
    if error.errno in _DENIED:
        return VaultError(
            f"'{path}' cannot be written or read: {error.strerror}.",
            next_step="Check who owns the vault folder and whether the disk is read-only.",
        )
    return VaultError(
        f"The disk reported an error at '{path}': {error.strerror or error}.",
        next_step="Check the disk and its connection, then try again.",
    )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the operating system's errors about `path` into vault errors.

    Raises:
        StorageFullError: no room. VaultError: anything else the system refuses.
    """
    try:
        yield
    except OSError as error:
        raise explain(error, path) from error


def make_folder(path: Path) -> None:
    """Make a private folder, and likewise its parents, unless they are there."""
    # `mkdir(parents=True)` would leave the parents open to everybody.
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def make_private(path: Path) -> None:
    """Let only the owner read `path`, where the system knows owners."""
    with suppress(OSError):
        path.chmod(PRIVATE_FILE)


def neutral_times(*paths: Path) -> None:
    """Set the times of files and folders to a fixed instant, so that they tell nothing.

    Only what the system lets a program set: the time of a file's creation, or of the last change
    of its attributes, stays.
    """
    for path in paths:
        with suppress(OSError):
            os.utime(path, ns=(_NEUTRAL_NS, _NEUTRAL_NS))


def flush(descriptor: int) -> None:
    """Return once the file's bytes are on the device."""
    if sys.platform == "darwin":
        # macOS: fsync leaves the bytes in the drive's cache; F_FULLFSYNC does not.
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def flush_folder(path: Path) -> None:
    """Return once the folder's entries are on the device, where the system can tell."""
    if os.name == "nt":
        return  # Windows cannot open a folder; NTFS journals the rename itself.
    descriptor = os.open(path, os.O_RDONLY | _OPEN_FLAGS)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems
            raise
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; a short write is continued, not ignored."""
    rest = memoryview(data)
    while rest:
        written = os.write(descriptor, rest)
        if written <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]


def open_for_append(path: Path) -> int:
    """Open (or make) a private file for reading and appending; returns the descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _OPEN_FLAGS, PRIVATE_FILE)


def write_atomic(
    path: Path,
    data: bytes,
    *,
    staging: Path | None = None,
    durable: bool = True,
    neutral: bool = False,
) -> None:
    """Put `data` at `path`: afterwards either all of it is there, or what was there before.

    Args:
        staging: folder of the temporary file, on the same file system; else the target's own.
        durable: return only once it is on the device. False for files that can be made again.
        neutral: let the times of the file and its folder not tell when this was.

    Raises:
        StorageFullError: no room. VaultError: the system refuses otherwise.
    """
    folder = path.parent if staging is None else staging
    temporary = folder / f".{path.name[:40]}.{secrets.token_hex(6)}.part"
    with explained(path):
        try:
            _write_new(temporary, data, durable=durable)
            if neutral:
                neutral_times(temporary)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        if durable:
            flush_folder(path.parent)
    if neutral:
        neutral_times(path.parent, folder)


def _write_new(path: Path, data: bytes, *, durable: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPEN_FLAGS, PRIVATE_FILE)
    try:
        write_all(descriptor, data)
        if os.fstat(descriptor).st_size != len(data):
            raise OSError(errno.EIO, "the file is shorter than what was written")
        if durable:
            flush(descriptor)
    finally:
        os.close(descriptor)


def settle_times(vault: Path) -> None:
    """Make the times neutral that a killed process could not: of a vault, and down to what is in
    its folders. What lies deeper gets its time before it gets its name.
    """
    folders = [vault]
    with suppress(OSError):
        folders += [path for path in vault.iterdir() if path.is_dir() and not path.is_symlink()]
    for folder in folders:
        with suppress(OSError):
            for path in (*folder.iterdir(), folder):
                if path.stat().st_mtime_ns != _NEUTRAL_NS:
                    neutral_times(path)


def is_unfinished(name: str) -> bool:
    """Whether a file of that name is what `write_atomic` had not finished."""
    return _UNFINISHED.fullmatch(name) is not None


def sweep_unfinished(*folders: Path, neutral: bool = False) -> None:
    """Remove what interrupted `write_atomic`s left in folders that nobody else writes just now.

    Args:
        neutral: let the times of the folders not tell when this was.
    """
    for folder in folders:
        with suppress(OSError):
            left = [each for each in folder.iterdir() if is_unfinished(each.name)]
            for path in left:
                path.unlink()
            if left and neutral:
                neutral_times(folder)


def move_aside(path: Path, label: str) -> Path | None:
    """Rename `path` to a free name beside it, kept for inspection; None if it is not there."""
    with explained(path):
        for number in range(1, 10_000):
            target = path.with_name(f"{path.name}.{label}-{number}")
            if target.exists():
                continue
            try:
                path.replace(target)
            except FileNotFoundError:
                return None
            return target
    raise VaultError(
        f"There are too many files set aside beside '{path}'.",
        next_step=f"Delete or move the files named '{path.name}.{label}-…'.",
    )
