"""Repairing the journal: put together from all sources, and swapped in whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tracker.store.disk import explained, flush_folder, make_folder, write_atomic
from tracker.store.events import JournalRepaired
from tracker.store.head import HeadFile
from tracker.store.index import INDEX_FILE, STAMP_FILE
from tracker.store.snapshot import drop_snapshot
from tracker.store.verify.databases import UnreadableError, look
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Repair, relative
from tracker.store.verify.history import History, put_together
from tracker.store.verify.index_check import stamped_entry
from tracker.store.verify.lost_found import LOST_AND_FOUND

DAMAGED = "damaged"


def mend_journal(seen: Evidence) -> Iterator[Repair]:
    """Write the journal again where it is not what it has to be.

    The old file stays beside it under the name `….damaged-N`, unless all that was wrong is an
    interrupted write at its end. A kill at any point leaves the old file or the new one.

    Raises:
        VaultNewerError: a newer program wrote an entry. StorageFullError, VaultError: not written.
    """
    name = relative(seen.vault, seen.journal)
    history = put_together(seen, whose(seen), _furthest(seen))
    content = b"".join(history.lines)
    if not history.lines:
        return
    if content != _content(seen.journal):
        yield from _set_aside(seen, name)
        with explained(seen.journal):
            make_folder(seen.journal.parent)
        write_atomic(seen.journal, content, neutral=seen.sealing.encrypted)
        if not history.exact:
            _drop_derived(seen.vault)
        yield Repair("journal_repaired", name, _told(history), history.lost)
    if seen.sealing.encrypted and HeadFile(seen.vault, seen.sealing).read() != history.head:
        HeadFile(seen.vault, seen.sealing).write(*history.head, anew=True)
        yield Repair(
            "record_damaged", name, "The record of the journal's end was written again from it."
        )


def whose(seen: Evidence) -> str | None:
    """Which vault this is. Where header and journal differ, the database has the casting vote."""
    header = None if seen.header is None else seen.header.vault_id
    journal = None if seen.first is None else seen.first.vault_id
    if header == journal or header is None or journal is None:
        return header or journal or _of_database(seen)
    return header if _of_database(seen) == header else journal


def _of_database(seen: Evidence) -> str | None:
    try:
        with look(seen.vault, seen.sealing, seen.migrations) as database:
            return None if database is None else database.vault_id()
    except UnreadableError:
        return None


def _furthest(seen: Evidence) -> int:
    """The last entry that the record of an encrypted journal or the search index knows of."""
    last = seen.entries.get(len(seen.scan.sound))
    if last is not None and isinstance(last.event, JournalRepaired) and not seen.scan.rest:
        return 0  # a repair was stopped before it put the new end on record
    recorded = HeadFile(seen.vault, seen.sealing).read() if seen.sealing.encrypted else None
    stamped = 0 if seen.sealing.encrypted else stamped_entry(seen)
    return max(recorded[0] if recorded is not None else 0, stamped)


def _content(path: Path) -> bytes | None:
    with explained(path):
        return path.read_bytes() if path.is_file() else None


def _set_aside(seen: Evidence, name: str) -> Iterator[Repair]:
    """Keep what is about to be replaced: the file, or only the interrupted write at its end."""
    old = _content(seen.journal)
    if not old or seen.scan.needs_feed:
        return
    if seen.scan.is_torn:
        place = seen.vault / LOST_AND_FOUND / f"journal-after-{len(seen.scan.sound)}"
        with explained(place):
            make_folder(place.parent)
        if _content(place) != seen.scan.rest:
            write_atomic(place, seen.scan.rest, neutral=seen.sealing.encrypted)
        where = relative(seen.vault, place)
        yield Repair("journal_torn", name, f"The unfinished write was moved to '{where}'.")
        return
    kept = _copy_aside(seen.journal, old)
    where = relative(seen.vault, kept)
    yield Repair("kept_aside", where, f"The damaged journal is kept as '{where}'.")


def _copy_aside(path: Path, content: bytes) -> Path:
    """A second name for a file that stays where it is; an earlier one is found again."""
    number = 1
    while (target := path.with_name(f"{path.name}.{DAMAGED}-{number}")).exists():
        if _content(target) == content:
            return target
        number += 1
    try:
        os.link(path, target)
        flush_folder(path.parent)
    except OSError:  # a file system without links
        write_atomic(target, content)
    return target


def _drop_derived(vault: Path) -> None:
    """Remove what was made from the journal that was, once nothing is restored from it any more."""
    drop_snapshot(vault)
    for name in (STAMP_FILE, INDEX_FILE):
        with explained(vault / name):
            (vault / name).unlink(missing_ok=True)


def _told(history: History) -> str:
    if history.exact and not history.restored and not history.salvaged:
        return f"The journal was brought to order; all {history.kept} entries are as they were."
    parts = [f"{history.kept} entries were sound"]
    if history.salvaged:
        parts.append(f"{history.salvaged} after the damage were salvaged")
    if history.restored:
        parts.append(f"{history.restored} were restored from the database")
    if history.placeholders:
        parts.append(f"{history.placeholders} lost names were replaced by 'Recovered …'")
    if history.lost:
        parts.append(f"{history.lost} are lost")
    text = "The journal was written again: " + ", ".join(parts) + "."
    return text + (" It is what it was, to the byte." if history.exact else "")
