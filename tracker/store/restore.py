"""Bringing a vault back from a backup file, of which nothing is believed.

Every name, size and hash is checked before or while it is written; the vault is made in a folder
beside its place and appears there whole, or not at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tracker.errors import (
    MoletrailError,
    StorageFullError,
    VaultDamagedError,
    VaultError,
    VaultNewerError,
)
from tracker.store.archive import MANIFEST_FILE, Archive, Member, Progress, altered
from tracker.store.chain import BrokenChainError, follow_chain
from tracker.store.disk import (
    PRIVATE_FILE,
    explained,
    flush,
    flush_folder,
    make_folder,
    neutral_times,
)
from tracker.store.header import FORMAT, is_vault_folder, read_header
from tracker.store.layout import Layout, layout_of
from tracker.store.staging import staging
from tracker.store.vault import Vault

_AT_ONCE = 1 << 20
#: What a file manager may have left in an otherwise empty folder.
_HARMLESS = frozenset({".DS_Store", "desktop.ini", "Thumbs.db"})
_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back. missing, damaged: photos that were so when the backup was made."""

    path: Path
    vault_id: str
    encrypted: bool
    photos: int
    entries: int
    missing: int
    damaged: int


def restore(file: Path, to: Path, progress: Progress) -> Restored:
    """Make the vault of a backup at `to`, which must not exist or be an empty folder.

    Raises:
        BackupError: `file` is no backup, or not as it was written. VaultNewerError: written by a
        newer program. VaultError: there is something at `to`, or the disk refuses.
        StorageFullError: no room. In each case nothing is left at `to`.
    """
    target = _checked_target(to)
    with Archive.open(file.expanduser()) as archive:
        wanted = _checked_members(archive)
        with explained(target):
            make_folder(target.parent)
        _check_room(archive, target.parent)
        archive.check_whole(lambda done, _: progress(done, 2 * archive.size_bytes))
        with staging(target) as folder:
            _extract(archive, wanted, folder, progress)
            _check_vault(archive, folder)
            _put_in_place(folder, target, neutral=archive.manifest.encrypted)
        manifest = archive.manifest
    if not manifest.encrypted:
        with suppress(MoletrailError), Vault.open(target, purpose="restore"):
            pass  # makes the database, so that a check finds nothing missing
    photo = layout_of(manifest.encrypted).photo
    return Restored(
        path=target,
        vault_id=manifest.vault_id,
        encrypted=manifest.encrypted,
        photos=sum(photo.fullmatch(member.name) is not None for member in manifest.members),
        entries=manifest.head.seq,
        missing=len(manifest.missing),
        damaged=len(manifest.damaged),
    )


def _checked_target(to: Path) -> Path:
    with explained(to):
        target = to.expanduser().resolve()
        if not target.exists():
            return target
        if not target.is_dir():
            raise VaultError(
                f"'{target}' is a file, and a vault is a folder.", next_step="Give another path."
            )
        if is_vault_folder(target):
            raise VaultError(
                f"There is a vault at '{target}' already; nothing was restored.",
                next_step="Give the path of a new folder with --to.",
            )
        if {entry.name for entry in target.iterdir()} - _HARMLESS:
            raise VaultError(
                f"The folder '{target}' is not empty; nothing was restored.",
                next_step="Give the path of a new or empty folder with --to.",
            )
    return target


def _checked_members(archive: Archive) -> list[tuple[zipfile.ZipInfo, Member]]:
    """Each entry of the container with what the manifest says of it; anything odd is refused.

    Raises:
        BackupError: a name, size, order or kind that this program does not write.
        VaultNewerError: the vault in it is of a newer format.
    """
    manifest = archive.manifest
    if manifest.vault_format > FORMAT:
        raise VaultNewerError(
            f"The vault in the backup '{archive.path}' was written by a newer Moletrail "
            f"(format {manifest.vault_format}).",
            next_step="Install the newest Moletrail and try again.",
        )
    infos = archive.infos[:-1]
    if len(infos) != len(manifest.members):
        raise altered(archive.path, "files are missing from it, or were added")
    layout = layout_of(manifest.encrypted)
    seen = {MANIFEST_FILE}
    for info, member in zip(infos, manifest.members, strict=True):
        if info.filename != member.name or info.file_size != member.size_bytes:
            raise altered(archive.path, f"'{member.name!a}' in it is not what was written")
        _check_entry(archive, info, layout)
        if member.name in seen:
            raise altered(archive.path, f"'{member.name}' is in it twice")
        seen.add(member.name)
        if not (manifest.encrypted or member.name in manifest.damaged):
            _check_name(archive, member, layout)
    if not {layout.journal, layout.small[0]} <= seen:
        raise altered(archive.path, "its journal or its head is missing")
    # Entries that share bytes could unpack to far more than the file.
    if sum(info.file_size for info in archive.infos) > archive.size_bytes:
        raise altered(archive.path, "files in it overlap")
    return list(zip(infos, manifest.members, strict=True))


def _check_entry(archive: Archive, info: zipfile.ZipInfo, layout: Layout) -> None:
    kind = info.external_attr >> 16 & 0o170000
    stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
    plain = not info.flag_bits & 0x1 and kind in (0, 0o100000)
    known = info.filename in (layout.journal, *layout.small) or layout.photo.fullmatch(
        info.filename
    )
    if not (stored and plain and known and info.filename == info.orig_filename):
        raise altered(archive.path, f"'{info.filename!a}' in it is not a file of a vault")


def _check_name(archive: Archive, member: Member, layout: Layout) -> None:
    """A plain vault's photo is named by its hash."""
    match = layout.photo.fullmatch(member.name)
    if match is not None and match[2] != member.sha256:
        raise altered(archive.path, f"'{member.name}' in it does not have the hash of its name")


def _check_room(archive: Archive, parent: Path) -> None:
    with explained(parent):
        free = shutil.disk_usage(parent).free
    if archive.size_bytes > free:
        raise StorageFullError(
            f"The vault takes {archive.size_bytes / 1e6:,.1f} MB, and {free / 1e6:,.1f} MB are "
            f"free at '{parent}'.",
            next_step="Make room, or give a path on another disk.",
        )


def _extract(
    archive: Archive,
    wanted: list[tuple[zipfile.ZipInfo, Member]],
    folder: Path,
    progress: Progress,
) -> None:
    done, total = archive.size_bytes, 2 * archive.size_bytes
    for info, member in wanted:
        path = folder.joinpath(*member.name.split("/"))
        with explained(path):
            make_folder(path.parent)
        with archive.member(info) as source, explained(path):
            digest = _copy(source, path, member.size_bytes)
        if digest != member.sha256:
            raise altered(archive.path, f"'{member.name}' in it was altered")
        done += member.size_bytes
        progress(min(done, total), total)


def _copy(source: IO[bytes], path: Path, size_bytes: int) -> str:
    """Write exactly `size_bytes` durably; returns their SHA-256, or "" where there are fewer."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, PRIVATE_FILE)
    digest, missing = hashlib.sha256(), size_bytes
    with open(descriptor, "wb") as sink:  # noqa: PTH123 - a path's `open` sets no permissions
        while missing and (part := source.read(min(_AT_ONCE, missing))):
            digest.update(part)
            sink.write(part)
            missing -= len(part)
        sink.flush()
        flush(sink.fileno())
    return digest.hexdigest() if not missing else ""


def _check_vault(archive: Archive, folder: Path) -> None:
    """Whether what was taken out is one vault: head, journal and manifest agree.

    Raises:
        BackupError: they do not.
    """
    manifest = archive.manifest
    try:
        header = read_header(folder, warn=False)
    except (VaultError, VaultDamagedError) as error:
        raise altered(archive.path, "the head of the vault in it is not readable") from error
    if (header.vault_id, header.encrypted) != (manifest.vault_id, manifest.encrypted):
        raise altered(archive.path, "the head in it is of another vault")
    journal = folder.joinpath(*layout_of(manifest.encrypted).journal.split("/"))
    with explained(journal), journal.open("rb") as file:
        try:
            head = follow_chain(file, journal.stat().st_size)
        except BrokenChainError as error:
            raise altered(archive.path, f"entry {error.seq} of the journal in it") from error
    if head != manifest.head:
        raise altered(archive.path, "its journal ends at another entry")


def _put_in_place(folder: Path, target: Path, *, neutral: bool) -> None:
    """Rename the finished folder to its place; from then on there is a vault."""
    with explained(target):
        for path in sorted(folder.rglob("*")):
            if neutral:
                neutral_times(path)
            if path.is_dir():
                flush_folder(path)
        flush_folder(folder)
        if _checked_target(target).exists():  # somebody may have put something there meanwhile
            for name in _HARMLESS:
                (target / name).unlink(missing_ok=True)
            target.rmdir()  # Windows renames to no folder that is there, even an empty one
        folder.replace(target)
        if neutral:
            neutral_times(target)
        flush_folder(target.parent)
