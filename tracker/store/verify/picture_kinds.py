"""What kind of picture bytes are, from their beginning, for originals whose record is lost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureKind:
    """The ending that such files have, and their media type."""

    ending: str
    media_type: str


_JPEG = PictureKind(".jpg", "image/jpeg")
_TIFF = PictureKind(".tif", "image/tiff")
#: Offset, mark and kind of the pictures that are let in.
_MARKS = (
    (0, b"\xff\xd8\xff", _JPEG),
    (0, b"\x89PNG\r\n", PictureKind(".png", "image/png")),
    (8, b"WEBP", PictureKind(".webp", "image/webp")),
    (4, b"ftyp", PictureKind(".heic", "image/heic")),
    (0, b"II*\0", _TIFF),
    (0, b"MM\0*", _TIFF),
)
#: Bytes that are needed to tell.
START_BYTES = 16


def kind_of(start: bytes) -> PictureKind | None:
    """The kind of picture that begins so; None where it is none."""
    found = (kind for at, mark, kind in _MARKS if start[at : at + len(mark)] == mark)
    return next(found, None)
