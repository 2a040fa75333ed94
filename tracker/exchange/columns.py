"""What a column and a table of an export are: one description serves files and dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracker.domain.analysis import ModelIdentity
from tracker.domain.exporting import Export, LeftOut
from tracker.domain.geometry import Box
from tracker.domain.records import PhotoRecord


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LOCAL_TIME = "local time"  # of a CaptureTime: local, without a zone, to the day or the second
    UTC_TIME = "UTC time"
    NUMBERS = "numbers"  # a vector of 32-bit floats


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo of the export as it was written; `file` is relative to the folder, with "/".

    left_out: why there is no file although photos are exported. sha1: base64, as FHIR wants it.
    """

    record: PhotoRecord
    file: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    recoded: bool | None = None
    left_out: LeftOut | None = None
    sha1: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What tables are made of: the export, and the picture files written beside them.

    photos: by the hash of the original. masks: file by observation id.
    """

    export: Export
    photos: Mapping[str, PhotoFile]
    masks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    unit: "" where the value has none. unknown: what an empty cell means, "" where none is empty.
    value: from a row of the table to the cell, None for empty.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    unknown: str
    value: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `rows` yields, in a stated order, what the columns' `value` takes.

    clinician_only: holds class probabilities.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: Callable[[Content], Iterable[Any]]
    clinician_only: bool = False

    def cells(self, row: Any) -> list[Any]:
        """The row's cells in the order of the columns."""
        return [column.value(row) for column in self.columns]


def text(name: str, meaning: str, value: Callable[[Any], Any], unknown: str = "") -> Column:
    """A column of words."""
    return Column(name, Kind.TEXT, "", meaning, unknown, value)


def integer(
    name: str, unit: str, meaning: str, value: Callable[[Any], Any], unknown: str = ""
) -> Column:
    """A column of whole numbers."""
    return Column(name, Kind.INTEGER, unit, meaning, unknown, value)


def number(
    name: str, unit: str, meaning: str, value: Callable[[Any], Any], unknown: str = ""
) -> Column:
    """A column of numbers."""
    return Column(name, Kind.NUMBER, unit, meaning, unknown, value)


def boolean(name: str, meaning: str, value: Callable[[Any], Any], unknown: str = "") -> Column:
    """A column of true and false."""
    return Column(name, Kind.BOOLEAN, "", meaning, unknown, value)


def box_columns(
    prefix: str, meaning: str, box: Callable[[Any], Box | None], unknown: str
) -> tuple[Column, ...]:
    """Four columns for a box: left, top, width, height."""
    sides = (("x", "left edge"), ("y", "top edge"), ("w", "width"), ("h", "height"))

    def side(attribute: str) -> Callable[[Any], int | None]:
        def value(row: Any) -> int | None:
            found = box(row)
            return None if found is None else int(getattr(found, attribute))

        return value

    return tuple(
        integer(f"{prefix}_{short}_px", "px", f"{meaning}: {long}", side(short), unknown)
        for short, long in sides
    )


def model_columns(
    prefix: str, meaning: str, model: Callable[[Any], ModelIdentity | None]
) -> tuple[Column, ...]:
    """Three columns for a network: name, version, hash."""

    def part(attribute: str) -> Callable[[Any], str | None]:
        def value(row: Any) -> str | None:
            found = model(row)
            return None if found is None else str(getattr(found, attribute))

        return value

    unknown = "not analysed by a network"
    return (
        text(f"{prefix}_name", f"{meaning}: name", part("name"), unknown),
        text(f"{prefix}_version", f"{meaning}: version", part("version"), unknown),
        text(f"{prefix}_sha256", f"{meaning}: SHA-256 of its file", part("sha256"), unknown),
    )
