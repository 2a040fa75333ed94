"""Checking the chain of a journal file as it lies, without a vault around it or its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from tracker.store.journal import Head
from tracker.store.lines import GENESIS, check_line, goes_on, more_of

#: A line beyond this is no entry: masks are limited to half of it.
_MAX_LINE_BYTES = 1 << 30


class BrokenChainError(Exception):
    """The bytes are not a journal. `seq`: number of the first entry that does not fit."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"entry {seq}")
        self.seq = seq


def follow_chain(
    source: IO[bytes], size_bytes: int, sink: Callable[[bytes, Head], object] = lambda *_: None
) -> Head:
    """Read `size_bytes` of journal lines and return the last one's head.

    Args:
        sink: given each line and its own head.

    Raises:
        BrokenChainError: a line is altered, cut or missing, or a group of entries not finished.
    """
    head, missing, more = Head(0, GENESIS), size_bytes, 0
    while missing:
        line = source.readline(min(missing, _MAX_LINE_BYTES))
        digest = check_line(line[:-1], head.seq + 1, head.hash) if line.endswith(b"\n") else None
        if digest is None or not goes_on(more_of(line), more):
            raise BrokenChainError(head.seq + 1)
        more = more_of(line)
        head = Head(head.seq + 1, digest)
        sink(line, head)
        missing -= len(line)
    if more:
        raise BrokenChainError(head.seq + 1)
    return head
