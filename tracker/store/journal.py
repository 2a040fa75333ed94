"""The journal: every change to a vault, one line each, in one chain of hashes.

It is the source of truth. `lines` says what a line looks like, plain and sealed; the file is
`journal/events.jsonl` or `journal/events.sealed`. Hashing the bytes as they lie there lets a whole
journal be checked without parsing it. What is written at once is a group, and counts as a whole or
not at all.
"""

from __future__ import annotations

import logging
import os
import secrets
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from tracker.errors import VaultDamagedError, VaultError
from tracker.store.codec import UnknownFieldError
from tracker.store.disk import (
    damaged,
    explain,
    explained,
    flush,
    flush_folder,
    make_folder,
    neutral_times,
    open_for_append,
    write_all,
    write_atomic,
)
from tracker.store.entry import Draft, Entry, Head, draft, seal
from tracker.store.events import KINDS, Event, UnknownEventError, event_from_json
from tracker.store.head import HeadFile
from tracker.store.header import JOURNAL_FOLDER, newer
from tracker.store.lines import EVENTS_FILE, GENESIS, check_line, goes_on, lines_of, more_of
from tracker.store.sealing import PLAIN, Sealing

__all__ = ["EVENTS_FILE", "GENESIS", "Entry", "Head", "Journal", "check_line", "seal"]
_log = logging.getLogger(__name__)


class JournalReplacedError(Exception):
    """The file is not the one that was read before, or not a continuation of it."""


class Journal:
    """The open journal of one vault; use it under the vault's lock.

    Raises:
        VaultDamagedError: the chain is broken before its end, or its end is missing.
        VaultError: the disk refuses.
    """

    def __init__(self, vault: Path, sealing: Sealing = PLAIN) -> None:
        self._vault = vault
        self._sealed = sealing.encrypted
        self._lines = lines_of(sealing)
        self._head_file = HeadFile(vault, sealing) if sealing.encrypted else None
        self.path = vault / JOURNAL_FOLDER / self._lines.file_name
        self._offsets = array("Q")
        self._head = Head(0, GENESIS)
        self._size = 0
        self._file: tuple[int, int] | None = None
        self._descriptor = -1
        with explained(self.path):
            make_folder(self.path.parent)
        self._open()

    def _open(self) -> None:
        """Open the file, and take in what is new in it."""
        try:
            with explained(self.path):
                existed = self.path.exists()
                self._descriptor = open_for_append(self.path)
                if not existed:
                    flush_folder(self.path.parent)
                self._check_same_file()
                self._scan()
                torn = self._after_end()
            if self._head_file is not None and self._head.seq:
                self._head_file.check(self.path, self._head.seq, self.hash_of)
            with explained(self.path):
                self._cut_off(torn)
        except BaseException:
            self.close()
            raise

    def resume(self) -> None:
        """Open a closed journal again, with what others have appended since.

        Raises:
            JournalReplacedError: it is another file, or does not go on from what was read of it.
            Else as the constructor.
        """
        self._open()

    def _check_same_file(self) -> None:
        found = os.fstat(self._descriptor)
        file = (found.st_dev, found.st_ino)
        if self._file is None:
            self._file = file
            return
        seq = self._head.seq
        if file != self._file or found.st_size < self._size:
            raise JournalReplacedError
        if seq and check_line(self._line(seq), seq, self.hash_of(seq - 1)) != self._head.hash:
            raise JournalReplacedError

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def head(self) -> Head:
        """The last entry."""
        return self._head

    def hash_of(self, seq: int) -> str:
        """The hash of entry `seq` (1 .. head.seq); the chain's start for 0."""
        if seq == 0:
            return GENESIS
        return self._line(seq)[-66:-2].decode("ascii")

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Entries with a number above `after`, in order.

        Raises:
            VaultNewerError: an entry is of a newer program. VaultDamagedError: it is unreadable.
        """
        for seq in range(after + 1, self._head.seq + 1):
            yield self._parse(seq, self._line(seq))

    def draft(self, events: Sequence[Event], *, after: int | None = None) -> list[Draft]:
        """Entries for `events`, numbered from after entry `after` (default: the last one)."""
        now = datetime.now(UTC)
        first = (self._head.seq if after is None else after) + 1
        return [draft(seq, now, event) for seq, event in enumerate(events, start=first)]

    def seal(self, drafts: Sequence[Draft]) -> list[tuple[bytes, Entry]]:
        """Lines and entries of `drafts` as one group, to be appended after the last entry."""
        prev = self._head.hash
        sealed: list[tuple[bytes, Entry]] = []
        for more, each in zip(reversed(range(len(drafts))), drafts, strict=True):
            line, entry = each.seal(prev, self._lines, more)
            prev = entry.hash
            sealed.append((line, entry))
        return sealed

    def append(self, sealed: Sequence[tuple[bytes, Entry]]) -> None:
        """Write sealed lines; on return they are on the device, on an error none is there.

        Raises:
            StorageFullError: no room. VaultError: the disk refuses otherwise.
        """
        if not sealed:
            return
        data = b"".join(line for line, _ in sealed)
        try:
            # An interrupt may have left a line that nobody was told of; the chain goes on from
            # what was acknowledged.
            if os.fstat(self._descriptor).st_size != self._size:
                os.ftruncate(self._descriptor, self._size)
            write_all(self._descriptor, data)
            flush(self._descriptor)
            self._check_in_place()
        except BaseException as error:
            self._take_back()
            if isinstance(error, OSError):
                raise explain(error, self.path) from error
            raise
        for line, entry in sealed:
            self._accept(len(line), entry.hash)
        self._put_on_record()

    def _check_in_place(self) -> None:
        """Refuse to call stored what went into a file that another program has just replaced.

        Raises:
            VaultError: the file of the journal's name is not the open one.
        """
        if os.name == "nt":
            return  # Windows replaces no file that is open
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(self._descriptor), self.path.stat()):
                return
        raise VaultError(
            f"Another program has replaced '{self.path}' while it was in use; nothing was stored.",
            next_step="Let no program that copies or synchronises files write into the vault, and "
            "try again.",
        )

    def _put_on_record(self) -> None:
        """Note how far the journal has come, where that is noted."""
        if self._head_file is not None:
            self._head_file.note(self._head.seq, self._head.hash)
            neutral_times(self.path, self.path.parent)

    def _take_back(self) -> None:
        """Cut off what was not acknowledged; if even that fails, the next open does it."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, self._size)
            os.fsync(self._descriptor)

    def _accept(self, length: int, digest: str) -> None:
        self._offsets.append(self._size)
        self._size += length
        self._head = Head(self._head.seq + 1, digest)

    def _line(self, seq: int) -> bytes:
        """The bytes of one entry without the line feed."""
        start = self._offsets[seq - 1]
        end = self._offsets[seq] if seq < len(self._offsets) else self._size
        with explained(self.path):
            os.lseek(self._descriptor, start, os.SEEK_SET)
            parts: list[bytes] = []
            missing = end - start
            while missing and (part := os.read(self._descriptor, missing)):
                parts.append(part)
                missing -= len(part)
        return b"".join(parts)[:-1]

    def _parse(self, seq: int, line: bytes) -> Entry:
        try:
            found = self._lines.decode(line)
            event = event_from_json(found.kind, found.payload)
            return Entry(seq, found.time, found.kind, event, found.hash)
        except (UnknownEventError, UnknownFieldError):
            raise newer(self._vault, f"journal entry {seq}") from None
        except (ValueError, KeyError, TypeError) as error:
            # What `error` says may be of what is stored, and messages are shown and logged.
            raise damaged(
                self._vault,
                f"Entry {seq} of the journal '{self.path}' is unreadable ({type(error).__name__}).",
            ) from None

    def _scan(self) -> None:
        """Check the chain and find every line of every finished group, from where it was left."""
        group: list[tuple[int, str]] = []
        more = 0
        with self.path.open("rb") as file:
            file.seek(self._size)
            for line in file:
                text, whole = line.removesuffix(b"\n"), line.endswith(b"\n")
                seq = self._head.seq + len(group) + 1
                digest = check_line(text, seq, group[-1][1] if group else self._head.hash)
                if digest is None and not whole:
                    break  # an interrupted write
                if digest is None or not goes_on(more_of(text), more):
                    raise self._misplaced(seq, altered=digest is None)
                self._refuse_newer(seq, text)
                group.append((len(text) + 1, digest))
                more = more_of(text)
                if more:
                    continue
                for length, found in group:
                    self._accept(length, found)
                group.clear()
                if not whole:  # the entry is: only the end of its line is missing
                    write_all(self._descriptor, b"\n")
                    flush(self._descriptor)
                    break

    def _misplaced(self, seq: int, *, altered: bool) -> VaultDamagedError:
        what = "was altered" if altered else "stands where others of the group before it belong"
        return damaged(self._vault, f"Entry {seq} of the journal '{self.path}' {what}.")

    def _refuse_newer(self, seq: int, line: bytes) -> None:
        """Refuse an event of a newer program before anything is changed.

        The database may hold it already, and then nothing would ever read the line.
        """
        kind = self._lines.kind_of(line)
        if kind is not None and kind not in KINDS:
            raise newer(self._vault, f"journal entry {seq}: {kind!r}")

    def _after_end(self) -> bytes:
        """What lies after the last finished group."""
        with self.path.open("rb") as file:
            file.seek(self._size)
            return file.read()

    def _cut_off(self, torn: bytes) -> None:
        """The last write was interrupted: it was never acknowledged, and goes into a file of its
        own, all of it.
        """
        if not torn:
            return
        mark = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        if self._sealed:  # its name shall not tell when
            mark = secrets.token_hex(8)
        aside = self.path.with_name(f"torn-{self._head.seq + 1}-{mark}.part")
        write_atomic(aside, torn, neutral=self._sealed)
        os.ftruncate(self._descriptor, self._size)
        flush(self._descriptor)
        _log.warning(
            "an interrupted write was found at the end of the journal and set aside: %s", aside.name
        )
