"""The directories of a TIFF file (TIFF 6.0, section 2; BigTIFF), read without their values."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.vision.decoding.limits import MAX_TIFF_TAGS

#: Bytes a value of each field type takes.
_SIZES = {
    **dict.fromkeys((1, 2, 6, 7), 1),
    **dict.fromkeys((3, 8), 2),
    **dict.fromkeys((4, 9, 11, 13), 4),
    **dict.fromkeys((5, 10, 12, 16, 17, 18), 8),
}
_BYTE_TYPES = frozenset({1, 2, 6, 7})


@dataclass(frozen=True, slots=True)
class Tag:
    """An entry. count: values; size: bytes they take; is_bytes: text or unnamed data."""

    code: int
    count: int
    size: int
    is_bytes: bool


def directories(data: bytes) -> Iterator[tuple[int, Iterator[Tag]]]:
    """Position and tags of each directory, in the order of the file's chain.

    A chain that leads in circles never ends: the caller watches the positions.

    Raises:
        struct.error: the chain leaves the file.
    """
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    number = order + ("Q" if is_big else "I")
    counter = order + ("Q" if is_big else "H")
    entry = struct.Struct(order + ("HHQ8x" if is_big else "HHI4x"))
    start: int = struct.unpack_from(number, data, 8 if is_big else 4)[0]
    while start:
        count: int = struct.unpack_from(counter, data, start)[0]
        first = start + struct.calcsize(counter)
        yield start, _tags(data, first, min(count, MAX_TIFF_TAGS), entry)
        start = struct.unpack_from(number, data, first + count * entry.size)[0]


def _tags(data: bytes, first: int, count: int, entry: struct.Struct) -> Iterator[Tag]:
    for index in range(count):
        code, kind, values = entry.unpack_from(data, first + index * entry.size)
        yield Tag(code, values, values * _SIZES.get(kind, 1), kind in _BYTE_TYPES)
