"""Export, import into a new vault, export: nothing is lost on the way."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from tracker.domain.body import BodyPlace, BodyView, SiteMark
from tracker.domain.care import DecisionKind
from tracker.domain.records import LifeCycle, MaskMethod
from tracker.errors import InputError, ManifestError, PhotoUnreadableError
from tracker.exchange.columns import Kind
from tracker.exchange.csv_tables import csv_bytes
from tracker.exchange.folder import MARKER
from tracker.exchange.reading import find_export, read_rows
from tracker.exchange.tables_care import CARE
from tracker.exchange.tables_details import COMPARISONS, PHOTOS
from tracker.exchange.tables_observations import OBSERVATIONS
from tracker.exchange.tables_people import LESIONS, PEOPLE, SYMPTOMS
from tracker.services.exporting import write_export
from tracker.services.import_export import import_export
from tracker.services.results import Duplicate, Refusal, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault

pytestmark = pytest.mark.xdist_group("the stored vault")


@pytest.fixture(scope="module")
def exported(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "out"
    write_export(Workspace(stored), "csv", out)
    return out


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MARKER)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _import(workspace: Workspace, folder: Path) -> list[object]:
    found = find_export(folder)
    assert found is not None
    return [step.result for step in import_export(workspace, found)]


def _new(folder: Path) -> Workspace:
    workspace = Workspace(folder / "vault")
    create_vault(workspace)
    return workspace


def _edited(exported: Path, folder: Path) -> Path:
    """A copy that may be spoiled."""
    return Path(shutil.copytree(exported, folder / "edited"))


def _remark(folder: Path, **changes: object) -> None:
    path = folder / MARKER
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


@pytest.fixture(scope="module")
def imported(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A new vault that took the export in, to read from."""
    workspace = _new(tmp_path_factory.mktemp("imported"))
    assert [type(result) for result in _import(workspace, exported)] == [Stored] * 4
    return workspace


def test_the_round_trip_gives_the_same_bytes(
    exported: Path, imported: Workspace, tmp_path: Path
) -> None:
    workspace = imported
    write_export(workspace, "csv", tmp_path / "again")
    again, first = _contents(tmp_path / "again"), _contents(exported)
    assert set(again) == set(first)
    assert [name for name in first if again[name] != first[name]] == []
    assert [type(result) for result in _import(workspace, exported)] == [Duplicate] * 4
    write_export(workspace, "csv", tmp_path / "again")
    assert _contents(tmp_path / "again") == first


def test_what_a_person_corrected_is_in_it(exported: Path) -> None:
    """The round trip above is of a vault with a mask, a date and a name put right by hand."""
    found = find_export(exported)
    assert found is not None
    rows = read_rows(found, OBSERVATIONS)
    assert {row["mask_source"] for row in rows} == {"person", "model"}
    assert {row["taken_source"] for row in rows} == {"given"}
    assert "=renamed" in {row["lesion"] for row in rows}
    assert [row["requested_x_px"] for row in rows if row["lesion"] is None] == [300]


def test_what_people_decided_and_answered_comes_back(imported: Workspace) -> None:
    with imported.open() as vault:
        ada = vault.person("Ada")
        lesion = vault.lesion(ada, "=renamed")
        seen, corrected = vault.observations(lesion)
        assert lesion.place == BodyPlace(BodyView.BACK, 0.25, 1 / 3)
        assert (lesion.mark, lesion.recheck_months) == (SiteMark.WOUND, 4)
        assert seen.mask_corrected is None
        assert corrected.mask_corrected is not None
        by_hand = corrected.mask_corrected
        assert (by_hand.by, by_hand.method) == ("=Dr Bär", MaskMethod.BRUSH)
        kinds = [each.kind for each in vault.decisions(lesion)]
        assert kinds == [DecisionKind.MONITOR, DecisionKind.REOPENED]
        assert vault.decisions(lesion)[0].observations == (seen.observation_id,)
        (answer,) = vault.answers(lesion)
        assert (answer.kinds, answer.observation_id) == ((), seen.observation_id)
        surveys = vault.surveys(ada)
        assert [each.lesions for each in surveys] == [(lesion.lesion_id,), ()]
        (excised,) = (each for each in vault.lesions(ada) if each.life_cycle is LifeCycle.EXCISED)
        assert excised.stage_on == date(2025, 6, 1)


def test_an_export_from_before_these_tables_is_read(exported: Path, tmp_path: Path) -> None:
    folder = _edited(exported, tmp_path)
    files = json.loads((folder / MARKER).read_text("utf-8"))["files"]
    for table in CARE:
        (folder / f"{table.name}.csv").unlink()
        del files[f"{table.name}.csv"]
    _remark(folder, files=files)
    workspace = _new(tmp_path)
    assert [type(result) for result in _import(workspace, folder)] == [Stored] * 4
    with workspace.open() as vault:
        assert (vault.decisions(), vault.answers(), vault.surveys()) == ([], [], [])


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("lesion_details", "place_x", "1.5"),
        ("lesion_details", "life_cycle_on", "1/2/2025"),
        ("decisions", "decision_id", "x"),
        ("surveys", "surveyed_on", "yesterday"),
    ],
)
def test_a_spoiled_table_of_decisions_stores_nothing(
    exported: Path, tmp_path: Path, table: str, column: str, value: str
) -> None:
    test_a_spoiled_table_stores_nothing(exported, tmp_path, table, column, value)


def test_parquet_holds_the_same(stored: Path, exported: Path, tmp_path: Path) -> None:
    write_export(Workspace(stored), "parquet", tmp_path / "parquet")
    first, second = find_export(exported), find_export(tmp_path / "parquet")
    assert first is not None
    assert second is not None
    for table in (PEOPLE, LESIONS, OBSERVATIONS, COMPARISONS, PHOTOS, SYMPTOMS, *CARE):
        timeless = {column.name for column in table.columns if column.kind is Kind.LOCAL_TIME}
        for one, other in zip(read_rows(first, table), read_rows(second, table), strict=True):
            assert {k: v for k, v in one.items() if k not in timeless} == {
                k: v for k, v in other.items() if k not in timeless
            }
            if table is OBSERVATIONS:
                assert one["taken_at"] == other["taken_at"]
    assert isinstance(next(import_export(_new(tmp_path), second)).result, Stored)


def test_a_vault_that_knows_the_names_takes_it_in(exported: Path, tmp_path: Path) -> None:
    workspace = _new(tmp_path)
    with workspace.open() as vault:
        own = vault.ensure_lesion(vault.ensure_person("Ada"), "=renamed")
    found = find_export(exported)
    assert found is not None
    assert isinstance(next(import_export(workspace, found)).result, Stored)
    with workspace.open() as vault:
        assert len(vault.people()) == 2
        assert len(vault.observations(own)) == 1


def test_a_spoiled_photo_is_refused(exported: Path, tmp_path: Path) -> None:
    folder = _edited(exported, tmp_path)
    for photo in (folder / "photos").iterdir():
        photo.write_bytes(photo.read_bytes()[:-1] + b"x")
    results = _import(_new(tmp_path), folder)
    assert [type(result) for result in results] == [Refusal] * 4
    assert all("not as it was exported" in str(result) for result in results)


@pytest.mark.parametrize(
    "name",
    ["../secret.jpg", "/etc/hostname", "..\\secret.jpg", "\\\\host\\share", "C:x", "photos/.."],
)
def test_no_path_leads_out_of_the_export(exported: Path, tmp_path: Path, name: str) -> None:
    folder = _edited(exported, tmp_path)
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    marker = json.loads((folder / MARKER).read_text("utf-8"))
    facts = {"size_bytes": 6, "sha256": hashlib.sha256(b"secret").hexdigest()}
    _remark(folder, files=marker["files"] | {name: facts})
    found = find_export(folder)
    assert found is not None
    with pytest.raises(PhotoUnreadableError):
        found.data(name)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("observations", "observation_id", "obs_1"),
        ("observations", "observation_id", "../x"),
        ("observations", "added_at_utc", "soon"),
        ("observations", "area_px", "many"),
        ("observations", "taken_at", ""),
        ("lesions", "is_new", "perhaps"),
        ("lesions", "lesion_id", "les_0000000000000000"),
        ("symptoms", "noted_at_utc", "1/5/2025"),
    ],
)
def test_a_spoiled_table_stores_nothing(
    exported: Path, tmp_path: Path, table: str, column: str, value: str
) -> None:
    folder = _edited(exported, tmp_path)
    _set(folder / f"{table}.csv", column, value)
    workspace = _new(tmp_path)
    with pytest.raises(ManifestError):
        _import(workspace, folder)
    with workspace.open() as vault:
        assert vault.people() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("taken_source", "rumour"),
        ("modality", "x-ray"),
        ("taken_at", "2199-01-01"),
        ("requested_w_px", "-5"),
        ("mask_file", "photos/nothing.png"),
        ("photo_sha256", "0" * 64),
    ],
)
def test_a_spoiled_row_is_refused(exported: Path, tmp_path: Path, column: str, value: str) -> None:
    folder = _edited(exported, tmp_path)
    if column == "requested_w_px":
        for side in "xyh":
            _set(folder / "observations.csv", f"requested_{side}_px", "1")
    _set(folder / "observations.csv", column, value)
    found = find_export(folder)
    assert found is not None
    workspace = _new(tmp_path)
    result = next(import_export(workspace, found)).result
    assert isinstance(result, Refusal)


def _set(path: Path, column: str, value: str) -> None:
    """Change a cell of the row that was added first."""
    reader = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    rows = list(reader)
    min(rows, key=lambda row: row.get("added_at_utc", ""))[column] = value
    names = list(reader.fieldnames or ())
    path.write_bytes(csv_bytes(names, [[row[name] for name in names] for row in rows]))


@pytest.mark.parametrize("table", ["people", "observations", "comparisons"])
def test_a_missing_table(exported: Path, tmp_path: Path, table: str) -> None:
    folder = _edited(exported, tmp_path)
    (folder / f"{table}.csv").unlink()
    with pytest.raises(ManifestError, match=table):
        _import(_new(tmp_path), folder)


def test_exports_that_cannot_be_read_back(exported: Path, tmp_path: Path) -> None:
    folder = _edited(exported, tmp_path)
    wrong: tuple[dict[str, object], ...] = (
        {"format": "fhir"},
        {"photos": False},
        {"layout": 99},
        {"files": []},
    )
    for changes in wrong:
        shutil.copy(exported / MARKER, folder / MARKER)
        _remark(folder, **changes)
        with pytest.raises(InputError):
            find_export(folder)
    (folder / MARKER).unlink()
    assert find_export(folder) is None
