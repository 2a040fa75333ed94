"""`journal/head.sealed`: how far the journal of an encrypted vault had come.

The chain alone cannot tell that its end was cut off at a line's end. After each append the number
and hash of the last entry are sealed here; a journal that ends before them has lost entries. The
file is two records of one size that are written in turn and in place: a write that is interrupted
spoils one and leaves the other. It is not flushed for each entry: the journal is, and a head that
is behind it is a head.

A whole folder that was put back to an earlier state is consistent in itself: nothing in it can
tell that it once was further.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tracker.errors import VaultError
from tracker.store.disk import (
    damaged,
    explained,
    flush,
    flush_folder,
    make_private,
    neutral_times,
    write_all,
)
from tracker.store.header import JOURNAL_FOLDER
from tracker.store.photos import SEALED_FOLDER
from tracker.store.sealing import HEAD, OVERHEAD_BYTES, SealBrokenError, Sealing

HEAD_FILE = "head.sealed"
_SEQ_BYTES, _HASH_BYTES = 8, 32
_RECORD_BYTES = OVERHEAD_BYTES + _SEQ_BYTES + _HASH_BYTES
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_log = logging.getLogger(__name__)


class HeadFile:
    """The head records of one encrypted vault; use it under the vault's lock."""

    def __init__(self, vault: Path, sealing: Sealing) -> None:
        self._vault = vault
        self.path = vault / JOURNAL_FOLDER / HEAD_FILE
        self._sealing = sealing
        self._next: int | None = None

    def read(self) -> tuple[int, str] | None:
        """Number and hash of the furthest entry on record; None if no record can be read.

        Raises:
            OSError: the system refuses.
        """
        self._next = 0
        found: list[tuple[int, str]] = []
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        for place in range(2):
            record = content[place * _RECORD_BYTES : (place + 1) * _RECORD_BYTES]
            with suppress(SealBrokenError):
                data = self._sealing.unseal(HEAD, str(place), record)
                found.append((int.from_bytes(data[:_SEQ_BYTES], "big"), data[_SEQ_BYTES:].hex()))
                if found[-1] == max(found):
                    self._next = 1 - place
        return max(found, default=None)

    def write(self, seq: int, digest: str, *, anew: bool = False) -> None:
        """Put entry `seq` on record.

        Args:
            anew: both records, flushed to the device: for a new vault, or a journal that was
                written anew and may be shorter.

        Raises:
            StorageFullError, VaultError: the system refuses.
        """
        with explained(self.path):
            anew = anew or not self.path.exists()
            if self._next is None and not anew:
                self.read()
            descriptor = os.open(self.path, _FLAGS, 0o600)
            try:
                for place in (0, 1) if anew else (self._next or 0,):
                    data = seq.to_bytes(_SEQ_BYTES, "big") + bytes.fromhex(digest)
                    os.lseek(descriptor, place * _RECORD_BYTES, os.SEEK_SET)
                    write_all(descriptor, self._sealing.seal(HEAD, str(place), data))
                    self._next = 1 - place
                if anew:
                    flush(descriptor)
            finally:
                os.close(descriptor)
            if anew:
                make_private(self.path)
                flush_folder(self.path.parent)
        neutral_times(self.path)

    def note(self, seq: int, digest: str) -> None:
        """Put entry `seq` on record if the disk lets us; it is stored in any case."""
        try:
            self.write(seq, digest)
        except VaultError as error:
            _log.warning("the end of the journal could not be put on record: %s", error)

    def may_be_new(self, seq: int) -> bool:
        """Whether a journal of `seq` entries may be one that never had a record: nothing of the
        vault is older than its first entry.
        """
        with explained(self._vault):
            return seq == 1 and not any((self._vault / SEALED_FOLDER).glob("[0-9a-f][0-9a-f]/*"))

    def check(self, journal: Path, seq: int, hash_of: Callable[[int], str]) -> None:
        """Pass a journal that goes on from what is on record.

        Args:
            seq: of its last entry. hash_of: the hash of each of its entries.

        Raises:
            VaultDamagedError: it ends earlier, or is another one, or the record is gone.
            VaultError: the disk refuses.
        """
        with explained(self.path):
            recorded = self.read()
        if recorded is None and self.may_be_new(seq):
            self.note(seq, hash_of(seq))  # `create` was interrupted between the two
        elif recorded is None:
            raise damaged(
                self._vault,
                f"'{self.path}', which tells how far the journal had come, is missing or was "
                "altered.",
            )
        elif recorded[0] > seq:
            raise damaged(
                self._vault,
                f"The journal '{journal}' ends at entry {seq}, but {recorded[0]} were stored.",
            )
        elif hash_of(recorded[0]) != recorded[1]:
            raise damaged(self._vault, f"The journal '{journal}' is not the one that was stored.")
