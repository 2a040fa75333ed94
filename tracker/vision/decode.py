"""Turn the bytes of a photo into upright sRGB pixels and a capture date.

The size is read from the header and limited before anything is decoded.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
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

from tracker.domain.capture import CaptureTime
from tracker.errors import PhotoUnreadableError
from tracker.vision import exif
from tracker.vision.pixels import upright_rgb
from tracker.vision.sniff import NOT_A_PICTURE, describe, heif_media_type, is_camera_raw

#: 108-megapixel phones pass; above it a decoded photo would need gigabytes.
MAX_PIXELS = 120_000_000
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
SUPPORTED = "Use a JPEG, PNG, WebP, TIFF, HEIC or AVIF photo."
COPY_AGAIN = "Copy it from the camera or phone again, or export it as JPEG."


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPhoto:
    """A photo ready to be measured; no metadata but these fields survives decoding.

    name: file name for messages. rgb: (height, width, 3) uint8, upright, sRGB.
    format: Pillow's name ("JPEG"). capture: from EXIF, None where unknown or implausible.
    warnings: sentences for a person.
    """

    name: str
    rgb: NDArray[np.uint8]
    media_type: str
    format: str
    capture: CaptureTime | None
    warnings: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.rgb.shape[0])


def decode_photo(data: bytes, name: str, *, now: datetime | None = None) -> DecodedPhoto:
    """Decode JPEG, PNG, WebP, TIFF, HEIC/HEIF or AVIF.

    Args:
        data: the whole file.
        name: file name, for messages only.
        now: the present (local, no zone), against which a capture date is held.

    Raises:
        PhotoUnreadableError: empty, truncated, damaged, not a supported picture, or above
            MAX_PIXELS (decided from the header, before decoding).
    """
    if not data:
        raise PhotoUnreadableError(f"'{name}' is empty (0 bytes).", next_step=COPY_AGAIN)
    if is_camera_raw(data):
        _refuse(name, "is a camera's raw file", "Export it as JPEG or TIFF first.")
    with warnings.catch_warnings():
        # Pillow warns of large pictures from 90 megapixels on; our own limit stands below.
        warnings.simplefilter("ignore")
        with _open(data, name) as image:
            _check_size(image, name)
            return _decode(image, data, name, now or datetime.now())


def _refuse(name: str, what: str, next_step: str) -> NoReturn:
    raise PhotoUnreadableError(f"'{name}' {what}.", next_step=next_step)


def _open(data: bytes, name: str) -> Image.Image:
    register_heif_opener()
    try:
        return Image.open(io.BytesIO(data), formats=[str(reader.format) for reader in READERS])
    except Image.DecompressionBombError:
        _refuse_size(name, "far more")
    except UnidentifiedImageError as error:
        kind = describe(data)
        step = SUPPORTED if kind is not None else COPY_AGAIN
        what = f"is {kind or NOT_A_PICTURE}"
        raise PhotoUnreadableError(f"'{name}' {what}.", next_step=step) from error
    except Exception as error:  # decoders raise struct.error, ValueError, ...
        raise _damaged(name) from error


def _check_size(image: Image.Image, name: str) -> None:
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        _refuse_size(name, f"{image.width} x {image.height} pixels, more")
    if pixels == 0:
        raise _damaged(name)


def _refuse_size(name: str, size: str) -> NoReturn:
    _refuse(
        name,
        f"has {size} than the {MAX_PIXELS // 1_000_000} megapixels that can be measured",
        "Reduce the photo or crop it to the skin around the lesion.",
    )


def _damaged(name: str) -> PhotoUnreadableError:
    return PhotoUnreadableError(f"'{name}' is damaged or cut short.", next_step=COPY_AGAIN)


def _decode(image: Image.Image, data: bytes, name: str, now: datetime) -> DecodedPhoto:
    notes = [*_frame_notes(image)]
    tags = exif.read_tags(image)
    if tags is None:
        notes.append(exif.UNREADABLE)
    capture, doubts = exif.capture_time(tags or {}, now=now)
    try:
        image.load()
        # Asked again: Pillow turns TIFFs upright itself while loading.
        turn = exif.orientation(exif.read_tags(image) or {})
        rgb, colour_notes = upright_rgb(image, turn)
    except MemoryError as error:
        raise PhotoUnreadableError(
            f"There is not enough memory to decode '{name}' ({image.width} x {image.height}).",
            next_step="Close other programs, or reduce the photo.",
        ) from error
    except Exception as error:  # truncated data raises whatever the decoder hits
        raise _damaged(name) from error
    form = "JPEG" if image.format == "MPO" else str(image.format)
    media_type = heif_media_type(data) if form == "HEIF" else MEDIA_TYPES[form]
    return DecodedPhoto(name, rgb, media_type, form, capture, (*notes, *doubts, *colour_notes))


def _frame_notes(image: Image.Image) -> tuple[str, ...]:
    # A phone's MPO holds depth and gain maps beside the photo: nothing to warn of.
    if image.format == "MPO" or not getattr(image, "is_animated", False):
        return ()
    return ("The file holds several pictures; only the first one is measured.",)
