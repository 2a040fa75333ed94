"""Everything that may go wrong in front of a user, as one tree.

MoletrailError
├── UsageError (2)            wrong words on the command line or in the app
│   └── PersonRequiredError   several people in the vault and none named
├── InputError (3)            a photo, manifest or value that cannot be used
│   ├── PhotoUnreadableError  the bytes are not a picture we can decode
│   ├── CaptureDateError      no date, an unreadable date, or a date in the future
│   ├── ManifestError         an import manifest with missing columns or broken rows
│   ├── BackupError           a file that is no backup, or a damaged one
│   └── UnknownNameError      no person, lesion or observation of that name
├── VaultError (4)            not found, not a vault, newer than this program
│   ├── VaultNotFoundError
│   ├── VaultNewerError
│   ├── VaultLockedError      encrypted, and nobody has unlocked it
│   ├── WrongPassphraseError  neither the passphrase nor the recovery key
│   └── StorageFullError      the disk refused to take more
├── VaultDamagedError (5)     names the repair command
│   └── PhotoDamagedError     an original is missing or altered; all else can be used
├── VaultBusyError (6)        another process holds the vault; says who
└── InternalError (70)        a bug or a broken installation
    ├── ModelError            a model file missing or not the one the manifest names
    └── SystemLibraryError    a shared library of the operating system is missing

Each message says what happened, to which file, and what to do next. `exit_code` is part of the
command-line contract; `next_step` is printed on a line of its own.
"""

from __future__ import annotations

from typing import ClassVar


class MoletrailError(Exception):
    """Base of every expected failure.

    Args:
        message: what happened, and to which file or name.
        next_step: what the person can do about it, as a sentence.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return self.message if self.next_step is None else f"{self.message} {self.next_step}"


class UsageError(MoletrailError):
    """The request itself is wrong; nothing was tried."""

    exit_code = 2


class PersonRequiredError(UsageError):
    """The vault holds several people, and none was named."""


class InputError(MoletrailError):
    """Something handed in cannot be used; nothing was stored."""

    exit_code = 3


class PhotoUnreadableError(InputError):
    """The bytes are not a picture that can be decoded."""


class CaptureDateError(InputError):
    """A photo without a usable capture date."""


class ManifestError(InputError):
    """An import manifest that cannot be read as one."""


class BackupError(InputError):
    """A file that is not a backup, or not as it was written."""


class UnknownNameError(InputError):
    """No person, lesion or observation goes by that name."""


class VaultError(MoletrailError):
    """The vault cannot be opened or written."""

    exit_code = 4


class VaultNotFoundError(VaultError):
    """There is no vault at that place."""


class VaultNewerError(VaultError):
    """The vault was written by a newer program."""


class VaultLockedError(VaultError):
    """The vault is encrypted, and no key was given."""


class WrongPassphraseError(VaultError):
    """What was given opens the vault neither as passphrase nor as recovery key."""


class StorageFullError(VaultError):
    """The disk is full; what was acknowledged before is safe."""


class VaultDamagedError(MoletrailError):
    """Stored data does not agree with itself; the message names the repair."""

    exit_code = 5


class PhotoDamagedError(VaultDamagedError):
    """An original is missing or is not what was stored; what was measured on it is still there."""


class VaultBusyError(MoletrailError):
    """Another process holds the vault."""

    exit_code = 6


class InternalError(MoletrailError):
    """A bug of ours, or an installation that is not whole."""

    exit_code = 70


class ModelError(InternalError):
    """A model file is missing, damaged, or not the one its manifest names."""


class SystemLibraryError(InternalError):
    """A shared library of the operating system is missing; the message says how to get it."""
