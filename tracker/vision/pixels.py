"""Convert a loaded picture of any mode to upright 8-bit sRGB, strip by strip.

Each strip is written straight to its upright place, so that a 108-megapixel photo needs the
decoder's copy and the result, never a third.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

STRIP_ROWS = 512
#: Transparent parts become the mean colour of the network's training pictures (mid-toned skin):
#: white or black would count as glare or shadow and draw a hard edge around a cut-out.
NEUTRAL_RGB = (178, 143, 128)

_BAD_PROFILE = "The photo's colour profile is damaged or does not fit; sRGB is assumed."
_BARE_CMYK = "The photo is CMYK without a usable colour profile; its colours are approximate."

_Convert = Callable[[Image.Image], NDArray[np.uint8]]


def upright_rgb(image: Image.Image, turn: int) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Pixels (H, W, 3) uint8 of a loaded picture, and warnings on its colours.

    Args:
        turn: EXIF orientation 1..8.

    Raises:
        ValueError: the picture's mode has no meaning as colour (32-bit samples, for example).
    """
    convert, notes = _converter(image)
    width, height = image.size
    upright = np.empty((width, height, 3) if turn >= 5 else (height, width, 3), np.uint8)
    stored = as_stored(upright, turn)
    for top in range(0, height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, height)
        stored[top:bottom] = convert(image.crop((0, top, width, bottom)))
    return upright, notes


def as_stored(upright: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """A view of the upright photo in the row and column order of the file (EXIF tag 0x0112)."""
    if turn >= 5:
        upright = upright.transpose(1, 0, 2)
    rows = -1 if turn in (3, 4, 6, 7) else 1
    columns = -1 if turn in (2, 3, 7, 8) else 1
    return upright[::rows, ::columns]


def _converter(image: Image.Image) -> tuple[_Convert, tuple[str, ...]]:
    if image.mode.startswith("I"):
        return _high_depth, ()
    base = _flattener(image)
    profile = image.info.get("icc_profile")
    notes: tuple[str, ...] = ()
    if isinstance(profile, bytes) and profile:
        try:
            transform = _to_srgb(profile, base(image.crop((0, 0, 1, 1))).mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            notes = (_BAD_PROFILE,)
        else:
            if transform is not None:
                return lambda strip: _with_profile(base(strip), transform), ()
    if image.mode == "CMYK":
        notes = (_BARE_CMYK,)
    return lambda strip: np.asarray(base(strip).convert("RGB"), np.uint8), notes


def _flattener(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """A function from strips to strips without alpha or palette, in the profile's own space."""
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return _on_neutral
    if image.mode in ("RGB", "L", "CMYK"):
        return lambda strip: strip
    return lambda strip: strip.convert("RGB")


def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from an ICC profile, None where the pixels are sRGB already."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if mode == "RGB" and "srgb" in ImageCms.getProfileDescription(source).lower():
        return None
    return ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )


def _with_profile(strip: Image.Image, transform: ImageCms.ImageCmsTransform) -> NDArray[np.uint8]:
    return np.asarray(ImageCms.applyTransform(strip, transform), np.uint8)


def _on_neutral(strip: Image.Image) -> Image.Image:
    rgba = strip.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, (*NEUTRAL_RGB, 255))
    return Image.alpha_composite(ground, rgba).convert("RGB")


def _high_depth(strip: Image.Image) -> NDArray[np.uint8]:
    """16-bit grey: full scale is 65535, so the high byte is the 8-bit value."""
    values = np.asarray(strip).astype(np.int64)
    if values.size and (values.min() < 0 or values.max() > 0xFFFF):
        raise ValueError("32-bit samples are measurements, not a picture")
    return np.repeat((values >> 8).astype(np.uint8)[:, :, np.newaxis], 3, axis=2)
