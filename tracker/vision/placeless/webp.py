"""WebP (RFC 9649): chunks that make the picture are copied, others left out."""

from __future__ import annotations

import struct

from tracker.vision.placeless.tags import KeptTags, UnusualFileError, exif_block, read_tags

_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"))
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def strip_webp(data: bytes) -> bytes:
    """The picture without metadata but orientation, dates, camera, profile.

    Raises:
        UnusualFileError, struct.error: not built as a WebP should be.
    """
    end = min(8 + struct.unpack_from("<I", data, 4)[0], len(data))
    parts: list[tuple[bytes, bytes]] = []
    tags, xmp, at = KeptTags(), b"", 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        payload = data[at + 8 : at + 8 + length]
        if len(payload) != length:
            raise UnusualFileError("a chunk leaves the file")
        if kind == b"EXIF":
            tags = read_tags(payload)
        elif kind == b"XMP ":
            xmp = payload
        elif kind in _KEPT:
            parts.append((kind, payload))
        at += 8 + length + length % 2
    if not parts:
        raise UnusualFileError("no picture")
    block = exif_block(tags.with_xmp(xmp))
    if parts[0][0] == b"VP8X":  # the simple layout holds no metadata
        flags = parts[0][1][0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if block else 0)
        parts[0] = (b"VP8X", bytes([flags]) + parts[0][1][1:])
        if block:
            parts.append((b"EXIF", block))
    elif block:
        raise UnusualFileError("metadata in the simple layout")
    body = b"WEBP" + b"".join(_chunk(kind, payload) for kind, payload in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)
