"""One cell of a CSV file and back: exact, and harmless in a spreadsheet.

Spreadsheets run a cell that begins with = + - or @ as a formula. Text that would begin so gets an
apostrophe in front, and so does text that begins with an apostrophe; the same holds behind each
semicolon, tab and line break inside the text, where a spreadsheet of another country would split
the cell. Taking one apostrophe off at each of these places gives the text back exactly.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np

from tracker.domain.capture import CaptureTime, DateSource
from tracker.exchange.columns import Kind

#: Also the full-width signs, which some spreadsheets take for the plain ones, and behind blanks and
#: quotes, which a split in the middle of a quoted cell leaves at the beginning.
_GUARDED = re.compile(r"(^|[;\t\r\n])(?=[\"\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|')")
_GUARD = re.compile(r"(^|[;\t\r\n])'")
#: What no name or note can hold, but a damaged vault might: NUL ends a text in some readers.
_NUL, _NUL_SIGN = "\0", "\u2400"


def guarded(text: str) -> str:
    """`text` so that no spreadsheet takes any of it for a formula."""
    return _GUARDED.sub(r"\1'", text)


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return _GUARD.sub(r"\1", text)


def cell(kind: Kind, value: Any) -> str:  # noqa: PLR0911 - one a kind
    """A value as the text of a CSV cell; None and what is no number become empty."""
    if value is None:
        return ""
    match kind:
        case Kind.BOOLEAN:
            return "true" if value else "false"
        case Kind.INTEGER:
            return str(int(value))
        case Kind.NUMBER:
            return repr(float(value)) if math.isfinite(value) else ""
        case Kind.LOCAL_TIME:
            return local_text(value)
        case Kind.UTC_TIME:
            return utc_text(value)
        case Kind.NUMBERS:
            return " ".join(str(number) for number in np.asarray(value, np.float32))
    shown = str(value).encode("utf-8", "backslashreplace").decode("utf-8")
    return guarded(shown.replace(_NUL, _NUL_SIGN))


def parse(kind: Kind, text: str) -> Any:  # noqa: PLR0911 - one a kind
    """The value of a cell that `cell` wrote; a local time comes back with source "given".

    Raises:
        ValueError: not a cell of that kind.
    """
    if text == "":
        return None
    match kind:
        case Kind.BOOLEAN:
            if text not in ("true", "false"):
                raise ValueError(f"{text!a} is neither true nor false")
            return text == "true"
        case Kind.INTEGER:
            return int(text)
        case Kind.NUMBER:
            return float(text)
        case Kind.LOCAL_TIME:
            return parse_local(text)
        case Kind.UTC_TIME:
            return datetime.fromisoformat(text).astimezone(UTC)
        case Kind.NUMBERS:
            return np.array(text.split(), dtype=np.float32)
    return unguarded(text)


def local_text(capture: CaptureTime) -> str:
    """ISO 8601 as precise as the time is known, fractions of a second kept."""
    if capture.precision == "day":
        return capture.value.date().isoformat()
    return capture.value.isoformat()


def parse_local(text: str) -> CaptureTime:
    """The reverse of `local_text`.

    Raises:
        ValueError: not an ISO 8601 date or local time.
    """
    precision: Literal["day", "second"] = "day" if len(text) == 10 else "second"
    value = datetime.fromisoformat(text)
    if value.tzinfo is not None:
        raise ValueError(f"{text!a} carries a time zone")
    return CaptureTime(value, precision, DateSource.GIVEN)


def utc_text(time: datetime) -> str:
    """ISO 8601 in UTC with a Z, fractions of a second kept."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
