"""JPEG (ITU-T T.81): segments that make the picture are copied, others left out."""

from __future__ import annotations

import struct

from tracker.vision.placeless.tags import UnusualFileError, exif_block, read_tags

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_EXIF, _XMP, _ICC = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_JFIF_LENGTH = 14
#: Stand-alone markers within the coded data: stuffed zero and restarts.
_IN_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})


def strip_jpeg(data: bytes) -> bytes:
    """The first picture of the file without metadata but orientation, dates, camera, profile.

    Raises:
        UnusualFileError, struct.error, IndexError: not built as a JPEG should be.
    """
    head, body = bytearray(b"\xff\xd8"), bytearray()
    exif, xmp = b"", b""
    at = 2
    while True:
        marker, at = _marker(data, at)
        if marker == _EOI:
            body += b"\xff\xd9"
            break
        length = struct.unpack_from(">H", data, at)[0]
        payload = data[at + 2 : at + length]
        if length < 2 or len(payload) != length - 2:
            raise UnusualFileError("a segment leaves the file")
        if marker == 0xE1 and payload.startswith(_EXIF):
            exif += payload if not exif else payload.removeprefix(_EXIF)
        elif marker == 0xE1 and payload.startswith(_XMP):
            xmp += payload
        elif marker == 0xE0 and payload.startswith(b"JFIF\0") and len(head) == 2:
            head += _segment(marker, _without_thumbnail(payload))
        elif _makes_the_picture(marker, payload):
            body += _segment(marker, payload)
        at += length
        if marker == _SOS:
            end = _scan_end(data, at)
            body += data[at:end]
            at = end
    block = exif_block(read_tags(exif).with_xmp(xmp))
    if block:
        head += _segment(0xE1, _EXIF + block)
    return bytes(head + body)


def _makes_the_picture(marker: int, payload: bytes) -> bool:
    if marker == 0xE2:
        return payload.startswith(_ICC)
    if marker == 0xEE:
        return payload.startswith(b"Adobe")
    return 0xC0 <= marker <= 0xDF and marker not in (_SOI, 0xC8)


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at `at` (fill bytes before it are passed over) and the position behind it."""
    if data[at] != 0xFF:
        raise UnusualFileError("no marker where one must be")
    while data[at] == 0xFF:
        at += 1
    return data[at], at + 1


def _scan_end(data: bytes, at: int) -> int:
    """The position of the marker that ends the coded data from `at` on."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise UnusualFileError("the picture has no end")
        if data[at + 1] not in _IN_SCAN and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _without_thumbnail(payload: bytes) -> bytes:
    if len(payload) <= _JFIF_LENGTH:
        return payload
    return payload[: _JFIF_LENGTH - 2] + b"\0\0"


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
