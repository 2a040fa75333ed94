"""Text that others wrote, made safe to stand in a line of ours.

Names, notes and file names may hold characters that steer whatever shows them: a terminal obeys
escape sequences, and marks of writing direction turn the words around them. What is stored stays
as it was typed; this is for showing.
"""

from __future__ import annotations

import re
from typing import Final

#: C0 and C1 controls but newline and tab; separators that only some programs take for a line
#: break; embeddings, overrides and isolates of direction (UAX 9); lone surrogates.
_STEERING: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_NOT_FOR_FILES: Final = re.compile(r"[^\w .()+,=@-]")
#: Names that Windows keeps for devices, with any ending.
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_LONGEST_FILE_NAME: Final = 80


def without_steering(text: str) -> str:
    """`text` without characters that steer a screen; line breaks and tabs stay."""
    return _STEERING.sub("", text)


def spelled_out(text: str) -> str:
    r"""`text` with such characters written as escapes (`\x1b`), so that nothing hides."""
    return _STEERING.sub(lambda found: ascii(found.group())[1:-1], text)


def file_stem(text: str) -> str:
    """`text` as a part of a file name on any system: 1 to 80 characters, no separators."""
    stem = _NOT_FOR_FILES.sub("-", without_steering(text))[:_LONGEST_FILE_NAME].strip(" .")
    return "-" if not stem or _DEVICES.fullmatch(stem) else stem
