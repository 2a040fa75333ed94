"""Whatever is altered, swapped, cut or put back in an encrypted vault is said."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.builders import add, new_sealed_vault, photo_data
from tests.store.same import assert_same
from tests.store.test_damage import flip
from tracker.domain.records import Observation
from tracker.errors import StorageFullError, VaultDamagedError
from tracker.store import Vault, disk, head, journal, kept
from tracker.store.head import HEAD_FILE
from tracker.store.keys import VaultKey
from tracker.store.lines import SEALED_EVENTS_FILE, _chained
from tracker.store.photos import PhotoFolder
from tracker.store.snapshot import SNAPSHOT_FILE

Filled = tuple[Path, VaultKey, list[Observation]]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    path, key, _ = new_sealed_vault(tmp_path_factory.mktemp("source"))
    with Vault.open(path, key=key) as vault:
        stored = [add(vault, seed) for seed in range(4)]
    return path, key, stored


@pytest.fixture
def filled(source: Filled, tmp_path: Path) -> Filled:
    """A vault with observations that this process has in use."""
    path, key, stored = source
    copy = tmp_path / "vault"
    shutil.copytree(path, copy)
    with Vault.open(copy, key=key):
        return copy, key, stored


def journal_of(path: Path) -> Path:
    return path / "journal" / SEALED_EVENTS_FILE


def damage_is_said(path: Path, key: VaultKey, *, anew: bool = True) -> str:
    """Opening fails with the repair, in this process and in one that begins."""
    if anew:
        kept.forget(path)
    with pytest.raises(VaultDamagedError) as damage, Vault.open(path, key=key):
        pass
    assert damage.value.exit_code == 5
    assert damage.value.next_step == f"Run: moletrail --vault '{path}' verify --repair"
    return damage.value.message


def rechain(lines: list[bytes], after: int) -> list[bytes]:
    """The lines with a chain that fits again from entry `after` on, as anybody can make it."""
    made = lines[:after]
    prev = json.loads(made[-1])["hash"] if made else "0" * 64
    for number, raw in enumerate(lines[after:], start=after + 1):
        line, prev = _chained({"seq": number, "box": json.loads(raw)["box"], "prev": prev})
        made.append(line)
    return made


def test_a_flip_anywhere_in_the_journal_is_said(filled: Filled) -> None:
    path, key, _ = filled
    good = journal_of(path).read_bytes()
    for position in range(0, len(good), len(good) // 25):
        journal_of(path).write_bytes(good)
        flip(journal_of(path), position)
        assert str(journal_of(path)) in damage_is_said(path, key)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: [*lines[:3], lines[3], *lines[3:]],
        lambda lines: [*lines[:3], lines[1], *lines[4:]],
    ],
    ids=["swapped", "one missing", "one twice", "one replaced"],
)
@pytest.mark.parametrize("snapshot", [False, True], ids=["replayed", "from a snapshot"])
def test_altered_entries_are_said_though_the_chain_was_made_to_fit(
    filled: Filled,
    change: Callable[[list[bytes]], list[bytes]],
    snapshot: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, key, _ = filled
    if snapshot:
        monkeypatch.setattr("tracker.store.tables.worth_writing", lambda seq, kept: seq > kept)
        with Vault.open(path, key=key) as vault:
            add(vault, 9)
        assert (path / SNAPSHOT_FILE).exists()
    lines = journal_of(path).read_bytes().splitlines(keepends=True)
    journal_of(path).write_bytes(b"".join(rechain(change(lines), 3)))
    damage_is_said(path, key)


@pytest.mark.parametrize("gone", [1, 3, 9])
@pytest.mark.parametrize("anew", [True, False], ids=["new process", "same process"])
def test_a_journal_that_was_cut_back_is_said(filled: Filled, gone: int, anew: bool) -> None:
    path, key, _ = filled
    lines = journal_of(path).read_bytes().splitlines(keepends=True)
    journal_of(path).write_bytes(b"".join(lines[:-gone]))
    message = damage_is_said(path, key, anew=anew)
    assert f"ends at entry {len(lines) - gone}, but {len(lines)} were stored" in message


def test_a_last_entry_that_was_altered_meanwhile_is_said_in_the_same_process(
    filled: Filled,
) -> None:
    path, key, _ = filled
    flip(journal_of(path), -200)
    assert "was altered" in damage_is_said(path, key, anew=False)


def test_a_cut_line_is_damage_and_not_an_interrupted_write(filled: Filled) -> None:
    path, key, _ = filled
    journal_of(path).write_bytes(journal_of(path).read_bytes()[:-40])
    assert "were stored" in damage_is_said(path, key)


def test_an_unfinished_line_is_set_aside(filled: Filled) -> None:
    path, key, stored = filled
    with journal_of(path).open("ab") as file:
        file.write(b'{"seq":99,"box":"AAAA')
    kept.forget(path)
    with Vault.open(path, key=key) as vault:
        assert_same(vault.all_observations(), stored)
    (aside,) = journal_of(path).parent.glob("torn-*.part")
    assert not any(year in aside.name for year in ("2026", "2027"))


def test_a_journal_of_another_vault_is_said(filled: Filled, tmp_path: Path) -> None:
    path, key, _ = filled
    (tmp_path / "other").mkdir()
    other, its_key, _ = new_sealed_vault(tmp_path / "other")
    with Vault.open(other, key=its_key) as vault:
        for seed in range(5):
            add(vault, seed)
    good = journal_of(path).read_bytes()
    shutil.copy(journal_of(other), journal_of(path))
    damage_is_said(path, key)
    journal_of(path).write_bytes(good)
    shutil.copy(other / "journal" / HEAD_FILE, path / "journal" / HEAD_FILE)
    assert HEAD_FILE in damage_is_said(path, key)


def test_a_lost_journal_or_head_record_is_said(filled: Filled) -> None:
    path, key, _ = filled
    record = path / "journal" / HEAD_FILE
    good = record.read_bytes()
    for content in (None, b"", good[:50], b"\0" * len(good)):
        record.unlink(missing_ok=True)
        if content is not None:
            record.write_bytes(content)
        assert HEAD_FILE in damage_is_said(path, key)
    record.write_bytes(good)
    journal_of(path).unlink()
    assert "missing its beginning" in damage_is_said(path, key)


def test_half_a_head_record_is_enough(filled: Filled) -> None:
    path, key, stored = filled
    record = path / "journal" / HEAD_FILE
    good = record.read_bytes()
    for position in (10, len(good) - 10):
        record.write_bytes(good)
        flip(record, position)
        kept.forget(path)
        with Vault.open(path, key=key) as vault:
            assert_same(vault.all_observations(), stored)
    with Vault.open(path, key=key) as vault:
        add(vault, 8)
        add(vault, 9)
    lines = journal_of(path).read_bytes().splitlines(keepends=True)
    journal_of(path).write_bytes(b"".join(lines[:-1]))
    damage_is_said(path, key)


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "swapped", "missing", "plain"])
def test_a_photo_that_is_not_what_was_stored_is_said(filled: Filled, damage: str) -> None:
    path, key, stored = filled
    folder = PhotoFolder(path, key.sealing)
    sha, other = (o.photo.photo_sha256 for o in stored[:2])
    file = folder.path_of(sha)
    content = file.read_bytes()
    if damage == "flipped":
        flip(file, 100)
    elif damage == "missing":
        file.unlink()
    else:
        file.write_bytes(
            {
                "cut": content[:-1],
                "empty": b"",
                "swapped": folder.path_of(other).read_bytes(),
                "plain": photo_data(0),
            }[damage]
        )
    with Vault.open(path, key=key) as vault:
        with pytest.raises(VaultDamagedError, match="verify --repair") as said:
            vault.photo_bytes(sha)
        assert str(file) in said.value.message
        assert vault.photo_bytes(other) == photo_data(1)
        add(vault, 0)  # the same photo, whole
        assert vault.photo_bytes(sha) == photo_data(0)


def test_a_damaged_or_swapped_thumbnail_is_made_again(filled: Filled) -> None:
    path, key, _ = filled
    with Vault.open(path, key=key) as vault:
        vault.cached("one", lambda: b"first")
        (one,) = (path / "cache").rglob("?" * 64)
        vault.cached("two", lambda: b"second")
        (two,) = set((path / "cache").rglob("?" * 64)) - {one}
        shutil.copy(two, one)
        assert vault.cached("one", lambda: b"again") == b"again"
        flip(one, -1)
        assert vault.cached("one", lambda: b"a third time") == b"a third time"
        assert vault.cached("two", lambda: b"never") == b"second"


@pytest.mark.parametrize("name", ["write_all", "flush"])
def test_a_full_disk_takes_nothing_and_loses_nothing(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path, key, stored = filled

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    content = journal_of(path).read_bytes()
    with Vault.open(path, key=key) as vault:
        with monkeypatch.context() as patch:
            patch.setattr(journal, name, full)
            with pytest.raises(StorageFullError):
                add(vault, 9)
        assert journal_of(path).read_bytes() == content
        assert_same(vault.all_observations(), stored)
    kept.forget(path)
    monkeypatch.setattr(disk, "write_all", full)
    monkeypatch.setattr(head, "write_all", full)
    with Vault.open(path, key=key) as vault:  # what is there can be read without any room
        assert_same(vault.all_observations(), stored)
