"""The decoder process: `python -m tracker.vision.decoding.worker`, spoken to through pipes.

A request is {"name", "now"} with the file as its body. The answer is {"photo": {…}} with the
pixels as its body, or {"refusal": {"message", "next_step", "memory"}}. The first message, sent once
everything is loaded, is {"hello": 1}. It ends when its standard input does.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from datetime import datetime
from io import FileIO
from typing import Any

from tracker.errors import PhotoUnreadableError
from tracker.vision.decoding import confine, wire
from tracker.vision.decoding.here import OutOfMemoryError, decode_here, out_of_memory
from tracker.vision.decoding.limits import (
    BUSY_LIMIT_S,
    BYTES_A_PIXEL,
    MAX_FILE_BYTES,
    OPENING_BYTES,
)
from tracker.vision.decoding.replies import photo_header

HELLO = {"hello": 1}


def main() -> None:
    """Answer requests until the other side closes its end."""
    requests, answers = _take_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program; then input ends
    confine.confine()
    try:
        wire.send(answers, HELLO)
        while _serve_one(requests, answers):
            pass
    except (OSError, wire.WireError):
        sys.exit(1)  # the program is gone


def _take_streams() -> tuple[FileIO, FileIO]:
    """The pipes, out of reach of libraries that print to the standard output."""
    answers = FileIO(os.dup(1), "w")
    os.dup2(2, 1)
    return FileIO(0, "r", closefd=False), answers


def _serve_one(requests: FileIO, answers: FileIO) -> bool:
    received = wire.receive_header(requests)
    if received is None:
        return False
    request, length = received
    if length > MAX_FILE_BYTES:
        raise wire.WireError("longer than a photo")
    data = _receive_body(requests, length)
    # Should the program die meanwhile, nobody else would end a codec that never returns.
    faulthandler.dump_traceback_later(2 * BUSY_LIMIT_S, exit=True)
    try:
        header, body = _answer(request, data)
    finally:
        faulthandler.cancel_dump_traceback_later()
    confine.lift_memory_limit()
    wire.send(answers, header, body)
    return True


def _refusal(error: PhotoUnreadableError) -> dict[str, Any]:
    is_memory = isinstance(error, OutOfMemoryError)
    told = {"message": error.message, "next_step": error.next_step, "memory": is_memory}
    return {"refusal": told}


def _receive_body(requests: FileIO, length: int) -> bytes:
    data = bytearray(length)
    wire.receive_into(requests, memoryview(data))
    return bytes(data)


def _answer(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], memoryview | bytes]:
    confine.limit_memory(OPENING_BYTES + 2 * len(data))

    def allow(pixels: int) -> None:
        confine.limit_memory(OPENING_BYTES + 2 * len(data) + BYTES_A_PIXEL * pixels)

    try:
        now = datetime.fromisoformat(str(request["now"]))
        photo = decode_here(data, str(request["name"]), now, allow)
    except PhotoUnreadableError as error:
        return _refusal(error), b""
    except MemoryError:
        return _refusal(out_of_memory(str(request["name"]))), b""
    return {"photo": photo_header(photo)}, photo.rgb.data.cast("B")


if __name__ == "__main__":
    main()
