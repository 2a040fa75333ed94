"""When and how a photo was taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from tracker.errors import CaptureDateError

#: Photography of skin does not reach further back; an earlier date is a camera's unset clock.
EARLIEST_YEAR = 1900


class Modality(StrEnum):
    """DICOM's two kinds of skin picture: through a dermatoscope, or a plain photograph."""

    DERMOSCOPIC = "dermoscopic"
    CLINICAL = "clinical"


class DateSource(StrEnum):
    """Where a capture date comes from, kept beside it."""

    EXIF = "exif"
    GIVEN = "given"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """A capture time as the camera's owner would write it: local, without a time zone.

    `precision` is "day" where only a date is known; the time of `value` is then midnight.
    """

    value: datetime
    precision: Literal["day", "second"]
    source: DateSource

    def isoformat(self) -> str:
        """`2025-03-01` or `2025-03-01T10:20:30`, as precise as it is known."""
        if self.precision == "day":
            return self.value.date().isoformat()
        return self.value.isoformat(timespec="seconds")


def parse_capture_time(text: str, source: DateSource, *, now: datetime) -> CaptureTime:
    """Read an ISO 8601 date or date-time given by a person or a manifest.

    Args:
        text: `YYYY-MM-DD`, or with a time; a zone offset is dropped, the local time kept.
        now: the present, local and without zone; later dates are refused.

    Raises:
        CaptureDateError: unreadable, before 1900, or in the future.
    """
    stripped = text.strip()
    try:
        value = datetime.fromisoformat(stripped).replace(tzinfo=None)
    except ValueError as error:
        raise CaptureDateError(
            f"'{text}' is not a date.", next_step="Write it as YYYY-MM-DD, for example 2025-03-01."
        ) from error
    precision: Literal["day", "second"] = "day" if len(stripped) <= 10 else "second"
    capture = CaptureTime(value, precision, source)
    check_plausible(capture, now=now)
    return capture


def check_plausible(capture: CaptureTime, *, now: datetime) -> None:
    """Refuse dates that a photo of skin cannot have.

    Raises:
        CaptureDateError: before 1900 or later than `now`.
    """
    if capture.value.year < EARLIEST_YEAR:
        raise CaptureDateError(
            f"The date {capture.isoformat()} is too early for a photo.",
            next_step="Give the right date with --date YYYY-MM-DD.",
        )
    if capture.value > now:
        raise CaptureDateError(
            f"The date {capture.isoformat()} lies in the future.",
            next_step="Check the camera's clock, or give the right date with --date YYYY-MM-DD.",
        )
