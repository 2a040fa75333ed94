"""A vault filled through the real import, and the real app served on it."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.browser import Visit
from tracker.analysis.render_demo import demo_series
from tracker.domain import wording
from tracker.services.comparing import complete_series
from tracker.services.demo import demo_request
from tracker.services.intake import add_photo
from tracker.services.results import Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault
from ui import strings_first_run

PHOTOS = 8
PERSON = "Demo Ada"
LESION = "Upper back"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
WAITS = 240
_PRINTED = re.compile(r"runs at (http://\S+?)/? and")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium, else the browser tests are skipped."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: sudo apt-get install -y chromium")
    return found


@pytest.fixture(scope="session")
def filled_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lesions of one made-up person, eight dated photos."""
    path = tmp_path_factory.mktemp("app") / "vault"
    workspace = Workspace(path)
    create_vault(workspace, demo=True)
    for photo in itertools.islice(demo_series(), PHOTOS):
        assert isinstance(add_photo(workspace, demo_request(photo)), Stored)
    complete_series(workspace, PERSON, LESION)
    return path


@contextmanager
def served(
    vault: Path, log: Path, *wrapper: str, program: Sequence[str] = ("-m", "tracker.cli")
) -> Iterator[str]:
    """The app on a free port in a process of its own, as a user starts it; gives its address.

    wrapper: a command to run it under, such as a tracer. program: Python's words for it.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if key not in ("CI", "DISPLAY")}
    command = [*wrapper, sys.executable, *program, "--vault", str(vault), "serve"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=os.name == "posix",
        )
        try:
            yield _wait_until_up(process, log)
        finally:
            _stop(process)


def to_last_step(seen: Visit) -> None:
    """Through the first visit's steps to the one that makes the diary."""
    page = seen.page
    page.get_by_role("button", name=strings_first_run.BEGIN).click()
    for sentence in wording.WHAT_THIS_IS_NOT:
        expect(page.get_by_text(sentence)).to_be_visible()
    onward = page.get_by_role("button", name=strings_first_run.NEXT)
    expect(onward).to_be_disabled()
    page.get_by_text(strings_first_run.UNDERSTOOD).click()
    onward.click()
    expect(page.get_by_role("heading", name=strings_first_run.PHONE_TITLE)).to_be_visible()
    onward.click()
    expect(page.get_by_role("heading", name=strings_first_run.WHO_TITLE)).to_be_visible()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the app, and the tracer around it where there is one."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=60)


def _wait_until_up(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address that the app prints, once it answers there."""
    for _ in range(WAITS):
        if process.poll() is not None:
            break
        printed = _PRINTED.search(log.read_text(errors="replace"))
        try:
            if printed is not None:
                urllib.request.urlopen(f"{printed[1]}/_stcore/health", timeout=5).close()
                return printed[1]
        except OSError:
            pass
        try:
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"the app did not start: {log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def app_url(filled_vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the filled vault."""
    with served(filled_vault, tmp_path_factory.mktemp("log") / "serve.log") as url:
        yield url
