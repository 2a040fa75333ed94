"""`vault.json`: what marks a folder as a vault, and in which format."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tracker.errors import VaultError, VaultNewerError, VaultNotFoundError
from tracker.store.disk import damaged, explained, write_atomic

HEADER_FILE = "vault.json"
JOURNAL_FOLDER = "journal"
#: The layout of the folder and of the journal's lines. A program reads its own and older ones.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Header:
    """format: number of the layout. created_at: UTC. demo: made-up data, to be said on screen."""

    format: int
    vault_id: str
    created_at: datetime
    demo: bool


def write_header(vault: Path, header: Header) -> None:
    """Write `vault.json`; the folder is a vault from then on."""
    content = {
        "moletrail_vault": header.vault_id,
        "format": header.format,
        "created_at": header.created_at.isoformat(),
        "demo": header.demo,
    }
    write_atomic(vault / HEADER_FILE, (json.dumps(content, indent=2) + "\n").encode())


def read_header(vault: Path) -> Header:
    """Read and check `vault.json`.

    Raises:
        VaultNotFoundError: nothing there, or a folder that is no vault.
        VaultError: the path is a file, or cannot be read.
        VaultNewerError: written by a newer program.
        VaultDamagedError: unreadable, or missing while a journal is there.
    """
    path = vault / HEADER_FILE
    with explained(path):
        _check_folder(vault)
        text = path.read_bytes()
    try:
        found = json.loads(text)
        header = Header(
            format=int(found["format"]),
            vault_id=str(found["moletrail_vault"]),
            created_at=datetime.fromisoformat(found["created_at"]),
            demo=bool(found["demo"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        _refuse_newer(text, vault)
        raise damaged(vault, f"'{path}' is not readable as the head of a vault.") from error
    if header.format > FORMAT:
        raise newer(vault, f"format {header.format}")
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
        number = json.loads(text)["format"]
    except (ValueError, KeyError, TypeError):
        return
    if isinstance(number, int) and number > FORMAT:
        raise newer(vault, f"format {number}")


def _check_folder(vault: Path) -> None:
    if vault.is_dir():
        if (vault / HEADER_FILE).exists():
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


def has_journal(vault: Path) -> bool:
    """Whether the folder holds a journal with anything in it."""
    folder = vault / JOURNAL_FOLDER
    return folder.is_dir() and any(file.stat().st_size for file in folder.glob("*.jsonl"))
