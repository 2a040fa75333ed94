"""Checking the chain of a journal file as it lies, without a vault around it or its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from tracker.store.journal import Head
from tracker.store.lines import GENESIS, check_line

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
        BrokenChainError: a line is altered, cut or missing.
    """
    head, missing = Head(0, GENESIS), size_bytes
    while missing:
        line = source.readline(min(missing, _MAX_LINE_BYTES))
        digest = check_line(line[:-1], head.seq + 1, head.hash) if line.endswith(b"\n") else None
        if digest is None:
            raise BrokenChainError(head.seq + 1)
        head = Head(head.seq + 1, digest)
        sink(line, head)
        missing -= len(line)
    return head
