"""What every object says of patient, study, series and maker (PS3.3 C.7)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tracker.domain.capture import CaptureTime
from tracker.domain.exporting import Export
from tracker.exchange.dicom.shots import Shot
from tracker.exchange.dicom.texts import (
    CHARACTER_SET,
    comment,
    label,
    long_string,
    person_name,
    short_string,
)
from tracker.exchange.dicom.uids import uid_of

PROGRAM: Final = "Moletrail"
_IMPLEMENTATION_UID: Final = uid_of("implementation")
#: Within a study.
SERIES_NUMBERS: Final = {"DMS": 1, "XC": 2, "SEG": 3, "SR": 4}
_DEMO = "Made-up pictures of the demo, no person's."


@dataclass(frozen=True, slots=True)
class Maker:
    """The program and vault an object comes from."""

    version: str
    vault_id: str
    demo: bool

    @classmethod
    def of(cls, export: Export) -> Maker:
        """Of a whole export."""
        version = export.program.removeprefix(f"{PROGRAM} ")
        return cls(version, export.vault_id, export.demo)


def patient_and_study(dataset: Dataset, shot: Shot, maker: Maker) -> None:
    """Patient and General Study; what is not known stays empty where it must be there."""
    dataset.SpecificCharacterSet = CHARACTER_SET
    dataset.PatientName = person_name(shot.person.name)
    dataset.PatientID = long_string(shot.person.person_id)
    dataset.PatientBirthDate = None
    dataset.PatientSex = None
    if maker.demo:
        dataset.QualityControlSubject = "YES"
        dataset.PatientComments = _DEMO
    dataset.StudyInstanceUID = shot.study_uid
    dataset.StudyID = shot.day
    dataset.StudyDate = shot.day
    dataset.StudyTime = None
    dataset.StudyDescription = "Skin lesion photographs"
    dataset.AccessionNumber = None
    dataset.ReferringPhysicianName = None


def series(dataset: Dataset, shot: Shot, modality: str, description: str) -> None:
    """General Series."""
    dataset.Modality = modality
    dataset.SeriesInstanceUID = shot.series_uid(modality)
    dataset.SeriesNumber = SERIES_NUMBERS[modality]
    dataset.SeriesDescription = long_string(description)


def equipment(dataset: Dataset, maker: Maker) -> None:
    """Enhanced General Equipment: who wrote the object. The camera is not told."""
    dataset.Manufacturer = PROGRAM
    dataset.ManufacturerModelName = PROGRAM
    dataset.DeviceSerialNumber = long_string(maker.vault_id)
    dataset.SoftwareVersions = long_string(maker.version)


def taken(capture: CaptureTime) -> str:
    """DT as precise as it is known: a day has no time, and no zone is told."""
    if capture.precision == "day":
        return capture.value.strftime("%Y%m%d")
    shown = capture.value.strftime("%Y%m%d%H%M%S")
    return f"{shown}.{capture.value.microsecond:06d}" if capture.value.microsecond else shown


def code_item(value: str, scheme: str, meaning: str) -> Dataset:
    """An item of a code sequence (PS3.3 8.8)."""
    item = Dataset()
    item.CodeValue = short_string(value)
    item.CodingSchemeDesignator = scheme
    item.CodeMeaning = long_string(meaning)
    return item


def lesion_label(name: str, lesion_id: str) -> str:
    """Tracking ID: the person's name for the lesion, and what no other lesion has."""
    return label(f"{name} ({lesion_id})")


def lesion_uid(lesion_id: str) -> str:
    """Tracking UID: the same lesion in all photos, masks and reports."""
    return uid_of("lesion", lesion_id)


def remarks(lines: Iterable[str]) -> str:
    """LT of one remark a line."""
    return comment("\n".join(lines))


def sequence_of(*items: Dataset) -> Sequence:
    """A sequence of items."""
    return Sequence(items)


def file_bytes(dataset: Dataset, transfer_syntax: str) -> bytes:
    """A DICOM file (PS3.10); the same object gives the same bytes."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = UID(_IMPLEMENTATION_UID)
    meta.ImplementationVersionName = PROGRAM.upper()
    dataset.file_meta = meta
    file = io.BytesIO()
    dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()
