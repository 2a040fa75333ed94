"""The CSV export as other programs read it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from PIL import Image

from tests.exchange.conftest import HOSTILE, HOSTILE_NAME
from tracker.exchange.cells import parse, unguarded
from tracker.exchange.columns import Kind, Table
from tracker.exchange.tables import ALL
from tracker.services.export_model import build_export
from tracker.services.exporting import write_export
from tracker.services.session import Workspace

pytestmark = pytest.mark.xdist_group("the stored vault")
TABLES = {table.name: table for table in ALL}


def raw_rows(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / f"{name}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture(scope="module")
def exported(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "out"
    write_export(Workspace(stored), "csv", out)
    return out


def test_two_exports_are_the_same_bytes(
    workspace: Workspace, exported: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    write_export(workspace, "csv", again)
    assert contents(again) == contents(exported)


def test_after_the_database_is_made_again_the_bytes_are_the_same(
    workspace: Workspace, exported: Path, tmp_path: Path
) -> None:
    for path in workspace.vault_path.glob("moletrail.duckdb*"):
        path.unlink()
    again = tmp_path / "again"
    write_export(workspace, "csv", again)
    assert contents(again) == contents(exported)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_names_and_notes_come_back_from_the_tables(exported: Path) -> None:
    observations = raw_rows(exported, "observations")
    assert [unguarded(row["note"]) for row in observations if row["note"]] == [HOSTILE] * 3
    lesions = {unguarded(row["lesion"]): row for row in raw_rows(exported, "lesions")}
    assert unguarded(lesions[HOSTILE_NAME]["life_cycle_note"]).startswith("+ pathology: =none\n")
    assert lesions[HOSTILE_NAME]["life_cycle"] == "excised"
    (symptom,) = raw_rows(exported, "symptoms")
    assert unguarded(symptom["note"]) == "-" * 10_000
    people = [unguarded(row["person"]) for row in raw_rows(exported, "people")]
    assert sorted(people) == sorted(["Ada", HOSTILE_NAME])


def test_cells_are_what_the_vault_holds(
    workspace: Workspace, exported: Path, tmp_path: Path
) -> None:
    kinds = {column.name: column.kind for column in TABLES["observations"].columns}
    rows = {row["observation_id"]: row for row in raw_rows(exported, "observations")}
    seen = list(build_export(workspace).observations())
    assert len(rows) == len(seen) == 4
    for each in seen:
        row, analysis = rows[each.observation_id], each.observation.analysis
        assert analysis.measures is not None
        assert float(row["area_px"]) == analysis.measures.area_px
        assert parse(kinds["added_at_utc"], row["added_at_utc"]) == each.observation.added_at
        value = parse(kinds["taken_at"], row["taken_at"])
        assert (value.value, value.precision) == (
            each.observation.capture.value,
            each.observation.capture.precision,
        )
        assert (row["area_mm2"] == "") == (analysis.scale is None)
    waiting = next(row for row in rows.values() if not row["lesion_id"])
    assert waiting["requested_x_px"] == "300"
    assert waiting["comparable"] == ""


def test_masks_and_photos_are_the_vaults(
    workspace: Workspace, exported: Path, tmp_path: Path
) -> None:
    for each in build_export(workspace).observations():
        row = next(
            row
            for row in raw_rows(exported, "observations")
            if row["observation_id"] == each.observation_id
        )
        mask = each.observation.analysis.mask
        assert mask is not None
        photo = each.observation.photo
        with Image.open(exported / row["mask_file"]) as image:
            found = np.asarray(image)
        assert found.dtype == np.uint8
        assert np.array_equal(found == 255, mask.on_photo(photo.width, photo.height))
        assert set(np.unique(found)) == {0, 255}
        assert row["photo_file"]
    for row in raw_rows(exported, "photos"):
        data = (exported / row["photo_file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["exported_sha256"]
        assert len(data) == int(row["exported_size_bytes"])


def test_no_name_becomes_a_path(exported: Path) -> None:
    for name in contents(exported):
        assert name.isascii()
        assert " " not in name
        assert ".." not in name


def test_probabilities_only_for_a_clinician(
    workspace: Workspace, exported: Path, tmp_path: Path
) -> None:
    words = ("p_mel", "akiec", "Fitzpatrick")
    personal = b"".join(
        data for name, data in contents(exported).items() if not name.endswith(".png")
    ).decode(errors="replace")
    assert not any(word in personal for word in words)
    write_export(workspace, "csv", (tmp_path / "clinic"), clinician=True)
    rows = raw_rows((tmp_path / "clinic"), "probabilities")
    assert len(rows) == 4
    for row in rows:
        chances = [float(value) for name, value in row.items() if name.startswith("p_")]
        assert sum(chances) == pytest.approx(1, abs=1e-5)
    assert "Fitzpatrick" in ((tmp_path / "clinic") / "README.md").read_text("utf-8")


def test_without_photos(workspace: Workspace, tmp_path: Path) -> None:
    done = write_export(workspace, "csv", tmp_path / "out", with_photos=False)
    assert done.photos == 0
    assert not (tmp_path / "out" / "photos").exists()
    assert {row["photo_file"] for row in raw_rows(tmp_path / "out", "photos")} == {""}


def test_one_person_only(workspace: Workspace, tmp_path: Path) -> None:
    write_export(workspace, "csv", tmp_path / "out", "Ada")
    assert len(raw_rows(tmp_path / "out", "observations")) == 3
    assert [row["person"] for row in raw_rows(tmp_path / "out", "people")] == ["Ada"]


def test_dictionary_and_tables_agree(exported: Path) -> None:
    described: dict[str, list[str]] = {}
    for row in raw_rows(exported, "dictionary"):
        described.setdefault(row["table"], []).append(row["column"])
        assert row["meaning"]
        assert row["type"] in {kind.value for kind in Kind}
    on_disk = {path.stem for path in exported.glob("*.csv")} - {"dictionary"}
    assert set(described) == on_disk
    text = (exported / "README.md").read_text("utf-8")
    for name, columns in described.items():
        header = (exported / f"{name}.csv").read_bytes().decode("utf-8-sig").splitlines()[0]
        assert header.split(",") == columns
        assert f"## {name}" in text


def _only_described_are_empty(table: Table, rows: list[dict[str, Any]]) -> None:
    for column in table.columns:
        if not column.unknown:
            assert all(row[column.name] != "" for row in rows), f"{table.name}.{column.name}"


def test_only_columns_that_say_so_are_empty(exported: Path) -> None:
    for path in exported.glob("*.csv"):
        if path.stem != "dictionary":
            _only_described_are_empty(TABLES[path.stem], raw_rows(exported, path.stem))


def test_duckdb_and_pandas_read_it(exported: Path) -> None:
    pandas = pytest.importorskip("pandas")
    for table in ALL:
        path = exported / f"{table.name}.csv"
        if not path.exists():
            continue
        names = [column.name for column in table.columns]
        frame = pandas.read_csv(path)
        assert list(frame.columns) == names
        found = duckdb.sql(f"SELECT * FROM read_csv('{path}', header=true)")
        assert found.columns == names
        assert (
            found.count("*").fetchall()[0][0] == len(frame) == len(raw_rows(exported, table.name))
        )
    frame = pandas.read_csv(exported / "observations.csv")
    assert frame["area_px"].dtype == float
    assert [unguarded(note) for note in frame["note"].dropna()] == [HOSTILE] * 3


def test_the_marker_lists_every_file(exported: Path) -> None:
    marker = json.loads((exported / "moletrail-export.json").read_text("utf-8"))
    assert marker["format"] == "csv"
    assert {*marker["files"], "moletrail-export.json"} == set(contents(exported))
    for name, facts in marker["files"].items():
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == facts["sha256"]
