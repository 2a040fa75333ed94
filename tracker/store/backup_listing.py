"""What a backup will hold, learned while the vault is held for a moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tracker.store.disk import explained
from tracker.store.journal import Head
from tracker.store.layout import layout_of
from tracker.store.vault import Vault

OpenVault = Callable[[], AbstractContextManager[Vault]]
#: A line of the journal ends with 64 hex digits, `"}` and a line feed.
_TAIL_BYTES = 67


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo's file. name: relative to the vault. size_bytes: None where the file is missing."""

    name: str
    photo_sha256: str
    file_name: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A vault at one moment.

    journal: name of its file, and how many of its bytes count. small: names and contents. photos:
    in the order they were recorded. erased: how many entries the journal had before something was
    deleted last, 0 if never. is_photo: whether bytes, as they lie on the disk, are the
    photo of that SHA-256, unaltered.
    """

    vault: Path
    vault_id: str
    vault_format: int
    encrypted: bool
    head: Head
    journal: str
    journal_bytes: int
    small: tuple[tuple[str, bytes], ...]
    photos: tuple[PhotoFile, ...]
    erased: int
    is_photo: Callable[[str, bytes], bool]

    @property
    def size_bytes(self) -> int:
        """Bytes to copy."""
        photos = sum(photo.size_bytes or 0 for photo in self.photos)
        return photos + self.journal_bytes + sum(len(content) for _, content in self.small)


def list_vault(open_vault: OpenVault) -> Listing:
    """Open the vault, look, and let go of it.

    Raises:
        VaultError and its kin: it cannot be opened, or the disk refuses.
    """
    with open_vault() as vault:
        header = vault.header
        layout = layout_of(header.encrypted)
        journal = vault.path / layout.journal
        with explained(journal):
            size, digest = _tail(journal)
        with explained(vault.path):
            small = [
                (name, (vault.path / name).read_bytes())
                for name in layout.small
                if (vault.path / name).exists()
            ]
            photos = _photos(vault)
        return Listing(
            vault=vault.path,
            vault_id=header.vault_id,
            vault_format=header.format,
            encrypted=header.encrypted,
            head=Head(vault.info().journal_entries, digest),
            journal=layout.journal,
            journal_bytes=size,
            small=tuple(small),
            photos=photos,
            erased=vault.entries_before_deletion(),
            is_photo=vault.originals.is_whole,
        )


def _tail(journal: Path) -> tuple[int, str]:
    """Length of the journal and the hash that its last line ends with."""
    with journal.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        return size, file.read()[:64].decode("ascii", "replace")


def _photos(vault: Vault) -> tuple[PhotoFile, ...]:
    found = []
    for record in vault.photos():
        path = vault.originals.path_of(record.photo_sha256)
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            size = None
        name = path.relative_to(vault.path).as_posix()
        found.append(PhotoFile(name, record.photo_sha256, record.file_name, size))
    return tuple(found)
