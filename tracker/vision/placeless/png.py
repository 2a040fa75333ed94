"""PNG (ISO/IEC 15948): chunks that make the picture are copied, others left out."""

from __future__ import annotations

import struct
import zlib

from tracker.vision.placeless.tags import KeptTags, UnusualFileError, exif_block, read_tags

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS")
_COLOUR = (b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD", b"pHYs")
_KEPT = frozenset((*_PICTURE, *_COLOUR))


def strip_png(data: bytes, tags: KeptTags | None = None) -> bytes:
    """The picture without metadata but orientation, dates, camera, profile.

    Args:
        tags: written instead of those that the file has.

    Raises:
        UnusualFileError, struct.error: not built as a PNG should be, or EXIF kept as text.
    """
    parts: list[tuple[bytes, bytes]] = []
    found, xmp, at = KeptTags(), b"", len(_SIGNATURE)
    while not parts or parts[-1][0] != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        payload = data[at + 8 : at + 8 + length]
        if len(payload) != length:
            raise UnusualFileError("a chunk leaves the file")
        if kind == b"eXIf":
            found = read_tags(payload)
        elif kind in (b"tEXt", b"zTXt", b"iTXt") and payload.startswith(b"Raw profile type"):
            raise UnusualFileError("EXIF lies in a text")
        elif kind == b"iTXt" and payload.startswith(b"XML:com.adobe.xmp"):
            if payload[18:19] != b"\0":
                raise UnusualFileError("XMP is packed")
            xmp = payload
        elif kind in _KEPT:
            parts.append((kind, payload))
        at += 12 + length
    block = exif_block(found.with_xmp(xmp) if tags is None else tags)
    if block:
        place = next((i for i, (kind, _) in enumerate(parts) if kind == b"IDAT"), len(parts) - 1)
        parts.insert(place, (b"eXIf", block))
    return _SIGNATURE + b"".join(_chunk(kind, payload) for kind, payload in parts)


def _chunk(kind: bytes, payload: bytes) -> bytes:
    check = zlib.crc32(payload, zlib.crc32(kind))
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", check)
