"""The numbers of one lesion on one photo as a structured report (PS3.16 TID 1500, 1410, 300).

What was not measured or cannot be compared is left out: a report holds no number that stands for
"unknown". Reports are preliminary and unverified; class probabilities are never inside.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import ComprehensiveSRStorage, ExplicitVRLittleEndian

from tracker.domain.exporting import ExportObservation
from tracker.domain.records import Lesion
from tracker.exchange.dicom import modules
from tracker.exchange.dicom.content_items import (
    HAS_CONCEPT,
    HAS_CONTEXT,
    Code,
    coded,
    container,
    image_item,
    number,
    text,
    uid_reference,
)
from tracker.exchange.dicom.modules import Maker, sequence_of
from tracker.exchange.dicom.segmentation import SKIN_LESION, algorithm_of, content_time
from tracker.exchange.dicom.shots import Shot
from tracker.exchange.dicom.sites import coded_site
from tracker.exchange.dicom.uids import uid_of, uid_of_content

SYNTAX: Final = str(ExplicitVRLittleEndian)
#: What no public vocabulary names.
_OWN: Final = "99MOLETRAIL"
_NO_UNIT: Final = ("1", "UCUM", "no units")
_MM: Final = ("mm", "UCUM", "mm")
_MM2: Final = ("mm2", "UCUM", "square millimeter")
_PIXELS: Final = ("{pixels}", "UCUM", "pixels")
_COLOURS: Final = ("{colours}", "UCUM", "colours")
_AREA: Final = ("42798000", "SCT", "Area")
_PERIMETER: Final = ("131191004", "SCT", "Perimeter")
#: Largest diameter (maximum Feret), and the extent at right angles to it.
_LONG_AXIS: Final = ("103339001", "SCT", "Long axis")
_SHORT_AXIS: Final = ("103340004", "SCT", "Short axis")


@dataclass(frozen=True, slots=True)
class _Number:
    """A measurement: what, how much, in which unit."""

    name: Code
    value: float
    unit: Code


def report_of(
    shot: Shot,
    seen: ExportObservation,
    image: Dataset,
    segmentation: Dataset,
    maker: Maker,
) -> Dataset | None:
    """The report of one observation, None where nothing was measured or no lesion is known.

    Args:
        image, segmentation: what the numbers are of; the report takes the latter's number.
    """
    measured = [
        number(each.name, each.value, each.unit)
        for each in _numbers(seen)
        if math.isfinite(each.value)
    ]
    lesion = seen.observation.lesion
    if lesion is None or not measured:
        return None
    dataset = Dataset()
    modules.patient_and_study(dataset, shot, maker)
    modules.series(dataset, shot, "SR", "Measurements, unverified, no diagnosis")
    dataset.ReferencedPerformedProcedureStepSequence = sequence_of()
    dataset.PerformedProcedureCodeSequence = sequence_of()
    dataset.SOPClassUID = ComprehensiveSRStorage
    dataset.InstanceNumber = segmentation.InstanceNumber
    content_time(dataset, seen)
    dataset.CodingSchemeIdentificationSequence = sequence_of(_own_scheme())
    dataset.CompletionFlag = "COMPLETE"
    dataset.PreliminaryFlag = "PRELIMINARY"
    dataset.VerificationFlag = "UNVERIFIED"
    dataset.CurrentRequestedProcedureEvidenceSequence = sequence_of(
        _evidence(shot, [image, segmentation])
    )
    references = [
        image_item(("121214", "DCM", "Referenced Segmentation Frame"), segmentation, segment=1),
        image_item(("121233", "DCM", "Source image for segmentation"), image),
    ]
    group = _group(shot, seen, lesion, [*references, *measured])
    dataset.update(_root(group, maker))
    dataset.SOPInstanceUID = uid_of_content(dataset)
    modules.equipment(dataset, maker)
    return dataset


def _evidence(shot: Shot, objects: list[Dataset]) -> Dataset:
    items = []
    for one in objects:
        reference = Dataset()
        reference.ReferencedSOPClassUID = one.SOPClassUID
        reference.ReferencedSOPInstanceUID = one.SOPInstanceUID
        series = Dataset()
        series.SeriesInstanceUID = one.SeriesInstanceUID
        series.ReferencedSOPSequence = sequence_of(reference)
        items.append(series)
    study = Dataset()
    study.StudyInstanceUID = shot.study_uid
    study.ReferencedSeriesSequence = sequence_of(*items)
    return study


def _root(group: Dataset, maker: Maker) -> Dataset:
    measurements = container(("126010", "DCM", "Imaging Measurements"), [group])
    english = ("en", "RFC5646", "English")
    children = [
        coded(
            HAS_CONCEPT,
            ("121049", "DCM", "Language of Content Item and Descendants"),
            english,
        ),
        coded(HAS_CONTEXT, ("121005", "DCM", "Observer Type"), ("121007", "DCM", "Device")),
        uid_reference(
            HAS_CONTEXT,
            ("121012", "DCM", "Device Observer UID"),
            uid_of("device", maker.vault_id),
        ),
        text(HAS_CONTEXT, ("121013", "DCM", "Device Observer Name"), modules.PROGRAM),
        text(HAS_CONTEXT, ("121015", "DCM", "Device Observer Model Name"), modules.PROGRAM),
        coded(
            HAS_CONCEPT,
            ("121058", "DCM", "Procedure reported"),
            ("lesion-photography", _OWN, "Photography of a skin lesion"),
        ),
        measurements,
    ]
    title = ("126000", "DCM", "Imaging Measurement Report")
    return container(title, children, template="1500", is_root=True)


def _group(shot: Shot, seen: ExportObservation, lesion: Lesion, content: list[Dataset]) -> Dataset:
    label = modules.lesion_label(lesion.name, lesion.lesion_id)
    tracking = modules.lesion_uid(lesion.lesion_id)
    children = [
        text(HAS_CONTEXT, ("C67447", "NCIt", "Activity Session"), shot.capture.isoformat()),
        text(HAS_CONTEXT, ("112039", "DCM", "Tracking Identifier"), label),
        uid_reference(HAS_CONTEXT, ("112040", "DCM", "Tracking Unique Identifier"), tracking),
        coded("CONTAINS", ("121071", "DCM", "Finding"), SKIN_LESION),
        *_algorithm(seen),
        _site(lesion.site),
        *content,
    ]
    return container(("125007", "DCM", "Measurement Group"), children, template="1410")


def _algorithm(seen: ExportObservation) -> Iterator[Dataset]:
    """TID 4019: the network that drew the mask, and the method of measuring."""
    analysis = seen.observation.analysis
    name, version = algorithm_of(analysis)
    yield text(HAS_CONCEPT, ("111001", "DCM", "Algorithm Name"), name)
    yield text(HAS_CONCEPT, ("111003", "DCM", "Algorithm Version"), version)
    parameters = []
    if analysis.model is not None:
        parameters.append(f"model sha256 {analysis.model.sha256}")
    if analysis.measures is not None:
        parameters.append(f"method {analysis.measures.method}")
    if analysis.mask is not None:
        parameters.append(f"mask by {analysis.mask.source}")
    if analysis.scale is not None:
        parameters.append(f"scale from {analysis.scale.source.value}")
    for each in parameters:
        yield text(HAS_CONCEPT, ("111002", "DCM", "Algorithm Parameters"), each)


def _site(words: str | None) -> Dataset:
    site = coded_site(words)
    item = coded(
        HAS_CONCEPT, ("363698007", "SCT", "Finding Site"), (site.code, "SCT", site.meaning)
    )
    if site.side is not None:
        code, meaning = site.side
        side = coded(HAS_CONCEPT, ("272741003", "SCT", "Laterality"), (code, "SCT", meaning))
        item.ContentSequence = sequence_of(side)
    return item


def _numbers(seen: ExportObservation) -> Iterator[_Number]:
    """Every number that is known; lengths in mm only with a scale."""
    analysis = seen.observation.analysis
    measures = analysis.measures
    if measures is not None:
        yield _Number(_AREA, measures.area_px, _PIXELS)
        own = _own("asymmetry", "Asymmetry of shape, 0 to 1")
        yield _Number(own, measures.asymmetry, _NO_UNIT)
        own = _own("border-irregularity", "Border irregularity, 1 for a disc")
        yield _Number(own, measures.border_irregularity, _NO_UNIT)
        yield _Number(_own("colours", "Number of dermoscopic colours"), measures.colours, _COLOURS)
        if analysis.scale is not None:
            mm = analysis.scale.mm_per_px
            yield _Number(_AREA, measures.area_px * mm * mm, _MM2)
            yield _Number(_LONG_AXIS, measures.diameter_px * mm, _MM)
            yield _Number(_SHORT_AXIS, measures.perpendicular_px * mm, _MM)
            yield _Number(_PERIMETER, measures.perimeter_px * mm, _MM)
            yield _Number(_own("mm-per-px", "Millimetres per pixel"), mm, _MM)
            sigma = _own("mm-per-px-se", "Standard error of millimetres per pixel")
            yield _Number(sigma, analysis.scale.sigma, _MM)
    told: tuple[tuple[Code, float | None], ...] = (
        (_own("area-ratio", "Area against the first comparable photo"), seen.area_ratio),
        (_own("area-ratio-se", "Standard error of that area ratio"), seen.area_ratio_sigma),
        (_own("cosine-first", "Embedding cosine to the first photo"), seen.cosine_to_first),
        (_own("cosine-previous", "Embedding cosine to the previous"), seen.cosine_to_previous),
        (_own("delta-e", "CIEDE2000 against the first photo"), seen.colour_delta_e),
        (_own("focal-delta-e", "CIEDE2000 of the part changed most"), seen.focal_delta_e),
    )
    yield from (_Number(name, value, _NO_UNIT) for name, value in told if value is not None)


def _own(value: str, meaning: str) -> Code:
    return value, _OWN, meaning


def _own_scheme() -> Dataset:
    """Says whose the codes are that no public vocabulary has."""
    item = Dataset()
    item.CodingSchemeDesignator = _OWN
    item.CodingSchemeName = "Moletrail measurements"
    item.CodingSchemeResponsibleOrganization = modules.PROGRAM
    return item
