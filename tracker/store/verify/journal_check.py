"""The journal: whole, in one chain, readable, and complete in itself."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.store.head import HeadFile
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Finding, relative
from tracker.store.verify.recovered import References
from tracker.store.verify.scanning import whole_lines

_SALVAGE = (
    "What is sound is kept, every later entry that is whole by itself is taken over, what the "
    "database still holds is added, and the damaged file is set aside."
)


def check_journal(seen: Evidence) -> Iterator[Finding]:
    """Findings about the journal's file and its entries."""
    name = relative(seen.vault, seen.journal)
    if not seen.scan.sound:
        what = "is missing" if not seen.scan.exists else "has no readable beginning"
        yield Finding("journal_lost", "damage", name, f"The journal {what}.", _SALVAGE)
    elif seen.scan.rest:
        yield _broken(seen, name)
    elif seen.scan.needs_feed:
        yield Finding(
            "journal_torn",
            "leftover",
            name,
            "The last entry of the journal is whole but for the end of its line.",
            "The end of the line is written.",
        )
    yield from _entries(seen, name)
    yield from _record(seen, name)
    yield from _references(seen, name)


def _broken(seen: Evidence, name: str) -> Finding:
    after = len(seen.scan.sound)
    if seen.scan.is_torn:
        return Finding(
            "journal_torn",
            "leftover",
            name,
            f"After entry {after} lies an unfinished write of {len(seen.scan.rest)} bytes.",
            "It is moved to lost+found: nothing in it was ever acknowledged.",
        )
    if seen.scan.group_open:
        return Finding(
            "group_unfinished",
            "damage",
            name,
            f"After entry {after} the journal goes on with others than the {seen.scan.group_open} "
            "that were to be written as one with it.",
            "All entries are kept, and those that belong together end where they end; the journal "
            "as it was is set aside.",
        )
    later = sum(1 for _ in whole_lines(seen.scan.rest))
    return Finding(
        "journal_broken",
        "damage",
        name,
        f"The journal is damaged after entry {after}; {later} later entries are whole by "
        "themselves.",
        _SALVAGE,
    )


def _entries(seen: Evidence, name: str) -> Iterator[Finding]:
    unreadable = [line.seq for line in seen.scan.sound if line.seq not in seen.entries]
    if unreadable:
        yield Finding(
            "entry_unreadable",
            "damage",
            name,
            f"{len(unreadable)} entries of the journal cannot be read, the first is entry "
            f"{unreadable[0]}.",
            _SALVAGE,
        )
    elif seen.scan.sound and seen.first is None:
        yield Finding(
            "journal_lost",
            "damage",
            name,
            "The journal does not begin with the making of a vault.",
            _SALVAGE,
        )


def _record(seen: Evidence, name: str) -> Iterator[Finding]:
    """What an encrypted vault has on record of its journal's end."""
    if not seen.sealing.encrypted or not seen.scan.sound:
        return
    file = HeadFile(seen.vault, seen.sealing)
    recorded = file.read()
    where = relative(seen.vault, file.path)
    head = len(seen.scan.sound)
    if recorded is None:
        yield Finding(
            "record_damaged",
            "leftover" if file.may_be_new(head) and not file.path.exists() else "damage",
            where,
            "The record of how far the journal had come is missing or was altered.",
            "It is written again from the journal; whether the journal once was longer cannot be "
            "told.",
        )
    elif recorded[0] > head:
        yield Finding(
            "journal_cut",
            "damage",
            name,
            f"The journal ends at entry {head}, but {recorded[0]} were stored.",
            _SALVAGE,
        )
    elif seen.scan.sound[recorded[0] - 1].hash != recorded[1]:
        yield Finding(
            "record_damaged",
            "damage",
            where,
            "The record of how far the journal had come is of another journal.",
            "It is written again from the journal.",
        )


def _references(seen: Evidence, name: str) -> Iterator[Finding]:
    known = References(seen.events())
    count = len(known.lost_people()) + len(known.lost_lesions()) + len(known.lost_photos())
    if count:
        yield Finding(
            "reference_lost",
            "damage",
            name,
            f"{count} people, lesions or photos are referred to, but their own entries are lost.",
            "Each gets an entry again, named as recovered.",
        )
