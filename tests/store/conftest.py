"""Fixtures of the store's tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store import backed_up
from tests.store import two_people as pair
from tests.store.builders import new_sealed_vault, new_vault
from tests.store.groups import with_groups
from tests.store.kinds import KINDS_OF_VAULT, Kept
from tracker.store.keys import VaultKey


@pytest.fixture
def vault_path(tmp_path: Path) -> Path:
    """An empty vault."""
    return new_vault(tmp_path)


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[Path, VaultKey]:
    """An empty encrypted vault and its key."""
    path, key, _ = new_sealed_vault(tmp_path)
    return path, key


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot after every few entries."""
    monkeypatch.setattr("tracker.store.tables.worth_writing", lambda seq, kept: seq - kept > 3)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 12 MB, where the test may mount one."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root on Linux")
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this system does not let the test mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture(scope="session")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kept]:
    """A vault of two people of each kind, to be copied."""
    folder = tmp_path_factory.mktemp("two-people")
    return {
        kind: pair.filled(folder / kind, encrypted=kind == "encrypted") for kind in KINDS_OF_VAULT
    }


@pytest.fixture(scope="session")
def small_vaults(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kept]:
    """A small vault of each kind, to be copied."""
    folder = tmp_path_factory.mktemp("small")
    return {
        kind: backed_up.filled(folder / kind, encrypted=kind == "encrypted")
        for kind in KINDS_OF_VAULT
    }


@pytest.fixture(scope="session")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kept]:
    """A vault of each kind with a batch in its journal, to be copied."""
    folder = tmp_path_factory.mktemp("grouped")
    return {
        kind: with_groups(folder / kind, encrypted=kind == "encrypted") for kind in KINDS_OF_VAULT
    }
