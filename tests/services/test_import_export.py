"""Export, import into a new vault, export: nothing is lost on the way."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.exchange.conftest import stored  # noqa: F401 - the fixture
from tracker.errors import InputError, ManifestError
from tracker.exchange.folder import MARKER
from tracker.exchange.reading import find_export
from tracker.services.exporting import write_export
from tracker.services.import_export import import_export
from tracker.services.results import Duplicate, Refusal, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault


@pytest.fixture(scope="module")
def exported(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
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


def test_the_round_trip_gives_the_same_bytes(exported: Path, tmp_path: Path) -> None:
    workspace = _new(tmp_path)
    results = _import(workspace, exported)
    assert [type(result) for result in results] == [Stored] * 4
    write_export(workspace, "csv", tmp_path / "again")
    again, first = _contents(tmp_path / "again"), _contents(exported)
    assert set(again) == set(first)
    assert [name for name in first if again[name] != first[name]] == []
    assert [type(result) for result in _import(workspace, exported)] == [Duplicate] * 4
    write_export(workspace, "csv", tmp_path / "again")
    assert _contents(tmp_path / "again") == first
