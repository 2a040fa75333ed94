"""The import manifest: a table of photos, one row for each lesion on each photo."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.domain.capture import Modality
from tracker.domain.geometry import Box, parse_box
from tracker.errors import ManifestError, MoletrailError
from tracker.services.files import read_regular, why
from tracker.store.names import clean_note, clean_optional_name

REQUIRED_COLUMNS = ("photo", "person", "lesion", "taken_at")
OPTIONAL_COLUMNS = ("site", "mm_per_px", "modality", "roi", "note")
_DELIMITERS = ",;\t"
#: Half a million photos; a wrong file must not fill the memory.
MAX_MANIFEST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row; `problem` says why it cannot be used, then the other fields may be empty.

    number: 1 for the first row below the header. photo: as written; path: relative to the file.
    """

    number: int
    photo: str
    path: Path
    person: str | None = None
    lesion: str | None = None
    taken_at: str | None = None
    site: str | None = None
    mm_per_px: float | None = None
    modality: Modality | None = None
    roi: Box | None = None
    note: str | None = None
    date_in_name: str | None = None
    problem: MoletrailError | None = None


def read_manifest(path: Path) -> list[ManifestRow]:
    """Read and check a manifest; a broken row carries its problem, the others stay usable.

    Comma, semicolon or tab; UTF-8 with or without a mark, else Windows-1252.

    Raises:
        ManifestError: not there, not a table, columns missing, or no rows.
    """
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(path, header)
        rows = [
            _row(number, dict(zip(header, cells, strict=False)), path.parent)
            for number, cells in enumerate((c for c in reader if any(x.strip() for x in c)), 1)
        ]
    except csv.Error as error:
        raise ManifestError(
            f"'{path}' is not a readable table ({error}).",
            next_step="Save it as CSV with quotes closed.",
        ) from None
    if not rows:
        raise ManifestError(
            f"'{path}' has no rows.", next_step="Add one row for each photo and lesion."
        )
    return rows


def _text(path: Path) -> str:
    try:
        data = read_regular(path, MAX_MANIFEST_BYTES)
    except FileNotFoundError:
        raise ManifestError(
            f"There is no file '{path}'.", next_step="Check the name and the folder."
        ) from None
    except (OSError, ValueError) as error:
        raise ManifestError(
            f"'{path}' cannot be read ({why(error)}).",
            next_step="Name a CSV file that you may read.",
        ) from None
    if data is None:
        raise ManifestError(
            f"'{path}' is larger than {MAX_MANIFEST_BYTES // 1024**2} MB.",
            next_step="Check that it is the table, or split it.",
        )
    if b"\0" in data:
        raise ManifestError(f"'{path}' is not a text file.", next_step="Save the table as CSV.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The delimiter that splits the header best: spreadsheets write what the country uses."""
    header = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=header.count)


def _check_header(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if missing:
        raise ManifestError(
            f"'{path}' lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            next_step=f"The first line must name {', '.join(REQUIRED_COLUMNS)}; "
            f"{', '.join(OPTIONAL_COLUMNS)} are optional.",
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise ManifestError(
            f"'{path}' names the column {twice[0]} twice.", next_step="Keep one of them."
        )


def _row(number: int, cells: Mapping[str, str], folder: Path) -> ManifestRow:
    photo = cells.get("photo", "").strip()
    place = folder / photo
    try:
        if not photo:
            raise ManifestError(
                f"Row {number} names no photo.", next_step="Fill the column photo, or delete it."
            )
        # On Windows such a name has the system call that computer, and sign in there.
        if photo.replace("/", "\\").startswith("\\\\"):
            raise ManifestError(
                f"Row {number} names a photo on another computer: {photo!a}.",
                next_step="Copy the photos to this computer, and name them as they lie here.",
            )
        return ManifestRow(
            number=number,
            photo=photo,
            path=place,
            person=clean_optional_name(cells.get("person"), "person"),
            lesion=clean_optional_name(cells.get("lesion"), "lesion"),
            taken_at=_cell(cells, "taken_at"),
            site=clean_optional_name(cells.get("site"), "site"),
            mm_per_px=_millimetres(cells, number),
            modality=_modality(cells, number),
            roi=_roi(cells),
            note=clean_note(cells.get("note")),
        )
    except MoletrailError as problem:
        return ManifestRow(number, photo or f"row {number}", place, problem=problem)


def _cell(cells: Mapping[str, str], name: str) -> str | None:
    return (cells.get(name) or "").strip() or None


def _millimetres(cells: Mapping[str, str], number: int) -> float | None:
    text = _cell(cells, "mm_per_px")
    if text is None:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ManifestError(
            f"Row {number}: '{text}' millimetres per pixel is not a scale.",
            next_step="Write a number above zero, or leave it empty.",
        )
    return value


def _modality(cells: Mapping[str, str], number: int) -> Modality | None:
    text = _cell(cells, "modality")
    if text is None:
        return None
    try:
        return Modality(text.lower())
    except ValueError:
        raise ManifestError(
            f"Row {number}: '{text}' is not a modality.",
            next_step="Write clinical or dermoscopic, or leave it empty.",
        ) from None


def _roi(cells: Mapping[str, str]) -> Box | None:
    text = _cell(cells, "roi")
    return None if text is None else parse_box(text.strip("[]() "))
