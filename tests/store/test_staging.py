"""What a killed writer leaves beside its target goes with the next one."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from tracker.store.staging import staging

NAME = ".diary.zip.0123456789ab.part"


@pytest.mark.parametrize("files", [(), ("lock",), ("lock", "work/half"), ("work/half",)])
def test_what_a_killed_writer_left_is_removed(tmp_path: Path, files: tuple[str, ...]) -> None:
    (tmp_path / NAME).mkdir()
    for file in files:
        (tmp_path / NAME / file).parent.mkdir(exist_ok=True)
        (tmp_path / NAME / file).write_bytes(b"")
    with staging(tmp_path / "diary.zip") as folder:
        assert not (tmp_path / NAME).exists()
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_writer_that_is_alive_stays(tmp_path: Path) -> None:
    (tmp_path / NAME / "work").mkdir(parents=True)
    with FileLock(tmp_path / NAME / "lock"), staging(tmp_path / "diary.zip"):
        assert (tmp_path / NAME / "work").is_dir()
