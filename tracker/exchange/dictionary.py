"""The data dictionary: what each column of each table holds, as a table and as text."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain import wording
from tracker.domain.exporting import Export
from tracker.exchange.columns import Column, Table

HEADER = ("table", "column", "type", "unit", "meaning", "empty_means")

_HOW_TO_READ = """\
How to read the tables
- Units stand in the column names: px (pixels of the upright photo), mm, mm2, utc.
- An empty cell means: not known or not there (see the dictionary). Nothing is guessed.
- Times of capture are local, without a zone, and to the day where only the day is known; all
  others are UTC.
- Millimetres depend on the scale: scale_source says what it rests on."""

_CSV = """\
- CSV is UTF-8 with a byte order mark, commas, quotes where needed (RFC 4180), decimal points.
  pandas, DuckDB, readr and spreadsheets read it as it is; base R wants
  read.csv(..., fileEncoding = "UTF-8-BOM").
- So that no spreadsheet takes text for a formula, text that begins with = + - or @ (perhaps after
  blanks or quotes) or with an apostrophe has an apostrophe in front, also behind a semicolon, a
  tab or a line break within the text. Take one apostrophe off at these places to get the text as
  it was written; `moletrail import` does."""

_PHOTOS = """\
- Photos are copied without the place they were taken: orientation, capture date, camera model and
  colour profile are kept, all other metadata is taken out; the picture itself is not coded anew
  unless photos says `recoded`. Originals stay in the vault.
- `moletrail import FOLDER` brings this export into a vault, unless it was made without photos."""


def dictionary_rows(tables: Sequence[Table]) -> list[tuple[str, ...]]:
    """One row a column, under HEADER."""
    return [(table.name, *_row(column)) for table in tables for column in table.columns]


def _row(column: Column) -> tuple[str, ...]:
    return (column.name, column.kind.value, column.unit, column.meaning, column.unknown)


def readme(export: Export, tables: Sequence[Table], *, is_csv: bool) -> str:
    """The export in words: what is inside, how to read it, every column; Markdown."""
    parts = [f"# Export of a Moletrail vault\n\n{wording.PURPOSE}\n\n{wording.FOOTER}"]
    if export.demo:
        parts.append("These are made-up pictures of the demo, no person's.")
    if export.clinician:
        parts.append(wording.PROBABILITIES_NOTE)
    how = [_HOW_TO_READ, *([_CSV] if is_csv else []), _PHOTOS]
    parts.append("\n".join(how))
    parts += [_table_text(table) for table in tables]
    return "\n\n".join(parts) + "\n"


def _table_text(table: Table) -> str:
    lines = [f"## {table.name}", "", table.meaning, ""]
    for column in table.columns:
        unit = f", {column.unit}" if column.unit else ""
        empty = f" Empty: {column.unknown}." if column.unknown else ""
        lines.append(f"- `{column.name}` ({column.kind.value}{unit}): {column.meaning}.{empty}")
    return "\n".join(lines)
