"""What makes a passphrase easy to guess, in words; advice, never a refusal."""

from __future__ import annotations

from typing import Final

#: Characters; NIST SP 800-63B-4, section 3.1.1.1, for a password that stands alone.
ADVISED_LENGTH: Final = 15
_FEW_DIFFERENT: Final = 6
#: Beginnings that guessing programs try first.
_OBVIOUS: Final = ("password", "passphrase", "moletrail", "12345", "qwerty", "letmein", "iloveyou")
HINT: Final = (
    "Four or five words that have nothing to do with each other are hard to guess and easy to "
    "remember."
)


def weakness(passphrase: str) -> str | None:
    """Why a passphrase would be guessed sooner than most, as a sentence; None for no remark.

    It knows lengths and patterns only: a famous quotation passes.
    """
    plain = passphrase.strip().casefold()
    if plain.startswith(_OBVIOUS):
        return "It begins like the passphrases that are tried first."
    if plain.isdigit():
        return "It is a number, and numbers are quick to try."
    if len(plain) < ADVISED_LENGTH:
        return f"It is short: {ADVISED_LENGTH} characters or more are advised."
    if len(set(plain)) < _FEW_DIFFERENT:
        return "It repeats a few characters."
    return None
