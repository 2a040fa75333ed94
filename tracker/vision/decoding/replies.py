"""A decoded photo as the object of a message, and back, believing nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tracker.domain.capture import CaptureTime, DateSource
from tracker.vision.decoding.limits import MAX_PIXELS, MAX_SIDE_PX
from tracker.vision.decoding.photo import DecodedPhoto
from tracker.vision.decoding.wire import NoMessageError

_MAX_WORDS = 2000
_MAX_WARNINGS = 40


def photo_header(photo: DecodedPhoto) -> dict[str, Any]:
    """All of a photo but its pixels."""
    capture = photo.capture
    return {
        "width": photo.width,
        "height": photo.height,
        "media_type": photo.media_type,
        "format": photo.format,
        "warnings": list(photo.warnings),
        "taken_at": None if capture is None else capture.value.isoformat(),
        "precision": None if capture is None else capture.precision,
    }


def empty_pixels(header: dict[str, Any], body_bytes: int) -> NDArray[np.uint8]:
    """Room for the pixels that follow: (height, width, 3) uint8.

    Raises:
        NoMessageError: no size of a photo, or not the size of the body.
    """
    width, height = (_number(header, key) for key in ("width", "height"))
    if not (0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX):
        raise NoMessageError("no size of a photo")
    if width * height > MAX_PIXELS or body_bytes != width * height * 3:
        raise NoMessageError("no size of a photo")
    return np.empty((height, width, 3), np.uint8)


def read_photo(header: dict[str, Any], name: str, rgb: NDArray[np.uint8]) -> DecodedPhoto:
    """The photo of a checked header.

    Raises:
        NoMessageError: a field is missing or of the wrong kind.
    """
    notes = header.get("warnings")
    if not isinstance(notes, list) or len(notes) > _MAX_WARNINGS:
        raise NoMessageError("no list of warnings")
    return DecodedPhoto(
        name=name,
        rgb=rgb,
        media_type=words(header, "media_type"),
        format=words(header, "format"),
        capture=_capture(header),
        warnings=tuple(_checked_words(note) for note in notes),
    )


def words(header: dict[str, Any], key: str) -> str:
    """The text under `key`.

    Raises:
        NoMessageError: it is missing, no text, or longer than any sentence.
    """
    return _checked_words(header.get(key))


def _checked_words(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MAX_WORDS:
        raise NoMessageError("no text")
    return value


def _number(header: dict[str, Any], key: str) -> int:
    value = header.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NoMessageError("no number")
    return value


def _capture(header: dict[str, Any]) -> CaptureTime | None:
    if header.get("taken_at") is None:
        return None
    precision = header.get("precision")
    if precision not in ("day", "second"):
        raise NoMessageError("no precision")
    try:
        value = datetime.fromisoformat(words(header, "taken_at"))
    except ValueError:
        raise NoMessageError("no date") from None
    return CaptureTime(value.replace(tzinfo=None), cast("Any", precision), DateSource.EXIF)
