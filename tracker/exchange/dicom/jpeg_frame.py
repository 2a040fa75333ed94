"""A JPEG file as one frame of DICOM: the coded picture bit by bit, nothing else of the file."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image

from tracker.exchange.dicom.colour import input_profile

_ORIENTATION = 0x0112
_SOI, _SOS, _EOI = b"\xff\xd8", 0xDA, b"\xff\xd9"
_BASELINE = 0xC0
#: Start-of-frame markers; 0xC4, 0xC8 and 0xCC are none.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES: Final = frozenset((0xC4, 0xDB, 0xDD))
_JFIF, _ICC, _ADOBE = 0xE0, 0xE2, 0xEE
_ICC_HEAD = b"ICC_PROFILE\0"


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """A baseline YCbCr picture. icc: its colour profile, None for sRGB."""

    data: bytes
    width: int
    height: int
    icc: bytes | None


def jpeg_frame(data: bytes) -> JpegFrame | None:
    """The frame of a JPEG file; None where DICOM or its readers would take it for something else.

    That is: not baseline 8-bit YCbCr, not upright, a profile that is not of an input device, or
    built in a way not understood.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            if image.getexif().get(_ORIENTATION, 1) != 1:
                return None
        return _frame(data)
    except (OSError, ValueError, IndexError, struct.error, SyntaxError):
        return None


def _frame(data: bytes) -> JpegFrame | None:
    kept = [_SOI]
    profile: list[bytes] = []
    size, jfif, transform = None, False, None
    at = 2
    while data[at + 1] != _SOS:
        if data[at] != 0xFF:
            return None
        marker, (length,) = data[at + 1], struct.unpack_from(">H", data, at + 2)
        body, segment = data[at + 4 : at + 2 + length], data[at : at + 2 + length]
        if marker in _FRAMES:
            size = _size(marker, body)
            kept.append(segment)
        elif marker in _TABLES:
            kept.append(segment)
        elif marker == _ICC and body.startswith(_ICC_HEAD):
            profile.append(body)
        elif marker == _JFIF and body.startswith(b"JFIF\0"):
            jfif = True
        elif marker == _ADOBE and body.startswith(b"Adobe"):
            transform = body[11]
        at += 2 + length
    end = data.rfind(_EOI)
    if size is None or end < at or (transform is not None and transform != 1 and not jfif):
        return None
    icc = _joined(profile)
    if profile and icc is None:
        return None
    kept.append(data[at : end + 2])
    return JpegFrame(b"".join(kept), *size, icc)


def _size(marker: int, body: bytes) -> tuple[int, int] | None:
    """(width, height) of a baseline 8-bit picture whose components are numbered 1, 2, 3."""
    bits, height, width, components = struct.unpack_from(">BHHB", body)
    ids = body[6::3][:components]
    usual = marker == _BASELINE and bits == 8 and components == 3 and ids == b"\1\2\3"
    return (width, height) if usual and width and height else None


def _joined(chunks: list[bytes]) -> bytes | None:
    """A profile from its numbered parts."""
    head = len(_ICC_HEAD)
    parts = {chunk[head]: chunk[head + 2 :] for chunk in chunks}
    if not chunks or sorted(parts) != list(range(1, chunks[0][head + 1] + 1)):
        return None
    return input_profile(b"".join(parts[number] for number in sorted(parts)))
