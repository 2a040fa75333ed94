"""The journal's lines as they lie on the disk, read without trusting any of them.

Plain and sealed journals share the outer form of a line, so all of this works on both, and
without a key: `{"seq":N,` … `,"prev":"H","hash":"H'"}` where H' is the SHA-256 of the bytes
before `,"hash"`.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tracker.store.disk import explained
from tracker.store.lines import GENESIS, check_line, goes_on, more_of

_START = re.compile(rb'\{"seq":([1-9][0-9]{0,15}),')
_PREV = re.compile(rb',"prev":"([0-9a-f]{64})"$')
_END = re.compile(rb',"hash":"([0-9a-f]{64})"\}')
_PREV_BYTES = len(',"prev":""') + 64
#: Starts to try for one end: a line holds its own start once, unless damage left bits of others.
_TRIES = 4


@dataclass(frozen=True, slots=True)
class RawLine:
    """One whole line, without its line feed: its own hash fits its bytes."""

    seq: int
    prev: str
    hash: str
    text: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scan:
    """A journal file.

    exists: whether there is a file. sound: the entries 1 … n of an unbroken chain. rest: the
    bytes after them, empty in a sound journal. needs_feed: only the last line feed is missing.
    group_begun: the rest begins with whole lines, of a group that ends there unfinished.
    group_open: how many entries of the last one's group are missing, though others follow it.
    """

    exists: bool
    sound: list[RawLine]
    rest: bytes = field(repr=False)
    needs_feed: bool
    group_begun: bool = False
    group_open: int = 0

    @property
    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry of the unbroken chain."""
        return (self.sound[-1].seq, self.sound[-1].hash) if self.sound else (0, GENESIS)

    @property
    def is_torn(self) -> bool:
        """Whether what follows the chain looks like one write that was interrupted."""
        return self.group_begun or (bool(self.rest) and _is_fragment(self.rest))


def scan(path: Path) -> Scan:
    """Read a journal as far as its chain holds.

    Raises:
        VaultError: the disk refuses.
    """
    try:
        with explained(path):
            data = path.read_bytes() if path.exists() else None
    except IsADirectoryError:
        data = None
    if data is None:
        return Scan(exists=False, sound=[], rest=b"", needs_feed=False)
    sound: list[RawLine] = []
    start, seq, prev = 0, 0, GENESIS
    more = finished = finished_at = 0
    misplaced = False
    while start < len(data):
        feed = data.find(b"\n", start)
        end = len(data) if feed < 0 else feed
        text = data[start:end]
        digest = check_line(text, seq + 1, prev)
        if digest is None or (misplaced := not goes_on(more_of(text), more)):
            break
        sound.append(RawLine(seq + 1, prev, digest, text))
        seq, prev, start, more = seq + 1, digest, end + 1, more_of(text)
        if not more:
            finished, finished_at = seq, start
    if more and not misplaced and _is_fragment(data[start:]):
        return Scan(True, sound[:finished], data[finished_at:], False, group_begun=True)
    gap = more if misplaced else 0
    return Scan(True, sound, data[start:], needs_feed=start > len(data), group_open=gap)


def _is_fragment(data: bytes) -> bool:
    """Whether bytes are nothing, or what an interrupted write leaves of one line."""
    return b"\n" not in data and not any(whole_lines(data))


def claimed_end(found: Scan) -> int:
    """Number of the last entry that the bytes after the chain seem to have held.

    A number is believed only as far as there are lines for it.
    """
    head = len(found.sound)
    if not found.rest or found.is_torn:
        return head
    ends = len(_END.findall(found.rest))
    room = head + max(found.rest.count(b"\n"), ends, 1)
    numbers = [int(match[1]) for match in _START.finditer(found.rest)]
    if not numbers:
        return head + 1 if found.rest.strip(b"\0\n") else head
    return max([head, *(number for number in numbers if number <= room)])


def whole_lines(data: bytes) -> Iterator[RawLine]:
    """Every line in damaged bytes that is whole by itself, in the order they lie there.

    Line feeds are not relied on: a flipped one joins two lines, a flipped byte may make one.
    """
    starts = [match.start() for match in _START.finditer(data)]
    done = 0
    for end in _END.finditer(data):
        low, high = bisect_left(starts, done), bisect_right(starts, end.start())
        for start in reversed(starts[max(low, high - _TRIES) : high]):
            line = _line(data[start : end.start()], data[start : end.end()], end[1])
            if line is not None:
                done = end.end()
                yield line
                break


def _line(body: bytes, text: bytes, digest: bytes) -> RawLine | None:
    number, prev = _START.match(body), _PREV.search(body[-_PREV_BYTES:])
    if number is None or prev is None:
        return None
    if hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        return None
    return RawLine(int(number[1]), prev[1].decode("ascii"), digest.decode("ascii"), text)
