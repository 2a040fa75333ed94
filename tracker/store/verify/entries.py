"""What the journal's lines say, as far as each can be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tracker.store.codec import UnknownFieldError
from tracker.store.events import (
    Event,
    ObservationAdded,
    ObservationReanalysed,
    UnknownEventError,
    event_from_json,
)
from tracker.store.header import newer
from tracker.store.journal import Entry
from tracker.store.lines import LineCodec, LineUnreadableError
from tracker.store.verify.scanning import RawLine


def read_entry(vault: Path, codec: LineCodec, line: RawLine) -> Entry | None:
    """The entry in a whole line; None if its content cannot be had.

    Raises:
        VaultNewerError: a newer program wrote it, so nothing here may be touched.
    """
    try:
        found = codec.decode(line.text)
        event = event_from_json(found.kind, found.payload)
    except (UnknownEventError, UnknownFieldError):
        raise newer(vault, f"journal entry {line.seq}") from None
    except (LineUnreadableError, ValueError, TypeError, KeyError):
        return None
    return Entry(line.seq, found.time, found.kind, event, line.hash)


def slim(event: Event) -> Event:
    """The event without its mask: the masks of all photos at once would fill the memory."""
    if isinstance(event, ObservationAdded | ObservationReanalysed):
        return replace(event, analysis=replace(event.analysis, mask=None))
    return event


def read_entries(vault: Path, codec: LineCodec, lines: Iterable[RawLine]) -> dict[int, Entry]:
    """The readable entries among `lines`, slim, by number; of several with one number the first.

    Raises:
        VaultNewerError: see `read_entry`.
    """
    found: dict[int, Entry] = {}
    for line in lines:
        if line.seq not in found:
            entry = read_entry(vault, codec, line)
            if entry is not None:
                found[line.seq] = replace(entry, event=slim(entry.event))
    return found
