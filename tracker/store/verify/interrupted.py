"""Encryptions and deletions that were interrupted: each use of a vault finishes or undoes them.

A check does so too, and before it looks: else photos that are on their way out would seem lost.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tracker.errors import VaultDamagedError, VaultNotFoundError
from tracker.store import conversion
from tracker.store.erasure import ERASURE_FILE, finish_erasure
from tracker.store.header import read_header
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Finding


def settle_encryption(vault: Path, wait_s: float) -> list[Finding]:
    """Finish or undo an encryption, where the header can tell which.

    Raises:
        VaultNewerError, VaultBusyError, VaultError: see `conversion.settle`.
    """
    if not (vault / conversion.MARK_FILE).exists():
        return []
    with suppress(VaultDamagedError, VaultNotFoundError):
        read_header(vault, warn=False)
        conversion.settle(vault, wait_s=wait_s)
        return [_finding("encryption_unfinished", conversion.MARK_FILE, "The encryption")]
    return []


def settle_deletion(seen: Evidence) -> list[Finding]:
    """Finish or undo a deletion; the last line of the journal tells which.

    Raises:
        VaultError: the disk refuses.
    """
    if not (seen.vault / ERASURE_FILE).exists():
        return []
    finish_erasure(seen.vault, seen.sealing)
    return [_finding("deletion_unfinished", ERASURE_FILE, "A deletion")]


def _finding(code: str, file: str, what: str) -> Finding:
    return Finding(
        code,
        "leftover",
        file,
        f"{what} was interrupted; it was finished now, or undone where it had hardly begun.",
        "Nothing more is to be done.",
    )
