"""The sentences with which a photo is refused."""

from __future__ import annotations

from typing import Literal

from tracker.errors import PhotoUnreadableError
from tracker.vision.decoding.limits import (
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MAX_SIDE_PX,
    MIB,
    TIME_LIMIT_S,
)

SUPPORTED = "Use a JPEG, PNG, WebP, TIFF, HEIC or AVIF photo."
COPY_AGAIN = "Copy it from the camera or phone again, or export it as JPEG."
SMALLER = "Reduce the photo or crop it to the skin around the lesion."
#: Drops what a program put beside the picture.
EXPORT_PLAIN = "Export it as JPEG without metadata."

Cause = Literal["crash", "time", "memory", "protocol", "start"]


class DecoderStoppedError(PhotoUnreadableError):
    """The decoder did not survive this photo; the next one is decoded by a fresh one.

    Args:
        cause: "crash", "time", "memory", "protocol" (an answer that makes no sense), or "start"
            (no decoder could be started).
    """

    def __init__(self, name: str, cause: Cause) -> None:
        what, next_step = _STOPPED[cause]
        super().__init__(f"'{name}' {what}.", next_step=next_step)
        self.cause = cause


_STOPPED: dict[Cause, tuple[str, str]] = {
    "crash": (
        "made its decoder crash: the file is damaged, or made to do harm",
        f"Nothing was stored. {COPY_AGAIN}",
    ),
    "time": (
        f"was not decoded within {TIME_LIMIT_S:.0f} seconds",
        f"If the computer was not busy, the file is damaged. {COPY_AGAIN}",
    ),
    "memory": (
        "needs far more memory than a photo of its size should",
        "Close other programs and try again; if that does not help, export the photo as JPEG.",
    ),
    "protocol": (
        "made its decoder answer nonsense: the file is damaged, or made to do harm",
        f"Nothing was stored. {COPY_AGAIN}",
    ),
    "start": (
        "was not decoded: the computer did not start another process",
        "Close other programs, and try again.",
    ),
}


def refused(name: str, what: str, next_step: str) -> PhotoUnreadableError:
    """`'name' what.`"""
    return PhotoUnreadableError(f"'{name}' {what}.", next_step=next_step)


def damaged(name: str) -> PhotoUnreadableError:
    """The file ends early or contradicts itself."""
    return refused(name, "is damaged or cut short", COPY_AGAIN)


def too_large_file(name: str) -> PhotoUnreadableError:
    """More bytes than a photo has."""
    limit = f"{MAX_FILE_BYTES // MIB} MB"
    return refused(name, f"is larger than {limit}", "Check that it is a photo.")


def too_many_pixels(name: str, size: str) -> PhotoUnreadableError:
    """`size`: "30000 x 30000 pixels, more" or "far more"."""
    return refused(
        name,
        f"has {size} than the {MAX_PIXELS // 1_000_000} megapixels that can be measured",
        SMALLER,
    )


def too_long(name: str, side_px: int) -> PhotoUnreadableError:
    """A strip of pixels rather than a picture."""
    return refused(
        name,
        f"is {side_px} pixels long, more than the {MAX_SIDE_PX} that can be measured",
        SMALLER,
    )
