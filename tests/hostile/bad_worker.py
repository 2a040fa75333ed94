"""The real decoder process with a decoder that misbehaves as the file tells it to."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tracker.vision.decoding import worker
from tracker.vision.decoding.photo import DecodedPhoto

_REAL = worker.decode_here
MARK = b"\xff\xd8MISBEHAVE "


def order(what: str) -> bytes:
    """A file that makes this decoder misbehave."""
    return MARK + what.encode()


def misbehave(
    data: bytes, name: str, now: datetime, on_size: Callable[[int], None] | None = None
) -> DecodedPhoto:
    if not data.startswith(MARK):
        return _REAL(data, name, now, on_size)
    word, _, argument = data[len(MARK) :].decode().partition(" ")
    ACTIONS[word](argument)
    raise AssertionError("the action came back")


def crash(_: str) -> None:
    os.kill(os.getpid(), signal.SIGSEGV) if os.name != "posix" else signal.raise_signal(
        signal.SIGSEGV
    )


def spin(_: str) -> None:
    while True:
        pass


def sleep(_: str) -> None:
    time.sleep(600)


def bomb(_: str) -> None:
    sys.stdout.flush()
    for size in (1 << 29, 1 << 30, 1 << 33):
        held = bytearray(size)
        held[:: 1 << 12] = b"x" * len(held[:: 1 << 12])
    raise AssertionError("no limit held")


def babble(_: str) -> None:
    """Writes to the pipe of the answers, as a codec that was taken over could."""
    for number in range(3, 20):
        try:
            os.write(number, b"\0\0\0\5\0\0\0\0\0\0\0\0hello")
        except OSError:
            continue
    os._exit(0)


def claim(fields: str) -> None:
    """Answers with a header of the attacker's choice."""
    for number in range(3, 20):
        try:
            head = len(fields).to_bytes(4, "big") + (12).to_bytes(8, "big")
            os.write(number, head + fields.encode() + bytes(12))
        except OSError:
            continue
    time.sleep(600)


def tell(what: str) -> None:
    """Says in a warning what this process can do."""
    raise worker.PhotoUnreadableError(_TELL[what](), next_step="none")


def _attempt(action: Callable[[], object]) -> str:
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "allowed"


_TELL: dict[str, Callable[[], str]] = {
    "environment": lambda: " ".join(sorted(os.environ)),
    "socket": lambda: _attempt(socket.socket),
    "write": lambda: _attempt(lambda: Path("left-behind").write_bytes(b"x")),
    "program": lambda: _attempt(lambda: os.execv(sys.executable, [sys.executable, "-V"])),
    "read": lambda: _attempt(lambda: Path(os.devnull).read_bytes()),
    "modules": lambda: " ".join(sorted(sys.modules)),
}
ACTIONS: dict[str, Callable[[str], None]] = {
    "crash": crash,
    "spin": spin,
    "sleep": sleep,
    "bomb": bomb,
    "babble": babble,
    "claim": claim,
    "tell": tell,
}

if __name__ == "__main__":
    worker.decode_here = misbehave
    worker.main()
