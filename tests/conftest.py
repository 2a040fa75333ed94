"""Shared by all tests: no test may reach beyond this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.silence.guard import Guard

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

GUARD = Guard()
GUARD.install()


@pytest.fixture(autouse=True, scope="session")
def settings_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a test makes this computer remember is not remembered for its user."""
    os.environ["MOLETRAIL_SETTINGS"] = str(tmp_path_factory.mktemp("settings"))


@pytest.fixture(autouse=True)
def outbound() -> Iterator[Guard]:
    """Fail any test whose own process names a peer beyond loopback."""
    yield GUARD
    GUARD.check()
