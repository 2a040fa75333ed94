"""What a killed process had not finished writing is gone after the next use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.store.builders import add
from tests.store.kinds import make_vault

LEFT = (
    ".vault.json.0123456789ab.part",
    ".lock-holder.json.0123456789ab.part",
    "journal/.events.jsonl.0123456789ab.part",
    "cache/.0123456789abcdef0123456789abcdef01234567.0123456789ab.part",
)
#: Not ours, or kept on purpose.
STAYS = (".part", "photo.part", "journal/torn-3-0123456789ab.part")


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_half_written_files_go_when_the_vault_is_next_used(tmp_path: Path, encrypted: bool) -> None:
    kept = make_vault(tmp_path / "vault", encrypted=encrypted)
    for name in (*LEFT, *STAYS):
        (kept.path / name).parent.mkdir(exist_ok=True)
        (kept.path / name).write_bytes(b"half")
    with kept.open():
        pass
    assert [name for name in LEFT if (kept.path / name).exists()] == []
    assert [name for name in STAYS if not (kept.path / name).exists()] == []


def test_times_that_a_killed_process_left_are_made_neutral(tmp_path: Path) -> None:
    kept = make_vault(tmp_path / "vault", encrypted=True)
    with kept.open() as vault:
        add(vault, 1)
        vault.cached("key", lambda: b"picture")
    locks = ("lock", "lock-holder.json")
    places = [each for each in kept.path.rglob("*") if each.name not in locks] + [kept.path]
    times = {each: each.stat().st_mtime_ns for each in places}
    assert len(set(times.values())) == 1
    below = [each for each in places if len(each.relative_to(kept.path).parts) < 3]
    for each in below:
        os.utime(each)
    holder = b'{"pid": 1, "purpose": "add"}'
    (kept.path / "lock-holder.json").write_bytes(holder)  # what a killed process leaves
    with kept.open():
        pass
    assert {each: each.stat().st_mtime_ns for each in places} == times


def test_times_are_looked_at_only_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = make_vault(tmp_path / "vault", encrypted=True)
    settled: list[Path] = []
    monkeypatch.setattr("tracker.store.locking.settle_times", settled.append)
    for _ in range(2):
        with kept.open():
            pass
    assert settled == []
    (kept.path / "lock-holder.json").write_bytes(b"half")
    with kept.open():
        pass
    assert settled == [kept.path]


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_a_vault_whose_making_was_interrupted_is_made_in_the_same_folder(
    tmp_path: Path, encrypted: bool
) -> None:
    path = tmp_path / "vault"
    path.mkdir()
    (path / ".vault.json.0123456789ab.part").write_bytes(b'{"moletrail')
    kept = make_vault(path, encrypted=encrypted)
    with kept.open() as vault:
        assert vault.info().journal_entries == 1
    assert not (path / ".vault.json.0123456789ab.part").exists()
