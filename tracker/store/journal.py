"""The journal: every change to a vault, one JSON line each, in one chain of hashes.

It is the source of truth. A line is
`{"seq":N,"time":…,"kind":…,"payload":…,"prev":H,"hash":H'}` with `hash` = SHA-256 over the bytes
of the line before `,"hash"`, which hold `prev`, the hash of the line above. Hashing the bytes as
they lie there lets a whole journal be checked without parsing it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from tracker.store.codec import UnknownFieldError
from tracker.store.disk import (
    damaged,
    explain,
    explained,
    flush,
    flush_folder,
    make_folder,
    open_for_append,
    write_all,
    write_atomic,
)
from tracker.store.events import Event, UnknownEventError, event_from_json, event_to_json
from tracker.store.header import JOURNAL_FOLDER, newer

EVENTS_FILE = "events.jsonl"
GENESIS = "0" * 64
_HASH_KEY = b',"hash":"'
#: `,"hash":"` + 64 hex digits + `"}` at the end of every line, before its line feed.
_SEAL_BYTES = len(_HASH_KEY) + 64 + 2
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its number (0 in an empty journal) and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal; `time` is UTC."""

    seq: int
    time: datetime
    kind: str
    event: Event
    hash: str


def seal(seq: int, time: datetime, event: Event, prev: str) -> tuple[bytes, Entry]:
    """The line of `event` with its line feed, and the entry a reader will get from it.

    Raises:
        InternalError: the event holds what cannot be stored.
    """
    kind, payload = event_to_json(event)
    content = {
        "seq": seq,
        "time": time.isoformat(),
        "kind": kind,
        "payload": payload,
        "prev": prev,
    }
    body = json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")[:-1]
    digest = hashlib.sha256(body).hexdigest()
    line = b"".join((body, _HASH_KEY, digest.encode("ascii"), b'"}\n'))
    # The event as it will be read back, so that live writes and a rebuild see the same values.
    return line, Entry(seq, time, kind, event_from_json(kind, payload), digest)


def check_line(line: bytes, seq: int, prev: str) -> str | None:
    """The hash of a line without its line feed if it is entry `seq` after `prev`, else None."""
    body, end = line[:-_SEAL_BYTES], line[-_SEAL_BYTES:]
    digest = hashlib.sha256(body).hexdigest()
    ours = b"".join((_HASH_KEY, digest.encode("ascii"), b'"}'))
    follows = body.startswith(b'{"seq":%d,' % seq) and body.endswith(
        b',"prev":"%s"' % prev.encode("ascii")
    )
    return digest if end == ours and follows else None


class Journal:
    """The open journal of one vault; use it under the vault's lock.

    Raises:
        VaultDamagedError: the chain is broken before its end. VaultError: the disk refuses.
    """

    def __init__(self, vault: Path) -> None:
        self._vault = vault
        self.path = vault / JOURNAL_FOLDER / EVENTS_FILE
        self._offsets = array("Q")
        self._head = Head(0, GENESIS)
        self._size = 0
        with explained(self.path):
            make_folder(self.path.parent)
            existed = self.path.exists()
            self._descriptor = open_for_append(self.path)
            if not existed:
                flush_folder(self.path.parent)
        try:
            with explained(self.path):
                self._scan()
        except BaseException:
            self.close()
            raise

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

    def seal(
        self, events: Sequence[Event], *, after: Head | None = None
    ) -> list[tuple[bytes, Entry]]:
        """Lines and entries for `events`, to be appended after `after` (default: the head)."""
        now = datetime.now(UTC)
        head = self._head if after is None else after
        sealed: list[tuple[bytes, Entry]] = []
        for event in events:
            line, entry = seal(head.seq + 1, now, event, head.hash)
            head = Head(entry.seq, entry.hash)
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
        except BaseException as error:
            self._take_back()
            if isinstance(error, OSError):
                raise explain(error, self.path) from error
            raise
        for line, entry in sealed:
            self._accept(len(line), entry.hash)

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
            found = json.loads(line)
            event = event_from_json(found["kind"], found["payload"])
            time = datetime.fromisoformat(found["time"])
            return Entry(seq, time, found["kind"], event, found["hash"])
        except (UnknownEventError, UnknownFieldError) as error:
            raise newer(self._vault, f"journal entry {seq}: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(
                self._vault, f"Entry {seq} of the journal '{self.path}' is unreadable: {error}."
            ) from error

    def _scan(self) -> None:
        """Check the whole chain and find every line; cut off an unfinished last line."""
        with self.path.open("rb") as file:
            for line in file:
                whole = line.endswith(b"\n")
                digest = check_line(
                    line[:-1] if whole else line, self._head.seq + 1, self._head.hash
                )
                if digest is not None and whole:
                    self._accept(len(line), digest)
                elif not whole:
                    self._finish_torn(line, digest)
                    return
                else:
                    raise damaged(
                        self._vault,
                        f"Entry {self._head.seq + 1} of the journal '{self.path}' was altered.",
                    )

    def _finish_torn(self, line: bytes, digest: str | None) -> None:
        """The last write was interrupted: it was never acknowledged.

        Where only the line feed is missing the entry is whole, and is kept. Else the bytes are
        moved into a file of their own.
        """
        if digest is not None:
            write_all(self._descriptor, b"\n")
            flush(self._descriptor)
            self._accept(len(line) + 1, digest)
            return
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        aside = self.path.with_name(f"torn-{self._head.seq + 1}-{stamp}.part")
        write_atomic(aside, line)
        os.ftruncate(self._descriptor, self._size)
        flush(self._descriptor)
        _log.warning(
            "an interrupted write was found at the end of the journal and set aside: %s", aside.name
        )
