"""What happens before any command runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import Moletrail
from tracker.cli.group import hoist_global_options

HEAVY = (
    "numpy",
    "cv2",
    "duckdb",
    "faiss",
    "onnxruntime",
    "mediapipe",
    "streamlit",
    "PIL",
    "scipy",
)
_PROBE = """
import sys
from tracker.cli.main import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print("LOADED", *sorted(name for name in sys.modules if "." not in name))
"""


@pytest.mark.parametrize("words", [["--help"], ["import", "--help"], ["demo", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *words], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.splitlines()[-1].split()
    assert loaded[0] == "LOADED"
    assert not set(loaded) & set(HEAVY)


def test_telemetry_is_switched_off_before_anything_is_imported() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    probe = (
        "import os, sys, tracker.cli.main; "
        "print(os.environ['ORT_DISABLE_TELEMETRY'], 'onnxruntime' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stdout.split() == ["1", "False"]


def test_version_names_program_schema_and_models(moletrail: Moletrail) -> None:
    lines = moletrail("--version", plain=True).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["moletrail", "schema", "model", "model"]
    assert all(len(line.split()) >= 2 for line in lines)


def test_global_options_may_stand_after_the_command(vault: Moletrail) -> None:
    before = vault("people")
    answer = Moletrail(vault.vault / "elsewhere")("people", "--vault", vault.vault, plain=True)
    assert (answer.code, answer.stdout) == (before.code, before.stdout)


@pytest.mark.parametrize(
    ("given", "hoisted"),
    [
        (["people", "--json"], ["--json", "people"]),
        (["add", "a.jpg", "--vault", "v"], ["--vault", "v", "add", "a.jpg"]),
        (["add", "--vault=v", "a.jpg"], ["--vault=v", "add", "a.jpg"]),
        (["add", "--", "--json"], ["add", "--", "--json"]),
        (["add", "--vault"], ["add", "--vault"]),
    ],
)
def test_hoisting(given: list[str], hoisted: list[str]) -> None:
    assert hoist_global_options(given) == hoisted


@pytest.mark.parametrize("words", [["nonsense"], ["add"], ["timeline"], ["report"]])
def test_wrong_words_are_wrong_usage(moletrail: Moletrail, words: list[str]) -> None:
    answer = moletrail(*words)
    assert answer.code == 2
    (found,) = answer.objects
    assert (found["type"], found["exit_code"]) == ("error", 2)
    assert answer.stderr
