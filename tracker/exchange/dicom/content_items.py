"""Content items of a structured report (PS3.3 C.17.3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from pydicom.dataset import Dataset
from pydicom.valuerep import format_number_as_ds

from tracker.exchange.dicom.modules import code_item, sequence_of
from tracker.exchange.dicom.texts import label

#: Value, scheme, meaning.
Code = tuple[str, str, str]
HAS_CONTEXT: Final = "HAS OBS CONTEXT"
HAS_CONCEPT: Final = "HAS CONCEPT MOD"
_CONTAINS: Final = "CONTAINS"


def container(
    name: Code, children: Sequence[Dataset], template: str | None = None, *, is_root: bool = False
) -> Dataset:
    """CONTAINER: a heading over its children; `template`: of PS3.16."""
    item = _item("CONTAINER", name, None if is_root else _CONTAINS)
    item.ContinuityOfContent = "SEPARATE"
    if template is not None:
        used = Dataset()
        used.MappingResource = "DCMR"
        used.TemplateIdentifier = template
        item.ContentTemplateSequence = sequence_of(used)
    item.ContentSequence = sequence_of(*children)
    return item


def coded(relation: str, name: Code, value: Code) -> Dataset:
    """CODE."""
    item = _item("CODE", name, relation)
    item.ConceptCodeSequence = sequence_of(code_item(*value))
    return item


def text(relation: str, name: Code, value: str) -> Dataset:
    """TEXT of one line."""
    item = _item("TEXT", name, relation)
    item.TextValue = label(value)
    return item


def uid_reference(relation: str, name: Code, uid: str) -> Dataset:
    """UIDREF."""
    item = _item("UIDREF", name, relation)
    item.UID = uid
    return item


def number(name: Code, value: float, unit: Code) -> Dataset:
    """NUM: the value in up to 16 characters, and exactly beside it.

    Raises:
        ValueError: infinite or not a number, which no report may hold.
    """
    if not math.isfinite(value):
        raise ValueError(f"{name[2]} is {value}")
    item = _item("NUM", name, _CONTAINS)
    measured = Dataset()
    measured.NumericValue = format_number_as_ds(float(value))
    measured.FloatingPointValue = float(value)
    measured.MeasurementUnitsCodeSequence = sequence_of(code_item(*unit))
    item.MeasuredValueSequence = sequence_of(measured)
    return item


def image_item(name: Code, image: Dataset, segment: int | None = None) -> Dataset:
    """IMAGE: an image object, or one segment of a segmentation."""
    item = _item("IMAGE", name, _CONTAINS)
    reference = Dataset()
    reference.ReferencedSOPClassUID = image.SOPClassUID
    reference.ReferencedSOPInstanceUID = image.SOPInstanceUID
    if segment is not None:
        reference.ReferencedSegmentNumber = segment
    item.ReferencedSOPSequence = sequence_of(reference)
    return item


def _item(value_type: str, name: Code, relation: str | None) -> Dataset:
    item = Dataset()
    if relation is not None:
        item.RelationshipType = relation
    item.ValueType = value_type
    item.ConceptNameCodeSequence = sequence_of(code_item(*name))
    return item
