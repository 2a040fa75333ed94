"""Sound pictures of every kind that a person may hand in, small, to be damaged on purpose."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from tests.vision import pictures

SIZE = (144, 112)
_LARGE = (640, 480)


@cache
def seeds(*, with_real: bool = False) -> dict[str, list[bytes]]:
    """Files by kind, always the same.

    Args:
        with_real: also photos of the corpus that MOLETRAIL_DATA names, re-coded.
    """
    sources = [Image.fromarray(pictures.skin_photo(*SIZE, radii=(30, 20)))]
    if with_real:
        sources += [photo.resize(SIZE) for photo in _real()]
    made: dict[str, list[bytes]] = {name: [] for name in _KINDS}
    for source in sources:
        for name, make in _KINDS.items():
            made[name].append(make(source))
    for kind in _ALSO_LARGE:
        made[kind].append(_KINDS[kind](Image.fromarray(pictures.skin_photo(*_LARGE))))
    return made


def _profile() -> bytes:
    """A profile that does not say when it was made."""
    profile = pictures.swapped_profile()
    return profile[:24] + bytes(12) + profile[36:]


def _real(count: int = 3) -> list[Image.Image]:
    place = os.environ.get("MOLETRAIL_DATA")
    if not place or not (Path(place) / "images").is_dir():
        return []
    files = sorted(path for path in (Path(place) / "images").rglob("*.jpg"))
    chosen = files[:: max(1, len(files) // count)][:count]
    return [Image.open(path).convert("RGB") for path in chosen]


def _encode(image: Image.Image, form: str, **options: object) -> bytes:
    block = pictures.exif_block(turn=6, original="2025:03:01 10:20:30", gps=True)
    settings: dict[str, object] = {"exif": block, "icc_profile": _profile()}
    return pictures.encode(image, form, **(settings | options))


def _second(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image)[::-1])


def _mpo(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "MPO", save_all=True, append_images=[_second(image)])
    return out.getvalue()


def _frames(form: str) -> Callable[[Image.Image], bytes]:
    def make(image: Image.Image) -> bytes:
        options: dict[str, object] = {"save_all": True, "append_images": [_second(image)]}
        if form == "AVIF":  # its writer crashes on several pictures with metadata
            return pictures.encode(image, form, **options)
        return _encode(image, form, **options)

    return make


def _tiff(compression: str) -> Callable[[Image.Image], bytes]:
    def make(image: Image.Image) -> bytes:
        # libtiff's writer takes no directory of photographic tags.
        options = {"compression": compression, "icc_profile": _profile(), "tiffinfo": {0x0112: 6}}
        return pictures.encode(image, "TIFF", **options)

    return make


def _png_text(image: Image.Image) -> bytes:
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    info = PngInfo()
    info.add_text("Comment", "words " * 40, zip=True)
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>", zip=True)
    return _encode(image, "PNG", pnginfo=info)


_KINDS: dict[str, Callable[[Image.Image], bytes]] = {
    "jpeg": lambda image: _encode(image, "JPEG"),
    "jpeg-progressive": lambda image: _encode(image, "JPEG", progressive=True),
    "jpeg-cmyk": lambda image: pictures.encode(image.convert("CMYK"), "JPEG"),
    "jpeg-mpo": _mpo,
    "png": lambda image: _encode(image, "PNG"),
    "png-16bit": lambda image: pictures.rgb16_png(np.asarray(image)),
    "png-palette": lambda image: _encode(image.quantize(64), "PNG", transparency=3),
    "png-text": _png_text,
    "png-animated": _frames("PNG"),
    "webp": lambda image: _encode(image, "WEBP"),
    "webp-lossless": lambda image: _encode(image.convert("RGBA"), "WEBP", lossless=True),
    "webp-animated": _frames("WEBP"),
    "tiff": lambda image: _encode(image, "TIFF"),
    "tiff-16bit": lambda image: pictures.rgb16_tiff(np.asarray(image)),
    "tiff-deflate": _tiff("tiff_adobe_deflate"),
    "tiff-lzw": _tiff("tiff_lzw"),
    "tiff-jpeg": _tiff("jpeg"),
    "tiff-tiles": lambda image: tiled_tiff(np.asarray(image)),
    "heic": lambda image: _encode(image, "HEIF"),
    "heic-several": _frames("HEIF"),
    "avif": lambda image: _encode(image, "AVIF"),
    "avif-animated": _frames("AVIF"),
}
_ALSO_LARGE = ("jpeg", "heic", "avif", "tiff-deflate")
KINDS = tuple(_KINDS)


def tiled_tiff(rgb: pictures.Rgb, side: int = 64) -> bytes:
    """A deflated TIFF in tiles, which Pillow reads but cannot write."""
    import struct  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    height, width = rgb.shape[:2]
    down, across = -(-height // side), -(-width // side)
    padded = np.zeros((down * side, across * side, 3), np.uint8)
    padded[:height, :width] = rgb
    tiles = [
        zlib.compress(padded[y * side : (y + 1) * side, x * side : (x + 1) * side].tobytes())
        for y in range(down)
        for x in range(across)
    ]
    entries = 11
    bits_at = 8 + 2 + 12 * entries + 4
    offsets_at = bits_at + 6
    sizes_at = offsets_at + 4 * len(tiles)
    data_at = sizes_at + 4 * len(tiles)
    offsets = [data_at + sum(map(len, tiles[:index])) for index in range(len(tiles))]
    directory = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 3, bits_at),
        (259, 3, 1, 8),
        (262, 3, 1, 2),
        (277, 3, 1, 3),
        (284, 3, 1, 1),
        (322, 4, 1, side),
        (323, 4, 1, side),
        (324, 4, len(tiles), offsets_at),
        (325, 4, len(tiles), sizes_at),
    ]
    head = struct.pack("<2sHIH", b"II", 42, 8, entries)
    body = b"".join(struct.pack("<HHII", *entry) for entry in directory)
    tables = struct.pack(f"<I3H{2 * len(tiles)}I", 0, 8, 8, 8, *offsets, *map(len, tiles))
    return head + body + tables + b"".join(tiles)
