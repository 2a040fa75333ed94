"""Photos for the intake's tests, made in memory: sound ones in every format, and broken ones."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms

Rgb = NDArray[np.uint8]
SKIN = (205, 160, 140)
LESION = (110, 65, 50)


def skin_photo(
    width: int = 640,
    height: int = 480,
    *,
    centre: tuple[int, int] | None = None,
    radii: tuple[int, int] = (70, 50),
    seed: int = 1,
) -> Rgb:
    """Skin with grain and one brown ellipse, (height, width, 3) uint8."""
    rng = np.random.default_rng(seed)
    cx, cy = centre or (width // 2, height // 2)
    y, x = np.mgrid[:height, :width]
    rim = np.hypot((x - cx) / radii[0], (y - cy) / radii[1])
    inside = np.clip((1.08 - rim) / 0.16, 0, 1)[:, :, np.newaxis]
    clean = (1 - inside) * np.array(SKIN) + inside * np.array(LESION)
    coarse = rng.normal(0, 5, (height // 4 + 1, width // 4 + 1, 1)).repeat(4, 0).repeat(4, 1)
    grain = rng.normal(0, 4, (height, width, 1)) + coarse[:height, :width]
    return np.clip(clean + grain, 0, 255).astype(np.uint8)


def corners(width: int = 96, height: int = 64) -> Rgb:
    """Red, green, blue and white quarters (top left, top right, bottom left, bottom right)."""
    picture = np.zeros((height, width, 3), np.uint8)
    h, w = height // 2, width // 2
    picture[:h, :w] = (220, 30, 30)
    picture[:h, w:] = (30, 200, 30)
    picture[h:, :w] = (30, 30, 220)
    picture[h:, w:] = (240, 240, 240)
    return picture


def stored_as(upright: Rgb, turn: int) -> Rgb:
    """The pixels a camera stores so that EXIF orientation `turn` shows them upright."""
    undo = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    return np.ascontiguousarray(undo[turn](upright))


def exif_block(
    *,
    turn: int | None = None,
    original: object = None,
    digitized: object = None,
    changed: str | None = None,
    gps: bool = False,
) -> bytes:
    """An EXIF block with the named tags."""
    exif = Image.Exif()
    if turn is not None:
        exif[0x0112] = turn
    if changed is not None:
        exif[0x0132] = changed
    photo = exif.get_ifd(0x8769)
    if original is not None:
        photo[0x9003] = original
    if digitized is not None:
        photo[0x9004] = digitized
    if gps:
        exif[0x010F] = "CAMERA-MAKER-OF-THE-TEST"
        exif[0x013B] = "ARTIST-OF-THE-TEST"
        place = exif.get_ifd(0x8825)
        place[1], place[2] = "N", (48.0, 12.0, 30.0)
    return exif.tobytes()


def encode(picture: Rgb | Image.Image, form: str, **options: object) -> bytes:
    """The picture as a file of Pillow's format name ("JPEG", "HEIF", ...)."""
    pillow_heif.register_heif_opener()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    stream = io.BytesIO()
    settings = {"quality": 92} | options if form in ("JPEG", "WEBP", "HEIF", "AVIF") else options
    image.save(stream, form, **settings)
    return stream.getvalue()


def rgb16_tiff(picture: Rgb) -> bytes:
    """An uncompressed 16-bit RGB TIFF, which Pillow reads but cannot write."""
    height, width = picture.shape[:2]
    pixels = (picture.astype(np.uint16) * 257).astype("<u2").tobytes()
    bits_at = 8 + 2 + 12 * 9 + 4
    data_at = bits_at + 6
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 3, bits_at),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, data_at),
        (277, 3, 1, 3),
        (278, 4, 1, height),
        (279, 4, 1, len(pixels)),
    ]
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return head + directory + struct.pack("<I3H", 0, 16, 16, 16) + pixels


def rgb16_png(picture: Rgb) -> bytes:
    """A 16-bit RGB PNG."""
    height, width = picture.shape[:2]
    deep = (picture.astype(np.uint16) * 257).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    return _png(width, height, 16, 2, zlib.compress(rows))


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A tiny file whose header promises width x height pixels of RGB."""
    return _png(width, height, 8, 2, zlib.compress(b"\0" * 1000))


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame header was rewritten to another size."""
    data = bytearray(encode(corners(), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _png(width: int, height: int, depth: int, colour: int, pixels: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def srgb_profile() -> bytes:
    """The sRGB profile as an editor embeds it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """A valid profile with the red and blue primaries exchanged, under another name."""
    profile = srgb_profile().replace(b"rXYZ", b"tmpX").replace(b"bXYZ", b"rXYZ")
    profile = profile.replace(b"tmpX", b"bXYZ")
    return profile.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


def animation(form: str) -> bytes:
    """Two frames: the four corners first, then black."""
    first = Image.fromarray(corners())
    second = Image.new("RGB", first.size)
    return encode(first, form, save_all=True, append_images=[second])
