"""The command line in this process, on a vault of its own, with made-up photos."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests import made_up
from tracker.cli.main import app


@dataclass(frozen=True)
class Answer:
    """What one invocation gave back."""

    code: int
    stdout: str
    stderr: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]

    def of_type(self, name: str) -> list[dict[str, Any]]:
        return [found for found in self.objects if found["type"] == name]


class Moletrail:
    """`moletrail --vault VAULT ...`, with --json unless `plain`."""

    def __init__(self, vault: Path) -> None:
        self.vault = vault

    def __call__(self, *words: str | Path, plain: bool = False) -> Answer:
        arguments = ["--vault", str(self.vault), *([] if plain else ["--json"])]
        result = CliRunner().invoke(app, [*arguments, *map(str, words)], catch_exceptions=False)
        return Answer(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def moletrail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Moletrail:
    """A command line on a vault that does not exist yet."""
    monkeypatch.delenv("MOLETRAIL_VAULT", raising=False)
    return Moletrail(tmp_path / "vault")


@pytest.fixture
def vault(moletrail: Moletrail) -> Moletrail:
    """A command line on an empty vault."""
    assert moletrail("init").code == 0
    return moletrail


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Eight made-up photos: six of 'Upper back', two of 'Left forearm'."""
    return made_up.write(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="session")
def manifest(photos: list[Path]) -> Path:
    """A manifest of all eight photos."""
    path = photos[0].parent / "manifest.csv"
    lines = ["photo,person,lesion,taken_at,site,mm_per_px,modality"]
    for file, photo in zip(photos, made_up.photos(), strict=True):
        cells = [file.name, photo.person, photo.lesion, photo.taken_at, photo.site]
        lines.append(",".join([*cells, str(photo.mm_per_px or ""), photo.modality]))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def two_people(photos: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault to copy: A with two photos of 'One' and one of 'Two', B with one that A has too."""
    made = Moletrail(tmp_path_factory.mktemp("two") / "vault")
    assert made("init").code == 0
    rows = (
        (0, "A", "One", "2022-05-14"),
        (1, "A", "One", "2022-11-19"),
        (6, "A", "Two", "2023-01-02"),
        (6, "B", "Belly", "2023-01-02"),
    )
    for photo, person, lesion, day in rows:
        words = ("--person", person, "--lesion", lesion, "--date", day, "--note", f"seen {day}")
        assert made("add", photos[photo], *words).code == 0
    made("symptom", "One", "itch", "--person", "A", "--note", "at night only")
    return made.vault


@pytest.fixture
def filled(two_people: Path, moletrail: Moletrail) -> Moletrail:
    """A command line on a copy of the vault of two people."""
    shutil.copytree(two_people, moletrail.vault)
    return moletrail
