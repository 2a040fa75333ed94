"""A photo without the place it was taken: nothing but the picture, its orientation, its date, the
camera's model and the colour profile.

What stays is listed, and everything else is left out: places hide in EXIF, XMP, IPTC, makers'
notes, comments, trailers and second pictures. The coded picture itself is copied bit by bit for
JPEG, PNG, WebP, HEIC and AVIF; where a file is unusual, and for TIFF, the upright pixels are
written as PNG, which is exactly what was measured. No codec runs in this process.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from tracker.domain.exporting import SafePhoto
from tracker.vision.decode import DecodedPhoto, decode_photo
from tracker.vision.placeless.heif import strip_heif
from tracker.vision.placeless.jpeg import strip_jpeg
from tracker.vision.placeless.png import strip_png
from tracker.vision.placeless.tags import KeptTags, UnusualFileError
from tracker.vision.placeless.webp import strip_webp
from tracker.vision.sniff import heif_media_type

_Strip = Callable[[bytes], bytes]


def placeless(data: bytes, name: str) -> SafePhoto:
    """The photo as it may be handed over; one that came from here stays as it is, bit by bit.

    Args:
        name: file name, for messages only.

    Raises:
        PhotoUnreadableError: it had to be decoded, and cannot be.
    """
    found = _kind(data)
    if found is None:
        return _recoded(decode_photo(data, name))
    media_type, suffix, strip = found
    try:
        clean = strip(data)
    except (UnusualFileError, struct.error, IndexError, ValueError, zlib.error):
        return _recoded(decode_photo(data, name))
    if strip is strip_heif and clean != data and not _same_picture(data, clean, name):
        return _recoded(decode_photo(data, name))
    return SafePhoto(clean, media_type, suffix, recoded=False)


def _kind(data: bytes) -> tuple[str, str, _Strip] | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", ".jpg", strip_jpeg
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", ".png", strip_png
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", ".webp", strip_webp
    if data[4:8] == b"ftyp":
        if data[8:12] in (b"avif", b"avis"):
            return "image/avif", ".avif", strip_heif
        media_type = heif_media_type(data)
        return media_type, ".heic" if media_type == "image/heic" else ".heif", strip_heif
    return None


def _same_picture(data: bytes, clean: bytes, name: str) -> bool:
    """HEIF is changed in place by positions the file itself names: the result is looked at."""
    before = decode_photo(data, name)
    try:
        after = decode_photo(clean, name)
    except ValueError:
        return False
    return before.capture == after.capture and np.array_equal(before.rgb, after.rgb)


def _recoded(photo: DecodedPhoto) -> SafePhoto:
    """The upright pixels as PNG, with the date that the file told."""
    file = io.BytesIO()
    Image.fromarray(photo.rgb).save(file, "PNG", compress_level=4)
    date = None
    if photo.capture is not None:
        form = "%Y:%m:%d" if photo.capture.precision == "day" else "%Y:%m:%d %H:%M:%S"
        date = photo.capture.value.strftime(form)
    data = strip_png(file.getvalue(), KeptTags(original=date))
    return SafePhoto(data, "image/png", ".png", recoded=True)
