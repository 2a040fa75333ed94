"""`verify`: the whole check of a vault, which needs nothing in it to be sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker import resources
from tracker.errors import (
    StorageFullError,
    VaultBusyError,
    VaultError,
    VaultLockedError,
    VaultNotFoundError,
    WrongPassphraseError,
)
from tracker.store.database import DATABASE_FILE
from tracker.store.header import (
    HEADER_COPY_FILE,
    HEADER_FILE,
    JOURNAL_FOLDER,
    has_journal,
)
from tracker.store.heads import sealed_headers
from tracker.store.keys import VaultKey, check_key
from tracker.store.lines import lines_of
from tracker.store.locking import HOLDER_FILE, Holder, locked, read_holder
from tracker.store.migrate import load_migrations
from tracker.store.verify.database_check import check_database
from tracker.store.verify.entries import read_entries
from tracker.store.verify.evidence import Evidence, gather, looks_encrypted
from tracker.store.verify.findings import Finding, Report
from tracker.store.verify.header_check import check_header
from tracker.store.verify.headless import headless_report
from tracker.store.verify.index_check import check_index
from tracker.store.verify.interrupted import settle_deletion, settle_encryption
from tracker.store.verify.journal_check import check_journal
from tracker.store.verify.leftover_check import check_cache, check_leftovers
from tracker.store.verify.photo_check import Progress, check_photos, no_progress
from tracker.store.verify.scanning import scan

WAIT_S = 20.0


def check_vault(path: Path, key: VaultKey | None = None, deep: bool = False) -> list[Finding]:
    """All findings, damage first; see `examine_vault`."""
    return list(examine_vault(path, key, deep=deep).findings)


def examine_vault(
    path: Path,
    key: VaultKey | None = None,
    *,
    deep: bool = False,
    wait_s: float = WAIT_S,
    on_progress: Progress = no_progress,
) -> Report:
    """Check a vault; nothing in it is changed, but that interrupted deletions are finished.

    Args:
        key: of an encrypted vault.
        deep: read every byte of every photo, and compute every derived value again.
        wait_s: seconds to wait for another process that holds the vault.
        on_progress: called with photos checked and photos in all.

    Raises:
        VaultNotFoundError: no vault there. VaultLockedError, WrongPassphraseError: no key, or not
        this vault's. VaultNewerError: a newer program wrote it. VaultBusyError: still held.
        VaultError: the disk refuses.
    """
    stale = read_holder(path)
    if (headless := headless_report(path)) is not None:
        return headless
    settled = settle_encryption(path, wait_s)
    key = key_for(path, key)
    migrations = load_migrations(resources.migrations_dir())
    with _held(path, wait_s, timed=key is None):
        seen = gather(path, key, migrations)
        if found := settle_deletion(seen):
            settled += found
            seen = gather(path, key, migrations)
        if stale is not None:
            settled.append(_stale(stale))
        return _report(seen, settled, deep=deep, on_progress=on_progress)


def _report(seen: Evidence, settled: list[Finding], *, deep: bool, on_progress: Progress) -> Report:
    found = [*settled, *_findings(seen, deep=deep, on_progress=on_progress)]
    found.sort(key=lambda finding: finding.severity != "damage")
    return Report(
        findings=tuple(dict.fromkeys(found)),
        photos=len(seen.recorded),
        entries=len(seen.scan.sound),
        deep=deep,
    )


def _findings(seen: Evidence, *, deep: bool, on_progress: Progress) -> Iterator[Finding]:
    yield from check_header(seen)
    yield from check_journal(seen)
    yield from check_database(seen, deep=deep)
    yield from check_index(seen, deep=deep)
    yield from check_photos(seen, deep=deep, on_progress=on_progress)
    if deep:
        yield from check_cache(seen)
    yield from check_leftovers(seen)


def _stale(holder: Holder) -> Finding:
    return Finding(
        "holder_stale",
        "leftover",
        HOLDER_FILE,
        f"Process {holder.pid} was stopped while it held the vault.",
        "The note of it is gone now; nothing else is to be done.",
    )


def key_for(path: Path, key: VaultKey | None) -> VaultKey | None:
    """The key to look at the vault with: None for a plain one.

    Raises:
        VaultNotFoundError, VaultError: the path is not, and never was, a vault.
        VaultLockedError, WrongPassphraseError: no key, or not this vault's. VaultNewerError.
    """
    _refuse_other_places(path)
    if not looks_encrypted(path):
        return None
    if key is None:
        raise VaultLockedError(
            f"The vault '{path}' is encrypted and locked.",
            next_step="Unlock it with its passphrase or its recovery key.",
        )
    _check_fits(path, key)
    return key


def _check_fits(path: Path, key: VaultKey) -> None:
    """Refuse another vault's key, even where that vault's head was put into this one."""
    headers = sealed_headers(path)
    if headers and not any(map(key.fits, headers)):
        check_key(path, headers[0], key)
    if len({header.vault_id for header in headers}) < 2:
        return
    codec = lines_of(key.sealing)
    journal = scan(path / JOURNAL_FOLDER / codec.file_name)
    if not read_entries(path, codec, journal.sound[:1]):
        raise WrongPassphraseError(
            f"Heads of two vaults lie in '{path}', and the key that was given does not open the "
            "journal. Nothing was changed.",
            next_step="Unlock the vault with its own passphrase or recovery key.",
        )


def _refuse_other_places(path: Path) -> None:
    remains = (HEADER_FILE, HEADER_COPY_FILE, DATABASE_FILE)
    if path.is_dir() and (has_journal(path) or any((path / name).exists() for name in remains)):
        return
    if path.is_file():
        raise VaultError(
            f"'{path}' is a file, and a vault is a folder.", next_step="Give another path."
        )
    what = f"The folder '{path}' is not a Moletrail vault."
    raise VaultNotFoundError(
        what if path.is_dir() else f"There is no vault at '{path}'.",
        next_step="Check the path, or make a vault with: moletrail init",
    )


@contextmanager
def _held(path: Path, wait_s: float, *, timed: bool) -> Iterator[None]:
    """Hold the vault where it can be held; on a disk that takes no lock nobody can write either.

    Raises:
        VaultBusyError: somebody else holds it.
    """
    holding = locked(path, wait_s=wait_s, purpose="checking the vault", timed=timed)
    try:
        holding.__enter__()
    except (VaultBusyError, StorageFullError):
        raise
    except VaultError:
        yield
        return
    try:
        yield
    finally:
        holding.__exit__(None, None, None)
