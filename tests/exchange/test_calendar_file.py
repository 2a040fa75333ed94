"""A calendar file as RFC 5545 wants it: lines, folds, escapes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tracker.exchange.calendar_file import MAX_OCTETS, CalendarDay, calendar_text

MADE = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def _text(description: str) -> str:
    day = CalendarDay("1@moletrail", date(2026, 12, 31), date(2027, 1, 1), "Photos", description)
    return calendar_text([day], made_at=MADE)


def _value(text: str, name: str) -> str:
    lines = text.replace("\r\n ", "").split("\r\n")
    (line,) = [line for line in lines if line.startswith(f"{name}:")]
    return line.partition(":")[2]


def test_an_event_of_a_whole_day() -> None:
    lines = _text("plain").split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "DTSTAMP:20260504T030201Z",
        "UID:1@moletrail",
    ):
        assert line in lines
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1


@given(st.text(max_size=300))
def test_any_text_comes_back_and_no_line_is_too_long(text: str) -> None:
    made = _text(text)
    assert "\n" not in made.replace("\r\n", "")
    for line in made.split("\r\n"):
        assert len(line.encode("utf-8", "surrogatepass")) <= MAX_OCTETS
    told = _value(made, "DESCRIPTION")
    plain = told.replace("\\\\", "\0")
    plain = plain.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\0", "\\")
    assert plain == "".join(letter for letter in text if letter.isprintable() or letter == "\n")
