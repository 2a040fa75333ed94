"""Say what a file is that was taken for a photo, from its first bytes."""

from __future__ import annotations

NOT_A_PICTURE = "not a picture, or a damaged one"

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "a PDF document"),
    (0, b"GIF8", "a GIF picture, which has too few colours to measure skin"),
    (0, b"BM", "a BMP picture"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"\x00\x00\x00\x0cjP", "a JPEG 2000 picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (4, b"ftypqt", "a video"),
    (4, b"ftypmp4", "a video"),
    (4, b"ftypisom", "a video"),
    (128, b"DICM", "a DICOM file"),
)
_RAW = (
    (0, b"FUJIFILMCCD-RAW"),
    (8, b"CR\x02\x00"),  # Canon CR2, else a valid TIFF
    (4, b"ftypcrx"),  # Canon CR3
    (0, b"IIRO"),  # Olympus ORF
    (0, b"IIU\x00"),  # Panasonic RW2
)
_DNG_VERSION_TAG = 0xC612


def describe(data: bytes) -> str | None:
    """What the bytes are, as the end of "'name' is ..."; None where nothing is recognised."""
    for offset, signature, kind in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return kind
    head = data[:1024]
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if all(character.isprintable() or character.isspace() for character in text):
        return "text, not a picture"
    return None


def is_camera_raw(data: bytes) -> bool:
    """True for raw files, several of which would open as a TIFF of their thumbnail."""
    if any(data[at : at + len(mark)] == mark for at, mark in _RAW):
        return True
    return data[:4] in (b"II*\x00", b"MM\x00*") and _has_first_tag(data, _DNG_VERSION_TAG)


def _has_first_tag(data: bytes, tag: int) -> bool:
    """Whether the first directory of a TIFF names `tag` (TIFF 6.0, section 2)."""
    order: str = "little" if data[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], order)  # type: ignore[arg-type]

    start = number(4, 4)
    count = number(start, 2)
    return any(number(start + 2 + 12 * index, 2) == tag for index in range(count))


def heif_media_type(data: bytes) -> str:
    """`image/heic` for HEVC-coded files (brands of ISO/IEC 23008-12), else `image/heif`."""
    return "image/heic" if data[8:12] in (b"heic", b"heix", b"heim", b"heis") else "image/heif"
