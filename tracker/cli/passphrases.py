"""Where a passphrase comes from: a file, the environment, or a prompt that does not echo."""

from __future__ import annotations

import getpass
import os
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tracker.cli.output import Output
from tracker.errors import InputError, UsageError, VaultLockedError

VARIABLE: Final = "MOLETRAIL_PASSPHRASE"
NEW_VARIABLE: Final = "MOLETRAIL_NEW_PASSPHRASE"
OPTION: Final = "--passphrase-file"
NEW_OPTION: Final = "--new-passphrase-file"
#: Of a share pack.
PASSWORD_OPTION: Final = "--password-file"
PASSWORD_VARIABLE: Final = "MOLETRAIL_SHARE_PASSWORD"
#: Far above what a passphrase may be: the rest of a photo given by mistake is not read.
_MAX_BYTES: Final = 16384
_TRIES: Final = 3


@dataclass
class PassphraseSource:
    """A file and a variable, in that order; the variable's value leaves the environment."""

    option: str = OPTION
    variable: str = VARIABLE
    file: Path | None = None
    _value: str | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        # Programs that a command starts have no use for it.
        self._value = os.environ.pop(self.variable, None)

    def give_back(self) -> None:
        """Leave the environment as it was found."""
        if self._value is not None:
            os.environ[self.variable] = self._value

    def given(self) -> str | None:
        """The passphrase without asking anybody; None where neither names one.

        Raises:
            InputError: the file cannot be read, or its first line is empty.
        """
        if self.file is not None:
            return read_file(self.file)
        return self._value or None

    def current(self, output: Output) -> str:
        """The passphrase or recovery key that opens a vault, asked for on a terminal.

        Raises:
            InputError: see `given`. VaultLockedError: nothing given, and nobody to ask.
        """
        found = self.given()
        if found is None and sys.stdin.isatty():
            with output.paused():
                found = _asked("Passphrase or recovery key: ")
        if not found:
            raise VaultLockedError(
                "The vault is encrypted, and no passphrase was given.",
                next_step=f"Give it with {self.option} FILE, in the variable {self.variable}, or "
                "at the prompt of a terminal.",
            )
        return found

    def password(self, output: Output) -> str:
        """The password of an encrypted share pack, asked for on a terminal.

        Raises:
            InputError: nothing given and nobody to ask, or see `given`.
        """
        found = self.given()
        if found is None and sys.stdin.isatty():
            with output.paused():
                found = _asked("Password of the share pack: ")
        if not found:
            raise InputError(
                "The share pack is encrypted, and no password was given.",
                next_step=f"Give it with {self.option} FILE, in the variable {self.variable}, or "
                "at the prompt of a terminal.",
            )
        return found

    def fresh(self, output: Output) -> str:
        """A passphrase to set; asked for twice on a terminal, with advice if it is weak.

        Raises:
            InputError: see `given`. UsageError: empty, typed differently, or nobody to ask.
        """
        found = self.given()
        if found is None:
            found = self._asked_twice(output)
        _advise(found, output)
        return found

    def _asked_twice(self, output: Output) -> str:
        if not sys.stdin.isatty():
            raise UsageError(
                "No passphrase was given.",
                next_step=f"Give it with {self.option} FILE, in the variable {self.variable}, or "
                "at the prompt of a terminal.",
            )
        output.note(_hint())
        for _ in range(_TRIES):
            found = _asked("New passphrase: ")
            if not found:
                raise UsageError("The passphrase cannot be empty.", next_step="Nothing was done.")
            if _asked("The same once more: ") == found:
                return found
            output.note("The two differ. Again, please.")
        raise UsageError("The two passphrases differ.", next_step="Nothing was done.")


def read_file(path: Path) -> str:
    """The first line of a file, without its line feed.

    Raises:
        InputError: it cannot be read, is not UTF-8 text, or its first line is empty.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES)
        # Editors on Windows put a mark before the text and a carriage return at the line's end.
        line = data.split(b"\n", 1)[0].decode("utf-8-sig").removesuffix("\r")
    except OSError as error:
        raise InputError(
            f"The passphrase file '{path}' cannot be read: {error.strerror or 'unknown reason'}.",
            next_step="Check the path and who may read it.",
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            f"The passphrase file '{path}' is not text.",
            next_step="Save it as UTF-8 text with the passphrase on the first line.",
        ) from None
    if not line.strip():
        raise InputError(
            f"The first line of the passphrase file '{path}' is empty.",
            next_step="Put the passphrase on the first line.",
        )
    return line


def _asked(prompt: str) -> str:
    """What is typed at the terminal, not echoed; empty where that cannot be had."""
    try:
        with warnings.catch_warnings():
            # Its warning says that the passphrase would be seen while it is typed.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (EOFError, UnicodeError, getpass.GetPassWarning):
        return ""


def _hint() -> str:
    from tracker.domain.passphrases import HINT

    return HINT


def _advise(passphrase: str, output: Output) -> None:
    from tracker.domain.passphrases import HINT, weakness

    remark = weakness(passphrase)
    if remark is not None:
        output.note(f"About this passphrase: {remark} {HINT}")
