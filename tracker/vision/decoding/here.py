"""Decode in the process that calls: the part that runs foreign codecs over foreign bytes.

The size is read from the header and limited before anything is decoded.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from datetime import datetime

from PIL import (
    AvifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)
from pillow_heif import HeifImageFile, register_heif_opener

from tracker.errors import PhotoUnreadableError
from tracker.vision import exif
from tracker.vision.decoding.limits import MAX_PIXELS, MAX_SIDE_PX
from tracker.vision.decoding.photo import DecodedPhoto
from tracker.vision.decoding.refusals import (
    COPY_AGAIN,
    SUPPORTED,
    damaged,
    refused,
    too_long,
    too_many_pixels,
)
from tracker.vision.pixels import upright_rgb
from tracker.vision.sniff import NOT_A_PICTURE, describe, heif_media_type

#: Only these readers are asked; Pillow's others are not hardened against files from strangers.
READERS = (
    JpegImagePlugin.JpegImageFile,
    PngImagePlugin.PngImageFile,
    WebPImagePlugin.WebPImageFile,
    TiffImagePlugin.TiffImageFile,
    AvifImagePlugin.AvifImageFile,
    HeifImageFile,
)
MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "HEIF": "image/heif",
    "AVIF": "image/avif",
}


class OutOfMemoryError(PhotoUnreadableError):
    """Decoding needed more memory than there was, or than it was allowed."""


def decode_here(
    data: bytes, name: str, now: datetime, on_size: Callable[[int], None] | None = None
) -> DecodedPhoto:
    """Decode a file that `containers.check_container` let pass.

    Args:
        on_size: told the number of pixels once it is known and accepted.

    Raises:
        PhotoUnreadableError: not a picture, damaged, or too large.
        OutOfMemoryError: see there.
    """
    with warnings.catch_warnings():
        # Pillow warns of large pictures from 90 megapixels on; our own limit stands below.
        warnings.simplefilter("ignore")
        with _open(data, name) as image:
            _check_size(image, name)
            if on_size is not None:
                on_size(image.width * image.height)
            return _decode(image, data, name, now)


def _open(data: bytes, name: str) -> Image.Image:
    register_heif_opener()
    try:
        return Image.open(io.BytesIO(data), formats=[str(reader.format) for reader in READERS])
    except Image.DecompressionBombError:
        raise too_many_pixels(name, "far more") from None
    except UnidentifiedImageError as error:
        kind = describe(data)
        step = SUPPORTED if kind is not None else COPY_AGAIN
        raise refused(name, f"is {kind or NOT_A_PICTURE}", step) from error
    except MemoryError as error:
        raise out_of_memory(name) from error
    except Exception as error:  # decoders raise struct.error, ValueError, ...
        raise damaged(name) from error


def _check_size(image: Image.Image, name: str) -> None:
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise too_many_pixels(name, f"{image.width} x {image.height} pixels, more")
    if max(image.size) > MAX_SIDE_PX:
        raise too_long(name, max(image.size))
    if pixels <= 0:
        raise damaged(name)


def out_of_memory(name: str, size: str = "") -> OutOfMemoryError:
    """The refusal; `size`: " (4000 x 3000)" where it is known."""
    return OutOfMemoryError(
        f"There is not enough memory to decode '{name}'{size}.",
        next_step="Close other programs, or reduce the photo.",
    )


def _decode(image: Image.Image, data: bytes, name: str, now: datetime) -> DecodedPhoto:
    try:
        notes = [*_frame_notes(image)]
        tags = exif.read_tags(image)
        if tags is None:
            notes.append(exif.UNREADABLE)
        capture, doubts = exif.capture_time(tags or {}, now=now)
        image.load()
        # Asked again: Pillow turns TIFFs upright itself while loading.
        turn = exif.orientation(exif.read_tags(image) or {})
        rgb, colour_notes = upright_rgb(image, turn)
    except MemoryError as error:
        raise out_of_memory(name, f" ({image.width} x {image.height})") from error
    except Exception as error:  # truncated data raises whatever the decoder hits
        raise damaged(name) from error
    form = "JPEG" if image.format == "MPO" else str(image.format)
    media_type = heif_media_type(data) if form == "HEIF" else MEDIA_TYPES[form]
    return DecodedPhoto(name, rgb, media_type, form, capture, (*notes, *doubts, *colour_notes))


def _frame_notes(image: Image.Image) -> tuple[str, ...]:
    # A phone's MPO holds depth and gain maps beside the photo: nothing to warn of.
    if image.format == "MPO" or not getattr(image, "is_animated", False):
        return ()
    return ("The file holds several pictures; only the first one is measured.",)
