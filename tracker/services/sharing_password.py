"""Passwords of share packs: made here, or checked where a person brings one."""

from __future__ import annotations

import math
import secrets
from typing import Final

from tracker.errors import UsageError

#: Without letters and digits that are mistaken for each other: read out, they arrive.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 5
_GROUP: Final = 5
#: Entropy of a made password, in bits; the archive's own key stretching (PBKDF2, 1,000 rounds of
#: HMAC-SHA1) adds next to nothing, so it all rests on this.
MADE_BITS: Final = math.log2(len(_LETTERS)) * _GROUPS * _GROUP
#: What WinZip's format leaves room for.
_MOST: Final = 99


def new_password() -> str:
    """Five groups of five, such as `k7mpq-…`, from the system's source of randomness."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def checked_password(text: str) -> str:
    """A password as it can be typed into any program that opens the archive.

    Raises:
        UsageError: empty, too long, or with characters that programs spell differently.
    """
    if not text.strip():
        raise UsageError("The password cannot be empty.", next_step="Nothing was written.")
    if len(text) > _MOST:
        raise UsageError(
            f"The password has {len(text)} characters, and a zip file takes {_MOST}.",
            next_step="Nothing was written; choose a shorter one.",
        )
    if not (text.isascii() and text.isprintable()):
        raise UsageError(
            "The password has characters that not every program spells alike.",
            next_step="Nothing was written; use plain letters, digits, blanks and signs.",
        )
    return text
