"""`verify --repair`: every step can be stopped at any point and begun again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tracker import resources
from tracker.store.kept import forget
from tracker.store.keys import VaultKey
from tracker.store.locking import locked
from tracker.store.migrate import load_migrations
from tracker.store.verify.check import WAIT_S, key_for
from tracker.store.verify.evidence import Evidence, gather
from tracker.store.verify.findings import Finding, Repair
from tracker.store.verify.headless import headless_report
from tracker.store.verify.interrupted import settle_deletion, settle_encryption
from tracker.store.verify.mend_journal import mend_journal
from tracker.store.verify.mend_photos import mend_photos
from tracker.store.verify.mend_rest import mend_header, mend_leftovers, mend_tables
from tracker.store.verify.photo_check import Progress, no_progress


def repair_vault(
    path: Path,
    key: VaultKey | None = None,
    *,
    wait_s: float = WAIT_S,
    on_progress: Progress = no_progress,
) -> list[Repair]:
    """Repair what can be repaired; a sound vault is left as it is.

    Interrupted work comes first, since half of a deletion looks like damage; then the journal,
    since all else is judged by it; then the header, the tables made from
    both, the originals and the leftovers. Nothing that may be a photo is deleted.

    Returns:
        What was done. What is still damaged afterwards, a check tells.

    Raises:
        As `examine_vault`; StorageFullError: no room, and what was done so far stays done.
    """
    if headless_report(path) is not None:
        return []
    done = [_settled(each) for each in settle_encryption(path, wait_s)]
    key = key_for(path, key)
    migrations = load_migrations(resources.migrations_dir())
    steps: tuple[Callable[[Evidence], Iterator[Repair]], ...] = (
        lambda seen: (_settled(each) for each in settle_deletion(seen)),
        mend_journal,
        mend_header,
        mend_tables,
        lambda seen: mend_photos(seen, on_progress),
        mend_leftovers,
    )
    with locked(path, wait_s=wait_s, purpose="repairing the vault", timed=key is None):
        forget(path)  # what this process has in memory of an encrypted vault
        for step in steps:
            done += step(gather(path, key, migrations))
    return done


def _settled(finding: Finding) -> Repair:
    return Repair(finding.code, finding.file, finding.message)
