"""Making and opening vaults: every path that is no vault is said as what it is."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.store.builders import add, new_vault
from tracker.errors import VaultDamagedError, VaultError, VaultNewerError, VaultNotFoundError
from tracker.store import Vault
from tracker.store.engine import Engine
from tracker.store.header import FORMAT, read_header
from tracker.store.journal import EVENTS_FILE


def test_a_new_vault_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "not yet" / "there"
    Vault.create(path, demo=True)
    with Vault.open(path) as vault:
        info = vault.info()
        assert (info.people, info.lesions, info.photos, info.observations) == (0, 0, 0, 0)
        assert info.demo
        assert info.journal_entries == 1
        assert not vault.people()
        assert not vault.lesions()
        assert not vault.all_observations()


def test_nothing_there(tmp_path: Path) -> None:
    path = tmp_path / "none"
    with pytest.raises(VaultNotFoundError, match="moletrail init"), Vault.open(path):
        pass
    assert not path.exists(), "looking for a vault must not make one"


def test_a_folder_that_is_no_vault(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(VaultNotFoundError, match="not a Moletrail vault"), Vault.open(tmp_path):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["holiday.jpg"]
    with pytest.raises(VaultError, match="not empty"):
        Vault.create(tmp_path)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"x")
    with pytest.raises(VaultError, match="is a file") as refused, Vault.open(path):
        pass
    assert refused.value.exit_code == 4
    with pytest.raises(VaultError, match="is a file"):
        Vault.create(path)


def test_a_vault_is_not_made_twice(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        add(vault, 1)
    with pytest.raises(VaultError, match="already"):
        Vault.create(vault_path)
    with Vault.open(vault_path) as vault:
        assert vault.info().observations == 1


def test_an_interrupted_create_can_be_finished(vault_path: Path) -> None:
    (vault_path / "vault.json").unlink()
    Vault.create(vault_path)
    with Vault.open(vault_path) as vault:
        assert vault.info().journal_entries == 1


def test_a_vault_that_lost_its_head_is_not_made_anew(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        vault.ensure_person("Ada")
    for file in vault_path.iterdir():
        if file.is_file():
            file.unlink()
    with pytest.raises(VaultDamagedError, match="verify --repair"):
        Vault.create(vault_path)


@pytest.mark.parametrize("extra", [{}, {"created_at": None, "cipher": "new"}])
def test_a_newer_format_is_left_alone(vault_path: Path, extra: dict[str, object]) -> None:
    head = vault_path / "vault.json"
    content = json.loads(head.read_text()) | {"format": FORMAT + 1} | extra
    head.write_text(json.dumps(content))
    before = {file: file.stat().st_mtime_ns for file in vault_path.rglob("*")}
    with pytest.raises(VaultNewerError, match="newer Moletrail") as refused, Vault.open(vault_path):
        pass
    assert refused.value.exit_code == 4
    assert {file: file.stat().st_mtime_ns for file in vault_path.rglob("*")} == before


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access in lists, not in mode bits")
def test_only_the_owner_may_look(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        add(vault, 1)
        vault.cached("key", lambda: b"picture")
    for file in [vault_path, *vault_path.rglob("*")]:
        wanted = 0o700 if file.is_dir() else 0o600
        assert stat.S_IMODE(file.stat().st_mode) == wanted, file


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access in lists, not in mode bits")
def test_an_existing_empty_folder_becomes_private(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.mkdir(mode=0o755)
    Vault.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_the_head_and_the_journal_tell_the_same(tmp_path: Path) -> None:
    path = new_vault(tmp_path)
    first = json.loads((path / "journal" / EVENTS_FILE).read_text().splitlines()[0])
    header = read_header(path)
    assert first["kind"] == "vault_created"
    assert first["payload"]["vault_id"] == header.vault_id


def test_a_failed_open_lets_go_of_the_vault(
    vault_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Engine) -> None:
        raise RuntimeError("in the middle of opening")

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_check_first_entry", fail)
        with pytest.raises(RuntimeError), Vault.open(vault_path):
            pass
    with Vault.open(vault_path, wait_s=0.0) as vault:
        assert vault.people() == []


def test_an_error_in_the_block_lets_go_of_the_vault(vault_path: Path) -> None:
    def add_and_fail() -> None:
        with Vault.open(vault_path) as vault:
            vault.ensure_person("Ada")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with Vault.open(vault_path, wait_s=0.0) as vault:
        assert [person.name for person in vault.people()] == ["Ada"]
