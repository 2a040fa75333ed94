"""CSV: the tables, their dictionary, photos and masks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from tracker.domain.exporting import (
    Export,
    ExportedFiles,
    ExportFolder,
    ExportOptions,
    ExportPhotos,
)
from tracker.exchange.cells import cell, guarded
from tracker.exchange.columns import Content, Table
from tracker.exchange.dictionary import HEADER, dictionary_rows, readme
from tracker.exchange.pictures import without_photos, write_masks, write_photos
from tracker.exchange.tables import tables_for


def write(
    export: Export, photos: ExportPhotos, folder: ExportFolder, options: ExportOptions
) -> ExportedFiles:
    """Write the tables as CSV into the empty `folder`; the same export gives the same bytes.

    Raises:
        OSError: the folder cannot be written. VaultError, VaultDamagedError: a photo is missing.
    """
    content = pictured(export, photos, folder, options)
    tables = tables_for(export)
    for table in tables:
        rows = ([cell(c.kind, c.value(row)) for c in table.columns] for row in table.rows(content))
        folder.put(f"{table.name}.csv", csv_bytes(_header(table), rows))
    described = ([guarded(text) for text in row] for row in dictionary_rows(tables))
    folder.put("dictionary.csv", csv_bytes(HEADER, described))
    folder.put("README.md", readme(export, tables, is_csv=True).encode())
    return summary(content)


def pictured(
    export: Export, photos: ExportPhotos, folder: ExportFolder, options: ExportOptions
) -> Content:
    """The content of tables, its photos and masks written unless they are not wanted."""
    if not options.with_photos:
        return Content(export, without_photos(export), {})
    written = write_photos(export, photos, folder, options)
    return Content(export, written, write_masks(export, folder))


def summary(content: Content) -> ExportedFiles:
    """How many photos were written, and which were not."""
    photos = content.photos.values()
    return ExportedFiles(
        photos=sum(1 for each in photos if each.file is not None),
        left_out=tuple(each.left_out for each in photos if each.left_out is not None),
    )


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 in UTF-8 with a byte order mark, without which Excel takes it for Windows-1252."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _header(table: Table) -> list[str]:
    return [column.name for column in table.columns]
