"""A journal put together again from all that is left of it.

Sources, in this order: the unbroken chain at its beginning; later lines that are whole by
themselves; rows of the database. Where these give the very bytes of every entry, which the hashes
prove, the journal is exactly what it was. Else the entries are numbered and chained anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tracker.store.events import (
    Event,
    JournalRepaired,
    PersonSaved,
    VaultCreated,
    event_from_json,
    event_to_json,
)
from tracker.store.lines import GENESIS, Line
from tracker.store.verify.entries import read_entry, slim
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.recovered import placeholders
from tracker.store.verify.scanning import RawLine, claimed_end, whole_lines
from tracker.store.verify.witness import Witness, hear

#: Lengths to try for a group of which nothing but contents and hashes is left.
_MOST_IN_GROUP = 256


@dataclass(frozen=True, slots=True)
class History:
    """A journal to be written. lines: with line feeds. counts: see `events.JournalRepaired`.

    exact: it is the journal that was, to the byte, as far as can be told.
    """

    lines: list[bytes] = field(repr=False)
    head: tuple[int, str]
    exact: bool
    kept: int
    salvaged: int
    restored: int
    lost: int
    placeholders: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """The content of one old entry, and its own bytes where they are had.

    end: number of the last entry of its group, as far as is known.
    """

    seq: int
    end: int
    time: datetime
    kind: str
    payload: Any
    text: bytes | None
    prev: str | None
    hash: str | None


def put_together(seen: Evidence, vault_id: str | None, furthest: int) -> History:
    """The journal from all sources.

    Args:
        vault_id: whose; what tells of another vault is not used.
        furthest: number of the last entry that anything else knows of, 0 for nothing.

    Raises:
        VaultNewerError: an entry was written by a newer program.
    """
    own = seen.first is None or seen.first.vault_id == vault_id
    lines = _lines(seen) if own else {}
    witness = hear(seen, {seq: line.hash for seq, line in lines.items()})
    if witness.vault_id != vault_id:
        witness = Witness()
    known = max([0, furthest, *witness.applied])
    if seen.scan.is_torn and known <= len(seen.scan.sound):
        # Nobody was told of a group that was not finished, however many lines of it there are.
        lines = {seq: line for seq, line in lines.items() if seq <= len(seen.scan.sound)}
    last = max([known, claimed_end(seen.scan) if own else 0, *lines])
    gathered = _Gathering(seen, lines, witness)
    pieces = [piece for seq in range(1, last + 1) if (piece := gathered.piece(seq)) is not None]
    return _chained(seen, gathered, pieces, lost=last - len(pieces))


def _lines(seen: Evidence) -> dict[int, RawLine]:
    """Every readable line by its number; of two with one number the first."""
    found = {line.seq: line for line in seen.scan.sound if line.seq in seen.entries}
    for line in whole_lines(seen.scan.rest):
        if line.seq not in found and read_entry(seen.vault, seen.codec, line) is not None:
            found[line.seq] = line
    return found


class _Gathering:
    """Collects entries in order; `people` are names so far, `sources` how many from where."""

    def __init__(self, seen: Evidence, lines: dict[int, RawLine], witness: Witness) -> None:
        self._seen = seen
        self._lines = lines
        self._witness = witness
        self._sound = len(seen.scan.sound) if seen.first is not None else 0
        self._people: dict[str, str] = {}
        self._end = 0
        self.sources = {"kept": 0, "salvaged": 0, "restored": 0}

    def piece(self, seq: int) -> _Piece | None:
        """The content of entry `seq`; None if it is nowhere."""
        line = self._lines.get(seq)
        if line is not None:
            found = self._seen.codec.decode(line.text)
            self.sources["kept" if seq <= self._sound else "salvaged"] += 1
            self._note(event_from_json(found.kind, found.payload))
            self._end = seq + found.more
            return _piece(found, line.text)
        event = self._witness.event(seq, self._people)
        time = self._witness.applied[seq].time if event is not None else datetime.now(UTC)
        if event is None and seq == 1:
            event = self._first(time)
        if event is None:
            return None
        self.sources["restored"] += 1
        self._note(event)
        return self._restored(seq, time, event)

    def _restored(self, seq: int, time: datetime, event: Event) -> _Piece:
        """The entry as it was sealed, if the hashes prove it; else only its content."""
        kind, payload = event_to_json(event)
        prev, wanted = self._hash(seq - 1), self._hash(seq)
        if prev is not None and wanted is not None and not self._seen.sealing.encrypted:
            for more in self._may_follow(seq):
                text, digest = self._seen.codec.encode(seq, prev, time, kind, payload, more)
                if digest == wanted:
                    self._end = seq + more
                    text = text.rstrip(b"\n")
                    return _Piece(seq, self._end, time, kind, payload, text, prev, digest)
        self._end = max(self._end, seq)
        return _Piece(seq, self._end, time, kind, payload, None, None, None)

    def _may_follow(self, seq: int) -> Iterable[int]:
        """How many entries of its group may follow entry `seq`, of which only the content is known:
        what the one before it says, or any number where it was the first.
        """
        return (self._end - seq,) if self._end >= seq else range(_MOST_IN_GROUP)

    def _hash(self, seq: int) -> str | None:
        """The hash that entry `seq` had."""
        if seq == 0:
            return GENESIS
        if seq in self._lines:
            return self._lines[seq].hash
        if seq in self._witness.applied:
            return self._witness.applied[seq].hash
        return self._lines[seq + 1].prev if seq + 1 in self._lines else None

    def _first(self, time: datetime) -> VaultCreated:
        """The first entry says no more than the header; without one the vault gets a new id."""
        header = self._seen.header
        if header is None:
            return VaultCreated(secrets.token_hex(16), time, demo=False)
        return VaultCreated(header.vault_id, header.created_at or time, header.demo)

    def _note(self, event: Event) -> None:
        if isinstance(event, PersonSaved):
            self._people[event.person.person_id] = event.person.name


def _piece(found: Line, text: bytes) -> _Piece:
    return _Piece(
        found.seq,
        found.seq + found.more,
        found.time,
        found.kind,
        found.payload,
        text,
        found.prev,
        found.hash,
    )


def _chained(seen: Evidence, gathered: _Gathering, pieces: list[_Piece], *, lost: int) -> History:
    """The pieces as one chain; with a note at its end where it is not the one that was."""
    lines: list[bytes] = []
    seq, prev = 0, GENESIS
    exact = not lost
    for piece, more in zip(pieces, _following(pieces), strict=True):
        fits = (piece.seq, piece.prev, piece.end) == (seq + 1, prev, piece.seq + more)
        if fits and piece.text is not None and piece.hash is not None:
            lines.append(piece.text + b"\n")
            seq, prev = seq + 1, piece.hash
            continue
        exact = False
        text, prev = seen.codec.encode(seq + 1, prev, piece.time, piece.kind, piece.payload, more)
        lines.append(text)
        seq += 1
    events = (slim(event_from_json(piece.kind, piece.payload)) for piece in pieces)
    extra: list[Event] = list(placeholders(seen, events))
    count = len(extra)
    if not exact or extra:
        extra.append(JournalRepaired(repaired_at=datetime.now(UTC), lost=lost, **gathered.sources))
    for text, digest in _sealed(seen, extra, seq, prev):
        lines.append(text)
        seq, prev = seq + 1, digest
    return History(
        lines=lines,
        head=(seq, prev),
        exact=exact and not extra,
        lost=lost,
        placeholders=count,
        **gathered.sources,
    )


def _following(pieces: list[_Piece]) -> list[int]:
    """How many of its group follow each piece, of those that are had."""
    found: list[int] = []
    for piece, after in zip(reversed(pieces), [None, *reversed(pieces)], strict=False):
        same = after is not None and after.end == piece.end
        found.append(found[-1] + 1 if same else 0)
    return found[::-1]


def _sealed(
    seen: Evidence, events: list[Event], seq: int, prev: str
) -> Iterator[tuple[bytes, str]]:
    now = datetime.now(UTC)
    for event in events:
        seq += 1
        text, prev = seen.codec.encode(seq, prev, now, *event_to_json(event))
        yield text, prev
