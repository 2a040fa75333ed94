"""Cells of CSV files: exact both ways, and never a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.conftest import HOSTILE, HOSTILE_NAME
from tracker.domain.capture import CaptureTime, DateSource
from tracker.exchange.cells import cell, guarded, parse, unguarded
from tracker.exchange.columns import Kind
from tracker.exchange.csv_tables import csv_bytes

FORMULA_STARTS = tuple("=+-@＝＋－＠")
_awkward = st.text(st.sampled_from("=+-@'＝;,\t\r\n\" \u00a0ab🙂\u202e0"), max_size=30) | st.text()


@given(_awkward)
def test_guarded_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(_awkward, st.sampled_from([",", ";", "\t"]), st.booleans())
def test_no_spreadsheet_sees_a_formula(text: str, delimiter: str, quotes: bool) -> None:
    """Whatever a spreadsheet splits at, even when it does not honour the quotes."""
    line = csv_bytes(["note"], [["1", guarded(text.replace(",", ""))]]).decode("utf-8-sig")
    quoting = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, quoting=quoting)
    for row in list(reader)[1:]:
        for found in row:
            assert not found.strip().strip('"').strip().startswith(FORMULA_STARTS)


@given(st.lists(st.lists(_awkward.filter(lambda t: "\0" not in t), min_size=2, max_size=2)))
def test_rows_come_back_through_the_csv_module(rows: list[list[str]]) -> None:
    safe = [[text.encode("utf-8", "replace").decode() for text in row] for row in rows]
    data = csv_bytes(["a", "b"], [[cell(Kind.TEXT, text) for text in row] for row in safe])
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    assert [[unguarded(t) for t in row] for row in csv.reader(text, strict=True)][1:] == safe


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_exact(value: float) -> None:
    assert parse(Kind.NUMBER, cell(Kind.NUMBER, value)) == value


@given(st.datetimes(datetime(1900, 1, 1)), st.sampled_from(["day", "second"]))
def test_local_times_keep_precision(value: datetime, precision: Any) -> None:
    if precision == "day":
        value = value.replace(hour=0, minute=0, second=0, microsecond=0)
    capture = CaptureTime(value, precision, DateSource.GIVEN)
    assert parse(Kind.LOCAL_TIME, cell(Kind.LOCAL_TIME, capture)) == capture


@given(st.datetimes(timezones=st.just(UTC)))
def test_utc_times_are_exact(value: datetime) -> None:
    text = cell(Kind.UTC_TIME, value)
    assert text.endswith("Z")
    assert parse(Kind.UTC_TIME, text) == value


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
def test_vectors_are_exact(values: list[float]) -> None:
    vector = np.array(values, np.float32)
    assert parse(Kind.NUMBERS, cell(Kind.NUMBERS, vector)).tobytes() == vector.tobytes()


@pytest.mark.parametrize("kind", list(Kind))
def test_unknown_is_empty(kind: Kind) -> None:
    assert cell(kind, None) == ""
    assert parse(kind, "") is None


def test_no_number_and_no_text() -> None:
    assert cell(Kind.NUMBER, float("nan")) == ""
    assert cell(Kind.TEXT, "a\0b") == "a\u2400b"
    assert cell(Kind.TEXT, "a\ud800") == "a\\ud800"
    assert cell(Kind.BOOLEAN, True) + cell(Kind.BOOLEAN, False) == "truefalse"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.BOOLEAN, "yes"),
        (Kind.INTEGER, "1.5"),
        (Kind.NUMBER, "1,5"),
        (Kind.LOCAL_TIME, "2025-01-01T00:00:00+02:00"),
        (Kind.UTC_TIME, "soon"),
    ],
)
def test_other_cells_are_refused(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(kind, text)


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE_NAME])
def test_the_hostile_ones_come_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(FORMULA_STARTS)
