"""What the database remembers of the journal: the second memory of every acknowledged entry."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracker.errors import VaultError
from tracker.store.database import Row
from tracker.store.events import Event
from tracker.store.unapply import event_of
from tracker.store.verify.databases import Applied, Look, UnreadableError, is_newer, look
from tracker.store.verify.evidence import Evidence


@dataclass(frozen=True)
class Witness:
    """A database's memory. applied: by entry; rows: by entry and table; both as far as readable."""

    vault_id: str | None = None
    applied: dict[int, Applied] = field(default_factory=dict, repr=False)
    rows: dict[int, dict[str, Row]] = field(default_factory=dict, repr=False)

    def event(self, seq: int, people: dict[str, str]) -> Event | None:
        """The event of an entry, from its rows; None if they do not give it.

        Args:
            people: names by person id as they were then; they stand in the events of lesions.
        """
        applied, rows = self.applied.get(seq), self.rows.get(seq, {})
        if applied is None:
            return None
        person = people.get(rows.get("lesion", {}).get("person_id", ""), "")
        try:
            return event_of(applied.kind, rows, person=person, recorded_at=applied.time)
        except (KeyError, ValueError, TypeError):
            return None


def hear(seen: Evidence, known: dict[int, str]) -> Witness:
    """Ask the database for the entries that the journal does not have.

    Args:
        known: hashes of the entries that are had, by number. The database is believed only up to
            where it contradicts them: from there on it tells of another history.
    """
    try:
        with look(seen.vault, seen.sealing, seen.migrations) as database:
            if database is None or is_newer(database.migrations(), seen.migrations):
                return Witness()
            return _hear(database, known)
    except UnreadableError:
        return Witness()


def _hear(database: Look, known: dict[int, str]) -> Witness:
    applied: dict[int, Applied] = {}
    for number, one in enumerate(database.applied(), start=1):
        if one.seq != number or known.get(one.seq, one.hash) != one.hash:
            break
        applied[one.seq] = one
    missing = [seq for seq in applied if seq not in known]
    rows = _rows(database, missing[0], missing[-1]) if missing else {}
    return Witness(database.vault_id(), applied, rows)


def _rows(database: Look, first: int, last: int) -> dict[int, dict[str, Row]]:
    """Rows of those entries from every table that still answers."""
    found: dict[int, dict[str, Row]] = {}
    for table in database.tables():
        try:
            for seq, row in database.rows_of_table(table, first, last):
                found.setdefault(seq, {})[table] = row
        except (UnreadableError, VaultError):
            continue
    return found
