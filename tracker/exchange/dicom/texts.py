"""What people wrote, within the limits of DICOM's value representations (PS3.5 6.2).

UTF-8 throughout (Specific Character Set ISO_IR 192). A backslash separates values and a caret or an
equals sign parts of a name, so none of them may come from a person's own words. The standard counts
characters, and some readers bytes: lengths here hold for both.
"""

from __future__ import annotations

import re
from typing import Final

from tracker.domain.plain_text import without_steering

CHARACTER_SET: Final = "ISO_IR 192"
_SHORT_BYTES, _LONG_BYTES = 16, 64
_COMMENT_BYTES = 10_240
_NOT_IN_VALUES = re.compile(r"[\\\s]+")
_NOT_IN_NAMES = re.compile(r"[\\^=\s]+")


def person_name(text: str) -> str:
    """PN: the whole name as the first component, since which part is which is not known."""
    return _fitting(_NOT_IN_NAMES, text, _LONG_BYTES)


def long_string(text: str) -> str:
    """LO: one line of at most 64 bytes."""
    return _fitting(_NOT_IN_VALUES, text, _LONG_BYTES)


def short_string(text: str) -> str:
    """SH: one line of at most 16 bytes."""
    return _fitting(_NOT_IN_VALUES, text, _SHORT_BYTES)


def label(text: str) -> str:
    """UT of one line, of any length: for labels that must stay apart."""
    return _fitting(_NOT_IN_VALUES, text, None)


def comment(text: str) -> str:
    """LT: at most 10,240 bytes; backslashes stay, line breaks are CR LF, tabs blanks."""
    clean = without_steering(text).replace("\t", " ").replace("\n", "\r\n")
    return _cut(clean, _COMMENT_BYTES).rstrip()


def _fitting(refused: re.Pattern[str], text: str, longest: int | None) -> str:
    return _cut(refused.sub(" ", without_steering(text)).strip(), longest).strip()


def _cut(text: str, longest: int | None) -> str:
    """At most `longest` bytes of UTF-8, whole characters."""
    return text.encode("utf-8")[:longest].decode("utf-8", "ignore")
