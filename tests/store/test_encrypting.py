"""A plain vault becomes an encrypted one with all that is in it, whenever it is interrupted."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.builders import (
    CHEAP,
    MODEL_SHA,
    SECRET,
    a_comparison,
    add,
    new_vault,
    photo_data,
    unit_vector,
)
from tests.store.plaintext import leaks, secrets_of
from tests.store.same import assert_same
from tests.store.steps import KilledError, Steps
from tracker.domain.comparison import Comparison
from tracker.domain.records import Observation
from tracker.errors import (
    StorageFullError,
    UsageError,
    VaultBusyError,
    VaultDamagedError,
    VaultError,
    VaultLockedError,
)
from tracker.store import Vault, conversion, disk, encrypting
from tracker.store.conversion import MARK_FILE
from tracker.store.disk import _NEUTRAL_NS
from tracker.store.encrypting import encrypt_vault
from tracker.store.keys import is_encrypted, unlock

FIXTURES = Path(__file__).parent / "fixtures"
PLAIN_FIXTURES = sorted(folder.name for folder in FIXTURES.glob("format-1*"))
SEEDS = (101, 102, 103)
Content = tuple[list[Observation], tuple[Comparison, ...]]


def content_of(vault: Vault) -> Content:
    for seed, observation in zip(SEEDS, vault.all_observations(), strict=True):
        assert vault.photo_bytes(observation.photo.photo_sha256) == photo_data(seed)
    (lesion,) = vault.lesions()
    return vault.all_observations(), vault.comparisons(lesion)


def filled(folder: Path) -> tuple[Path, Content]:
    """A vault with all that a plain one leaves on the disk."""
    path = new_vault(folder)
    with Vault.open(path) as vault:
        one, two, _ = [add(vault, s, person="Zoë Groß", lesion="left shoulder") for s in SEEDS]
        vault.add_comparison(a_comparison(one.observation_id, two.observation_id))
        vault.cached("thumbnail", lambda: photo_data(101))
        vault.nearest(unit_vector(0), person=one.person, model_sha256=MODEL_SHA, k=1)
        content = content_of(vault)
    (path / "moletrail.duckdb.replaced-1").write_bytes(b"Zo\xc3\xab Gro\xc3\x9f")
    (path / "journal" / "torn-3-20260101T000000Z.part").write_bytes(b'"left shoulder"')
    (path / "photos" / ".DS_Store").write_bytes(b"101.jpg")
    return path, content


def assert_encrypted(path: Path, content: Content) -> None:
    with Vault.open(path, key=unlock(path, SECRET)) as vault:
        assert_same(content_of(vault), content)
    for seed, observation in zip(SEEDS, content[0], strict=True):
        assert leaks(path, secrets_of(observation, photo_data(seed))) == []
    assert not (path / MARK_FILE).exists()
    assert {entry.name for entry in path.iterdir()} - {"snapshot.sealed"} == {
        "vault.json",
        "vault.copy.json",
        "journal",
        "sealed",
        "lock",
    }
    assert {file.name for file in (path / "journal").iterdir()} == {"events.sealed", "head.sealed"}
    assert {file.stat().st_mtime_ns for file in [path, *path.rglob("*")]} == {_NEUTRAL_NS}


def assert_plain(path: Path, content: Content) -> None:
    assert not is_encrypted(path)
    with Vault.open(path) as vault:
        assert_same(content_of(vault), content)
    names = {str(file.relative_to(path)) for file in path.rglob("*")}
    assert not [name for name in names if "sealed" in name or name == MARK_FILE]


def test_everything_is_there_and_nothing_readable(tmp_path: Path) -> None:
    path, content = filled(tmp_path)
    seen: list[tuple[int, int]] = []
    recovery_key = encrypt_vault(
        path, SECRET, cost=CHEAP, progress=lambda done, of: seen.append((done, of))
    )
    assert_encrypted(path, content)
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    with pytest.raises(VaultLockedError), Vault.open(path):
        pass
    key = unlock(path, recovery_key)
    with Vault.open(path, key=key) as vault:
        assert vault.info().created_at.tzinfo is not None
        add(vault, 7)
    with pytest.raises(UsageError, match="already"):
        encrypt_vault(path, SECRET, cost=CHEAP)


def interrupted(path: Path, fatal: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        Steps(patch, fatal)
        with suppress(KilledError):
            encrypt_vault(path, SECRET, cost=CHEAP)
            raise AssertionError(f"it survived step {fatal}")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Content, list[str]]:
    """A filled vault, and the steps of encrypting it."""
    path, content = filled(tmp_path_factory.mktemp("prepared"))
    trial = path.with_name("trial")
    shutil.copytree(path, trial)
    with pytest.MonkeyPatch.context() as patch:
        steps = Steps(patch)
        encrypt_vault(trial, SECRET, cost=CHEAP)
    assert_encrypted(trial, content)
    return path, content, steps.done


def killed_at(prepared: tuple[Path, Content, list[str]], folder: Path, fatal: int) -> None:
    """Kill it there; the vault is whole then, plain before the header and encrypted after it."""
    source, content, steps = prepared
    path = folder / f"killed-{fatal}"
    shutil.copytree(source, path)
    interrupted(path, fatal)
    happened = any(step.startswith("replace .vault.json") for step in steps[:fatal])
    assert is_encrypted(path) == happened
    if happened:
        assert_encrypted(path, content)
    else:
        assert_plain(path, content)
        if fatal % 4 == 0:
            encrypt_vault(path, SECRET, cost=CHEAP)
            assert_encrypted(path, content)
    shutil.rmtree(path)


@pytest.mark.parametrize("name", PLAIN_FIXTURES)
def test_vaults_of_older_programs_are_encrypted_as_they_are(tmp_path: Path, name: str) -> None:
    path = tmp_path / "vault"
    shutil.copytree(FIXTURES / name, path)
    with Vault.open(path) as vault:
        before = vault.all_observations(), vault.people(), vault.lesions(), vault.info()
    encrypt_vault(path, SECRET, cost=CHEAP)
    with Vault.open(path, key=unlock(path, SECRET)) as vault:
        assert_same((vault.all_observations(), vault.people(), vault.lesions()), before[:3])
        assert replace(vault.info(), format=1) == before[3]
        for observation in before[0]:
            vault.photo_bytes(observation.photo.photo_sha256)


def test_killed_at_some_steps(prepared: tuple[Path, Content, list[str]], tmp_path: Path) -> None:
    steps = prepared[2]
    header = next(n for n, step in enumerate(steps) if step.startswith("replace .vault.json"))
    end = len(steps)
    for fatal in {0, 3, header // 2, header - 8, header, header + 1, header + 4, end - 9, end - 1}:
        killed_at(prepared, tmp_path, fatal)


@pytest.mark.slow
def test_killed_at_every_step(prepared: tuple[Path, Content, list[str]], tmp_path: Path) -> None:
    for fatal in range(len(prepared[2])):
        killed_at(prepared, tmp_path, fatal)


def test_killed_while_it_is_finished_or_undone(
    prepared: tuple[Path, Content, list[str]], tmp_path: Path
) -> None:
    source, content, steps = prepared
    header = next(n for n, step in enumerate(steps) if step.startswith("replace .vault.json"))
    for fatal, check in ((header, assert_plain), (header + 1, assert_encrypted)):
        path = tmp_path / f"killed-{fatal}"
        shutil.copytree(source, path)
        interrupted(path, fatal)
        for again in (4, 9, 1):
            with pytest.MonkeyPatch.context() as patch, suppress(KilledError):
                Steps(patch, again)
                conversion.settle(path, wait_s=0)
                raise AssertionError("it survived")
        check(path, content)


def test_a_locked_vault_is_finished_without_its_key(
    prepared: tuple[Path, Content, list[str]], tmp_path: Path
) -> None:
    source, content, steps = prepared
    path = tmp_path / "vault"
    shutil.copytree(source, path)
    header = next(n for n, step in enumerate(steps) if step.startswith("replace .vault.json"))
    interrupted(path, header + 1)
    secrets = secrets_of(content[0][0], photo_data(101))
    assert leaks(path, secrets)
    with pytest.raises(VaultLockedError), Vault.open(path):
        pass
    assert leaks(path, secrets) == []


def test_no_room_changes_nothing(
    prepared: tuple[Path, Content, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, content, _ = prepared
    path = tmp_path / "vault"
    shutil.copytree(source, path)
    usage = shutil.disk_usage(path)._replace(free=1_000_000)
    with monkeypatch.context() as patch:
        patch.setattr(encrypting.shutil, "disk_usage", lambda _: usage)
        with pytest.raises(StorageFullError, match="1 MB are free"):
            encrypt_vault(path, SECRET, cost=CHEAP)
    assert_plain(path, content)


def test_a_disk_that_runs_full_halfway_is_undone(
    prepared: tuple[Path, Content, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, content, _ = prepared
    path = tmp_path / "vault"
    shutil.copytree(source, path)
    real = disk.write_all

    def full(descriptor: int, data: bytes) -> None:
        if data.startswith(b"MTS1") and len(list((path / "sealed").rglob("?" * 64))) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr(disk, "write_all", full)
        with pytest.raises(StorageFullError):
            encrypt_vault(path, SECRET, cost=CHEAP)
    assert not (path / "sealed").exists()
    assert not (path / MARK_FILE).exists()
    assert_plain(path, content)


@pytest.mark.parametrize("name", ["notes.txt", "photos/ab/holiday.jpg", "lost+found/abc"])
def test_files_that_are_not_the_vaults_are_not_left_readable(
    prepared: tuple[Path, Content, list[str]], tmp_path: Path, name: str
) -> None:
    source, content, _ = prepared
    path = tmp_path / "vault"
    shutil.copytree(source, path)
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).write_bytes(b"mine")
    with pytest.raises(VaultError, match="would stay readable") as refused:
        encrypt_vault(path, SECRET, cost=CHEAP)
    assert str(path / name) in refused.value.message
    assert (path / name).read_bytes() == b"mine"
    assert_plain(path, content)


def test_damage_comes_first(prepared: tuple[Path, Content, list[str]], tmp_path: Path) -> None:
    source, content, _ = prepared
    path = tmp_path / "vault"
    shutil.copytree(source, path)
    sha = content[0][0].photo.photo_sha256
    photo = path / "photos" / sha[:2] / sha
    good = photo.read_bytes()
    photo.write_bytes(b"x" + good[1:])
    with pytest.raises(VaultDamagedError, match="not what was stored"):
        encrypt_vault(path, SECRET, cost=CHEAP)
    photo.write_bytes(good)
    assert_plain(path, content)
    journal = path / "journal" / "events.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"left shoulder", b"left shouldes"))
    with pytest.raises(VaultDamagedError):
        encrypt_vault(path, SECRET, cost=CHEAP)
    assert not is_encrypted(path)


def test_a_held_vault_is_left_alone(
    prepared: tuple[Path, Content, list[str]], tmp_path: Path
) -> None:
    source, content, _ = prepared
    path = tmp_path / "vault"
    shutil.copytree(source, path)
    with Vault.open(path), pytest.raises(VaultBusyError):
        encrypt_vault(path, SECRET, cost=CHEAP, wait_s=0)
    assert_plain(path, content)


def test_a_hard_link_elsewhere_keeps_its_bytes(tmp_path: Path) -> None:
    mine, backup = tmp_path / "mine", tmp_path / "backup"
    mine.write_bytes(b"picture")
    os.link(mine, backup)
    conversion.erase_file(mine)
    assert not mine.exists()
    assert backup.read_bytes() == b"picture"
