"""What Moletrail takes from EXIF: the orientation and the capture date, and nothing else.

Place, device, serial numbers and names are never read, so they cannot be carried on. `DateTime`
(0x0132) is not used: editors write the day of the last change there, not the day of the photo.
EXIF 2.32 (CIPA DC-008-2019) calls for `YYYY:MM:DD HH:MM:SS`, local time; zeros or blanks mean
unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from PIL import ExifTags, Image

from tracker.domain.capture import CaptureTime, DateSource, check_plausible
from tracker.errors import CaptureDateError

#: A camera set to the world's most eastern zone runs at most this far ahead of the most western.
ZONE_SLACK = timedelta(hours=26)
#: Factory settings of clocks (Unix, FAT, Macintosh epochs): a camera that was never set.
UNSET_CLOCKS = frozenset({datetime(1970, 1, 1), datetime(1980, 1, 1), datetime(1904, 1, 1)})
UNREADABLE = "The photo's EXIF data is damaged, so its date is unknown."

_DATE = re.compile(
    r"\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?"
)


def read_tags(image: Image.Image) -> Mapping[int, object] | None:
    """The main EXIF tags with the photographic ones (IFD 0x8769); empty without EXIF.

    Returns None where the EXIF block is there but cannot be parsed.
    """
    try:
        exif = image.getexif()
        return {**dict(exif), **dict(exif.get_ifd(ExifTags.IFD.Exif))}
    except Exception:  # a broken block raises whatever the parser trips over
        return None


def orientation(tags: Mapping[int, object]) -> int:
    """EXIF orientation 1..8; 1 (upright) where it is missing or nonsense."""
    value = tags.get(ExifTags.Base.Orientation, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def capture_time(
    tags: Mapping[int, object], *, now: datetime
) -> tuple[CaptureTime | None, tuple[str, ...]]:
    """The capture date with its source, and warnings on a date that cannot be true.

    DateTimeOriginal (the shutter) wins over DateTimeDigitized (a scan).

    Args:
        now: the present, local and without zone.
    """
    warnings: list[str] = []
    for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized):
        text = _text(tags.get(tag))
        if not text.strip(" :-/.0T"):
            continue
        capture = _parse(text)
        if capture is None:
            warnings.append(f"The camera's date '{text[:40]}' cannot be read.")
        elif capture.value in UNSET_CLOCKS:
            warnings.append(f"The camera's clock was not set ({capture.isoformat()}).")
        else:
            try:
                check_plausible(capture, now=now + ZONE_SLACK)
            except CaptureDateError as error:
                warnings.append(error.message)
            else:
                return capture, tuple(warnings)
    return None, tuple(warnings)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace")
    return value.split("\0", 1)[0].strip() if isinstance(value, str) else ""


def _parse(text: str) -> CaptureTime | None:
    found = _DATE.match(text)
    if found is None:
        return None
    parts = [int(part) for part in found.groups() if part is not None]
    try:
        value = datetime(*parts)  # type: ignore[arg-type]
    except ValueError:
        return None
    if len(parts) == 3:
        return CaptureTime(value, "day", DateSource.EXIF)
    return CaptureTime(value, "second", DateSource.EXIF)
