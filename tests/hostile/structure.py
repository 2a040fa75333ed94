"""Where the numbers and blocks of a picture file lie, so that they can be falsified one by one."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["length", "dimension", "offset", "count", "type", "orientation"]


@dataclass(frozen=True)
class Field:
    """A number in the file. order: "big" or "little"."""

    kind: Kind
    at: int
    size: int
    order: Literal["big", "little"] = "big"


@dataclass(frozen=True)
class Block:
    """A chunk, segment or box, head included; `inside` is where its content starts."""

    name: bytes
    start: int
    inside: int
    end: int


@dataclass
class Structure:
    """What is known of one file."""

    fields: list[Field] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Field]:
        return [each for each in self.fields if each.kind in kinds]

    def named(self, *names: bytes) -> list[Block]:
        return [each for each in self.blocks if each.name in names]


def structure_of(data: bytes) -> Structure:
    """Fields and blocks of a sound file of any format."""
    found = Structure()
    readers: list[tuple[bool, Callable[[bytes, Structure], None]]] = [
        (data.startswith(b"\x89PNG"), _png),
        (data.startswith(b"\xff\xd8"), _jpeg),
        (data[:4] == b"RIFF", _webp),
        (data[:2] in (b"II", b"MM"), lambda d, s: _tiff(d, s, 0, len(d))),
        (data[4:8] == b"ftyp", lambda d, s: _boxes(d, s, 0, len(d))),
    ]
    for fits, read in readers:
        if fits:
            read(data, found)
            break
    return found


def _png(data: bytes, found: Structure) -> None:
    at = 8
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        found.blocks.append(Block(name, at, at + 8, at + 12 + length))
        found.fields += [Field("length", at, 4), Field("type", at + 4, 4)]
        if name == b"IHDR":
            found.fields += [Field("dimension", at + 8, 4), Field("dimension", at + 12, 4)]
            found.fields += [Field("type", at + 16 + index, 1) for index in range(5)]
        elif name == b"acTL":
            found.fields.append(Field("count", at + 8, 4))
        elif name == b"fcTL":
            found.fields += [Field("dimension", at + 12 + 4 * index, 4) for index in range(4)]
        elif name == b"eXIf":
            _tiff(data, found, at + 8, at + 8 + length)
        at += 12 + length


def _jpeg(data: bytes, found: Structure) -> None:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        length = struct.unpack_from(">H", data, at + 2)[0]
        end = at + 2 + length
        found.blocks.append(Block(bytes([marker]), at, at + 4, end))
        found.fields += [Field("type", at + 1, 1), Field("length", at + 2, 2)]
        if marker in (0xC0, 0xC1, 0xC2):
            found.fields += [Field("dimension", at + 5, 2), Field("dimension", at + 7, 2)]
            found.fields += [Field("count", at + 9, 1), Field("type", at + 4, 1)]
            found.fields += [Field("type", at + 10 + index, 1) for index in range(9)]
        elif marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            _tiff(data, found, at + 10, end)
        elif marker == 0xE2 and data[at + 4 : at + 8] == b"MPF\0":
            _tiff(data, found, at + 8, end)
        if marker == 0xDA:
            return
        at = end


def _webp(data: bytes, found: Structure) -> None:
    found.fields.append(Field("length", 4, 4, "little"))
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + length % 2
        found.blocks.append(Block(name, at, at + 8, end))
        found.fields += [Field("type", at, 4), Field("length", at + 4, 4, "little")]
        if name == b"VP8X":
            found.fields += [Field("type", at + 8, 1)]
            found.fields += [Field("dimension", at + 12, 3, "little")]
            found.fields += [Field("dimension", at + 15, 3, "little")]
        elif name == b"VP8 ":
            found.fields += [Field("dimension", at + 14 + i, 2, "little") for i in (0, 2)]
        elif name == b"VP8L":
            found.fields.append(Field("dimension", at + 9, 4, "little"))
        elif name == b"ANMF":
            found.fields += [Field("dimension", at + 8 + 3 * i, 3, "little") for i in range(4)]
        elif name == b"EXIF":
            start = at + 8 + (6 if data[at + 8 : at + 14] == b"Exif\0\0" else 0)
            _tiff(data, found, start, at + 8 + length)
        at = end


def _tiff(data: bytes, found: Structure, base: int, end: int) -> None:
    """The directories of a TIFF file or of EXIF, with those that tags point to."""
    order: Literal["big", "little"] = "little" if data[base : base + 2] == b"II" else "big"
    mark = "<" if order == "little" else ">"
    found.fields.append(Field("offset", base + 4, 4, order))
    waiting, seen = [struct.unpack_from(mark + "I", data, base + 4)[0]], set[int]()
    while waiting:
        start = waiting.pop()
        if start == 0 or start in seen or base + start + 2 > end:
            continue
        seen.add(start)
        count = struct.unpack_from(mark + "H", data, base + start)[0]
        found.fields.append(Field("count", base + start, 2, order))
        for index in range(count):
            at = base + start + 2 + 12 * index
            if at + 12 > end:
                return
            waiting += _entry(data, found, at, order)
        after = base + start + 2 + 12 * count
        if after + 4 <= end:
            found.fields.append(Field("offset", after, 4, order))
            waiting.append(struct.unpack_from(mark + "I", data, after)[0])


def _entry(
    data: bytes, found: Structure, at: int, order: Literal["big", "little"]
) -> Iterator[int]:
    mark = "<" if order == "little" else ">"
    tag, kind, _, value = struct.unpack_from(mark + "HHII", data, at)
    found.fields += [Field("type", at, 2, order), Field("type", at + 2, 2, order)]
    found.fields.append(Field("count", at + 4, 4, order))
    size = 2 if kind == 3 else 4
    if tag == 0x0112:
        found.fields.append(Field("orientation", at + 8, 2, order))
    elif tag in (256, 257, 322, 323):
        found.fields.append(Field("dimension", at + 8, size, order))
    elif tag in (258, 259, 262, 277, 284, 317):
        found.fields.append(Field("type", at + 8, size, order))
    else:
        found.fields.append(Field("offset", at + 8, 4, order))
    return iter([value] if tag in (0x8769, 0x8825) else [])


_CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0}
_CONTAINERS |= {b"stbl": 0, b"iinf": 6}


def _boxes(data: bytes, found: Structure, at: int, end: int) -> None:
    while at + 8 <= end:
        length, name = struct.unpack_from(">I4s", data, at)
        stop = end if length == 0 else at + length
        if stop < at + 8 or stop > end:
            return
        found.blocks.append(Block(name, at, at + 8, stop))
        found.fields += [Field("length", at, 4), Field("type", at + 4, 4)]
        inside = at + 8
        if name in _CONTAINERS:
            _boxes(data, found, inside + _CONTAINERS[name], stop)
        if name == b"ispe":
            found.fields += [Field("dimension", inside + 4, 4), Field("dimension", inside + 8, 4)]
        elif name in (b"irot", b"imir"):
            found.fields.append(Field("orientation", inside, 1))
        elif name in (b"iloc", b"ipma", b"stsz", b"stco", b"stsc"):
            places = range(inside + 4, stop - 3, 2)
            found.fields += [Field("offset", place, 4) for place in places]
        elif name in (b"hvcC", b"av1C", b"pixi", b"colr", b"clap", b"grid"):
            found.fields += [Field("type", place, 1) for place in range(inside, stop)]
        elif name in (b"iinf", b"pitm"):
            found.fields.append(Field("count", inside + 4, 2))
        at = stop
