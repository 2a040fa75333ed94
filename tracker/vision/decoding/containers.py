"""Look at the structure of a photo file before any codec does, and refuse what no photo has.

Only lengths and counts are read, in bounded time. A structure that makes no sense is not judged
here: the decoders know best what can still be read. Sources: PNG (ISO/IEC 15948), JPEG (ITU-T T.81,
ICC.1 annex B.4), WebP (RFC 9649), TIFF 6.0 with BigTIFF, ISO/IEC 14496-12 for HEIF and AVIF.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

from tracker.errors import PhotoUnreadableError
from tracker.vision.decoding.limits import (
    MAX_BLOCKS,
    MAX_EXIF_BYTES,
    MAX_FRAMES,
    MAX_ICC_BYTES,
    MAX_METADATA_BYTES,
    MAX_TEXT_BYTES,
    MIB,
)
from tracker.vision.decoding.refusals import EXPORT_PLAIN, damaged, refused
from tracker.vision.decoding.tiff_tags import directories

_Block = tuple[bytes, int, int]


class Tally:
    """Adds up what a file carries beside its picture, and refuses too much of it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._blocks = self._frames = self._metadata = self._icc = self._exif = 0

    def block(self) -> None:
        """One more chunk, segment or box."""
        self._blocks += 1
        if self._blocks > MAX_BLOCKS:
            raise self._too_much(f"consists of more than {MAX_BLOCKS} pieces")

    def frames(self, more: int) -> None:
        """`more` further pictures."""
        self._frames += more
        if self._frames > MAX_FRAMES:
            raise refused(
                self._name,
                f"holds more than {MAX_FRAMES} pictures, so it is a film rather than a photo",
                "Save the one picture to be measured as JPEG.",
            )

    def metadata(self, size: int) -> None:
        """`size` bytes that are no picture."""
        self._metadata += size
        self._keep("metadata", self._metadata, MAX_METADATA_BYTES)

    def icc(self, size: int) -> None:
        """`size` bytes of colour profile."""
        self._icc += size
        self._keep("a colour profile", self._icc, MAX_ICC_BYTES)

    def exif(self, size: int) -> None:
        """`size` bytes of EXIF; readers join pieces, again and again."""
        self._exif += size
        self._keep("EXIF data", self._exif, MAX_EXIF_BYTES)

    def text(self, size: int) -> None:
        """A packed text of `size` bytes or more."""
        self._keep("a text", size, MAX_TEXT_BYTES)

    def _keep(self, what: str, size: int, limit: int) -> None:
        if size > limit:
            raise self._too_much(f"carries {what} of more than {limit // MIB} MB")

    def _too_much(self, what: str) -> PhotoUnreadableError:
        return refused(self._name, f"{what}, which no photo does", EXPORT_PLAIN)

    def damaged(self) -> PhotoUnreadableError:
        """The refusal of a structure that leads in circles."""
        return damaged(self._name)


def check_container(data: bytes, name: str) -> None:
    """Pass what may be decoded, and also what is no picture at all.

    Raises:
        PhotoUnreadableError: too many pieces or pictures, or too much beside the picture.
    """
    tally = Tally(name)
    for recognises, check in _FORMATS:
        if recognises(data):
            try:
                check(data, tally)
            except (struct.error, zlib.error, IndexError):
                return  # cut short: the decoder says so
            return


def _check_png(data: bytes, tally: Tally) -> None:
    for kind, start, end in _png_chunks(data):
        tally.block()
        if kind in (b"IDAT", b"fdAT"):
            continue
        if kind == b"acTL":
            tally.frames(struct.unpack_from(">I", data, start)[0])
            continue
        tally.metadata(end - start)
        if kind == b"eXIf":
            tally.exif(end - start)
        elif kind == b"iCCP":
            tally.icc(_unpacked_size(data, _after_nulls(data, start, end, 1) + 1, end))
        elif kind == b"zTXt":
            tally.text(_unpacked_size(data, _after_nulls(data, start, end, 1) + 1, end))
        elif kind == b"iTXt" and data[_after_nulls(data, start, end, 1)]:
            keyword_end = _after_nulls(data, start, end, 1)
            tally.text(_unpacked_size(data, _after_nulls(data, keyword_end + 2, end, 2), end))


def _png_chunks(data: bytes) -> Iterator[_Block]:
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, at + 8, min(at + 8 + length, len(data))
        at += 12 + length


def _after_nulls(data: bytes, start: int, end: int, count: int) -> int:
    """The position behind the `count`th zero byte."""
    for _ in range(count):
        found = data.find(b"\0", start, end)
        if found < 0:
            return end
        start = found + 1
    return start


def _unpacked_size(data: bytes, start: int, end: int) -> int:
    """Bytes that a zlib stream unpacks to, counted a little beyond the largest limit at most."""
    unpacker = zlib.decompressobj()
    return len(unpacker.decompress(data[start:end], MAX_ICC_BYTES + 1))


def _check_jpeg(data: bytes, tally: Tally) -> None:
    """The segments before the first scan; EXIF beyond 64 KiB goes on in further ones."""
    at = 2
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            return
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker in (0xDA, 0xD9):
            return
        if marker == 0 or 0xD0 <= marker <= 0xD8:
            continue
        length = struct.unpack_from(">H", data, at)[0]
        tally.block()
        if marker >= 0xE0:
            tally.metadata(length)
            if marker == 0xE2 and data.startswith(b"ICC_PROFILE\0", at + 2):
                tally.icc(length)
            elif marker == 0xE1 and data.startswith(b"Exif\0", at + 2):
                tally.exif(length)
        at += max(length, 2)


def _check_webp(data: bytes, tally: Tally) -> None:
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        tally.block()
        if kind == b"ANMF":
            tally.frames(1)
        elif kind not in (b"VP8 ", b"VP8L", b"ALPH"):
            length = min(length, len(data) - at)
            tally.metadata(length)
            if kind == b"ICCP":
                tally.icc(length)
            elif kind == b"EXIF":
                tally.exif(length)
        at += 8 + length + length % 2


#: ICC profile; EXIF and GPS are directories of their own and only pointed to.
_TIFF_ICC = 34675
#: Positions and lengths of strips and tiles: a row each at most, for the tallest photo.
_TIFF_MAX_VALUES = 262_144


def _check_tiff(data: bytes, tally: Tally) -> None:
    seen: set[int] = set()
    for start, tags in directories(data):
        if start in seen:
            raise tally.damaged()
        seen.add(start)
        tally.frames(1)
        for tag in tags:
            tally.block()
            size = min(tag.size, len(data))  # decoders skip what the file does not have
            if tag.code == _TIFF_ICC:
                tally.icc(size)
            if not tag.is_bytes and tag.count > _TIFF_MAX_VALUES:
                raise tally.damaged()
            tally.metadata(size)


#: Items of a HEIF file: a 108-megapixel photo of a phone has some 450 tiles.
_HEIF_MAX_ITEMS = 10_000
_HEIF_CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0}


def _check_heif(data: bytes, tally: Tally) -> None:
    _check_boxes(data, 0, len(data), tally)


def _check_boxes(data: bytes, at: int, end: int, tally: Tally) -> None:
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            length, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        stop = end if length == 0 else min(at + length, end)
        if stop < at + head:
            return
        tally.block()
        inside = at + head
        if kind in _HEIF_CONTAINERS:
            _check_boxes(data, inside + _HEIF_CONTAINERS[kind], stop, tally)
        elif kind == b"colr":
            tally.icc(stop - inside)
        elif kind == b"iinf":
            _check_items(data, inside, tally)
        if kind == b"meta":
            tally.metadata(stop - inside)
        at = stop


def _check_items(data: bytes, at: int, tally: Tally) -> None:
    version = data[at]
    count = struct.unpack_from(">H" if version == 0 else ">I", data, at + 4)[0]
    if count > _HEIF_MAX_ITEMS:
        raise tally.damaged()


def _is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


_FORMATS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes, Tally], None]], ...] = (
    (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), _check_png),
    (lambda data: data.startswith(b"\xff\xd8"), _check_jpeg),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", _check_webp),
    (lambda data: data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), _check_tiff),
    (_is_heif, _check_heif),
)
