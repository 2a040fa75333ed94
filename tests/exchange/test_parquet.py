"""The Parquet export as other programs read it."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.exchange.conftest import HOSTILE, HOSTILE_NAME
from tracker.exchange.tables import ALL
from tracker.services.export_model import build_export
from tracker.services.exporting import write_export
from tracker.services.session import Workspace

pytestmark = pytest.mark.xdist_group("the stored vault")


@pytest.fixture(scope="module")
def exported(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "out"
    write_export(Workspace(stored), "parquet", out, clinician=True)
    return out


def test_two_exports_are_the_same_bytes(stored: Path, exported: Path, tmp_path: Path) -> None:
    write_export(Workspace(stored), "parquet", tmp_path / "again", clinician=True)
    for path in exported.rglob("*"):
        if path.is_file():
            again = tmp_path / "again" / path.relative_to(exported)
            assert again.read_bytes() == path.read_bytes()


def test_values_types_and_dictionary(stored: Path, exported: Path) -> None:
    seen = list(build_export(Workspace(stored)).observations())
    table = pq.read_table(exported / "observations.parquet")
    rows = table.to_pylist()
    assert [row["observation_id"] for row in rows] == [each.observation_id for each in seen]
    for row, each in zip(rows, seen, strict=True):
        assert row["taken_at"] == each.observation.capture.value
        assert row["added_at_utc"] == each.observation.added_at
        assert row["note"] == each.observation.note
        assert row["area_mm2"] == each.observation.analysis.area_mm2
    assert {row["note"] for row in rows} == {HOSTILE, None}
    assert HOSTILE_NAME in {row["lesion"] for row in rows}
    assert table.schema.field("taken_at").type == pa.timestamp("us")
    assert table.schema.field("area_mm2").metadata[b"unit"] == b"mm2"
    assert not table.schema.field("observation_id").nullable
    vectors = pq.read_table(exported / "embeddings.parquet").to_pylist()
    for row, each in zip(vectors, seen, strict=True):
        assert np.array_equal(row["embedding"], each.observation.analysis.embedding)
        assert math.hypot(*row["embedding"]) == pytest.approx(1, abs=1e-4)


def test_every_table_is_there_and_described(exported: Path) -> None:
    described = pq.read_table(exported / "dictionary.parquet").to_pylist()
    for table in ALL:
        path = exported / f"{table.name}.parquet"
        names = [column.name for column in table.columns]
        assert pq.read_schema(path).names == names
        assert [row["column"] for row in described if row["table"] == table.name] == names
        assert duckdb.sql(f"SELECT * FROM read_parquet('{path}')").columns == names
