"""What no photo has is refused before a codec sees it, with a sentence that names it."""

from __future__ import annotations

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.vision import pictures
from tracker.errors import PhotoUnreadableError
from tracker.services import files
from tracker.vision import decode
from tracker.vision.decode import decode_photo
from tracker.vision.decoding.containers import check_container

MB = 1 << 20


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    sound = pictures.encode(pictures.corners(), "PNG")
    extra = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return sound[:33] + extra + sound[33:]


def packed(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def jpeg_with(segment: bytes, times: int) -> bytes:
    sound = pictures.encode(pictures.corners(), "JPEG")
    head = struct.pack(">H", len(segment) + 1)
    return sound[:2] + (b"\xff" + segment[:1] + head + segment[1:]) * times + sound[2:]


def webp_with(kind: bytes, size: int, times: int = 1) -> bytes:
    sound = pictures.encode(pictures.corners(), "WEBP", exif=pictures.exif_block(turn=1))
    return sound + (kind + struct.pack("<I", size) + bytes(size)) * times


def tiff_pages(count: int, *, loop: bool = False) -> bytes:
    """Directories of one tag each, chained; the last one leads back to the first in a loop."""
    step = 2 + 12 + 4
    out = struct.pack("<2sHI", b"II", 42, 8)
    for index in range(count):
        last = index == count - 1
        follows = 8 if last and loop else 0 if last else 8 + step * (index + 1)
        out += struct.pack("<HHHIII", 1, 256, 4, 1, 10, follows)
    return out


def tiff_tag(code: int, kind: int, count: int, padding: int = 0) -> bytes:
    return struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, code, kind, count, 26, 0) + bytes(padding)


def heif_items(count: int) -> bytes:
    iinf = struct.pack(">I4sII", 16, b"iinf", 1 << 24, count)
    meta = struct.pack(">I4sI", 12 + len(iinf), b"meta", 0) + iinf
    return struct.pack(">I4s4sI", 16, b"ftyp", b"heic", 0) + meta


def colour_box(size: int) -> bytes:
    colr = struct.pack(">I4s", 8 + size, b"colr") + bytes(size)
    ipco = struct.pack(">I4s", 8 + len(colr), b"ipco") + colr
    iprp = struct.pack(">I4s", 8 + len(ipco), b"iprp") + ipco
    meta = struct.pack(">I4sI", 12 + len(iprp), b"meta", 0) + iprp
    return struct.pack(">I4s4sI", 16, b"ftyp", b"avif", 0) + meta


BOMBS = {
    "packed text": (lambda: png_with((b"zTXt", b"k\0\0" + packed(40 * MB))), "text"),
    "packed words": (lambda: png_with((b"iTXt", b"k\0\1\0en\0k\0" + packed(9 * MB))), "text"),
    "packed profile": (lambda: png_with((b"iCCP", b"k\0\0" + packed(200 * MB))), "profile"),
    "exif of png": (lambda: png_with((b"eXIf", bytes(5 * MB))), "EXIF"),
    "text of png": (lambda: png_with((b"tEXt", bytes(65 * MB))), "metadata"),
    "frames of png": (lambda: png_with((b"acTL", struct.pack(">II", 4_000_000, 0))), "film"),
    "pieces of png": (lambda: png_with(*[(b"tIME", bytes(7))] * 100_001), "pieces"),
    "profile of jpeg": (lambda: jpeg_with(b"\xe2ICC_PROFILE\0\1\1" + bytes(65_000), 140), "prof"),
    "exif of jpeg": (lambda: jpeg_with(b"\xe1Exif\0\0" + bytes(65_000), 70), "EXIF"),
    "segments of jpeg": (lambda: jpeg_with(b"\xe5" + bytes(65_000), 1100), "metadata"),
    "profile of webp": (lambda: webp_with(b"ICCP", 9 * MB), "profile"),
    "exif of webp": (lambda: webp_with(b"EXIF", 5 * MB), "EXIF"),
    "frames of webp": (lambda: webp_with(b"ANMF", 16, 700), "film"),
    "pages of tiff": (lambda: tiff_pages(700), "film"),
    "loop in tiff": (lambda: tiff_pages(3, loop=True), "damaged"),
    "table of tiff": (lambda: tiff_tag(273, 4, 1_000_000), "damaged"),
    "profile of tiff": (lambda: tiff_tag(34675, 7, 9 * MB, 10 * MB), "profile"),
    "items of heic": (lambda: heif_items(2_000_000), "damaged"),
    "profile of avif": (lambda: colour_box(9 * MB), "profile"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_too_much_beside_the_picture_is_refused(bomb: str) -> None:
    make, word = BOMBS[bomb]
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(PhotoUnreadableError) as caught:
            check_container(data, "bomb")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert word in caught.value.message
    assert "'bomb'" in caught.value.message
    assert caught.value.next_step
    assert peak < 25 * MB


@pytest.mark.parametrize(
    "make",
    [
        lambda: png_with((b"zTXt", b"Comment\0\0" + packed(20_000))),
        lambda: png_with((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + bytes(b"x" * 900_000))),
        lambda: png_with((b"zTXt", b"cut")),
        lambda: png_with((b"iCCP", b"k\0\0broken")),
        lambda: jpeg_with(b"\xe1http://ns.adobe.com/xmp/extension/\0" + bytes(60_000), 100),
        lambda: webp_with(b"XMP ", 5000),
        lambda: pictures.encode(pictures.corners(), "HEIF", icc_profile=pictures.srgb_profile()),
    ],
)
def test_what_phones_and_editors_write_passes(make: object) -> None:
    assert decode_photo(make(), "photo").rgb.shape == (64, 96, 3)  # type: ignore[operator]


def test_a_strip_of_pixels_is_no_photo() -> None:
    strip = pictures.encode(Image.fromarray(np.zeros((2, 70_000), np.uint8)), "PNG")
    with pytest.raises(PhotoUnreadableError, match="70000 pixels long"):
        decode_photo(strip, "strip.png")


def test_a_file_that_is_too_large_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "MAX_FILE_BYTES", 1000)
    with pytest.raises(PhotoUnreadableError, match="MB"):
        decode_photo(bytes(1001), "large.jpg")
    assert files.MAX_FILE_BYTES == 512 * MB
