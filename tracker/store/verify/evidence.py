"""Everything a check goes by, read once: header, journal, and what the journal says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tracker.errors import VaultDamagedError
from tracker.store.conversion import is_undoable
from tracker.store.disk import explained
from tracker.store.events import Event, PhotoKept, VaultCreated
from tracker.store.header import (
    HEADER_COPY_FILE,
    HEADER_FILE,
    JOURNAL_FOLDER,
    Header,
    read_header_file,
    was_encrypted,
)
from tracker.store.heads import sealed_headers
from tracker.store.journal import Entry
from tracker.store.keys import VaultKey
from tracker.store.lines import SEALED_EVENTS_FILE, LineCodec, lines_of
from tracker.store.migrate import Migration
from tracker.store.photos import PHOTO_FOLDER, SEALED_FOLDER, PhotoFolder
from tracker.store.sealing import OVERHEAD_BYTES, PLAIN, Sealing
from tracker.store.verify.entries import read_entries
from tracker.store.verify.scanning import Scan, scan


@dataclass(frozen=True)
class Evidence:
    """One vault as it lies.

    headers: by file name; None for a file that is missing or unreadable. entries: the readable
    ones of the journal's unbroken chain, without masks, by number.
    """

    vault: Path
    sealing: Sealing
    headers: dict[str, Header | None]
    scan: Scan
    entries: dict[int, Entry] = field(repr=False)
    migrations: tuple[Migration, ...] = field(repr=False)

    @property
    def codec(self) -> LineCodec:
        """Makes and reads this journal's lines."""
        return lines_of(self.sealing)

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.vault / JOURNAL_FOLDER / self.codec.file_name

    @property
    def photo_root(self) -> Path:
        """The folder of the originals."""
        return self.vault / (SEALED_FOLDER if self.sealing.encrypted else PHOTO_FOLDER)

    @property
    def header(self) -> Header | None:
        """The header that counts: of two sound copies the newer one."""
        sound = [header for header in self.headers.values() if header is not None]
        return max(sound, key=lambda header: header.generation, default=None)

    @cached_property
    def first(self) -> VaultCreated | None:
        """The journal's first entry, if it is what it has to be."""
        entry = self.entries.get(1)
        return entry.event if entry and isinstance(entry.event, VaultCreated) else None

    @property
    def vault_id(self) -> str | None:
        """Which vault this is: the header's word, else the journal's."""
        if self.header is not None:
            return self.header.vault_id
        return None if self.first is None else self.first.vault_id

    @cached_property
    def recorded(self) -> dict[str, int]:
        """Originals that the journal knows: size in bytes by SHA-256."""
        return {
            event.photo.photo_sha256: event.photo.size_bytes
            for event in self.events()
            if isinstance(event, PhotoKept)
        }

    def events(self) -> Iterator[Event]:
        """The events of the readable entries, in order."""
        return (entry.event for entry in self.entries.values())

    def photo_path(self, photo_sha256: str) -> Path:
        """Where an original belongs."""
        return PhotoFolder(self.vault, self.sealing).path_of(photo_sha256)

    def stored_size(self, size_bytes: int) -> int:
        """Bytes on the disk of an original of `size_bytes`."""
        return size_bytes + (OVERHEAD_BYTES if self.sealing.encrypted else 0)


def gather(vault: Path, key: VaultKey | None, migrations: tuple[Migration, ...]) -> Evidence:
    """Read header and journal, whatever state they are in.

    Raises:
        VaultNewerError: a newer program wrote one of them. VaultError: the disk refuses.
    """
    sealing = PLAIN if key is None else key.sealing
    names = (HEADER_FILE, HEADER_COPY_FILE) if sealing.encrypted else (HEADER_FILE,)
    headers = {name: _header(vault / name, key) for name in names}
    codec = lines_of(sealing)
    found = scan(vault / JOURNAL_FOLDER / codec.file_name)
    return Evidence(
        vault=vault,
        sealing=sealing,
        headers=headers,
        scan=found,
        entries=read_entries(vault, codec, found.sound),
        migrations=migrations,
    )


def looks_encrypted(vault: Path) -> bool:
    """Whether a key is needed, judged from whatever is left of the vault."""
    with explained(vault):
        if sealed_headers(vault):
            return True
        if _header(vault / HEADER_FILE, None) is not None:
            return was_encrypted(vault) or (_sealed(vault) and not is_undoable(vault))
        return _sealed(vault) or (vault / HEADER_COPY_FILE).exists()


def _sealed(vault: Path) -> bool:
    return (vault / JOURNAL_FOLDER / SEALED_EVENTS_FILE).exists()


def _header(path: Path, key: VaultKey | None) -> Header | None:
    """The header in a file, where it is one that the key opens, or, without a key, a plain one."""
    try:
        header = read_header_file(path)
    except (VaultDamagedError, IsADirectoryError):
        return None
    if header.encrypted:
        return header if key is not None and key.fits(header) else None
    return header if key is None else None
