"""Making a new vault folder."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from tracker.errors import VaultError
from tracker.store.disk import (
    PRIVATE_FOLDER,
    damaged,
    explained,
    flush_folder,
    is_unfinished,
    make_folder,
    sweep_unfinished,
)
from tracker.store.events import VaultCreated
from tracker.store.head import HEAD_FILE
from tracker.store.header import (
    HEADER_FILE,
    JOURNAL_FOLDER,
    PLAIN_FORMAT,
    Header,
    is_vault_folder,
    write_header,
)
from tracker.store.journal import Journal
from tracker.store.keys import encrypted_header, new_key
from tracker.store.lines import EVENTS_FILE, SEALED_EVENTS_FILE
from tracker.store.locking import HOLDER_FILE, LOCK_FILE, locked
from tracker.store.photos import PHOTO_FOLDER, SEALED_FOLDER
from tracker.store.sealing import PLAIN, Sealing
from tracker.store.slots import KdfCost, clean_passphrase

#: What an interrupted `create`, or a file manager, may have left in an otherwise empty folder.
_HARMLESS = frozenset(
    {
        LOCK_FILE,
        HOLDER_FILE,
        JOURNAL_FOLDER,
        PHOTO_FOLDER,
        SEALED_FOLDER,
        ".DS_Store",
        "desktop.ini",
        "Thumbs.db",
    }
)


def create_vault(path: Path, *, demo: bool) -> None:
    """Make a plain vault at `path`, which must not exist or be an empty folder.

    Raises:
        VaultError: something is there already, or cannot be written. StorageFullError: no room.
    """
    with _new_folder(path, timed=True):
        _clear_interrupted(path, SEALED_EVENTS_FILE)
        make_folder(path / PHOTO_FOLDER)
        created = _begin_journal(path, demo)
        write_header(path, Header(PLAIN_FORMAT, created.vault_id, created.created_at, demo))


def create_encrypted_vault(path: Path, *, demo: bool, passphrase: str, cost: KdfCost) -> str:
    """Make an encrypted vault at `path`, which must not exist or be an empty folder.

    Returns:
        Its recovery key, which is kept nowhere: print it.

    Raises:
        UsageError: no possible passphrase. Else as `create_vault`.
    """
    clean_passphrase(passphrase)
    with _new_folder(path, timed=False):
        _clear_interrupted(path, EVENTS_FILE, SEALED_EVENTS_FILE)
        make_folder(path / SEALED_FOLDER)
        created = VaultCreated(secrets.token_hex(16), datetime.now(UTC), demo)
        key = new_key(created.vault_id)
        header, recovery_key = encrypted_header(key, demo=demo, passphrase=passphrase, cost=cost)
        _write_first_entry(path, created, key.sealing)
        write_header(path, header)
    return recovery_key


@contextmanager
def _new_folder(path: Path, *, timed: bool) -> Iterator[None]:
    """A folder that becomes a vault within the block, locked, and flushed after it."""
    _check_target(path)
    with explained(path):
        make_folder(path)
        with suppress(OSError):
            path.chmod(PRIVATE_FOLDER)
    with locked(path, wait_s=5.0, purpose="making the vault", timed=timed):
        _check_target(path)
        with explained(path):
            sweep_unfinished(path)
            yield
            flush_folder(path)
            flush_folder(path.absolute().parent)


def _clear_interrupted(path: Path, *names: str) -> None:
    """Remove the first entry that an interrupted `create` left: nobody has the key, or wants it.

    Raises:
        VaultDamagedError: there is more than that; it is a vault that lost its head.
    """
    folder = path / JOURNAL_FOLDER
    kept = [name for name in (*names, SEALED_EVENTS_FILE) if _lines(folder / name) > 1]
    sealed = path / SEALED_FOLDER
    if kept or (sealed.is_dir() and any(file.is_file() for file in sealed.rglob("*"))):
        raise damaged(path, f"'{path / HEADER_FILE}' is missing from the vault.")
    for name in (*names, HEAD_FILE):
        (folder / name).unlink(missing_ok=True)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


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
    _write_first_entry(path, created, PLAIN)
    return created


def _write_first_entry(path: Path, created: VaultCreated, sealing: Sealing) -> None:
    with Journal(path, sealing) as journal:
        journal.append(journal.seal(journal.draft([created])))


def _check_target(path: Path) -> None:
    with explained(path):
        if not path.exists():
            return
        if not path.is_dir():
            raise VaultError(
                f"'{path}' is a file, and a vault is a folder.", next_step="Give another path."
            )
        if is_vault_folder(path):
            raise VaultError(
                f"There is a vault at '{path}' already.", next_step="Use it, or give another path."
            )
        found = {entry.name for entry in path.iterdir()} - _HARMLESS
        if not all(map(is_unfinished, found)):
            raise VaultError(
                f"The folder '{path}' is not empty.",
                next_step="Give the path of a new or empty folder.",
            )
