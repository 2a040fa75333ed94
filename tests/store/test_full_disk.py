"""A disk that is full: said as such, nothing half-written, what was stored before is intact."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from tests.store.builders import add, photo_data
from tests.store.same import assert_same
from tracker.domain.records import Observation
from tracker.errors import StorageFullError, VaultError
from tracker.store import Vault, disk, journal
from tracker.store.database import DATABASE_FILE, Database, explain

FAR_TOO_MANY = 2000


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def broken(*_: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def add_in_one_batch(vault: Vault, seeds: Iterable[int], *, then: Exception | None = None) -> None:
    with vault.batch():
        for seed in seeds:
            add(vault, seed)
        if then is not None:
            raise then


def add_until_refused(path: Path, stored: list[Observation]) -> None:
    for seed in range(1, FAR_TOO_MANY):
        with Vault.open(path) as vault:
            stored.append(add(vault, seed))


def files_of(path: Path) -> set[str]:
    return {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}


def half_then_full(descriptor: int, data: bytes) -> int:
    """Take some bytes, then no more, as a disk does that runs full."""
    os.pwrite(descriptor, bytes(data)[: len(data) // 2], os.fstat(descriptor).st_size)
    return full()


@pytest.mark.parametrize(
    ("module", "name", "failure", "error"),
    [
        (disk, "write_all", half_then_full, StorageFullError),
        (disk, "flush", full, StorageFullError),
        (disk, "flush", broken, VaultError),
        (journal, "write_all", half_then_full, StorageFullError),
        (journal, "flush", full, StorageFullError),
        (journal, "flush", broken, VaultError),
    ],
    ids=["photo", "photo flush", "photo flush EIO", "journal", "journal flush", "journal EIO"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="os.pwrite")
def test_no_room_while_writing(
    vault_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    failure: object,
    error: type[VaultError],
) -> None:
    with Vault.open(vault_path) as vault:
        kept = add(vault, 1)
        before, files = vault.info(), files_of(vault_path)
        content = (vault_path / "journal" / journal.EVENTS_FILE).read_bytes()
        with monkeypatch.context() as patch:
            patch.setattr(module, name, failure)
            with pytest.raises(error) as refused:
                add(vault, 2)
        assert "safe" in refused.value.message or error is VaultError
        assert vault.info() == before
        assert (vault_path / "journal" / journal.EVENTS_FILE).read_bytes() == content
        left = files_of(vault_path) - files
        assert all(len(Path(name).name) == 64 for name in left), "only a whole unused photo stays"
        again = add(vault, 2)
    with Vault.open(vault_path) as vault:
        assert_same(vault.all_observations(), [kept, again])
        assert vault.photo_bytes(again.photo.photo_sha256) == photo_data(2)


def test_no_room_in_a_batch_takes_back_all_of_it(
    vault_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Vault.open(vault_path) as vault:
        kept = add(vault, 1)
        with monkeypatch.context() as patch:
            patch.setattr(journal, "write_all", full)
            with pytest.raises(StorageFullError):
                add_in_one_batch(vault, range(2, 6))
        assert_same(vault.all_observations(), [kept])
        later = add(vault, 7)
    with Vault.open(vault_path) as vault:
        assert_same(vault.all_observations(), [kept, later])


def test_an_error_within_a_batch_takes_back_all_of_it(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        kept = add(vault, 1)
        with pytest.raises(KeyError):
            add_in_one_batch(vault, [2], then=KeyError("of the caller"))
        assert_same(vault.all_observations(), [kept])
        with vault.batch(), vault.batch():
            second = add(vault, 3)
    with Vault.open(vault_path) as vault:
        assert_same(vault.all_observations(), [kept, second])


@pytest.mark.parametrize(
    "error",
    [duckdb.IOException("IO Error: No space left on device"), KeyboardInterrupt()],
    ids=["full", "interrupt"],
)
def test_a_commit_that_fails_after_the_journal_is_made_up_for(
    vault_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    real = Database.run
    fails = iter([error])

    def run(self: Database, sql: str, parameters: tuple[object, ...] = ()) -> None:
        if sql == "COMMIT" and (failure := next(fails, None)) is not None:
            raise explain(failure, self.path) if isinstance(failure, duckdb.Error) else failure
        real(self, sql, parameters)

    with Vault.open(vault_path) as vault:
        person = vault.ensure_person("Ada")
        monkeypatch.setattr(Database, "run", run)
        if isinstance(error, KeyboardInterrupt):
            with pytest.raises(KeyboardInterrupt):
                vault.ensure_person("Grace")
        else:
            vault.ensure_person("Grace")
        assert [p.name for p in vault.people()] == ["Ada", "Grace"]
        vault.rename_person(person, "Zoe")
        assert [p.name for p in vault.people()] == ["Grace", "Zoe"]
    (vault_path / DATABASE_FILE).unlink()
    with Vault.open(vault_path) as vault:
        assert [p.name for p in vault.people()] == ["Grace", "Zoe"]


def test_a_cache_without_room_still_answers(
    vault_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Vault.open(vault_path) as vault:
        monkeypatch.setattr(disk, "write_all", full)
        assert vault.cached("key", lambda: b"picture") == b"picture"
        assert vault.cached("key", lambda: b"made again") == b"made again"


def test_a_vault_on_a_full_disk_can_be_read(
    vault_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Vault.open(vault_path) as vault:
        kept = add(vault, 1)
    monkeypatch.setattr(disk, "write_all", full)
    with Vault.open(vault_path) as vault:
        assert_same(vault.all_observations(), [kept])


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(disk, "write_all", denied)
    with pytest.raises(VaultError, match="cannot be written") as refused:
        Vault.create(tmp_path / "vault")
    assert refused.value.exit_code == 4


def test_a_disk_that_really_runs_full(small_disk: Path) -> None:
    path = small_disk / "vault"
    Vault.create(path)
    stored: list[Observation] = []
    filler = small_disk / "filler"
    with Vault.open(path) as vault:
        stored.append(add(vault, 0))
    room = os.statvfs(small_disk)
    filler.write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - 400_000))
    with pytest.raises(StorageFullError):
        add_until_refused(path, stored)
    assert len(stored) < FAR_TOO_MANY
    filler.unlink()
    with Vault.open(path) as vault:
        found = {o.observation_id: o for o in vault.all_observations()}
        for observation in stored:
            assert_same(found[observation.observation_id], observation)
            assert vault.photo_bytes(observation.photo.photo_sha256)
        add(vault, 3000)
