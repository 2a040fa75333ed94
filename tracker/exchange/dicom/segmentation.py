"""The mask of a lesion as a DICOM segmentation of one binary frame (PS3.3 A.51, C.8.20)."""

from __future__ import annotations

from datetime import UTC
from typing import Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, SegmentationStorage

from tracker.domain.analysis import Analysis, LesionMask
from tracker.domain.exporting import ExportObservation
from tracker.exchange.dicom import modules
from tracker.exchange.dicom.image import site_item
from tracker.exchange.dicom.modules import Maker, code_item, sequence_of
from tracker.exchange.dicom.shots import Shot
from tracker.exchange.dicom.sites import coded_site
from tracker.exchange.dicom.texts import long_string
from tracker.exchange.dicom.uids import uid_of, uid_of_content

SYNTAX: Final = str(ExplicitVRLittleEndian)
SKIN_LESION: Final = ("95324001", "SCT", "Skin lesion")
_SEGMENT = 1
_SEGMENT_NUMBER_TAG, _SEGMENT_SEQUENCE_TAG = 0x0062000B, 0x0062000A


def segmentation_of(
    shot: Shot, seen: ExportObservation, image: Dataset, number: int, maker: Maker
) -> Dataset | None:
    """The segmentation of one observation, None without a mask.

    Args:
        image: the object of the photo. number: within the series, from 1.
    """
    analysis = seen.observation.analysis
    if analysis.mask is None:
        return None
    dataset = Dataset()
    modules.patient_and_study(dataset, shot, maker)
    modules.series(dataset, shot, "SEG", "Lesion masks, unverified")
    dataset.SOPClassUID = SegmentationStorage
    dataset.InstanceNumber = number
    dataset.PatientOrientation = None
    content_time(dataset, seen)
    if "FrameOfReferenceUID" in image:
        dataset.FrameOfReferenceUID = image.FrameOfReferenceUID
        dataset.PositionReferenceIndicator = None
    _pixels(dataset, analysis.mask, image)
    _description(dataset, analysis.mask)
    dataset.SegmentSequence = sequence_of(_segment(seen, analysis, analysis.mask))
    _frame(dataset, image)
    reference_series(dataset, image)
    dataset.SOPInstanceUID = uid_of_content(dataset)
    modules.equipment(dataset, maker)
    return dataset


def content_time(dataset: Dataset, seen: ExportObservation) -> None:
    """Content date and time: when the photo was added, in UTC; each analysis keeps no time."""
    added = seen.observation.added_at.astimezone(UTC)
    dataset.ContentDate = added.strftime("%Y%m%d")
    dataset.ContentTime = added.strftime("%H%M%S")


def reference_series(dataset: Dataset, image: Dataset) -> None:
    """Common Instance Reference: the photo, in the same study."""
    series = Dataset()
    series.SeriesInstanceUID = image.SeriesInstanceUID
    series.ReferencedInstanceSequence = sequence_of(_reference(image))
    dataset.ReferencedSeriesSequence = sequence_of(series)


def _reference(image: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = image.SOPClassUID
    item.ReferencedSOPInstanceUID = image.SOPInstanceUID
    return item


def _pixels(dataset: Dataset, mask: LesionMask, image: Dataset) -> None:
    """One bit a pixel, row after row, the first pixel in the lowest bit (PS3.5 8.1.1)."""
    whole = mask.on_photo(int(image.Columns), int(image.Rows))
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.NumberOfFrames = 1
    dataset.Rows, dataset.Columns = whole.shape
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    dataset.PixelRepresentation = 0
    dataset.LossyImageCompression = "00"
    data = np.packbits(whole.ravel(), bitorder="little").tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB"


def _description(dataset: Dataset, mask: LesionMask) -> None:
    dataset.SegmentationType = "BINARY"
    dataset.ContentLabel = "LESION"
    by_hand = mask.source == "person"
    said = "drawn by a person" if by_hand else "found by a program, unverified"
    dataset.ContentDescription = f"Lesion, {said}"
    dataset.ContentCreatorName = None


def _segment(seen: ExportObservation, analysis: Analysis, mask: LesionMask) -> Dataset:
    item = Dataset()
    item.SegmentNumber = _SEGMENT
    item.SegmentLabel = "Lesion"
    item.SegmentedPropertyCategoryCodeSequence = sequence_of(
        code_item("49755003", "SCT", "Morphologically Abnormal Structure")
    )
    item.SegmentedPropertyTypeCodeSequence = sequence_of(code_item(*SKIN_LESION))
    item.SegmentAlgorithmType = "MANUAL" if mask.source == "person" else "AUTOMATIC"
    lesion = seen.observation.lesion
    if lesion is not None:
        item.AnatomicRegionSequence = sequence_of(site_item(coded_site(lesion.site)))
        item.TrackingID = modules.lesion_label(lesion.name, lesion.lesion_id)
        item.TrackingUID = modules.lesion_uid(lesion.lesion_id)
    if mask.source == "model":
        name, version = algorithm_of(analysis)
        item.SegmentAlgorithmName = name
        algorithm = Dataset()
        algorithm.AlgorithmFamilyCodeSequence = sequence_of(
            code_item("123110", "DCM", "Artificial Intelligence")
        )
        algorithm.AlgorithmName = name
        algorithm.AlgorithmVersion = version
        item.SegmentationAlgorithmIdentificationSequence = sequence_of(algorithm)
    return item


def algorithm_of(analysis: Analysis) -> tuple[str, str]:
    """Name and version of the network behind a mask and its numbers."""
    if analysis.model is None:
        return modules.PROGRAM, "unknown"
    return long_string(analysis.model.name), long_string(analysis.model.version)


def _frame(dataset: Dataset, image: Dataset) -> None:
    """Multi-frame Functional Groups and Dimensions: one frame, one segment, one photo."""
    organization = uid_of("dimensions")
    one = Dataset()
    one.DimensionOrganizationUID = organization
    dataset.DimensionOrganizationSequence = sequence_of(one)
    index = Dataset()
    index.DimensionOrganizationUID = organization
    index.DimensionIndexPointer = _SEGMENT_NUMBER_TAG
    index.FunctionalGroupPointer = _SEGMENT_SEQUENCE_TAG
    index.DimensionDescriptionLabel = "Segment Number"
    dataset.DimensionIndexSequence = sequence_of(index)
    shared = Dataset()
    which = Dataset()
    which.ReferencedSegmentNumber = _SEGMENT
    shared.SegmentIdentificationSequence = sequence_of(which)
    dataset.SharedFunctionalGroupsSequence = sequence_of(shared)
    content = Dataset()
    content.DimensionIndexValues = [1]
    frame = Dataset()
    frame.FrameContentSequence = sequence_of(content)
    frame.DerivationImageSequence = sequence_of(_derivation(image))
    dataset.PerFrameFunctionalGroupsSequence = sequence_of(frame)


def _derivation(image: Dataset) -> Dataset:
    source = _reference(image)
    source.PurposeOfReferenceCodeSequence = sequence_of(
        code_item("121322", "DCM", "Source image for image processing operation")
    )
    source.SpatialLocationsPreserved = "YES"
    item = Dataset()
    item.SourceImageSequence = sequence_of(source)
    item.DerivationCodeSequence = sequence_of(code_item("113076", "DCM", "Segmentation"))
    return item
