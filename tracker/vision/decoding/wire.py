"""Messages through a pipe: two lengths, a JSON object, and raw bytes.

    4 bytes   length of the object, big-endian
    8 bytes   length of the body, big-endian
    object    UTF-8 JSON
    body      as it is

No pickle: what comes back from a decoder may be what a hostile photo made of it.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Protocol

_HEAD = struct.Struct(">IQ")
#: Names and sentences; a longer object is no message of ours.
MAX_HEADER_BYTES = 256 * 1024


class WireError(Exception):
    """The other side is gone in the middle of a message."""


class NoMessageError(WireError):
    """What came is no message of ours."""


class RawReader(Protocol):
    """An unbuffered binary stream to read from."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill some of `buffer`; 0 at the end."""
        ...


class RawWriter(Protocol):
    """An unbuffered binary stream to write to."""

    def write(self, data: memoryview, /) -> int | None:
        """Write some of `data`."""
        ...


def send(stream: RawWriter, header: dict[str, Any], body: memoryview | bytes = b"") -> None:
    """Write one message.

    Raises:
        OSError: the other side is gone.
    """
    text = json.dumps(header).encode("ascii")
    view = memoryview(body).cast("B")
    _write(stream, memoryview(_HEAD.pack(len(text), len(view)) + text))
    _write(stream, view)


def receive_header(stream: RawReader) -> tuple[dict[str, Any], int] | None:
    """The object of the next message and the length of its body, which the caller reads next.

    None where the other side closed the pipe between two messages.

    Raises:
        WireError: the message is cut short. NoMessageError: it is malformed.
    """
    head = bytearray(_HEAD.size)
    filled = _fill(stream, memoryview(head))
    if filled == 0:
        return None
    if filled < len(head):
        raise WireError("cut short")
    length, body = _HEAD.unpack(head)
    if length > MAX_HEADER_BYTES:
        raise NoMessageError("the object is too long")
    text = bytearray(length)
    receive_into(stream, memoryview(text))
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise NoMessageError("the object is no JSON") from None
    if not isinstance(header, dict):
        raise NoMessageError("the object is none")
    return header, body


def receive_into(stream: RawReader, buffer: memoryview) -> None:
    """Fill `buffer` from the pipe, without a copy in between.

    Raises:
        WireError: the pipe ended first.
    """
    if _fill(stream, buffer) < len(buffer):
        raise WireError("cut short")


def _fill(stream: RawReader, buffer: memoryview) -> int:
    done = 0
    while done < len(buffer):
        count = stream.readinto(buffer[done:])
        if not count:
            break
        done += count
    return done


def _write(stream: RawWriter, data: memoryview) -> None:
    done = 0
    while done < len(data):
        done += stream.write(data[done:]) or 0
