"""Photos without their place: the picture and its date stay, everything else goes."""

from __future__ import annotations

import io
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from pillow_heif import register_heif_opener

from tracker.errors import PhotoUnreadableError
from tracker.vision.decode import decode_photo
from tracker.vision.placeless import placeless
from tracker.vision.placeless.tags import KeptTags, exif_block, read_tags

SECRET = b"52.5200N13.4050E"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">GPSLatitude=' + SECRET + b"</x:xmpmeta>"
FORMATS = ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"]
LOSSLESS = FORMATS[:-1]


def pixels(height: int = 64, width: int = 96) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([x * 2, y * 3, (x + y) % 200], axis=2).astype(np.uint8)
    return Image.fromarray(rgb)


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = "Maker"
    tags[ExifTags.Base.Model] = "Phone 5"
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.Artist] = SECRET.decode()
    photographic = tags.get_ifd(ExifTags.IFD.Exif)
    photographic[ExifTags.Base.DateTimeOriginal] = "2024:03:05 10:20:30"
    photographic[ExifTags.Base.MakerNote] = b"note " + SECRET
    photographic[ExifTags.Base.BodySerialNumber] = "serial " + SECRET.decode()
    gps = tags.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    gps[ExifTags.GPS.GPSAreaInformation] = SECRET
    return tags


def photo(form: str, orientation: int = 1) -> bytes:
    register_heif_opener()
    file = io.BytesIO()
    more: dict[str, object] = {"exif": exif(orientation).tobytes()}
    if form in ("JPEG", "WEBP", "HEIF", "AVIF"):
        more["xmp"] = XMP
    if form == "JPEG":
        more["comment"] = b"taken at " + SECRET
    if form == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Location", SECRET.decode())
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        more["pnginfo"] = text
    pixels().save(file, form, **more)
    data = file.getvalue()
    if form == "JPEG":
        data += b"trailer of the maker " + SECRET
    assert SECRET in data
    return data


def gps_of(data: bytes) -> dict[int, object]:
    with Image.open(io.BytesIO(data)) as image:
        return dict(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("form", FORMATS)
def test_the_place_goes_and_the_picture_stays(form: str, orientation: int) -> None:
    data = photo(form, orientation)
    assert gps_of(data)
    safe = placeless(data, "a")
    assert SECRET not in safe.data
    assert b"GPS" not in safe.data
    assert not gps_of(safe.data)
    before, after = decode_photo(data, "a"), decode_photo(safe.data, "a")
    assert np.array_equal(before.rgb, after.rgb)
    assert before.capture == after.capture
    assert after.capture is not None
    assert after.capture.value == datetime(2024, 3, 5, 10, 20, 30)
    assert safe.recoded == (form not in LOSSLESS)
    assert safe.media_type == after.media_type


def test_phones_that_write_big_endian_exif() -> None:
    tags = exif(6)
    tags.endian = ">"
    assert tags.tobytes().removeprefix(b"Exif\0\0").startswith(b"MM")
    assert read_tags(tags.tobytes()) == KeptTags(6, "2024:03:05 10:20:30", None, "Maker", "Phone 5")


@pytest.mark.parametrize("form", FORMATS)
def test_what_came_from_here_stays_bit_by_bit(form: str) -> None:
    once = placeless(photo(form, 6 if form == "JPEG" else 1), "a")
    again = placeless(once.data, "a")
    assert again.data == once.data
    assert not again.recoded


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_without_metadata_is_not_touched(form: str) -> None:
    file = io.BytesIO()
    pixels().save(file, form)
    assert placeless(file.getvalue(), "a").data == file.getvalue()


def test_progressive_and_profiled_jpegs() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for more in ({"progressive": True}, {"icc_profile": profile}, {"subsampling": 2}):
        file = io.BytesIO()
        pixels().save(file, "JPEG", exif=exif().tobytes(), **more)
        safe = placeless(file.getvalue(), "a")
        assert not safe.recoded
        assert np.array_equal(
            decode_photo(file.getvalue(), "a").rgb, decode_photo(safe.data, "a").rgb
        )
        with Image.open(io.BytesIO(safe.data)) as image:
            assert image.info.get("icc_profile") == more.get("icc_profile")


def test_second_pictures_of_a_phone_go_too() -> None:
    first, second = photo("JPEG"), photo("JPEG")
    safe = placeless(first + second, "a")
    assert SECRET not in safe.data
    assert safe.data.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_an_orientation_in_xmp_is_kept(form: str) -> None:
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    file = io.BytesIO()
    if form == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        pixels().save(file, form, pnginfo=text)
    else:
        pixels().save(file, form, xmp=xmp)
    before = decode_photo(file.getvalue(), "a").rgb
    assert before.shape[0] > before.shape[1]
    assert np.array_equal(before, decode_photo(placeless(file.getvalue(), "a").data, "a").rgb)


def test_the_camera_stays() -> None:
    with Image.open(io.BytesIO(placeless(photo("JPEG"), "a").data)) as image:
        tags = image.getexif()
        assert (tags[ExifTags.Base.Make], tags[ExifTags.Base.Model]) == ("Maker", "Phone 5")
        assert ExifTags.Base.Artist not in tags


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_damaged_photos_leave_no_place_or_are_refused(form: str, data: st.DataObject) -> None:
    whole = bytearray(photo(form))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, min(len(whole), 600) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(1, len(whole)))])
    try:
        safe = placeless(cut, "a")
        decode_photo(safe.data, "a")
    except PhotoUnreadableError:
        return
    assert SECRET not in safe.data


@given(
    st.builds(
        KeptTags,
        st.none() | st.integers(2, 8),
        *[st.none() | st.text("abc 0:'", min_size=1, max_size=40).map(str.strip).filter(bool)] * 4,
    )
)
def test_tags_come_back(tags: KeptTags) -> None:
    assert read_tags(exif_block(tags)) == tags


@given(st.binary(max_size=120))
def test_any_bytes_are_tags_or_none(data: bytes) -> None:
    read_tags(b"II*\0" + data)
    read_tags(b"Exif\0\0MM\0*" + data)
