"""One entry of the journal, and how an event becomes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


def seal(
    seq: int, time: datetime, event: Event, prev: str, lines: LineCodec | None = None
) -> tuple[bytes, Entry]:
    """The line of `event` with its line feed, and the entry a reader will get from it.

    Raises:
        InternalError: the event holds what cannot be stored.
    """
    kind, payload = event_to_json(event)
    codec = lines_of(PLAIN) if lines is None else lines
    line, digest = codec.encode(seq, prev, time, kind, payload)
    # The event as it will be read back, so that live writes and a rebuild see the same values.
    return line, Entry(seq, time, kind, event_from_json(kind, payload), digest)
