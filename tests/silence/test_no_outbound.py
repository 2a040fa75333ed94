"""Nothing leaves the machine: measured on the system calls of whole runs, with `CI` unset.

Some libraries fall silent where they see `CI`, so the programs here run without it.
"""

from __future__ import annotations

import csv
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.silence.tracing import can_trace, outside, peers, wrapper
from tests.ui.browser import visit
from tests.ui.conftest import chromium, filled_vault, served  # noqa: F401  fixtures
from tracker.analysis.render_camera import to_jpeg
from tracker.analysis.render_demo import demo_series
from ui import strings

pytestmark = [
    pytest.mark.xdist_group("app"),
    pytest.mark.skipif(not can_trace(), reason="strace is not installed or not allowed here"),
]


def without_ci() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("CI", "DISPLAY")}


def test_the_trace_sees_an_attempt(tmp_path: Path) -> None:
    """The measuring itself works: a program that does reach out is seen."""
    attempt = (
        "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
        "s.connect(('192.0.2.1', 9))"
    )
    trace = tmp_path / "trace"
    subprocess.run([*wrapper(trace), sys.executable, "-c", attempt], check=True)
    assert outside(trace) == {"192.0.2.1"}


def test_import_analyze_and_judgement_reach_nobody(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    manifest = tmp_path / "photos.csv"
    first = ""
    with manifest.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["photo", "person", "lesion", "taken_at"])
        for number, photo in enumerate(itertools.islice(demo_series(), 2)):
            (tmp_path / f"{number}.jpg").write_bytes(to_jpeg(photo.rgb))
            rows.writerow([f"{number}.jpg", photo.person, photo.lesion, photo.taken_at])
            first = first or str(tmp_path / f"{number}.jpg")
    for step, arguments in enumerate(
        (
            ["init"],
            ["import", str(manifest)],
            ["analyze", first],
            ["changes"],
            ["match", first],
            ["report", "--person", "Demo Ada", "--out", str(tmp_path / "report.pdf")],
            ["card", "--out", str(tmp_path / "card.png")],
            ["doctor"],
        )
    ):
        trace = tmp_path / f"trace-{step}"
        command = [sys.executable, "-m", "tracker.cli", "--vault", str(vault), *arguments]
        finished = subprocess.run(
            [*wrapper(trace), *command],
            env=without_ci(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        assert peers(trace) == set(), f"'{arguments[0]}' named a network address"


@pytest.mark.browser
def test_the_app_with_a_browser_reaches_nobody(
    chromium: str,  # noqa: F811
    filled_vault: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    trace = tmp_path / "trace"
    with (
        served(filled_vault, tmp_path / "log", *wrapper(trace)) as url,
        visit(chromium, url) as seen,
    ):
        seen.open()
        seen.open("timeline")
        seen.open("add")
        picture = tmp_path / "new.jpg"
        picture.write_bytes(to_jpeg(next(iter(demo_series())).rgb))
        seen.page.locator("input[type=file]").set_input_files(picture)
        expect(seen.page.get_by_role("button", name=strings.ADD_SAVE)).to_be_visible()
        seen.open("data")
        assert seen.elsewhere == []
    assert outside(trace) == set()
