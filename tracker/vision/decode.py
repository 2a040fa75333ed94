"""The door for photos: the bytes of a file in, upright sRGB pixels and a capture date out.

Photos come from strangers. Their structure is checked first (`decoding.containers`); then codecs
decode them in a process of their own (`decoding.pool`), which may crash, hang or ask for too much
memory without harm to the program: the photo is refused, and the next one works.
"""

from __future__ import annotations

from datetime import datetime

from tracker.errors import PhotoUnreadableError
from tracker.vision.decoding.containers import check_container
from tracker.vision.decoding.limits import MAX_FILE_BYTES, MAX_PIXELS
from tracker.vision.decoding.photo import DecodedPhoto
from tracker.vision.decoding.pool import POOL
from tracker.vision.decoding.refusals import COPY_AGAIN, refused, too_large_file
from tracker.vision.sniff import is_camera_raw

__all__ = ["MAX_PIXELS", "DecodedPhoto", "check_decoder", "decode_photo", "start_decoder"]


def decode_photo(data: bytes, name: str, *, now: datetime | None = None) -> DecodedPhoto:
    """Decode JPEG, PNG, WebP, TIFF, HEIC/HEIF or AVIF. Safe to call from several threads.

    Args:
        data: the whole file.
        name: file name, for messages only.
        now: the present (local, no zone), against which a capture date is held.

    Raises:
        PhotoUnreadableError: empty, truncated, damaged, not a supported picture, beyond one of
            `decoding.limits` (decided before decoding), or the end of its decoder.
    """
    if not data:
        raise PhotoUnreadableError(f"'{name}' is empty (0 bytes).", next_step=COPY_AGAIN)
    if len(data) > MAX_FILE_BYTES:
        raise too_large_file(name)
    if is_camera_raw(data):
        raise refused(name, "is a camera's raw file", "Export it as JPEG or TIFF first.")
    check_container(data, name)
    return POOL.decode(data, name, now or datetime.now())


def start_decoder() -> None:
    """Start the decoder process now, so that it is ready when the first photo comes."""
    POOL.warm_up()


def check_decoder() -> str | None:
    """Start the decoder and wait for it.

    Returns:
        Why photos are decoded inside this process, as a sentence; None where they are not.
    """
    return POOL.check()
