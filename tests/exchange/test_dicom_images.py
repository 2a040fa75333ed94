"""The images of a DICOM export: what a viewer, an archive and a validator find in them."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from pydicom.encaps import get_frame
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

from tests.exchange.dicom_parts import (
    HEIGHT,
    WIDTH,
    Story,
    analysis,
    coded,
    files_in,
    lesion,
    of_modality,
    picture,
)
from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.errors import PhotoDamagedError
from tracker.exchange.body_sites import KNOWN
from tracker.exchange.dicom.sites import LEFT, RIGHT, SKIN, coded_site

EVIL = "a\\b^c=d\te\r\n\x1b[31m\x00 \u202egnp.exe\u202c 🩹 " + "x" * 10_000


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "out")


def test_a_dermoscopic_jpeg_keeps_its_coded_picture(story: Story) -> None:
    data = coded("JPEG", quality=90, comment=b"a place")
    scale = Scale(0.0123, 0.0001, ScaleSource.CARD)
    found = analysis(scale)
    story.add(data, lesion(), modality=Modality.DERMOSCOPIC, found=found, note="dark")
    (image,) = of_modality(story.write(), "DMS")
    assert image.SOPClassUID == "1.2.840.10008.5.1.4.1.1.77.1.7"
    assert image.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"
    frame = get_frame(image.PixelData, 0, number_of_frames=1)
    scan = data[data.index(b"\xff\xda") :]
    assert frame.rstrip(b"\0").endswith(scan.rstrip(b"\0"))
    assert b"a place" not in frame
    shown = np.asarray(Image.open(io.BytesIO(frame)))
    assert np.array_equal(shown, np.asarray(Image.open(io.BytesIO(data))))
    assert image.LossyImageCompression == "01"
    assert image.LossyImageCompressionMethod == "ISO_10918_1"
    assert float(image.LossyImageCompressionRatio) == pytest.approx(
        3 * WIDTH * HEIGHT / len(frame), rel=0.01
    )
    assert image.PixelSpacing == [0.0123, 0.0123]
    assert image.PixelSpacingCalibrationType == "FIDUCIAL"
    assert image.TrackingID == "mole (les_1)"
    assert image.TrackingUID.startswith("2.25.")
    (site,) = image.AnatomicRegionSequence
    assert site.CodeValue == "371311000"
    assert site.AnatomicRegionModifierSequence[0].CodeMeaning == "Left"
    assert image.ImageComments == "Lesion: mole\r\nSite: left forearm\r\nNote: dark"
    assert image.AcquisitionDateTime == "20240229"
    assert "AcquisitionTime" not in image
    assert not image.StudyTime


def test_a_clinical_photo_without_a_scale(story: Story) -> None:
    when = CaptureTime(datetime(2024, 2, 29, 7, 8, 9), "second", DateSource.EXIF)
    story.add(coded("JPEG"), lesion(site="the usual place"), capture=when)
    (image,) = of_modality(story.write(), "XC")
    assert image.SOPClassUID == "1.2.840.10008.5.1.4.1.1.77.1.4"
    assert "PixelSpacing" not in image
    assert image.AcquisitionDateTime == "20240229070809"
    assert image.AnatomicRegionSequence[0].CodeValue == SKIN.code
    assert "the usual place" in image.ImageComments


def _sideways() -> bytes:
    tags = Image.Exif()
    tags[0x0112] = 6
    return coded("JPEG", exif=tags)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (coded("PNG"), "image/png"),
        (coded("WEBP", lossless=True), "image/webp"),
        (coded("TIFF"), "image/tiff"),
        (coded("JPEG", progressive=True), "image/jpeg"),
    ],
    ids=["png", "webp", "tiff", "progressive"],
)
def test_other_files_become_pixels(story: Story, data: bytes, media_type: str) -> None:
    story.add(data, lesion(), modality=Modality.DERMOSCOPIC, media_type=media_type)
    (image,) = of_modality(story.write(), "DMS")
    assert image.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    expected = np.asarray(Image.open(io.BytesIO(data)))
    assert np.array_equal(image.pixel_array, expected)
    assert image.LossyImageCompression == ("01" if media_type == "image/jpeg" else "")


def test_a_turned_photo_is_written_upright(story: Story) -> None:
    story.add(_sideways(), size=(HEIGHT, WIDTH))
    (image,) = of_modality(story.write(), "XC")
    assert (image.Rows, image.Columns) == (WIDTH, HEIGHT)
    turned = np.rot90(picture(), -1).astype(int)
    assert np.abs(image.pixel_array.astype(int) - turned).mean() < 4


def test_colour_profiles_are_of_an_input_device(story: Story, tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    story.add(coded("JPEG", icc_profile=srgb))
    story.add(coded("JPEG", icc_profile=b"no profile at all"))
    first, second = of_modality(story.write(), "XC")
    for image in (first, second):
        assert image.ICCProfile[12:16] == b"scnr"
    syntaxes = {str(image.file_meta.TransferSyntaxUID) for image in (first, second)}
    assert syntaxes == {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.1"}


def test_a_photo_of_several_lesions_is_one_image(story: Story) -> None:
    data = coded("JPEG")
    story.add(data, lesion("a", "back", "les_1"), modality=Modality.DERMOSCOPIC)
    story.add(data, lesion("b", "face", "les_2"), modality=Modality.DERMOSCOPIC)
    (image,) = of_modality(story.write(), "DMS")
    assert "TrackingUID" not in image
    assert image.AnatomicRegionSequence[0].CodeValue == SKIN.code
    assert story.done.photos == 1


def test_studies_series_and_numbers(story: Story) -> None:
    later = CaptureTime(datetime(2024, 3, 1), "day", DateSource.GIVEN)
    story.add(coded("JPEG", quality=80), lesion())
    story.add(coded("JPEG", quality=81), lesion())
    story.add(coded("JPEG", quality=82), lesion(), modality=Modality.DERMOSCOPIC)
    story.add(coded("JPEG", quality=83), lesion(), capture=later)
    found = story.write()
    images = [each for each in found if each.Modality in ("XC", "DMS")]
    assert len({each.StudyInstanceUID for each in found}) == 2
    assert len({each.SeriesInstanceUID for each in images}) == 3
    assert len({each.SOPInstanceUID for each in found}) == len(found)
    per_study = [(each.StudyInstanceUID, each.InstanceNumber) for each in images]
    assert len(set(per_study)) == 4


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    story = Story(tmp_path / "out", person=EVIL, demo=True)
    story.add(coded("JPEG"), lesion(EVIL, "מרפק" * 30), modality=Modality.DERMOSCOPIC, note=EVIL)
    found = story.write()
    (image,) = of_modality(found, "DMS")
    assert image.SpecificCharacterSet == "ISO_IR 192"
    assert 60 <= len(image.PatientName.family_name.encode()) <= 64
    assert image.PatientName.given_name == ""
    assert len(image.ImageComments.encode()) <= 10_240
    assert image.TrackingID.endswith("(les_1)")
    assert image["TrackingID"].VM == 1
    assert image.QualityControlSubject == "YES"
    for path in files_in(tmp_path / "out"):
        assert b"\x1b[31m" not in path.read_bytes()


def test_no_place_no_path_and_the_same_bytes_twice(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags.get_ifd(0x8825)[1] = "N"
    tags.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    tags[0x0110] = "PocketCam 3"
    written = []
    for name in ("one", "two"):
        story = Story(tmp_path / name)
        story.add(coded("JPEG", exif=tags), lesion())
        story.write()
        files = {path.name: path.read_bytes() for path in files_in(tmp_path / name)}
        written.append(files)
        for data in files.values():
            assert b"Exif" not in data
            assert b"PocketCam" not in data
            assert b"a file.jpg" not in data
            assert str(tmp_path).encode() not in data
    assert written[0] == written[1]


def test_a_photo_that_cannot_be_read_is_left_out(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(self: object, photo: object) -> bytes:
        raise PhotoDamagedError("The photo is missing.", next_step="Run: moletrail verify")

    monkeypatch.setattr("tests.exchange.dicom_parts.Photos.original", damaged)
    story.add(coded("JPEG"), lesion())
    assert story.write() == []
    (left,) = story.done.left_out
    assert (left.photo, left.reason) == ("a file.jpg", "The photo is missing.")
    assert story.done.photos == 0


def test_every_site_code_is_one_of_the_standard() -> None:
    names = cid_concepts[4029]["SCT"]
    standard = {
        code: meaning for name in names for code, (meaning, _) in concepts["SCT"][name].items()
    }
    for site in KNOWN.values():
        assert standard[site.snomed_code] == site.snomed_name
    assert standard[SKIN.code] == SKIN.meaning
    for code, meaning in (LEFT, RIGHT):
        assert concepts["SCT"][meaning][code][0] == meaning


@pytest.mark.parametrize(
    ("text", "code", "side"),
    [
        ("Back", "66643007", None),
        (" left  Forearm ", "371311000", LEFT),
        ("thigh, right", "371304004", RIGHT),
        ("back of the hand", "33712006", None),
        ("back of the ear", SKIN.code, None),
        ("left", SKIN.code, None),
        ("left behind", SKIN.code, None),
        (None, SKIN.code, None),
    ],
)
def test_words_for_sites(text: str | None, code: str, side: object) -> None:
    found = coded_site(text)
    assert (found.code, found.side) == (code, side)
