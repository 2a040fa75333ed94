"""Making a new vault folder."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from tracker.errors import VaultError
from tracker.store.disk import PRIVATE_FOLDER, damaged, explained, flush_folder, make_folder
from tracker.store.events import VaultCreated
from tracker.store.header import FORMAT, HEADER_FILE, JOURNAL_FOLDER, Header, write_header
from tracker.store.journal import Journal
from tracker.store.locking import HOLDER_FILE, LOCK_FILE, locked
from tracker.store.photos import PHOTO_FOLDER

#: What an interrupted `create`, or a file manager, may have left in an otherwise empty folder.
_HARMLESS = frozenset(
    {
        LOCK_FILE,
        HOLDER_FILE,
        JOURNAL_FOLDER,
        PHOTO_FOLDER,
        ".DS_Store",
        "desktop.ini",
        "Thumbs.db",
    }
)


def create_vault(path: Path, *, demo: bool) -> None:
    """Make a vault at `path`, which must not exist or be an empty folder.

    Raises:
        VaultError: something is there already, or cannot be written. StorageFullError: no room.
    """
    _check_target(path)
    with explained(path):
        make_folder(path)
        with suppress(OSError):
            path.chmod(PRIVATE_FOLDER)
    with locked(path, wait_s=5.0, purpose="making the vault"):
        _check_target(path)
        with explained(path):
            make_folder(path / PHOTO_FOLDER)
        created = _begin_journal(path, demo)
        write_header(path, Header(FORMAT, created.vault_id, created.created_at, created.demo))
        with explained(path):
            flush_folder(path)
            flush_folder(path.absolute().parent)


def _begin_journal(path: Path, demo: bool) -> VaultCreated:
    """The journal's first entry, written now or by a `create` that was interrupted."""
    with Journal(path) as journal:
        if journal.head.seq > 1:
            raise damaged(path, f"'{path / HEADER_FILE}' is missing from the vault.")
        for entry in journal.entries():
            if isinstance(entry.event, VaultCreated) and entry.event.demo == demo:
                return entry.event
            raise VaultError(f"'{path}' is not empty.", next_step="Give another path.")
        created = VaultCreated(secrets.token_hex(16), datetime.now(UTC), demo)
        journal.append(journal.seal([created]))
    return created


def _check_target(path: Path) -> None:
    with explained(path):
        if not path.exists():
            return
        if not path.is_dir():
            raise VaultError(
                f"'{path}' is a file, and a vault is a folder.", next_step="Give another path."
            )
        if (path / HEADER_FILE).exists():
            raise VaultError(
                f"There is a vault at '{path}' already.", next_step="Use it, or give another path."
            )
        if {entry.name for entry in path.iterdir()} - _HARMLESS:
            raise VaultError(
                f"The folder '{path}' is not empty.",
                next_step="Give the path of a new or empty folder.",
            )
