"""`vault.json`: what marks a folder as a vault, in which format, and who can open it.

A plain vault (format 1) has one. An encrypted vault (format 2) keeps the same text twice, since
without the key slots in it nothing could ever be read again: `vault.json` and `vault.copy.json`.
It names neither people nor dates, and ends with the SHA-256 of itself. Of two sound copies the
one of the higher generation counts: a change of passphrase that was interrupted between the two
has happened.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tracker.errors import VaultDamagedError, VaultError, VaultNewerError, VaultNotFoundError
from tracker.store.disk import damaged, explained, write_atomic
from tracker.store.lines import SEALED_EVENTS_FILE
from tracker.store.slots import Slot, slot_from_json, slot_to_json

HEADER_FILE = "vault.json"
HEADER_COPY_FILE = "vault.copy.json"
JOURNAL_FOLDER = "journal"
#: Says that a plain vault is on its way to being encrypted, see `conversion`.
ENCRYPTING_FILE = "encrypting.json"
PLAIN_FORMAT = 1
ENCRYPTED_FORMAT = 2
#: The newest layout of the folder and of the journal's lines. A program reads all older ones.
FORMAT = ENCRYPTED_FORMAT
_MAX_BYTES = 1 << 16
_MAX_SLOTS = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a vault.

    format: number of the layout. created_at: UTC; None in an encrypted vault, where only the
    journal tells. demo: made-up data, to be said on screen. generation: counts the changes of an
    encrypted vault's header. key_id: tells data keys apart without telling the key.
    """

    format: int
    vault_id: str
    created_at: datetime | None
    demo: bool
    generation: int = 0
    key_id: str = ""
    slots: tuple[Slot, ...] = ()

    @property
    def encrypted(self) -> bool:
        """Whether a key is needed."""
        return self.format >= ENCRYPTED_FORMAT


def write_header(vault: Path, header: Header) -> None:
    """Write the header durably, both copies of it in an encrypted vault.

    The first file that is there makes the folder a vault, or a change of passphrase valid.

    Raises:
        StorageFullError: no room. VaultError: the system refuses.
    """
    for name in header_files(header):
        write_header_file(vault / name, header)


def header_files(header: Header) -> tuple[str, ...]:
    """The names under which this header is kept, in the order of writing."""
    return (HEADER_FILE, HEADER_COPY_FILE) if header.encrypted else (HEADER_FILE,)


def write_header_file(path: Path, header: Header) -> None:
    """Write one file of a header durably."""
    write_atomic(path, header_text(header), neutral=header.encrypted)


def header_text(header: Header) -> bytes:
    """The bytes of a header file."""
    content: dict[str, Any] = {"moletrail_vault": header.vault_id, "format": header.format}
    if not header.encrypted:
        assert header.created_at is not None
        content |= {"created_at": header.created_at.isoformat(), "demo": header.demo}
    else:
        content |= {
            "demo": header.demo,
            "generation": header.generation,
            "key_id": header.key_id,
            "slots": [slot_to_json(slot) for slot in header.slots],
        }
        content["sha256"] = _digest(content)
    return (json.dumps(content, indent=2) + "\n").encode()


def read_header(vault: Path, *, warn: bool = True) -> Header:
    """Read and check the header; of an encrypted vault the newer of the sound copies.

    Args:
        warn: log it where one of the two copies cannot be used.

    Raises:
        VaultNotFoundError: nothing there, or a folder that is no vault.
        VaultError: the path is a file, or cannot be read.
        VaultNewerError: written by a newer program.
        VaultDamagedError: unreadable, missing while a journal is there, of another vault than its
        copy, or that of a plain vault in an encrypted one.
    """
    with explained(vault / HEADER_FILE):
        _check_folder(vault)
        try:
            first = read_header_file(vault / HEADER_FILE)
        except VaultDamagedError as error:
            return _from_copy(vault, error, warn=warn)
        if not first.encrypted and was_encrypted(vault):
            first = read_header_file(vault / HEADER_FILE)  # or another process has just done it
            if not first.encrypted:
                raise damaged(
                    vault, f"'{vault / HEADER_FILE}' is not of the vault that lies there."
                )
        if not first.encrypted:
            return first
        try:
            copy = read_header_file(vault / HEADER_COPY_FILE)
        except VaultDamagedError as error:
            if warn:
                _log.warning("one copy of the vault's head cannot be used: %s", error.message)
            return first
    if copy.encrypted and copy.vault_id != first.vault_id:
        raise damaged(vault, f"The two copies of the head of '{vault}' are of different vaults.")
    return copy if copy.encrypted and copy.generation > first.generation else first


def was_encrypted(vault: Path) -> bool:
    """Whether what only an encrypted vault has lies in the folder, whatever `vault.json` says.

    A plain `vault.json` beside it was put there from an older copy. What was sealed by an
    encryption that has not happened yet does not count.

    Raises:
        OSError: the system refuses.
    """
    mark, journal = vault / ENCRYPTING_FILE, vault / JOURNAL_FOLDER / SEALED_EVENTS_FILE
    if (vault / HEADER_COPY_FILE).exists():
        return True
    # Looked at twice: another process may just begin to encrypt, or undo it.
    before = mark.exists()
    sealed = journal.exists() and journal.stat().st_size > 0
    return sealed and not before and not mark.exists()


def finish_copies(vault: Path, header: Header) -> None:
    """Write again a copy that is sound but older than `header`, or not there.

    An interrupted change of passphrase left it, and it would still open with the old one. A
    damaged copy is left for `verify`, and a disk that takes nothing leaves it for the next use.
    The caller holds the vault.
    """
    for name in header_files(header) if header.encrypted else ():
        path = vault / name
        try:
            with explained(path):
                if path.exists() and read_header_file(path).generation >= header.generation:
                    continue
            write_header_file(path, header)
        except VaultDamagedError:
            continue
        except VaultError as error:  # it must not keep anybody from reading the vault
            _log.warning("one copy of the vault's head could not be written: %s", error)


def read_header_file(path: Path) -> Header:
    """One file of a header, checked by itself.

    Raises:
        VaultDamagedError: missing, unreadable, or asking for insane costs. VaultNewerError.
        OSError: the system refuses.
    """
    vault = path.parent
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise damaged(vault, f"'{path}' is missing from the vault.") from error
    try:
        found = json.loads(text)
        header = _parse(found)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        _refuse_newer(text, vault)
        raise damaged(vault, f"'{path}' is not readable as the head of a vault.") from error
    if header.format > FORMAT:
        raise newer(vault, f"format {header.format}")
    return header


def _parse(found: Any) -> Header:
    number, demo = found["format"], found["demo"]
    if type(number) is not int or type(demo) is not bool or number < PLAIN_FORMAT:
        raise ValueError("no format")
    vault_id = str(found["moletrail_vault"])
    if number == PLAIN_FORMAT or number > FORMAT:
        return Header(number, vault_id, datetime.fromisoformat(found["created_at"]), demo)
    if found["sha256"] != _digest({key: found[key] for key in found if key != "sha256"}):
        raise ValueError("its own hash does not fit")
    slots = found["slots"]
    if not isinstance(slots, list) or len(slots) > _MAX_SLOTS:
        raise ValueError("no list of key slots")
    return Header(
        format=number,
        vault_id=vault_id,
        created_at=None,
        demo=demo,
        generation=int(found["generation"]),
        key_id=str(found["key_id"]),
        slots=tuple(slot_from_json(slot) for slot in slots),
    )


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _from_copy(vault: Path, error: VaultDamagedError, *, warn: bool) -> Header:
    """The second copy, where the first cannot be used."""
    try:
        header = read_header_file(vault / HEADER_COPY_FILE)
    except VaultDamagedError:
        raise error from None
    if not header.encrypted:
        raise error
    if warn:
        _log.warning("one copy of the vault's head cannot be used: %s", error.message)
    return header


def newer(vault: Path, what: str) -> VaultNewerError:
    """The error for anything in a vault that only a newer program can read."""
    return VaultNewerError(
        f"The vault '{vault}' was written by a newer Moletrail ({what}).",
        next_step="Install the newest Moletrail and try again; nothing was changed.",
    )


def _refuse_newer(text: bytes, vault: Path) -> None:
    """A newer format may have other keys; then its number is all that can be relied on."""
    try:
        found = json.loads(text)
        number = found["format"]
        plain = {key: found[key] for key in found if key != "sha256"}
        if found.get("sha256", _digest(plain)) != _digest(plain):
            return  # it has a hash of itself, as every format since the second, and was altered
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    if isinstance(number, int) and number > FORMAT:
        raise newer(vault, f"format {number}")


def _check_folder(vault: Path) -> None:
    if vault.is_dir():
        if is_vault_folder(vault):
            return
        if has_journal(vault):
            raise damaged(vault, f"'{vault / HEADER_FILE}' is missing from the vault.")
        raise VaultNotFoundError(
            f"The folder '{vault}' is not a Moletrail vault.",
            next_step="Check the path, or make a vault with: moletrail init",
        )
    if vault.exists():
        raise VaultError(
            f"'{vault}' is a file, and a vault is a folder.", next_step="Give another path."
        )
    raise VaultNotFoundError(
        f"There is no vault at '{vault}'.",
        next_step="Check the path, or make a vault with: moletrail init",
    )


def is_vault_folder(vault: Path) -> bool:
    """Whether a header lies in the folder, sound or not."""
    return (vault / HEADER_FILE).exists() or (vault / HEADER_COPY_FILE).exists()


def has_journal(vault: Path) -> bool:
    """Whether the folder holds a journal with anything in it."""
    folder = vault / JOURNAL_FOLDER
    return folder.is_dir() and any(
        file.stat().st_size for ending in ("*.jsonl", "*.sealed") for file in folder.glob(ending)
    )
