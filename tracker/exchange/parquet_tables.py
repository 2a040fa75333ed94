"""Parquet: the tables with real types, a dictionary inside each file, photos and masks."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tracker.domain.exporting import (
    Export,
    ExportedFiles,
    ExportFolder,
    ExportOptions,
    ExportPhotos,
)
from tracker.exchange.columns import Column, Content, Kind, Table
from tracker.exchange.csv_tables import pictured, summary
from tracker.exchange.dictionary import HEADER, dictionary_rows, readme
from tracker.exchange.tables import tables_for

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.LOCAL_TIME: pa.timestamp("us"),
    Kind.UTC_TIME: pa.timestamp("us", tz="UTC"),
    Kind.NUMBERS: pa.list_(pa.float32()),
}


def write(
    export: Export, photos: ExportPhotos, folder: ExportFolder, options: ExportOptions
) -> ExportedFiles:
    """Write the tables as Parquet into the empty `folder`; the same export gives the same bytes.

    Raises:
        OSError: the folder cannot be written. VaultError, VaultDamagedError: a photo is missing.
    """
    content = pictured(export, photos, folder, options)
    tables = tables_for(export)
    for table in tables:
        folder.put(f"{table.name}.parquet", _file(_arrow(table, content)))
    folder.put("dictionary.parquet", _file(_dictionary(tables)))
    folder.put("README.md", readme(export, tables, is_csv=False).encode())
    return summary(content)


def _arrow(table: Table, content: Content) -> pa.Table:
    rows = [table.cells(row) for row in table.rows(content)]
    columns = zip(*rows, strict=True) if rows else [()] * len(table.columns)
    arrays = [
        pa.array([_value(column.kind, cell) for cell in cells], _TYPES[column.kind])
        for column, cells in zip(table.columns, columns, strict=True)
    ]
    fields = [_field(column) for column in table.columns]
    return pa.Table.from_arrays(
        arrays, schema=pa.schema(fields, metadata={"meaning": table.meaning})
    )


def _field(column: Column) -> pa.Field:
    facts = {"meaning": column.meaning, "unit": column.unit, "empty_means": column.unknown}
    return pa.field(
        column.name,
        _TYPES[column.kind],
        nullable=bool(column.unknown),
        metadata={name: text for name, text in facts.items() if text},
    )


def _value(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind is Kind.TEXT:
        return str(value).encode("utf-8", "backslashreplace").decode("utf-8")
    if kind is Kind.LOCAL_TIME:
        return value.value
    if kind is Kind.NUMBERS:
        return np.asarray(value, np.float32)
    if kind is Kind.NUMBER:
        return float(value) if np.isfinite(value) else None
    return value


def _dictionary(tables: Sequence[Table]) -> pa.Table:
    rows = dictionary_rows(tables)
    return pa.table({name: [row[i] for row in rows] for i, name in enumerate(HEADER)})


def _file(table: pa.Table) -> bytes:
    data = io.BytesIO()
    pq.write_table(table, data, compression="zstd")
    return data.getvalue()
