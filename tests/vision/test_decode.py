"""Intake of photos: every format upright and in sRGB, every broken file a clear sentence."""

from __future__ import annotations

import random
import tracemalloc
from datetime import datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from tests.vision import pictures
from tracker.domain.capture import DateSource
from tracker.errors import PhotoUnreadableError
from tracker.vision.decode import MAX_PIXELS, DecodedPhoto, decode_photo
from tracker.vision.decoding.here import decode_here
from tracker.vision.pixels import NEUTRAL_RGB

NOW = datetime(2025, 6, 1, 12, 0, 0)
MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "HEIF": "image/heic",
    "AVIF": "image/avif",
}
LOSSY_TOLERANCE = 14.0


def decode(data: bytes, name: str = "photo.jpg") -> DecodedPhoto:
    return decode_photo(data, name, now=NOW)


def quarter_error(rgb: np.ndarray) -> float:
    """Largest difference between the quarters' middles and those of `corners`."""
    want = pictures.corners(rgb.shape[1], rgb.shape[0]).astype(float)
    h, w = rgb.shape[0] // 4, rgb.shape[1] // 4
    spots = [(h, w), (h, 3 * w), (3 * h, w), (3 * h, 3 * w)]
    return max(float(np.abs(rgb[y, x] - want[y, x]).max()) for y, x in spots)


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_each_format_decodes_to_the_same_picture(form: str) -> None:
    photo = decode(pictures.encode(pictures.corners(), form))
    assert photo.format == form
    assert photo.media_type == MEDIA_TYPES[form]
    assert (photo.width, photo.height) == (96, 64)
    assert photo.rgb.dtype == np.uint8
    assert photo.rgb.flags.c_contiguous
    assert quarter_error(photo.rgb) <= LOSSY_TOLERANCE
    assert photo.warnings == ()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_comes_out_upright(form: str, turn: int) -> None:
    stored = pictures.stored_as(pictures.corners(), turn)
    if form == "HEIF" and turn != 1:
        # pillow-heif writes the turn into the container itself, as phones do.
        image = Image.fromarray(stored)
        exif = Image.Exif()
        exif[0x0112] = turn
        data = pictures.encode(image, form, exif=exif.tobytes())
    else:
        data = pictures.encode(stored, form, exif=pictures.exif_block(turn=turn))
    photo = decode(data)
    assert (photo.width, photo.height) == (96, 64)
    assert quarter_error(photo.rgb) <= LOSSY_TOLERANCE


@pytest.mark.parametrize("turn", [0, 9, 4711])
def test_a_nonsense_orientation_is_ignored(turn: int) -> None:
    data = pictures.encode(pictures.corners(), "JPEG", exif=pictures.exif_block(turn=turn))
    assert quarter_error(decode(data).rgb) <= LOSSY_TOLERANCE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_the_capture_date_is_read_from_every_format(form: str) -> None:
    block = pictures.exif_block(original="2025:03:01 10:20:30", changed="2025:05:05 00:00:01")
    capture = decode(pictures.encode(pictures.corners(), form, exif=block)).capture
    assert capture is not None
    assert capture.isoformat() == "2025-03-01T10:20:30"
    assert capture.source is DateSource.EXIF


def capture_of(**tags: object) -> DecodedPhoto:
    block = pictures.exif_block(**tags)  # type: ignore[arg-type]
    return decode(pictures.encode(pictures.corners(), "JPEG", exif=block))


def test_the_shutter_wins_over_the_scan_and_an_edit_is_no_capture() -> None:
    both = capture_of(original="2024:03:01 10:20:30", digitized="2025:01:01 00:00:01")
    assert both.capture is not None
    assert both.capture.value == datetime(2024, 3, 1, 10, 20, 30)
    scan = capture_of(original="    :  :     :  :  ", digitized="2025:01:01 00:00:01")
    assert scan.capture is not None
    assert scan.capture.value == datetime(2025, 1, 1, 0, 0, 1)
    assert capture_of(changed="2025:01:01 00:00:01").capture is None


def test_a_date_alone_is_precise_to_the_day() -> None:
    capture = capture_of(original="2024:03:01").capture
    assert capture is not None
    assert capture.isoformat() == "2024-03-01"


@pytest.mark.parametrize(
    "written",
    ["2099:01:01 10:00:00", "1804:01:01 10:00:00", "1970:01:01 00:00:00", "2025:13:45 99:99:99"],
)
def test_an_absurd_date_is_dropped_with_a_warning(written: str) -> None:
    photo = capture_of(original=written)
    assert photo.capture is None
    assert len(photo.warnings) == 1


@pytest.mark.parametrize("written", ["0000:00:00 00:00:00", "", "                   "])
def test_an_empty_date_is_simply_unknown(written: str) -> None:
    photo = capture_of(original=written)
    assert photo.capture is None
    assert photo.warnings == ()


def test_a_photo_from_another_time_zone_is_not_from_the_future() -> None:
    ahead = NOW + timedelta(hours=14)
    photo = capture_of(original=ahead.strftime("%Y:%m:%d %H:%M:%S"))
    assert photo.capture is not None
    assert photo.capture.value == ahead


def test_damaged_exif_costs_the_date_not_the_photo() -> None:
    block = pictures.exif_block(original="2025:03:01 10:20:30")
    junk = block[:14] + bytes(random.Random(5).randrange(256) for _ in range(200))
    photo = decode(pictures.encode(pictures.corners(), "JPEG", exif=junk))
    assert photo.capture is None
    assert quarter_error(photo.rgb) <= LOSSY_TOLERANCE


def test_place_and_owner_do_not_leave_the_decoder() -> None:
    block = pictures.exif_block(original="2025:03:01 10:20:30", gps=True)
    data = pictures.encode(pictures.corners(), "JPEG", exif=block)
    assert b"ARTIST-OF-THE-TEST" in data
    photo = decode(data)
    fields = {name: getattr(photo, name) for name in DecodedPhoto.__dataclass_fields__}
    assert "TEST" not in repr(fields)
    assert set(fields) == {
        "name", "rgb", "media_type", "format", "capture", "warnings",
    }  # fmt: skip


def test_grey_palette_and_sixteen_bits() -> None:
    corners = pictures.corners()
    grey = decode(pictures.encode(Image.fromarray(corners).convert("L"), "PNG")).rgb
    assert np.ptp(grey.astype(int), axis=2).max() == 0
    palette = pictures.encode(Image.fromarray(corners).quantize(8), "PNG")
    assert quarter_error(decode(palette).rgb) <= 2
    assert quarter_error(decode(pictures.rgb16_png(corners)).rgb) <= 1
    assert quarter_error(decode(pictures.rgb16_tiff(corners)).rgb) <= 1
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16)[np.newaxis].repeat(8, 0)
    for form in ("PNG", "TIFF"):
        deep = decode(pictures.encode(Image.fromarray(ramp), form)).rgb
        assert np.abs(deep[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_transparency_shows_neutral_skin() -> None:
    rgba = np.dstack([pictures.corners(), np.full((64, 96), 255, np.uint8)])
    assert quarter_error(decode(pictures.encode(Image.fromarray(rgba), "PNG")).rgb) == 0
    rgba[:32, :48, 3] = 0
    photo = decode(pictures.encode(Image.fromarray(rgba), "PNG"))
    assert tuple(photo.rgb[10, 10]) == NEUTRAL_RGB
    assert tuple(photo.rgb[60, 90]) == (240, 240, 240)


def test_cmyk_is_converted_with_a_warning() -> None:
    photo = decode(pictures.encode(Image.fromarray(pictures.corners()).convert("CMYK"), "JPEG"))
    assert quarter_error(photo.rgb) <= 40
    assert len(photo.warnings) == 1
    assert "CMYK" in photo.warnings[0]


def test_a_colour_profile_is_applied_and_a_broken_one_is_said() -> None:
    corners = Image.fromarray(pictures.corners())
    swapped = decode(pictures.encode(corners, "PNG", icc_profile=pictures.swapped_profile()))
    # The profile says that the file's red is the world's blue.
    assert swapped.rgb[10, 10, 2] > 150
    assert swapped.rgb[10, 10, 0] < 120
    srgb = decode(pictures.encode(corners, "PNG", icc_profile=pictures.srgb_profile()))
    assert quarter_error(srgb.rgb) == 0
    broken = decode(pictures.encode(corners, "PNG", icc_profile=b"no profile at all"))
    assert quarter_error(broken.rgb) == 0
    assert len(broken.warnings) == 1


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_of_several_pictures_the_first_is_taken(form: str) -> None:
    photo = decode(pictures.animation(form))
    assert quarter_error(photo.rgb) <= LOSSY_TOLERANCE
    assert len(photo.warnings) == 1
    assert "first" in photo.warnings[0]


def refusal(data: bytes, name: str = "mole.jpg") -> PhotoUnreadableError:
    with pytest.raises(PhotoUnreadableError) as caught:
        decode(data, name)
    assert f"'{name}'" in caught.value.message
    assert caught.value.next_step
    return caught.value


def test_an_empty_file_is_refused() -> None:
    assert "empty" in refusal(b"").message


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"Dear doctor, this is no photo.\n", "text"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"PK\x03\x04" + bytes(30), "ZIP"),
        (b"\x00\x00\x00\x20ftypqt  ", "video"),
        (bytes(128) + b"DICM" + bytes(20), "DICOM"),
        (bytes(range(128, 256)) * 4, "not a picture"),
    ],
)
def test_other_files_are_named_for_what_they_are(data: bytes, word: str) -> None:
    assert word in refusal(data).message


def test_a_gif_is_refused_with_the_formats_that_work() -> None:
    error = refusal(pictures.encode(Image.fromarray(pictures.corners()), "GIF"))
    assert "GIF" in error.message
    assert "JPEG" in str(error.next_step)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize("share", [0.15, 0.6, 0.9])
def test_a_truncated_file_is_refused(form: str, share: float) -> None:
    data = pictures.encode(pictures.skin_photo(), form)
    refusal(data[: int(len(data) * share)])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_flipped_bytes_never_escape_as_another_error(form: str) -> None:
    sound = pictures.encode(pictures.corners(), form, exif=pictures.exif_block(turn=6))
    rng = random.Random(20261120)
    refused = 0
    for _ in range(60):
        data = bytearray(sound)
        for _ in range(rng.choice((1, 3, 20))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            photo = decode(bytes(data))
        except PhotoUnreadableError:
            refused += 1
        else:
            assert photo.rgb.ndim == 3
    assert refused > 0


@pytest.mark.parametrize("size", [(30_000, 30_000), (20_000, 7_000), (2_000_000, 61)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    bomb = pictures.png_bomb(*size)
    tracemalloc.start()
    try:
        with pytest.raises(PhotoUnreadableError, match="megapixels"):
            decode_here(bomb, "mole.jpg", NOW)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "megapixels" in refusal(bomb).message
    assert peak < 5_000_000
    assert size[0] * size[1] > MAX_PIXELS


def test_a_jpeg_that_claims_to_be_huge_is_refused() -> None:
    assert "megapixels" in refusal(pictures.jpeg_claiming(60_000, 60_000)).message


def test_the_largest_phone_photos_pass() -> None:
    assert MAX_PIXELS >= 12_000 * 9_000
    tall = np.full((9_500, 9_500), 160, np.uint8)  # above the size from which Pillow warns
    photo = decode(pictures.encode(Image.fromarray(tall), "PNG", compress_level=1))
    assert photo.rgb.shape == (9_500, 9_500, 3)
    assert photo.rgb.min() == photo.rgb.max() == 160


def test_a_camera_raw_is_not_taken_for_its_thumbnail() -> None:
    image = Image.fromarray(pictures.corners())
    raw = pictures.encode(image, "TIFF", tiffinfo={0xC612: b"\x01\x04\x00\x00"})
    assert "raw" in refusal(raw).message


def test_thirty_two_bit_samples_are_no_picture() -> None:
    deep = Image.fromarray(np.full((20, 20), 1_000_000, np.int32))
    refusal(pictures.encode(deep, "TIFF"))
