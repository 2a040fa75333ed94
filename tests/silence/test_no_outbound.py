"""Nothing leaves the machine: measured on the system calls of whole runs, with `CI` unset.

Some libraries fall silent where they see `CI`, so the programs here run without it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import made_up
from tests.silence.tracing import can_trace, outside, peers, started, wrapper
from tests.ui.browser import visit
from tests.ui.conftest import chromium, filled_vault, served  # noqa: F401  fixtures
from tracker.analysis.render_camera import to_jpeg
from tracker.analysis.render_demo import demo_series
from tracker.cli.main import app
from tracker.services.exporting import formats
from tracker.vision.decoding.process import MODULE as WORKER
from ui import strings

PERSON, LESION = "Eva", "Upper back"

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


def photos(folder: Path) -> None:
    """Two made-up photos of one lesion with their manifest."""
    lines = ["photo,person,lesion,taken_at"]
    for number, photo in enumerate(made_up.photos(2)):
        (folder / f"photo{number}.jpg").write_bytes(photo.jpeg)
        lines.append(f"photo{number}.jpg,{PERSON},{LESION},{photo.taken_at}")
    (folder / "photos.csv").write_text("\n".join(lines), encoding="utf-8")


def plain_steps(folder: Path) -> list[list[str]]:
    """Every command on a vault that is not encrypted."""
    first, second = (str(folder / f"photo{number}.jpg") for number in range(2))
    out = str(folder / "out")
    found = f"{{observation:{LESION}}}"
    return [
        ["init"],
        ["import", str(folder / "photos.csv")],
        ["inbox", "--folder", str(folder)],
        ["inbox", "--store"],
        ["analyze", first, "--masks", out, "--overlays", out, "--heatmaps", out],
        ["add", second, "--date", "2024-05-01", "--lesion", "other", "--symptom", "itch"],
        ["match", first],
        *([name] for name in ("people", "lesions", "unassigned", "changes", "doctor")),
        ["timeline", LESION],
        ["set-date", found, "2023-01-01"],
        ["note", found, "seen"],
        ["correct-mask", found, "--box", "200,200,300,300", "--by", "Ben"],
        ["correct-mask", found, "--original"],
        ["move", "{observation:other}", "--unassign"],
        ["rename", "other", "another"],
        ["rename-person", PERSON, "Eve"],
        ["site", LESION, "back"],
        ["status", LESION, "active"],
        ["place", LESION, "--view", "back", "--at", "0.4,0.2"],
        ["mark", LESION, "wound"],
        ["recheck", LESION, "4"],
        ["decide", LESION, "refer", "--by", "Dr Ada"],
        ["reopen", LESION, "--by", "Dr Ada"],
        ["decisions"],
        ["due", "--calendar", f"{out}/due.ics"],
        ["review", "--all"],
        ["survey", "back", "--shows", LESION],
        ["surveys"],
        ["bin", "--observation", found],
        ["undo-delete", "{binned}"],
        ["profile", "list"],
        ["merge", "another", LESION],
        ["symptom", LESION, "pain"],
        ["symptoms", LESION],
        *(["report", "--out", f"{out}/report.{form}"] for form in ("pdf", "html")),
        *(["card", "--out", f"{out}/card.{form}"] for form in ("pdf", "png")),
        *(["export", "--format", form, "--out", f"{out}/{form}"] for form in formats()),
        ["share", "--all", "--consent", "For a test.", "--out", f"{out}/pack.zip"],
        ["verify", "--deep"],
        ["reanalyze"],
        ["backup", f"{out}/backup"],
        ["restore", f"{out}/backup", "--to", f"{out}/restored"],
        ["import", f"{out}/csv"],
        ["verify", "--repair"],
        ["recover", "--out", f"{out}/recovered"],
        ["delete", "--observation", found, "--yes"],
        ["encrypt"],
        ["--version"],
    ]


def encrypted_steps(folder: Path) -> list[list[str]]:
    """What is done differently where the vault is encrypted."""
    return [
        ["init", "--encrypt"],
        ["import", str(folder / "photos.csv")],
        ["changes"],
        ["verify", "--deep"],
        ["export", "--format", "csv", "--out", str(folder / "csv")],
        ["backup", str(folder / "backup")],
        ["restore", str(folder / "backup"), "--to", str(folder / "restored")],
        ["delete", "--person", PERSON, "--yes"],
        ["rekey", "--new-passphrase-file", str(folder / "passphrase")],
    ]


#: Commands that serve the app: the test with the browser has them.
SERVERS = {"serve", "demo"}


def test_no_command_is_left_out(tmp_path: Path) -> None:
    """A new command belongs into one of the groups above."""
    steps = [*plain_steps(tmp_path), *encrypted_steps(tmp_path)]
    there = {
        info.name or getattr(info.callback, "__name__", "") for info in app.registered_commands
    }
    there = {name.replace("_", "-").strip("-") for name in there}
    traced = {step[0] for step in steps} - {"--version"}
    assert there - SERVERS == traced, "add the command to plain_steps"


@pytest.mark.parametrize("group", [plain_steps, encrypted_steps])
def test_every_command_reaches_nobody(
    group: Callable[[Path], list[list[str]]], tmp_path: Path
) -> None:
    photos(tmp_path)
    (tmp_path / "passphrase").write_text("copper violin rain harbour\n", encoding="utf-8")
    vault = str(tmp_path / "vault")
    steps = tmp_path / "steps.json"
    lines = [["--vault", vault, *step] for step in group(tmp_path)]
    steps.write_text(json.dumps(lines), encoding="utf-8")
    trace = tmp_path / "trace"
    finished = subprocess.run(
        [*wrapper(trace), sys.executable, "-m", "tests.silence.several", str(steps)],
        env=without_ci() | {"MOLETRAIL_PASSPHRASE": "plum ladder otter seven"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert peers(trace) == set(), "a command named a network address"
    assert WORKER in started(trace), "the decoder process was not part of it"


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
    assert WORKER in started(trace), "the decoder process was not part of it"
