"""The wheel is whole and claims no name but `tracker` and `ui`; the README tells the truth."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEST_COMMAND = (
    "python3 -m venv .venv && .venv/bin/python -m pip install -q -e '.[test]'"
    " && .venv/bin/python -m pytest"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([*command, "-w", str(out), str(ROOT)], check=True, env=environment)
    return next(out.glob("moletrail-*.whl"))


def test_wheel_claims_two_names(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert top == {"tracker", "ui"}


def test_wheel_holds_models_migrations_and_app(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {f"tracker/_data/models/{p.name}" for p in (ROOT / "models/release").iterdir()}
    shipped |= {f"tracker/_data/migrations/{p.name}" for p in (ROOT / "migrations").glob("*.sql")}
    shipped |= {
        str(p.relative_to(ROOT).as_posix())
        for folder in ("tracker", "ui")
        for p in (ROOT / folder).rglob("*.py")
    }
    assert shipped <= names
    assert any(name.endswith(".int8.onnx") for name in names)
    assert any(name.endswith(".sql") for name in names)


def test_installed_wheel_works_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    program = (
        "import tracker, tracker.resources as r; print(tracker.__file__);"
        "print(len(list(r.models_dir().glob('*.onnx'))), len(list(r.migrations_dir().glob('*'))))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    where, counts = finished.stdout.splitlines()
    assert where.startswith(str(site))
    assert all(int(count) > 0 for count in counts.split())


def test_ci_runs_the_readme_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert TEST_COMMAND in readme
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert TEST_COMMAND in ci.splitlines()
