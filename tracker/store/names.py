"""What people type: names of persons and lesions, notes, file names.

Two spellings that Unicode calls equal (NFC) are one name; upper and lower case are kept apart,
since 'left arm a' and 'left arm A' may well be two lesions on somebody's own body map.
"""

from __future__ import annotations

import unicodedata

from tracker.errors import UsageError

#: Characters after normalisation.
MAX_NAME = 200
MAX_NOTE = 20_000
MAX_FILE_NAME = 255
# Control, surrogate, and line or paragraph separator: none can be shown on one line.
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def clean_name(text: str, what: str) -> str:
    """`text` in NFC without outer blanks.

    Args:
        what: the noun for the message: "person", "lesion", "site".

    Raises:
        UsageError: empty, longer than 200 characters, or with control characters.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise UsageError(f"The name of a {what} cannot be empty.", next_step="Give a name.")
    if len(name) > MAX_NAME:
        raise UsageError(
            f"The name of a {what} has {len(name)} characters, and {MAX_NAME} are allowed.",
            next_step="Shorten it; longer text belongs into a note.",
        )
    if any(unicodedata.category(character) in _REFUSED for character in name):
        raise UsageError(
            f"The name of a {what} has a line break or a control character: {name!a}.",
            next_step="Take it out.",
        )
    return name


def clean_optional_name(text: str | None, what: str) -> str | None:
    """As `clean_name`, where nothing or only blanks means None."""
    if text is None or not text.strip():
        return None
    return clean_name(text, what)


def clean_note(text: str | None) -> str | None:
    """A note in NFC, line breaks kept; None when there is nothing in it.

    Raises:
        UsageError: longer than 20,000 characters, or with characters that are no text.
    """
    if text is None or not text.strip():
        return None
    note = unicodedata.normalize("NFC", text).strip()
    if len(note) > MAX_NOTE:
        raise UsageError(
            f"The note has {len(note)} characters, and {MAX_NOTE} are allowed.",
            next_step="Shorten it.",
        )
    if any(
        unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t"
        for character in note
    ):
        raise UsageError(
            "The note has a control character.", next_step="Take it out; line breaks may stay."
        )
    return note


def clean_file_name(text: str) -> str:
    """A file's name as it can be kept and shown; never refused, since it is only a label.

    Control characters and bytes that are no text are written as escapes, and an overlong name
    keeps its end, where the extension is.
    """
    shown = "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _REFUSED
        else character
        for character in unicodedata.normalize("NFC", text)
    )
    return shown[-MAX_FILE_NAME:] or "photo"
