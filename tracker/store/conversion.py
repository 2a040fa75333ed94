"""A plain vault on its way to being encrypted: undone or finished, whenever the program stops.

`encrypting.json` says that it is under way, from before the first sealed file until after the last
readable one is gone. The rename of the header decides: while it is the plain one, what was sealed
is taken away again and nothing has happened; once it is the encrypted one, what is readable goes.
A header that was put back from another copy meanwhile may tell the wrong thing: so the side that
has less never makes the other go.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path

from tracker.errors import VaultBusyError
from tracker.store.cache import CACHE_FOLDER
from tracker.store.database import DATABASE_FILE
from tracker.store.disk import (
    damaged,
    explained,
    flush,
    flush_folder,
    neutral_times,
    write_all,
    write_atomic,
)
from tracker.store.head import HEAD_FILE
from tracker.store.header import (
    ENCRYPTING_FILE,
    HEADER_COPY_FILE,
    JOURNAL_FOLDER,
    Header,
    finish_copies,
    read_header,
)
from tracker.store.index import INDEX_FILE, STAMP_FILE
from tracker.store.lines import EVENTS_FILE, SEALED_EVENTS_FILE
from tracker.store.locking import HOLDER_FILE, locked
from tracker.store.photos import PHOTO_FOLDER, SEALED_FOLDER
from tracker.store.snapshot import SNAPSHOT_FILE

MARK_FILE = ENCRYPTING_FILE
_MARK = "moletrail_encrypting"
_FLAGS = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_ZEROS = bytes(1 << 20)
_log = logging.getLogger(__name__)

_BLOBS = f"[0-9a-f][0-9a-f]/{'[0-9a-f]' * 64}"
#: The journal and the photos of either side, which are to be of the same number.
_PLAIN_WHOLE = (f"{JOURNAL_FOLDER}/{EVENTS_FILE}", f"{PHOTO_FOLDER}/{_BLOBS}")
_SEALED_WHOLE = (f"{JOURNAL_FOLDER}/{SEALED_EVENTS_FILE}", f"{SEALED_FOLDER}/{_BLOBS}")

#: What can be read in a plain vault, as patterns: files of its own, what interrupted work and
#: repairs of derived files leave, and what file managers make of pictures.
READABLE = (
    f"{DATABASE_FILE}*",
    f"{INDEX_FILE}*",
    f"{STAMP_FILE}*",
    HOLDER_FILE,
    ".*.part",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    f"{JOURNAL_FOLDER}/{EVENTS_FILE}",
    f"{JOURNAL_FOLDER}/torn-*.part",
    f"{JOURNAL_FOLDER}/.*.part",
    f"{CACHE_FOLDER}/**/*",
    f"{PHOTO_FOLDER}/.DS_Store",
    f"{PHOTO_FOLDER}/Thumbs.db",
    f"{PHOTO_FOLDER}/desktop.ini",
    f"{PHOTO_FOLDER}/incoming/*",
    f"{PHOTO_FOLDER}/{_BLOBS}",
)
_SEALED = (
    f"{SEALED_FOLDER}/**/*",
    f"{JOURNAL_FOLDER}/{SEALED_EVENTS_FILE}",
    f"{JOURNAL_FOLDER}/{SEALED_EVENTS_FILE}.new",
    f"{JOURNAL_FOLDER}/{HEAD_FILE}",
    SNAPSHOT_FILE,
    HEADER_COPY_FILE,
)


def begin(vault: Path, vault_id: str) -> None:
    """Note durably that the vault is on its way.

    Raises:
        StorageFullError, VaultError: the disk refuses.
    """
    text = json.dumps({_MARK: vault_id}).encode("ascii")
    write_atomic(vault / MARK_FILE, text, neutral=True)


def settle(vault: Path, *, wait_s: float) -> None:
    """Finish or undo an encryption that was interrupted, if there is one; no key is needed.

    Raises:
        VaultBusyError: another process is at work in the vault. VaultError: the disk refuses.
    """
    if (vault / MARK_FILE).exists():
        with locked(vault, wait_s=wait_s, purpose="finishing the encryption", timed=False):
            settle_locked(vault)


def settle_if_free(vault: Path) -> None:
    """As `settle`, but leave it where somebody holds the vault, who may be doing just that."""
    with suppress(VaultBusyError):
        settle(vault, wait_s=0.0)


def settle_locked(vault: Path) -> None:
    """As `settle`; the caller holds the vault.

    Raises:
        VaultDamagedError: what would stay holds less than what would go; nothing was removed.
        VaultError: the disk refuses.
    """
    marked = _marked(vault)
    if marked is None:
        return
    header = read_header(vault, warn=False)
    if marked != header.vault_id:
        _log.warning("'%s' is of another vault; nothing is done", MARK_FILE)
    elif header.encrypted:
        _check_whole(vault, _SEALED_WHOLE, _PLAIN_WHOLE)
        finish(vault, header)
        _log.info("an encryption that was interrupted is finished")
    else:
        _check_whole(vault, _PLAIN_WHOLE, _SEALED_WHOLE)
        undo(vault)
        _log.info("an encryption that was interrupted before it happened is undone")


def is_undoable(vault: Path) -> bool:
    """Whether an encryption is under way, and the plain vault is still whole.

    Raises:
        VaultError: the disk refuses.
    """
    return (vault / MARK_FILE).exists() and _holds_all(vault, _PLAIN_WHOLE, _SEALED_WHOLE)


def _check_whole(vault: Path, stays: tuple[str, str], goes: tuple[str, str]) -> None:
    if not _holds_all(vault, stays, goes):
        raise damaged(
            vault,
            f"The vault '{vault}' was being encrypted, and its head was replaced since: what it "
            "names is not whole. Nothing was removed.",
        )


def _holds_all(vault: Path, stays: tuple[str, str], goes: tuple[str, str]) -> bool:
    """Whether one side has at least as many entries and photos as the other; no key is needed."""
    with explained(vault):
        (lines, photos), (other_lines, other_photos) = (
            (_lines(vault / journal), len(files_of(vault, (pattern,))))
            for journal, pattern in (stays, goes)
        )
    return lines >= other_lines and photos >= other_photos


def _lines(journal: Path) -> int:
    if not journal.exists():
        return 0
    with journal.open("rb") as file:
        return sum(line.endswith(b"\n") for line in file)


def _marked(vault: Path) -> str | None:
    path = vault / MARK_FILE
    with explained(path):
        try:
            found = json.loads(path.read_bytes())
            return str(found[_MARK])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            _log.warning("'%s' is not readable; nothing is done", MARK_FILE)
            return None


def undo(vault: Path) -> None:
    """Take away what was sealed; the readable vault was not touched.

    Raises:
        VaultError: the disk refuses.
    """
    with explained(vault):
        for path in files_of(vault, _SEALED):
            path.unlink()
        _remove_empty(vault / SEALED_FOLDER)
    _end(vault)


def finish(vault: Path, header: Header) -> None:
    """Complete the header, and remove everything readable.

    Raises:
        VaultError: the disk refuses; the next use finishes it.
    """
    finish_copies(vault, header)
    with explained(vault):
        flush_folder(vault)  # before the last readable copy goes, the header must be there to stay
        for path in files_of(vault, READABLE):
            erase_file(path)
        for name in (PHOTO_FOLDER, CACHE_FOLDER):
            _remove_empty(vault / name)
        flush_folder(vault / JOURNAL_FOLDER)
        neutral_times(vault / JOURNAL_FOLDER)
    _end(vault)


def _end(vault: Path) -> None:
    with explained(vault):
        flush_folder(vault)
        (vault / MARK_FILE).unlink(missing_ok=True)
        flush_folder(vault)


def _remove_empty(folder: Path) -> None:
    """Remove a folder and those in it, as far as nothing is left in them."""
    if folder.is_symlink():
        return
    for path in (*sorted(folder.rglob("*"), reverse=True), folder):
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):
                path.rmdir()


def files_of(vault: Path, patterns: tuple[str, ...]) -> list[Path]:
    """Files that match, each once; links themselves, and nothing that lies behind one."""
    found = dict.fromkeys(path for pattern in patterns for path in vault.glob(pattern))
    folders = {path.parent for path in found}
    outside = {folder for folder in folders if is_behind_link(vault, folder)}
    return [
        path
        for path in found
        if path.parent not in outside and (path.is_symlink() or not path.is_dir())
    ]


def is_behind_link(vault: Path, folder: Path) -> bool:
    """Whether the way from the vault to a folder in it leads through a link, perhaps out of it."""
    return any(place.is_symlink() for place in (folder, *folder.parents) if vault in place.parents)


def erase_file(path: Path) -> None:
    """Remove a file, its bytes overwritten once where the file system writes in place.

    On an SSD, a memory card, or a file system that never overwrites (btrfs, ZFS, APFS), the old
    bytes stay until the device uses their place again: no program can wipe them one by one. A
    file that has another name elsewhere (a hard link) is only unlinked, since the other name may
    be somebody's backup.

    Raises:
        OSError: it cannot be removed.
    """
    with suppress(OSError):
        state = path.lstat()
        if not path.is_symlink() and state.st_nlink == 1:
            _overwrite(path, state.st_size)
    path.unlink(missing_ok=True)


def _overwrite(path: Path, size: int) -> None:
    descriptor = os.open(path, _FLAGS)
    try:
        for start in range(0, size, len(_ZEROS)):
            write_all(descriptor, _ZEROS[: size - start])
        flush(descriptor)
    finally:
        os.close(descriptor)
