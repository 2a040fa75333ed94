"""The command line as a user runs it: one process a command, JSON Lines read back."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.statistics_of import JsonObject

PROJECT = Path(__file__).resolve().parents[2]
MANIFEST_COLUMNS = (
    "photo",
    "person",
    "lesion",
    "taken_at",
    "site",
    "modality",
    "note",
    "roi",
    "mm_per_px",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command gave back. wall_s: seconds from start to exit, the start included."""

    words: tuple[str, ...]
    code: int
    objects: tuple[JsonObject, ...]
    messages: str
    wall_s: float

    def of_type(self, name: str) -> list[JsonObject]:
        """The objects of one type, in the order written."""
        return [found for found in self.objects if found["type"] == name]


class CommandFailedError(AssertionError):
    """A command ended with an exit code that its bench does not expect."""


class Moletrail:
    """`python -m tracker.cli --json --vault VAULT ...`; every call is kept in `calls`."""

    def __init__(self, vault: Path) -> None:
        self.vault = vault
        self.calls: list[Answer] = []

    def __call__(self, *words: str | Path, expect: Sequence[int] = (0,)) -> Answer:
        """Run one command.

        Raises:
            CommandFailedError: the exit code is none of `expect`, or a line is no JSON object.
        """
        texts = tuple(map(str, words))
        command = [sys.executable, "-m", "tracker.cli", "--json", "--vault", str(self.vault)]
        start = time.monotonic()
        # The bench has a terminal's environment, without the corpus: users have none.
        environment = {k: v for k, v in os.environ.items() if k != "MOLETRAIL_DATA"}
        done = subprocess.run(
            [*command, *texts],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        wall_s = time.monotonic() - start
        try:
            objects = tuple(json.loads(line) for line in done.stdout.splitlines())
        except json.JSONDecodeError as error:
            raise CommandFailedError(
                f"{texts}: not JSON Lines ({error}): {done.stdout[:500]}"
            ) from None
        answer = Answer(texts, done.returncode, objects, done.stderr, wall_s)
        self.calls.append(answer)
        if answer.code not in expect:
            raise CommandFailedError(
                f"{texts}: exit {answer.code}\n{done.stdout[-800:]}{done.stderr}"
            )
        return answer


def write_manifest(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """An import manifest; keys that a row lacks are left empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, MANIFEST_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def corpus_rows(root: Path, dataset: str) -> list[dict[str, str]]:
    """Rows of one dataset of the corpus, in the order of its manifest."""
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["dataset"] == dataset]


def corpus_folder() -> Path:
    """The corpus named by MOLETRAIL_DATA.

    Raises:
        SystemExit: it is not set.
    """
    root = os.environ.get("MOLETRAIL_DATA")
    if not root:
        raise SystemExit("Set MOLETRAIL_DATA to the folder that holds manifest.csv.")
    return Path(root).resolve()
