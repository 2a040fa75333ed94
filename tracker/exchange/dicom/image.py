"""A photo as a DICOM image: Dermoscopic Photography, or VL Photographic (PS3.3 A.32.4, A.32.11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DermoscopicPhotographyImageStorage,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    VLPhotographicImageStorage,
)

from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.exporting import ExportPhotos, SafePhoto
from tracker.domain.records import Lesion
from tracker.exchange.dicom import modules
from tracker.exchange.dicom.colour import srgb_profile
from tracker.exchange.dicom.jpeg_frame import JpegFrame, jpeg_frame
from tracker.exchange.dicom.modules import Maker, code_item, sequence_of
from tracker.exchange.dicom.shots import Shot
from tracker.exchange.dicom.sites import SKIN, CodedSite, coded_site
from tracker.exchange.dicom.uids import uid_of, uid_of_content

#: How the pixel spacing was found (PS3.3 10.7.1.3), and in words.
_CALIBRATION: Final = {
    ScaleSource.CARD: ("FIDUCIAL", "Printed scale card in the picture"),
    ScaleSource.RULER: ("FIDUCIAL", "Ruler in the picture"),
    ScaleSource.GIVEN: ("GEOMETRY", "Given by a person"),
    ScaleSource.DEVICE: ("GEOMETRY", "Known of the device"),
}
#: Kinds of files that are lossy, and DICOM's name for how (PS3.3 C.7.6.1.1.5.1).
_LOSSY: Final = {
    "image/jpeg": "ISO_10918_1",
    "image/heic": "ISO_23008_2",
}


def image_of(shot: Shot, photos: ExportPhotos, maker: Maker) -> tuple[Dataset, str]:
    """The image object and its transfer syntax.

    Raises:
        InputError, PhotoDamagedError: the photo cannot be read.
    """
    dermoscopic = shot.modality is Modality.DERMOSCOPIC
    safe = photos.safe(shot.photo)
    dataset = Dataset()
    modules.patient_and_study(dataset, shot, maker)
    if dermoscopic:
        modules.series(dataset, shot, "DMS", "Dermoscopic photographs")
        dataset.SOPClassUID = DermoscopicPhotographyImageStorage
        _dermoscopic(dataset, shot)
    else:
        modules.series(dataset, shot, "XC", "Clinical photographs")
        dataset.SOPClassUID = VLPhotographicImageStorage
    _general_image(dataset, shot, maker)
    _sites(dataset, shot)
    syntax = _pixels(dataset, shot, photos, safe)
    dataset.SOPInstanceUID = uid_of_content(dataset)
    modules.equipment(dataset, maker)
    return dataset, syntax


def _general_image(dataset: Dataset, shot: Shot, maker: Maker) -> None:
    dataset.InstanceNumber = shot.number
    dataset.Laterality = None  # of a whole series; the side of a site is its modifier
    dataset.PatientOrientation = None  # nobody recorded which way the body lies
    dataset.AcquisitionDate = shot.day
    dataset.AcquisitionDateTime = modules.taken(shot.capture)
    if shot.capture.precision == "second":
        dataset.AcquisitionTime = modules.taken(shot.capture)[8:]
    dataset.AcquisitionContextSequence = sequence_of()
    if maker.demo:
        dataset.QualityControlImage = "YES"


def _dermoscopic(dataset: Dataset, shot: Shot) -> None:
    """Dermoscopic Image (PS3.3 C.8.12.13): what the dermatoscope was is not known.

    Whether a person can be recognised nobody has looked at: YES is the answer that protects. Only
    this kind of image can name the lesion by its Tracking UID, and only one.
    """
    dataset.FrameOfReferenceUID = uid_of("frame", shot.series_uid("DMS"))
    dataset.PositionReferenceIndicator = None
    dataset.RecognizableVisualFeatures = "YES"
    dataset.LightSourcePolarization = None
    dataset.EmitterColorTemperature = None
    dataset.ContactMethod = None
    dataset.OpticalMagnificationFactor = None
    lesions = _lesions(shot)
    if len(lesions) == 1:
        dataset.TrackingID = modules.lesion_label(lesions[0].name, lesions[0].lesion_id)
        dataset.TrackingUID = modules.lesion_uid(lesions[0].lesion_id)


def _lesions(shot: Shot) -> list[Lesion]:
    found = {
        seen.observation.lesion.lesion_id: seen.observation.lesion
        for seen in shot.observations
        if seen.observation.lesion is not None
    }
    return [found[lesion_id] for lesion_id in sorted(found)]


def _sites(dataset: Dataset, shot: Shot) -> None:
    """What belongs to one lesion stands in the image only where it holds for all of them."""
    sites = {coded_site(lesion.site) for lesion in _lesions(shot)}
    site = sites.pop() if len(sites) == 1 else SKIN
    dataset.AnatomicRegionSequence = sequence_of(site_item(site))
    text = modules.remarks(_remarks(shot))
    if text:
        dataset.ImageComments = text
    scales = {seen.observation.analysis.scale for seen in shot.observations}
    if len(scales) == 1 and (scale := scales.pop()) is not None:
        _spacing(dataset, scale)


def site_item(site: CodedSite) -> Dataset:
    """The item of an anatomic region, its side as a modifier."""
    item = code_item(site.code, "SCT", site.meaning)
    if site.side is not None:
        code, meaning = site.side
        item.AnatomicRegionModifierSequence = sequence_of(code_item(code, "SCT", meaning))
    return item


def _remarks(shot: Shot) -> Iterator[str]:
    for seen in shot.observations:
        lesion, note = seen.observation.lesion, seen.observation.note
        if lesion is not None:
            yield f"Lesion: {lesion.name}"
            if lesion.site:
                yield f"Site: {lesion.site}"
        if note:
            yield f"Note: {note}"


def _spacing(dataset: Dataset, scale: Scale) -> None:
    """Millimetres at the lesion, with what they rest on (PS3.3 10.7)."""
    spacing = f"{scale.mm_per_px:.8g}"
    kind, source = _CALIBRATION[scale.source]
    dataset.PixelSpacing = [spacing, spacing]
    dataset.PixelSpacingCalibrationType = kind
    dataset.PixelSpacingCalibrationDescription = source


def _pixels(dataset: Dataset, shot: Shot, photos: ExportPhotos, safe: SafePhoto) -> str:
    frame = jpeg_frame(safe.data) if safe.suffix == ".jpg" else None
    dataset.SamplesPerPixel = 3
    dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    if frame is None or (frame.width, frame.height) != (shot.photo.width, shot.photo.height):
        return _rgb(dataset, shot, photos)
    return _encapsulated(dataset, frame)


def _encapsulated(dataset: Dataset, frame: JpegFrame) -> str:
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    dataset.Rows, dataset.Columns = frame.height, frame.width
    _lossy(dataset, "ISO_10918_1", 3 * frame.width * frame.height / len(frame.data))
    dataset.ICCProfile = frame.icc or srgb_profile()
    if frame.icc is None:
        dataset.ColorSpace = "SRGB"
    dataset.PixelData = encapsulate([frame.data])
    dataset["PixelData"].is_undefined_length = True
    return str(JPEGBaseline8Bit)


def _rgb(dataset: Dataset, shot: Shot, photos: ExportPhotos) -> str:
    """Upright sRGB pixels, as they were measured."""
    pixels = photos.upright_rgb(shot.photo)
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.DerivationDescription = "Decoded, turned upright, colours as sRGB"
    dataset.PhotometricInterpretation = "RGB"
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    method = _LOSSY.get(shot.photo.media_type)
    if method is None:
        dataset.LossyImageCompression = None  # PNG, WebP and TIFF files do not tell
    else:
        _lossy(dataset, method, pixels.size / shot.photo.size_bytes)
    dataset.ICCProfile = srgb_profile()
    dataset.ColorSpace = "SRGB"
    data = pixels.tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB"
    return str(ExplicitVRLittleEndian)


def _lossy(dataset: Dataset, method: str, ratio: float) -> None:
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionRatio = f"{ratio:.2f}"
    dataset.LossyImageCompressionMethod = method
