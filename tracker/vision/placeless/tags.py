"""The few EXIF tags that stay with a photo, read from a block and written as a new one.

EXIF 2.32 (CIPA DC-008-2019) in a TIFF 6.0 structure.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace

_MAKE, _MODEL, _ORIENTATION, _EXIF_IFD = 0x010F, 0x0110, 0x0112, 0x8769
_ORIGINAL, _DIGITIZED = 0x9003, 0x9004
_ASCII, _SHORT, _LONG = 2, 3, 4
_MAX_ENTRIES = 512
#: Longer texts are no date and no camera's name.
_LONGEST = 64
#: Pillow turns a photo by this where EXIF has no orientation.
_XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([0-9])')


class UnusualFileError(Exception):
    """The file is built in a way that cannot be cleaned without decoding it."""


@dataclass(frozen=True, slots=True)
class KeptTags:
    """orientation: EXIF 1..8. original, digitized: `YYYY:MM:DD HH:MM:SS` as the file has them."""

    orientation: int | None = None
    original: str | None = None
    digitized: str | None = None
    make: str | None = None
    model: str | None = None

    def with_xmp(self, xmp: bytes) -> KeptTags:
        """The orientation taken from XMP where EXIF has none."""
        found = _XMP_ORIENTATION.search(xmp)
        if self.orientation is not None or found is None:
            return self
        return replace(self, orientation=int(found[1]))


def read_tags(block: bytes) -> KeptTags:
    """The tags of an EXIF block, its identifier in front or not; empty where it is broken."""
    block = block.removeprefix(b"Exif\0\0")
    try:
        order = {b"II*\0": "<", b"MM\0*": ">"}[block[:4]]
        main = _directory(block, order, struct.unpack_from(order + "I", block, 4)[0])
        pointer = main.get(_EXIF_IFD)
        photographic = _directory(block, order, pointer) if isinstance(pointer, int) else {}
    except (KeyError, struct.error):
        return KeptTags()
    turn = main.get(_ORIENTATION)
    return KeptTags(
        orientation=turn if isinstance(turn, int) and 1 <= turn <= 8 else None,
        original=_text(photographic.get(_ORIGINAL)),
        digitized=_text(photographic.get(_DIGITIZED)),
        make=_text(main.get(_MAKE)),
        model=_text(main.get(_MODEL)),
    )


def _directory(block: bytes, order: str, start: int) -> dict[int, int | bytes]:
    """Numbers and texts of a directory by tag."""
    count = min(struct.unpack_from(order + "H", block, start)[0], _MAX_ENTRIES)
    found: dict[int, int | bytes] = {}
    for index in range(count):
        at = start + 2 + 12 * index
        code, kind, values = struct.unpack_from(order + "HHI", block, at)
        if kind == _SHORT and values == 1:
            found[code] = struct.unpack_from(order + "H", block, at + 8)[0]
        elif kind == _LONG and values == 1:
            found[code] = struct.unpack_from(order + "I", block, at + 8)[0]
        elif kind == _ASCII and values <= _LONGEST:
            place = at + 8 if values <= 4 else struct.unpack_from(order + "I", block, at + 8)[0]
            found[code] = block[place : place + values]
    return found


def _text(value: int | bytes | None) -> str | None:
    """A short text of printable ASCII; None for whatever else a tag may hold."""
    if not isinstance(value, bytes):
        return None
    text = value.split(b"\0", 1)[0].decode("latin-1").strip()
    return text if text and text.isascii() and text.isprintable() else None


def exif_block(tags: KeptTags) -> bytes:
    """A new TIFF structure with these tags only, b"" where there are none."""
    main: list[tuple[int, str | int]] = []
    for code, value in (
        (_MAKE, tags.make),
        (_MODEL, tags.model),
        (_ORIENTATION, tags.orientation),
    ):
        if value is not None and not (code == _ORIENTATION and value == 1):
            main.append((code, value))
    dates = [(_ORIGINAL, tags.original), (_DIGITIZED, tags.digitized)]
    photographic = [(code, text) for code, text in dates if text is not None]
    if not main and not photographic:
        return b""
    head = b"II*\0" + struct.pack("<I", 8)
    if not photographic:
        return head + _written(main, 8)
    first = _written([*main, (_EXIF_IFD, 0)], 8)
    pointer = 8 + len(first)
    return head + _written([*main, (_EXIF_IFD, pointer)], 8) + _written(photographic, pointer)


def _written(entries: list[tuple[int, str | int]] | list[tuple[int, str]], start: int) -> bytes:
    """A directory at position `start`, its texts behind it."""
    table, texts = b"", b""
    behind = start + 2 + 12 * len(entries) + 4
    for code, value in entries:
        if isinstance(value, int):
            kind, form = (_LONG, "<I") if code == _EXIF_IFD else (_SHORT, "<Hxx")
            table += struct.pack("<HHI", code, kind, 1) + struct.pack(form, value)
            continue
        data = value.encode("ascii") + b"\0"
        table += struct.pack("<HHI", code, _ASCII, len(data))
        if len(data) <= 4:
            table += data.ljust(4, b"\0")
        else:
            table += struct.pack("<I", behind + len(texts))
            texts += data + b"\0" * (len(data) % 2)
    return struct.pack("<H", len(entries)) + table + struct.pack("<I", 0) + texts
