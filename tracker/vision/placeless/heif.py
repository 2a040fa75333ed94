"""HEIC, HEIF and AVIF (ISO/IEC 14496-12, 23008-12): all but the coded pictures is blanked in place.

Nothing moves, so every position in the file stays right. Orientation is a property of the picture
there, and needs no EXIF.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tracker.vision.placeless.tags import UnusualFileError, exif_block, read_tags

#: Other boxes may hold films, which have metadata of their own, or makers' notes.
_TOP_LEVEL = frozenset((b"ftyp", b"meta", b"mdat", b"free", b"skip"))
#: Items that are pictures, tiles of them, or say how they are put together.
_PICTURES = frozenset(
    (b"hvc1", b"av01", b"jpeg", b"avc1", b"vvc1", b"grid", b"iovl", b"iden", b"tmap")
)
_META_HEAD = 4


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    end: int


def strip_heif(data: bytes) -> bytes:
    """The file with EXIF reduced to dates and camera, and all other data but pictures zero.

    Raises:
        UnusualFileError, struct.error, IndexError: built in a way that is not understood.
    """
    boxes = list(_boxes(data, 0, len(data)))
    if any(box.kind not in _TOP_LEVEL for box in boxes):
        raise UnusualFileError("boxes beside the picture")
    (meta,) = (box for box in boxes if box.kind == b"meta")
    inner = {box.kind: box for box in _boxes(data, meta.start + _META_HEAD, meta.end)}
    _refuse_descriptions(data, inner)
    kinds = dict(_items(data, inner[b"iinf"]))
    idat = inner.get(b"idat")
    clean = bytearray(data)
    for box in (*boxes, *inner.values()):
        if box.kind in (b"mdat", b"idat", b"free", b"skip"):
            clean[box.start : box.end] = bytes(box.end - box.start)
    located = list(_locations(data, inner[b"iloc"], None if idat is None else idat.start))
    for item, extents in located:
        if kinds.get(item) == b"Exif":
            _write_exif(data, clean, extents)
    for item, extents in located:
        if kinds.get(item) in _PICTURES:
            for start, length in extents:
                _put(clean, start, data[start : start + length])
    return bytes(clean)


def _refuse_descriptions(data: bytes, inner: dict[bytes, _Box]) -> None:
    """Texts about the picture are properties among those that make it."""
    if b"iprp" not in inner:
        return
    for box in _boxes(data, inner[b"iprp"].start, inner[b"iprp"].end):
        if box.kind == b"ipco":
            kinds = {each.kind for each in _boxes(data, box.start, box.end)}
            if kinds & {b"udes", b"altt", b"uuid"}:
                raise UnusualFileError("texts among the properties")


def _write_exif(data: bytes, clean: bytearray, extents: list[tuple[int, int]]) -> None:
    whole = b"".join(data[start : start + length] for start, length in extents)
    skip = 4 + struct.unpack_from(">I", whole, 0)[0]
    block = exif_block(replace(read_tags(whole[skip:]), orientation=None))
    new = struct.pack(">I", 0) + block
    if not block or len(new) > len(whole):
        new = struct.pack(">I", 0) + b"II*\0" + struct.pack("<IHI", 8, 0, 0)
    if len(new) > len(whole):
        raise UnusualFileError("an EXIF item of a few bytes")
    new = new.ljust(len(whole), b"\0")
    at = 0
    for start, length in extents:
        _put(clean, start, new[at : at + length])
        at += length


def _put(clean: bytearray, start: int, new: bytes) -> None:
    if start < 0 or start + len(new) > len(clean):
        raise UnusualFileError("an item leaves the file")
    clean[start : start + len(new)] = new


def _boxes(data: bytes, at: int, end: int) -> Iterator[_Box]:
    while at < end:
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            length, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        stop = end if length == 0 else at + length
        if stop > end or stop < at + head:
            raise UnusualFileError("a box leaves the file")
        yield _Box(kind, at + head, stop)
        at = stop


def _items(data: bytes, iinf: _Box) -> Iterator[tuple[int, bytes]]:
    """Id and type of each item."""
    count_size = 2 if data[iinf.start] == 0 else 4
    for box in _boxes(data, iinf.start + 4 + count_size, iinf.end):
        version = data[box.start]
        if box.kind != b"infe" or version < 2:
            raise UnusualFileError("an old list of items")
        form = ">H" if version == 2 else ">I"
        item = struct.unpack_from(form, data, box.start + 4)[0]
        kind_at = box.start + 4 + struct.calcsize(form) + 2
        yield item, data[kind_at : kind_at + 4]


def _locations(
    data: bytes, iloc: _Box, idat: int | None
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Id and extents (position in the file, length) of each item."""
    version, at = data[iloc.start], iloc.start + 4
    sizes = struct.unpack_from(">H", data, at)[0]
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    reader = _Reader(data, at + 2)
    wide = 2 if version < 2 else 4
    for _ in range(reader.number(wide)):
        item = reader.number(wide)
        method = reader.number(2) & 15 if version else 0
        reader.number(2)
        base = reader.number(base_size)
        extents = []
        for _ in range(reader.number(2)):
            reader.number(index_size)
            start = base + reader.number(offset_size)
            extents.append((start, reader.number(length_size)))
        if method == 1 and idat is not None:
            extents = [(start + idat, length) for start, length in extents]
        elif method != 0:
            extents = [(-1, 0)]
        yield item, extents


class _Reader:
    """Big-endian numbers one after another."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def number(self, size: int) -> int:
        """The next number of `size` bytes (0 of none)."""
        found = self._data[self._at : self._at + size]
        if len(found) != size:
            raise UnusualFileError("a table leaves the file")
        self._at += size
        return int.from_bytes(found, "big")
