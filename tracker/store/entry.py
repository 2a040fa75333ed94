"""One entry of the journal, and how an event becomes one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tracker.store.events import Event, event_from_json, event_to_json
from tracker.store.lines import LineCodec, lines_of
from tracker.store.sealing import PLAIN


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its number (0 in an empty journal) and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal; `time` is UTC."""

    seq: int
    time: datetime
    kind: str
    event: Event
    hash: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is still to get its line, and with it its hash, which is empty in `entry`.

    A line says how many of its group follow, which is known only once the whole group is.
    """

    entry: Entry
    payload: Any = field(repr=False)

    def seal(self, prev: str, lines: LineCodec, more: int = 0) -> tuple[bytes, Entry]:
        """The line with its line feed, and the entry. more: entries of its group that follow."""
        made = self.entry
        line, digest = lines.encode(made.seq, prev, made.time, made.kind, self.payload, more)
        return line, replace(made, hash=digest)


def draft(seq: int, time: datetime, event: Event) -> Draft:
    """The entry that `event` will be.

    Raises:
        InternalError: the event holds what cannot be stored.
    """
    kind, payload = event_to_json(event)
    # The event as it will be read back, so that live writes and a rebuild see the same values.
    return Draft(Entry(seq, time, kind, event_from_json(kind, payload), ""), payload)


def seal(
    seq: int, time: datetime, event: Event, prev: str, lines: LineCodec | None = None
) -> tuple[bytes, Entry]:
    """The line of `event` alone, with its line feed, and the entry a reader will get from it.

    Raises:
        InternalError: the event holds what cannot be stored.
    """
    return draft(seq, time, event).seal(prev, lines_of(PLAIN) if lines is None else lines)
