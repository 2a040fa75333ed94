"""A backup, and a vault that is restored, is there whole or not at all, wherever it stops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.backed_up import ADDED, read, write
from tests.store.backup_workers import (
    BACKUP_STEPS,
    RESTORE_STEPS,
    die_backing_up,
    die_restoring,
)
from tests.store.builders import add
from tests.store.kinds import Kept, copied
from tests.store.workers import CRASHED, context
from tracker.errors import StorageFullError

_PATIENCE_S = 120.0


@pytest.fixture
def plain(tmp_path: Path, small_vaults: dict[str, Kept]) -> Kept:
    return copied(small_vaults["plain"], tmp_path / "vault")


@pytest.mark.parametrize("step", BACKUP_STEPS)
def test_killed_while_backing_up(plain: Kept, tmp_path: Path, step: str) -> None:
    write(plain, tmp_path / "b.zip")
    with plain.open() as vault:
        add(vault, 50)
    _crash(die_backing_up, str(plain.path), str(tmp_path / "b.zip"), step)
    back = read(tmp_path / "b.zip", tmp_path / "after the crash")
    assert back.photos in (ADDED, ADDED + 1)
    made = write(plain, tmp_path / "b.zip")
    assert made.photos == ADDED + 1
    assert not _leftovers(tmp_path)


@pytest.mark.parametrize("step", RESTORE_STEPS)
def test_killed_while_restoring(plain: Kept, tmp_path: Path, step: str) -> None:
    write(plain, tmp_path / "b.zip")
    target = tmp_path / "again"
    _crash(die_restoring, str(tmp_path / "b.zip"), str(target), step)
    assert not target.exists()
    read(tmp_path / "b.zip", target)
    assert not _leftovers(tmp_path)
    with plain.open(target) as vault:
        assert len(vault.all_observations()) == ADDED


def _leftovers(folder: Path) -> int:
    return len(list(folder.rglob("*.part")))


def _crash(work: Callable[..., None], *arguments: str) -> None:
    child = context().Process(target=work, args=arguments)
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode == CRASHED


def test_a_full_disk_leaves_the_earlier_backup(
    plain: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(plain, tmp_path / "b.zip")
    good = (tmp_path / "b.zip").read_bytes()
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(StorageFullError, match="MB are free"):
        write(plain, tmp_path / "b.zip")
    with pytest.raises(StorageFullError, match="MB are free"):
        read(tmp_path / "b.zip", tmp_path / "again")
    assert (tmp_path / "b.zip").read_bytes() == good
    assert not (tmp_path / "again").exists()
