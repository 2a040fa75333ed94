"""Days as a calendar file: iCalendar (RFC 5545), all-day events without a time zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

#: Octets of a line before it is folded (RFC 5545, 3.1), the line break not counted.
MAX_OCTETS = 75
_PRODUCT = "-//Moletrail//Photo diary//EN"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One all-day event; `until` is the day after its last."""

    uid: str
    day: date
    until: date
    summary: str
    description: str


def calendar_text(events: Sequence[CalendarDay], *, made_at: datetime) -> str:
    """The calendar file, with the line breaks of the format.

    Args:
        made_at: with its time zone.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += _event(event, made_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(event: CalendarDay, made_at: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{_day(event.day)}",
        f"DTEND;VALUE=DATE:{_day(event.until)}",
        f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        "END:VEVENT",
    ]


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _text(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11)."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return "".join(letter for letter in text if letter.isprintable())


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets; the parts after the first begin with a blank."""
    part, size = "", 0
    for letter in line:
        octets = len(letter.encode("utf-8"))
        if size + octets > MAX_OCTETS:
            yield part
            part, size = " ", 1
        part += letter
        size += octets
    yield part
