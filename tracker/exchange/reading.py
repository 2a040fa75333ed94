"""An export read back: its tables as typed rows, its files checked against the marker.

An export may have been edited in a spreadsheet, cut short, or made to harm: rows are read one by
one, a broken one names its place, and no path leads out of the folder.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tracker.domain.capture import CaptureTime, DateSource
from tracker.errors import InputError, ManifestError, PhotoUnreadableError
from tracker.exchange.cells import parse
from tracker.exchange.columns import Column, Kind, Table
from tracker.exchange.folder import MARKER, MAX_MARKER_BYTES, parsed_marker, read_marker
from tracker.exchange.sealed_zip import OpenedZip

#: Formats that hold everything needed to bring a vault back.
READABLE = ("csv", "parquet")
#: Where the tables of a share pack lie in it.
DATA = "data"
#: Marks a share pack, and says what the sender consented to.
SHARE_MANIFEST = "moletrail-share.json"
_EXPORT_AGAIN = "Export again from the vault, or take the folder as it was written."
#: No table of a person's photos is larger; a wrong file must not fill the memory.
_MAX_TABLE_BYTES = 1024**3
#: As an export writes them; others might name a device or another computer.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_ID = re.compile(r"[a-z]{3}_[0-9a-f]{16}")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FoundExport:
    """A folder with an export in it; `files` as the marker lists them.

    archive: where `folder` is one of a zip file, which is read as it lies: nothing that is
    encrypted is unpacked onto the disk.
    """

    folder: Path
    form: str
    with_photos: bool
    files: Mapping[str, Mapping[str, Any]]
    archive: OpenedZip | None = None

    def data(self, name: str | None) -> bytes:
        """The bytes of a file of the export.

        Raises:
            PhotoUnreadableError: not of the export, missing, or not as it was written.
        """
        facts = None if name is None else self.files.get(name)
        if name is None or not isinstance(facts, Mapping):
            raise PhotoUnreadableError(
                f"{name!a} is no file of the export.", next_step=_EXPORT_AGAIN
            )
        if _PLAIN_PATH.fullmatch(name) is None or ".." in name:
            raise PhotoUnreadableError(f"{name!a} leads out of the export.")
        size = facts.get("size_bytes")
        if not isinstance(size, int) or not 0 <= size <= _MAX_TABLE_BYTES:
            raise _changed(name)
        try:
            data = self.read(name, size)
        except (OSError, ValueError) as error:
            raise PhotoUnreadableError(
                f"'{name}' of the export cannot be read.", next_step=_EXPORT_AGAIN
            ) from error
        if data is None or hashlib.sha256(data).hexdigest() != facts.get("sha256"):
            raise _changed(name)
        return data

    def read(self, name: str, limit_bytes: int) -> bytes | None:
        """The bytes of a file beside the marker; None without one, or where it is longer.

        Raises:
            PhotoUnreadableError: the name leads out of the export. OSError, ValueError: unreadable.
            InputError: the archive is damaged.
        """
        if self.archive is not None:
            return self.archive.read(f"{DATA}/{name}", limit_bytes)
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise PhotoUnreadableError(f"{name!a} leads out of the export.")
        if not path.is_file() or path.stat().st_size > limit_bytes:
            return None
        return path.read_bytes()


def _changed(name: str) -> PhotoUnreadableError:
    return PhotoUnreadableError(
        f"'{name}' is not as it was exported.", next_step="Take the file from the export again."
    )


def find_export(folder: Path) -> FoundExport | None:
    """The export in that folder, None where there is none.

    Raises:
        InputError: a damaged marker, a newer program's, or a format that cannot be read back.
    """
    marker = read_marker(folder)
    return None if marker is None else _usable(folder, marker, None)


def find_in_archive(archive: OpenedZip, path: Path) -> FoundExport:
    """The tables of the share pack in that zip file.

    Raises:
        InputError: no share pack, a damaged one, another password, or a newer program's.
    """
    name = f"{DATA}/{MARKER}"
    if name not in archive.names():
        raise InputError(
            f"'{path}' is no share pack of Moletrail.",
            next_step="A backup is brought back with: moletrail restore",
        )
    marker = parsed_marker(archive.read(name, MAX_MARKER_BYTES), path)
    return _usable(path, marker, archive)


def _usable(folder: Path, marker: dict[str, Any], archive: OpenedZip | None) -> FoundExport:
    form = marker.get("format")
    if form not in READABLE:
        raise InputError(
            f"An export of the format {form!a} cannot be imported.",
            next_step="Export with --format csv, and import that folder.",
        )
    if not marker.get("photos"):
        raise InputError(
            f"The export '{folder}' was made without photos, so it cannot be imported.",
            next_step="Export without --no-photos, and import that folder.",
        )
    return FoundExport(folder, str(form), True, marker["files"], archive)


def read_rows(found: FoundExport, table: Table) -> list[Row]:
    """The rows of a table, cells by column name as the table's kinds say.

    Raises:
        ManifestError: missing, no such table, or a cell that cannot be understood.
    """
    name = f"{table.name}.{found.form}"
    path = found.folder / name
    try:
        data = found.read(name, _MAX_TABLE_BYTES)
        if data is None:
            raise ManifestError(f"'{path}' is no table of an export.", next_step=_EXPORT_AGAIN)
    except OSError as error:
        raise ManifestError(
            f"'{path}' of the export cannot be read.", next_step=_EXPORT_AGAIN
        ) from error
    read = _csv_rows if found.form == "csv" else _parquet_rows
    return read(path, data, table)


def _csv_rows(path: Path, data: bytes, table: Table) -> list[Row]:
    columns = {column.name: column for column in table.columns}
    try:
        text = io.StringIO(data.decode("utf-8-sig"), newline="")
        reader = csv.DictReader(text, strict=True)
        _check_header(path, reader.fieldnames or (), table)
        return [
            {name: _cell(path, number, columns[name], cells.get(name)) for name in columns}
            for number, cells in enumerate(reader, 1)
        ]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ManifestError(
            f"'{path}' is not a readable table ({error}).", next_step=_EXPORT_AGAIN
        ) from None


def _check_header(path: Path, header: Any, table: Table) -> None:
    missing = [column.name for column in table.columns if column.name not in header]
    if missing:
        raise ManifestError(f"'{path}' lacks the column {missing[0]}.", next_step=_EXPORT_AGAIN)


def _cell(path: Path, number: int, column: Column, text: str | None) -> Any:
    try:
        value = parse(column.kind, text or "")
    except (ValueError, OverflowError):
        raise ManifestError(
            f"'{path}', row {number}: {text!a} is no {column.kind.value} for {column.name}.",
            next_step="A spreadsheet may have changed it: take the file from the export again.",
        ) from None
    if value is None and not column.unknown:
        raise ManifestError(
            f"'{path}', row {number}: {column.name} is empty.", next_step=_EXPORT_AGAIN
        )
    if column.name.endswith("_id") and value is not None and not _ID.fullmatch(value):
        raise ManifestError(f"'{path}', row {number}: {value!a} is no id.", next_step=_EXPORT_AGAIN)
    return value


def _parquet_rows(path: Path, data: bytes, table: Table) -> list[Row]:
    import pyarrow as pa  # noqa: PLC0415 - CSV does without it
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        rows: list[Row] = pq.read_table(io.BytesIO(data)).to_pylist()
    except (pa.ArrowException, ValueError, OSError) as error:
        raise ManifestError(
            f"'{path}' is not a readable table.", next_step=_EXPORT_AGAIN
        ) from error
    if rows:
        _check_header(path, rows[0].keys(), table)
    return [
        {column.name: _typed(path, number, column, row) for column in table.columns}
        for number, row in enumerate(rows, 1)
    ]


_PYTHON = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.BOOLEAN: bool,
    Kind.LOCAL_TIME: datetime,
    Kind.UTC_TIME: datetime,
    Kind.NUMBERS: list,
}


def _typed(path: Path, number: int, column: Column, row: Row) -> Any:
    value = row[column.name]
    if value is None and column.unknown:
        return None
    wrong_id = column.name.endswith("_id") and not _ID.fullmatch(str(value))
    if not isinstance(value, _PYTHON[column.kind]) or wrong_id:
        raise ManifestError(
            f"'{path}', row {number}: {column.name} holds something else.", next_step=_EXPORT_AGAIN
        )
    if isinstance(value, datetime) and column.kind is Kind.LOCAL_TIME:
        is_day = row.get("taken_precision") == "day"
        return CaptureTime(value, "day" if is_day else "second", DateSource.GIVEN)
    return value


def count_rows(found: FoundExport, table: Table) -> int:
    """How many rows a table has. Raises as `read_rows`."""
    return len(read_rows(found, table))
