"""An encrypted vault that has lost both copies of its head: no key can be had for it any more."""

from __future__ import annotations

from pathlib import Path

from tracker.store.header import HEADER_FILE, JOURNAL_FOLDER
from tracker.store.heads import sealed_headers
from tracker.store.lines import SEALED_EVENTS_FILE
from tracker.store.verify.evidence import looks_encrypted
from tracker.store.verify.findings import Finding, Report
from tracker.store.verify.scanning import scan


def headless_report(vault: Path) -> Report | None:
    """What can be told without a key; None for a vault that has a head or needs none.

    Raises:
        VaultNewerError, VaultNotFoundError, VaultError: see `heads.sealed_headers`.
    """
    if not vault.is_dir() or not looks_encrypted(vault):
        return None
    if sealed_headers(vault):
        return None
    found = scan(vault / JOURNAL_FOLDER / SEALED_EVENTS_FILE)
    finding = Finding(
        "header_damaged",
        "damage",
        HEADER_FILE,
        "Both copies of the head of the vault are missing or damaged. The keys are in it: neither "
        "the passphrase nor the recovery key opens anything here. "
        f"{len(found.sound)} entries of the journal are whole; nothing else could be checked.",
        "Keep this folder as it is, and take 'vault.json' from a backup or an older copy of it.",
    )
    return Report((finding,), photos=0, entries=len(found.sound), deep=False)
