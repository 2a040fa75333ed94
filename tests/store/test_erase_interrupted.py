"""A deletion happens as a whole or not at all, wherever it is stopped."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.store.erase_workers import (
    HAPPENED,
    STEPS,
    delete_in_another_process,
    die_deleting,
)
from tests.store.kinds import KINDS_OF_VAULT, Kept, copied
from tests.store.plaintext import leaks
from tests.store.same import assert_same
from tests.store.two_people import GOES, STAYS, delete_person, secrets
from tests.store.whole import everything
from tests.store.workers import CRASHED, context
from tracker.errors import StorageFullError
from tracker.store.erasure import ERASURE_FILE, finish_erasure, may_go
from tracker.store.header import read_header
from tracker.store.keys import sealing_for
from tracker.store.verify import check_vault, repair_vault

_PATIENCE_S = 120.0
#: Around the moment in which it happens, an encrypted vault has steps of its own.
CASES = [("plain", step) for step in STEPS] + [("encrypted", step) for step in STEPS[5:9]]


@pytest.fixture(params=KINDS_OF_VAULT)
def kept(tmp_path: Path, request: pytest.FixtureRequest, two_people: dict[str, Kept]) -> Kept:
    return copied(two_people[request.param], tmp_path / "vault")


@pytest.fixture
def plain(tmp_path: Path, two_people: dict[str, Kept]) -> Kept:
    return copied(two_people["plain"], tmp_path / "vault")


@pytest.fixture
def encrypted(tmp_path: Path, two_people: dict[str, Kept]) -> Kept:
    return copied(two_people["encrypted"], tmp_path / "vault")


@pytest.mark.parametrize(("kind", "step"), CASES)
def test_killed_between_two_steps(
    kind: str, step: str, two_people: dict[str, Kept], tmp_path: Path
) -> None:
    kept = copied(two_people[kind], tmp_path / "vault")
    hidden = secrets(kept)
    with kept.open() as vault:
        before = everything(vault)
    arguments = (str(kept.path), kept.key is not None, GOES, step)
    child = context().Process(target=die_deleting, args=arguments)
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode == CRASHED
    found = check_vault(kept.path, kept.key)  # a check, too, meets no half of a deletion
    assert [each for each in found if each.severity == "damage"] == []
    with kept.open() as vault:
        after = everything(vault)
        assert [person.name for person in vault.people()] == (
            [STAYS] if step in HAPPENED else [STAYS, GOES]
        )
    assert not (kept.path / ERASURE_FILE).exists()
    assert not list(kept.path.rglob("*.erasing"))
    if step in HAPPENED:
        assert leaks(kept.path, hidden) == []
        assert len(after["observations"]) == 2
        return
    assert_same(after, before)
    delete_person(kept)
    assert leaks(kept.path, hidden) == []


def test_a_repair_finishes_what_was_interrupted(kept: Kept) -> None:
    hidden = secrets(kept)
    arguments = (str(kept.path), kept.key is not None, GOES, "before the files go")
    child = context().Process(target=die_deleting, args=arguments)
    child.start()
    child.join(_PATIENCE_S)
    done = {repair.code for repair in repair_vault(kept.path, kept.key)}
    assert "deletion_unfinished" in done
    assert not any(code.startswith("journal") for code in done), done
    assert leaks(kept.path, hidden) == []
    assert check_vault(kept.path, kept.key, deep=True) == []


def test_an_engine_in_memory_notices(encrypted: Kept) -> None:
    """Another process deletes while this one keeps the tables of an encrypted vault."""
    with encrypted.open() as vault:
        assert len(vault.people()) == 2
    child = context().Process(target=delete_in_another_process, args=(str(encrypted.path), GOES))
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode == 0
    with encrypted.open() as vault:
        assert [person.name for person in vault.people()] == [STAYS]


def test_a_full_disk_deletes_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with kept.open() as vault:
        before = everything(vault)
    with monkeypatch.context() as patched:
        patched.setattr("tracker.store.erase.write_all", full)
        with pytest.raises(StorageFullError):
            delete_person(kept)
    assert not list(kept.path.rglob("*.erasing"))
    with kept.open() as vault:
        assert_same(everything(vault), before)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"not json",
        b'{"moletrail_erasure": 1, "seq": 1, "hash": "x", "files": ["../../outside"]}',
        b'{"moletrail_erasure": 1, "seq": 1, "hash": "x", "files": ["journal/events.jsonl"]}',
        b'{"moletrail_erasure": 1, "seq": 1, "hash": "x", "files": ["/etc/passwd"]}',
    ],
)
def test_a_damaged_note_of_a_deletion_removes_nothing(plain: Kept, content: bytes) -> None:
    (plain.path / ERASURE_FILE).write_bytes(content)
    with plain.open() as vault:
        assert len(vault.all_observations()) == 5
    (aside,) = plain.path.glob(f"{ERASURE_FILE}.damaged-*")
    assert aside.read_bytes() == content


def test_only_files_of_the_vault_may_go() -> None:
    assert all(may_go(name) for name in ("photos/ab/x", "lost+found/a", "journal/torn-1.part"))
    refused = ("vault.json", "/photos/a", "photos/../vault.json", "journal/events.sealed", "photos")
    assert not any(may_go(name) for name in (*refused, "photos//a", "journal\\..\\x", "journal/."))


def test_nothing_under_way_is_left_alone(plain: Kept) -> None:
    sealing = sealing_for(plain.path, read_header(plain.path), None)
    before = sorted(plain.path.rglob("*"))
    finish_erasure(plain.path, sealing)
    assert sorted(plain.path.rglob("*")) == before
