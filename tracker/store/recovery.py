"""The recovery key: 160 random bits as text that survives being copied by hand.

Seven groups of five characters of Crockford's base 32, which has no I, L, O or U: 32 characters
carry the bits, the last three a checksum, so that a slip of the pen is told apart from the key of
another vault (one slip in 32,768 goes unseen).
"""

from __future__ import annotations

import hashlib
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("ILO", "110")
_BITS = 160
_CHARACTERS, _CHECK_CHARACTERS, _GROUP = 32, 3, 5


class RecoveryKeyTypoError(ValueError):
    """It has the form of a recovery key, but its checksum does not fit."""


def new_recovery_key() -> str:
    """A fresh key, as it is printed: `XXXXX-XXXXX-…`, 35 characters in groups of five."""
    return format_recovery_key(secrets.token_bytes(_BITS // 8))


def format_recovery_key(bits: bytes) -> str:
    """The text of 20 bytes."""
    text = _digits(int.from_bytes(bits, "big"), _CHARACTERS) + _checksum(bits)
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def parse_recovery_key(text: str) -> bytes | None:
    """The 20 bytes of a key as somebody typed it; None if it has not the form of one.

    Case, blanks and hyphens do not matter, and I, L and O are read as what they look like.

    Raises:
        RecoveryKeyTypoError: the form fits, the checksum does not.
    """
    plain = "".join(text.split()).replace("-", "").upper().translate(_LOOKALIKES)
    if len(plain) != _CHARACTERS + _CHECK_CHARACTERS or set(plain) - set(_ALPHABET):
        return None
    number = 0
    for character in plain[:_CHARACTERS]:
        number = number * 32 + _ALPHABET.index(character)
    bits = number.to_bytes(_BITS // 8, "big")
    if _checksum(bits) != plain[_CHARACTERS:]:
        raise RecoveryKeyTypoError("the last group does not fit the others")
    return bits


def _checksum(bits: bytes) -> str:
    digest = hashlib.sha256(b"moletrail recovery key\0" + bits).digest()
    return _digits(int.from_bytes(digest[:2], "big") >> 1, _CHECK_CHARACTERS)


def _digits(number: int, count: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(count)))
