"""Turning a plain vault into an encrypted one, in place.

The order is: a note that it is under way -> every photo and the journal sealed beside the plain
ones, and each read back and compared -> the new header renamed over the old one, from which moment
the vault is encrypted -> the header's second copy -> the readable files go -> the note goes.
Stopped before the rename, the next use undoes it; after it, the next use finishes it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tracker.errors import MoletrailError, StorageFullError, UsageError, VaultError
from tracker.store import conversion
from tracker.store.disk import (
    PRIVATE_FILE,
    damaged,
    explained,
    flush,
    flush_folder,
    make_folder,
    neutral_times,
    write_all,
)
from tracker.store.entry import Head
from tracker.store.head import HeadFile
from tracker.store.header import (
    HEADER_FILE,
    JOURNAL_FOLDER,
    Header,
    read_header,
    write_header_file,
)
from tracker.store.journal import Journal
from tracker.store.keys import VaultKey, encrypted_header, new_key
from tracker.store.lines import EVENTS_FILE, GENESIS, Line, LineUnreadableError, lines_of
from tracker.store.locking import LOCK_FILE
from tracker.store.photos import PHOTO_FOLDER, SEALED_FOLDER, PhotoFolder
from tracker.store.sealing import OVERHEAD_BYTES, PLAIN, Sealing
from tracker.store.slots import DEFAULT_COST, KdfCost, clean_passphrase
from tracker.store.vault import holding

#: Called with the number of photos sealed, and of all.
Progress = Callable[[int, int], object]
#: What the conversion leaves where it is, or replaces.
_OWN = (HEADER_FILE, LOCK_FILE)
#: Strange files that a message names.
_NAMED = 5
_SHA256_DIGITS = 64
_SPARE_BYTES = 16 << 20
_FILE_BLOCK_BYTES = 4096
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def encrypt_vault(
    path: Path,
    passphrase: str,
    *,
    cost: KdfCost = DEFAULT_COST,
    progress: Progress = lambda done, of: None,
    wait_s: float = 20.0,
) -> str:
    """Encrypt a plain vault in place; afterwards nothing readable is left in its folder.

    What this cannot reach: backups and copies made earlier, the originals outside the vault, and
    what the disk itself keeps of removed files (see `conversion.erase_file`); whoever wants to be
    sure of the last encrypts the whole disk, or begins with an encrypted vault.

    Returns:
        The recovery key, which is kept nowhere: print it.

    Raises:
        UsageError: encrypted already, or no possible passphrase.
        StorageFullError: no room for photos and journal a second time; nothing was changed.
        VaultError: files that are not the vault's lie in its folder, and would stay readable; or
            the disk refuses. Where it did so once the vault was encrypted, the message says that.
        VaultDamagedError: the journal or a photo is not what was stored: repair comes first.
        VaultBusyError, VaultNotFoundError, VaultNewerError: see `Vault.open`.
    """
    clean_passphrase(passphrase)
    _check_plain(path)
    with holding(path, wait_s=wait_s, purpose="encrypting the vault") as held:
        header = _check_plain(path)
        with held.opened():
            pass  # the journal is sound, and has lost nothing that the database knows
        photos = _photos(path)
        _check_room(path, photos)
        key = new_key(header.vault_id)
        sealed, recovery_key = encrypted_header(
            key, demo=header.demo, passphrase=passphrase, cost=cost
        )
        conversion.begin(path, header.vault_id)
        try:
            _seal_all(path, key, photos, progress)
            write_header_file(path / HEADER_FILE, sealed)
        except BaseException as error:
            # Where the header was renamed and only its folder not flushed, it has happened.
            conversion.settle_locked(path)
            if isinstance(error, MoletrailError) and read_header(path).encrypted:
                _has_happened(path, error)
            raise
        try:
            conversion.finish(path, sealed)
        except MoletrailError as error:
            _has_happened(path, error)
            raise
    neutral_times(path / LOCK_FILE, path)
    return recovery_key


def _has_happened(path: Path, error: MoletrailError) -> None:
    """Say what an error means that came once the vault was encrypted."""
    error.message += (
        f" The vault '{path}' is encrypted with the new passphrase all the same; its next use "
        "removes what is still readable in it."
    )
    error.next_step = (
        "Close other programs that use its files. No recovery key was shown: make one with "
        f"moletrail --vault '{path}' rekey --recovery-key"
    )


def _check_plain(path: Path) -> Header:
    header = read_header(path, warn=False)
    if header.encrypted:
        raise UsageError(
            f"The vault '{path}' is encrypted already.",
            next_step="To change its passphrase, run: moletrail rekey",
        )
    return header


def _photos(path: Path) -> list[Path]:
    """The files of the originals; anything in the folder that nobody knows is refused."""
    with explained(path):
        readable = conversion.files_of(path, conversion.READABLE)
        everything = [file for file in path.rglob("*") if not file.is_dir() or file.is_symlink()]
    own = {path / name for name in _OWN}
    strangers = sorted(str(file) for file in set(everything) - set(readable) - own)
    if strangers:
        more = f" and {len(strangers) - _NAMED} more" if len(strangers) > _NAMED else ""
        raise VaultError(
            "These files in the vault's folder are not the vault's, and would stay readable: "
            f"{', '.join(strangers[:_NAMED])}{more}.",
            next_step="Move them out of the folder, then encrypt it.",
        )
    return sorted(file for file in readable if _is_photo(path, file))


def _is_photo(path: Path, file: Path) -> bool:
    place = file.relative_to(path).parts
    return len(place) == 3 and place[0] == PHOTO_FOLDER and len(place[2]) == _SHA256_DIGITS


def _check_room(path: Path, photos: list[Path]) -> None:
    with explained(path):
        sizes = [file.stat().st_size for file in (*photos, path / JOURNAL_FOLDER / EVENTS_FILE)]
        free = shutil.disk_usage(path).free
    needed = sum(sizes) + len(sizes) * (OVERHEAD_BYTES + _FILE_BLOCK_BYTES) + _SPARE_BYTES
    if free < needed:
        raise StorageFullError(
            f"Encrypting the vault '{path}' takes {_mb(needed)} MB of room for a while, and "
            f"{_mb(free)} MB are free. Nothing was changed.",
            next_step="Make room and try again.",
        )


def _mb(size_bytes: int) -> int:
    return -(-size_bytes // 1_000_000)


def _seal_all(path: Path, key: VaultKey, photos: list[Path], progress: Progress) -> None:
    """Write photos and journal sealed, flushed, and proven to hold the same."""
    folder = PhotoFolder(path, key.sealing)
    with explained(path):
        make_folder(path / SEALED_FOLDER)
    for number, file in enumerate(photos):
        progress(number, len(photos))
        with explained(file):
            data = file.read_bytes()
        if hashlib.sha256(data).hexdigest() != file.name:
            raise damaged(path, f"The photo '{file}' is not what was stored.")
        if folder.read(folder.keep(data)) != data:
            raise VaultError(f"The photo '{file}' could not be sealed.")
    progress(len(photos), len(photos))
    _seal_journal(path, key.sealing)
    with explained(path):
        flush_folder(path)


def _seal_journal(path: Path, sealing: Sealing) -> None:
    codec = lines_of(sealing)
    target = path / JOURNAL_FOLDER / codec.file_name
    new = target.with_name(f"{codec.file_name}.new")
    head = Head(0, GENESIS)
    with explained(new):
        descriptor = os.open(new, _FLAGS, PRIVATE_FILE)
        try:
            for line in _lines(path, PLAIN):
                raw, digest = codec.encode(
                    head.seq + 1, head.hash, line.time, line.kind, line.payload, line.more
                )
                write_all(descriptor, raw)
                head = Head(head.seq + 1, digest)
            flush(descriptor)
        finally:
            os.close(descriptor)
        neutral_times(new)
        new.replace(target)
        flush_folder(target.parent)
    HeadFile(path, sealing).write(head.seq, head.hash, anew=True)
    _compare(path, sealing, head)


def _compare(path: Path, sealing: Sealing, head: Head) -> None:
    """Read the sealed journal as every later use will, and hold it against the plain one."""
    with Journal(path, sealing) as journal:
        same = journal.head == head
    for old, new in zip(_lines(path, PLAIN), _lines(path, sealing), strict=True):
        same = same and (old.seq, old.time, old.kind) == (new.seq, new.time, new.kind)
        same = same and (old.payload, old.more) == (new.payload, new.more)
    if not same:
        raise VaultError(f"The journal of the vault '{path}' could not be sealed.")


def _lines(path: Path, sealing: Sealing) -> Iterator[Line]:
    codec = lines_of(sealing)
    file_path = path / JOURNAL_FOLDER / codec.file_name
    with explained(file_path), file_path.open("rb") as file:
        for raw in file:
            try:
                yield codec.decode(raw)
            except LineUnreadableError as error:
                raise damaged(path, f"The journal '{file_path}' is unreadable.") from error
