"""A photo without the place it was taken, for handing over."""

from __future__ import annotations

import io
import warnings

from PIL import ExifTags, Image

from tracker.domain.exporting import SafePhoto
from tracker.vision.decode import decode_photo

_DATES = (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized)
_LONGEST = 64


def placeless(data: bytes, name: str) -> SafePhoto:
    """The photo with nothing but picture, orientation, capture date, camera and colour profile.

    Raises:
        PhotoUnreadableError: the bytes are no photo that can be decoded.
    """
    return _recoded(data, name)


def _recoded(data: bytes, name: str) -> SafePhoto:
    """The upright pixels as PNG, with the file's dates: what the program measures, exactly."""
    photo = decode_photo(data, name)
    file = io.BytesIO()
    Image.fromarray(photo.rgb).save(file, "PNG", exif=kept_exif(data, upright=True))
    return SafePhoto(file.getvalue(), "image/png", ".png", recoded=True)


def kept_exif(data: bytes, *, upright: bool = False) -> bytes:
    """EXIF with orientation, capture dates, maker and model as `data` has them; b"" if it has none.

    Args:
        upright: the pixels stand upright already, so the orientation is left out.
    """
    new = Image.Exif()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data)) as image:
                old = image.getexif()
                photographic = dict(old.get_ifd(ExifTags.IFD.Exif))
        except Exception:  # a broken block raises whatever the parser trips over
            return b""
    for tag in (ExifTags.Base.Make, ExifTags.Base.Model):
        if (text := _plain(old.get(tag))) is not None:
            new[tag] = text
    turn = old.get(ExifTags.Base.Orientation)
    if not upright and isinstance(turn, int) and 2 <= turn <= 8:
        new[ExifTags.Base.Orientation] = turn
    dates = {
        int(tag): text for tag in _DATES if (text := _plain(photographic.get(tag))) is not None
    }
    if dates:
        new.get_ifd(ExifTags.IFD.Exif).update(dates)
    return new.tobytes() if len(new) or dates else b""


def _plain(value: object) -> str | None:
    """A short text of printable ASCII; None for whatever else a tag may hold."""
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace")
    if not isinstance(value, str):
        return None
    text = value.split("\0", 1)[0].strip()
    return (
        text if text and len(text) <= _LONGEST and text.isascii() and text.isprintable() else None
    )
