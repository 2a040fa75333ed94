"""Writing a vault to one file while it may be in use.

The vault is held only to learn how far the journal goes and which photos there are. Photos never
change and the journal only grows, so copying needs no lock; should a deletion or an encryption get
in between, the copy starts again. What is copied is checked on the way: a backup is never quietly
worse than the vault it is of, and never takes the place of a better one.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from tracker import __version__
from tracker.errors import BackupError, StorageFullError, UsageError, VaultBusyError
from tracker.store.archive import (
    MANIFEST_FILE,
    Archive,
    Manifest,
    Member,
    Progress,
    member_info,
    seal_file,
    unsealed_comment,
)
from tracker.store.backup_listing import Listing, OpenVault, PhotoFile, list_vault
from tracker.store.chain import BrokenChainError, follow_chain
from tracker.store.disk import PRIVATE_FILE, damaged, explained, flush, flush_folder
from tracker.store.journal import Head
from tracker.store.staging import staging

_ATTEMPTS = 4
#: Zip headers and manifest line of one member, above what they really take.
_BYTES_A_MEMBER = 600
_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was written. photos, entries: how many; sha256: of the whole file.

    missing, damaged: file names of photos that the vault has lost, or that are not what was stored.
    """

    file: Path
    vault_id: str
    encrypted: bool
    photos: int
    entries: int
    size_bytes: int
    sha256: str
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


class _ChangedMeanwhileError(Exception):
    """The vault was rewritten while it was being copied."""


def back_up(open_vault: OpenVault, file: Path, progress: Progress) -> BackedUp:
    """Write the vault to `file`: afterwards it is whole and on the device, or as it was before.

    Args:
        open_vault: opens the vault for a moment; called once an attempt.

    Raises:
        UsageError: `file` cannot be the name of a backup. BackupError: `file` is something else
        than an earlier backup of this vault. StorageFullError: no room. VaultDamagedError: the
        vault has lost photos, and an earlier backup is not replaced by one without them.
        VaultError and its kin: the vault cannot be opened, or the disk refuses.
    """
    target = _checked_target(file)
    for _ in range(_ATTEMPTS):
        listing = list_vault(open_vault)
        if target.is_relative_to(listing.vault.resolve()):
            raise UsageError(
                f"'{file}' is inside the vault.", next_step="Give a path outside of the vault."
            )
        try:
            return _written(listing, target, progress)
        except _ChangedMeanwhileError:
            continue
    raise VaultBusyError(
        f"The vault kept being rewritten while it was copied; '{file}' was not written.",
        next_step="Try again when no other command runs.",
    )


def _checked_target(file: Path) -> Path:
    """Where the backup will lie; a link leads to the file it names."""
    with explained(file):
        target = file.expanduser().resolve()
        if target.is_dir():
            raise UsageError(
                f"'{file}' is a folder.", next_step="Give the name of a file in it for the backup."
            )
        if target.exists() and not target.is_file():
            raise UsageError(f"'{file}' is no file.", next_step="Give another path.")
        if not target.parent.is_dir():
            raise UsageError(
                f"There is no folder '{target.parent}'.", next_step="Make it, or give another path."
            )
    return target


def _earlier_backup(listing: Listing, target: Path) -> Head | None:
    """How far the backup at `target` goes; anything else there is refused."""
    if not target.exists():
        return None
    with Archive.open(target) as archive:
        found = archive.manifest
    if found.vault_id != listing.vault_id:
        raise BackupError(
            f"'{target}' is a backup of another vault; it was not replaced.",
            next_step="Give another file name.",
        )
    if found.encrypted != listing.encrypted:
        raise BackupError(
            f"'{target}' is a backup from before the vault was encrypted, and can be read by "
            "anybody who has it; it was not replaced.",
            next_step="Give another file name; once the new backup is there, delete that one.",
        )
    if found.head.seq > max(listing.head.seq, listing.erased):
        raise _not_earlier(target)
    return found.head


def _not_earlier(target: Path) -> BackupError:
    return BackupError(
        f"The backup '{target}' holds entries of this vault that the vault itself does not have; "
        "it was not replaced.",
        next_step="Give another file name, and keep that backup.",
    )


def _written(listing: Listing, target: Path, progress: Progress) -> BackedUp:
    before = _state(target)
    earlier = _earlier_backup(listing, target)
    _check_room(listing, target)
    with staging(target) as folder, explained(target):
        temporary = folder / "backup"
        with _new_file(temporary) as file:
            manifest, passed = _fill(listing, file, progress, earlier)
            if earlier is not None:
                _check_better(listing, manifest, target, earlier, passed=passed)
            whole = seal_file(file, lambda done, total: progress(total + done, 2 * total))
            flush(file.fileno())
            size = os.fstat(file.fileno()).st_size
        if _state(target) != before:  # somebody else has put a file there, perhaps a later backup
            raise _ChangedMeanwhileError
        temporary.replace(target)
        flush_folder(target.parent)
    names = {photo.name: photo.file_name for photo in listing.photos}
    return BackedUp(
        file=target,
        vault_id=listing.vault_id,
        encrypted=listing.encrypted,
        photos=len(listing.photos) - len(manifest.missing),
        entries=listing.head.seq,
        size_bytes=size,
        sha256=whole,
        missing=tuple(names[name] for name in manifest.missing),
        damaged=tuple(names[name] for name in manifest.damaged),
    )


def _state(target: Path) -> tuple[int, ...] | None:
    """What tells a file from the one that takes its place; None where there is none."""
    with explained(target), suppress(FileNotFoundError):
        found = target.stat()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
    return None


def _check_room(listing: Listing, target: Path) -> None:
    needed = listing.size_bytes + _BYTES_A_MEMBER * (len(listing.photos) + 10)
    with explained(target):
        free = shutil.disk_usage(target.parent).free
    if needed > free:
        raise StorageFullError(
            f"The backup takes {needed / 1e6:,.1f} MB, and {free / 1e6:,.1f} MB are free at "
            f"'{target.parent}'.",
            next_step="Make room, or give a path on another disk.",
        )


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, PRIVATE_FILE)
    with open(descriptor, "w+b") as file:  # noqa: PTH123 - a path's `open` sets no permissions
        yield file


def _fill(
    listing: Listing, file: IO[bytes], progress: Progress, earlier: Head | None
) -> tuple[Manifest, bool]:
    """Write all members and the manifest; the comment is still to be sealed.

    Returns:
        The manifest, and whether the journal goes on from `earlier`.
    """
    members: list[Member] = []
    faulty: list[str] = []
    done = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as zipped:
        for photo in listing.photos:
            if photo.size_bytes is None:
                continue
            content = _photo(listing, photo)
            if not listing.is_photo(photo.photo_sha256, content):
                faulty.append(photo.name)
            members.append(_add(zipped, photo.name, content))
            done += len(content)
            progress(done, 2 * listing.size_bytes)
        journal, passed = _add_journal(zipped, listing, earlier)
        members.append(journal)
        members += [_add(zipped, name, content) for name, content in listing.small]
        manifest = Manifest(
            vault_id=listing.vault_id,
            vault_format=listing.vault_format,
            encrypted=listing.encrypted,
            program=__version__,
            head=listing.head,
            members=tuple(members),
            missing=tuple(photo.name for photo in listing.photos if photo.size_bytes is None),
            damaged=tuple(faulty),
        )
        _add(zipped, MANIFEST_FILE, manifest.to_json())
        zipped.comment = unsealed_comment()
    return manifest, passed


def _photo(listing: Listing, photo: PhotoFile) -> bytes:
    try:
        return (listing.vault / photo.name).read_bytes()
    except FileNotFoundError as error:
        raise _ChangedMeanwhileError from error


def _add(zipped: zipfile.ZipFile, name: str, content: bytes) -> Member:
    zipped.writestr(member_info(name, len(content)), content)
    return Member(name, len(content), sha256(content).hexdigest())


def _add_journal(
    zipped: zipfile.ZipFile, listing: Listing, earlier: Head | None
) -> tuple[Member, bool]:
    name, size = listing.journal, listing.journal_bytes
    digest, passed = sha256(), False
    try:
        with (
            (listing.vault / name).open("rb") as source,
            zipped.open(member_info(name, size), "w") as sink,
        ):

            def keep(line: bytes, head: Head) -> None:
                nonlocal passed
                passed = passed or head == earlier
                digest.update(line)
                sink.write(line)

            head = follow_chain(source, size, keep)
    except (FileNotFoundError, BrokenChainError) as error:
        raise _ChangedMeanwhileError from error
    if head != listing.head:
        raise _ChangedMeanwhileError
    return Member(name, size, digest.hexdigest()), passed


def _check_better(
    listing: Listing, manifest: Manifest, target: Path, earlier: Head, *, passed: bool
) -> None:
    """An earlier backup is replaced only by one that has all of it, but for what was deleted.

    Args:
        passed: whether the journal goes on from `earlier`.

    Raises:
        BackupError: it has entries that the vault does not have. VaultDamagedError: it may hold
        the only good copy of photos that the vault has lost.
    """
    if not passed and earlier.seq > listing.erased:
        raise _not_earlier(target)
    lost = len(manifest.missing) + len(manifest.damaged)
    if lost:
        raise damaged(
            listing.vault,
            f"{lost} photos of the vault '{listing.vault}' are missing or damaged. The earlier "
            f"backup '{target}' may still hold them, and was not replaced.",
        )
