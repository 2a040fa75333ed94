"""A head that is not the vault's own: nothing is undone, erased or made by its word."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.store.builders import CHEAP, SECRET, add, new_sealed_vault, new_vault, photo_data
from tests.store.steps import KilledError
from tracker.errors import VaultDamagedError, VaultError, WrongPassphraseError
from tracker.services import keyring, safety
from tracker.services.session import Workspace
from tracker.store import Vault, conversion, disk, header
from tracker.store.encrypting import encrypt_vault
from tracker.store.header import HEADER_COPY_FILE, HEADER_FILE
from tracker.store.kept import forget
from tracker.store.keys import VaultKey, is_encrypted, new_recovery_key, rekey, unlock
from tracker.store.verify import check_vault, repair_vault

PHOTOS = 3


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = new_vault(tmp_path)
    with Vault.open(path) as vault:
        for seed in range(PHOTOS):
            add(vault, seed)
    return path


def names(path: Path) -> set[str]:
    files = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}
    return files - {"lock", "lock-holder.json"}


def holds_all(path: Path) -> bool:
    with Vault.open(path, key=unlock(path, SECRET)) as vault:
        shas = [seen.photo.photo_sha256 for seen in vault.all_observations()]
        return [vault.photo_bytes(sha) for sha in shas] == [photo_data(n) for n in range(PHOTOS)]


def test_a_plain_head_over_an_encrypted_vault(plain: Path) -> None:
    old = (plain / HEADER_FILE).read_bytes()
    encrypt_vault(plain, SECRET, cost=CHEAP)
    (plain / HEADER_FILE).write_bytes(old)
    before = names(plain)
    with pytest.raises(VaultDamagedError, match=r"vault\.json"), Vault.open(plain):
        pass
    with pytest.raises(VaultDamagedError):
        is_encrypted(plain)
    assert names(plain) == before
    workspace = Workspace(plain, secret=lambda: SECRET)
    report = safety.check(workspace)
    assert [(each.code, each.file) for each in report.findings] == [("header_damaged", HEADER_FILE)]
    assert [each.code for each in safety.repair(workspace)] == ["header_damaged"]
    keyring.lock(workspace)
    assert (plain / HEADER_FILE).read_bytes() == (plain / HEADER_COPY_FILE).read_bytes()
    assert holds_all(plain)


def stopped_at_the_end(plain: Path) -> None:
    """Encrypt, and be killed when nothing but the note that it is under way is left to go."""

    def die(_vault: Path) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversion, "_end", die)
        with pytest.raises(KilledError):
            encrypt_vault(plain, SECRET, cost=CHEAP)


@pytest.mark.parametrize("copy", ["kept", "lost"])
def test_a_plain_head_does_not_undo_an_encryption_that_has_happened(plain: Path, copy: str) -> None:
    old = (plain / HEADER_FILE).read_bytes()
    stopped_at_the_end(plain)
    good = (plain / HEADER_FILE).read_bytes()
    if copy == "lost":
        (plain / HEADER_COPY_FILE).unlink()
    (plain / HEADER_FILE).write_bytes(old)
    before = names(plain)
    for _ in range(2):
        with pytest.raises(VaultDamagedError), Vault.open(plain):
            pass
        assert names(plain) == before
    if copy == "kept":
        repair_vault(plain, unlock(plain, SECRET))
    else:
        assert [each.file for each in check_vault(plain)] == [HEADER_FILE]
        assert repair_vault(plain) == []
        assert names(plain) == before
        (plain / HEADER_FILE).write_bytes(good)
    assert holds_all(plain)


def test_an_encrypted_head_does_not_finish_what_has_not_happened(plain: Path) -> None:
    """A program that copies folders may bring the head before the photos."""
    other = plain.with_name("other")
    shutil.copytree(plain, other)
    encrypt_vault(other, SECRET, cost=CHEAP)
    conversion.begin(plain, header.read_header(plain).vault_id)
    for name in (HEADER_FILE, HEADER_COPY_FILE):
        shutil.copy(other / name, plain / name)
    before = names(plain)
    with pytest.raises(VaultDamagedError), Vault.open(plain, key=unlock(plain, SECRET)):
        pass
    assert names(plain) == before
    shutil.copytree(other, plain, dirs_exist_ok=True)
    assert holds_all(plain)
    assert not list(plain.rglob("*.jsonl"))


@pytest.mark.parametrize("name", [HEADER_FILE, HEADER_COPY_FILE])
def test_the_head_of_another_vault(tmp_path: Path, name: str) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    path, key, _ = new_sealed_vault(ours)
    with Vault.open(path, key=key) as vault:
        for seed in range(PHOTOS):
            add(vault, seed)
    forget(path)
    stranger, _, recovery_key = new_sealed_vault(theirs)
    foreign = (stranger / HEADER_FILE).read_bytes()
    (path / name).write_bytes(foreign)
    before = names(path)
    with pytest.raises(VaultDamagedError, match="different vaults"), Vault.open(path, key=key):
        pass
    with pytest.raises(WrongPassphraseError):  # it opens one of the heads, and nothing else
        repair_vault(path, unlock(path, recovery_key))
    assert names(path) == before
    repair_vault(path, key)
    assert (path / f"{name}.foreign-1").read_bytes() == foreign
    assert {each.code for each in check_vault(path, key, deep=True)} <= {"kept_aside"}
    assert holds_all(path)


def test_the_mark_of_a_demo_is_the_journal_s(tmp_path: Path) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    found: dict[str, Any] = json.loads((path / HEADER_FILE).read_bytes())
    found["demo"] = True
    found["sha256"] = header._digest({name: found[name] for name in found if name != "sha256"})
    for name in (HEADER_FILE, HEADER_COPY_FILE):
        (path / name).write_text(json.dumps(found))
    with pytest.raises(VaultDamagedError), Vault.open(path, key=key):
        pass
    repair_vault(path, key)
    with Vault.open(path, key=key) as vault:
        assert not vault.info().demo


def failing_on(patch: pytest.MonkeyPatch, name: str, *, before: bool) -> None:
    """Let the disk refuse the head's file of that name, before or after it is in place."""
    real = disk.write_atomic

    def refuse(path: Path, data: bytes, **how: Any) -> None:
        if path.name == name and before:
            raise VaultError("refused")
        real(path, data, **how)
        if path.name == name:
            raise VaultError("refused")

    patch.setattr(header, "write_atomic", refuse)


@pytest.mark.parametrize(("name", "before"), [(HEADER_COPY_FILE, True), (HEADER_FILE, False)])
def test_a_recovery_key_that_counts_is_shown(tmp_path: Path, name: str, before: bool) -> None:
    path, key, old = new_sealed_vault(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        failing_on(patch, name, before=before)
        new = new_recovery_key(path, key)
    assert unlock(path, new).fits(header.read_header(path))
    with pytest.raises(WrongPassphraseError):
        unlock(path, old)


def test_a_passphrase_that_could_not_be_written_does_not_count(tmp_path: Path) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        failing_on(patch, HEADER_FILE, before=True)
        with pytest.raises(VaultError):
            rekey(path, key, "another one", cost=CHEAP)
    assert isinstance(unlock(path, SECRET), VaultKey)


def test_an_encryption_that_has_happened_is_said_to_have(plain: Path) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "held by another program")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversion, "erase_file", refuse)
        with pytest.raises(VaultError, match="is encrypted") as said:
            encrypt_vault(plain, SECRET, cost=CHEAP)
    assert "rekey --recovery-key" in str(said.value.next_step)
    assert is_encrypted(plain)
    assert holds_all(plain)
    assert not list(plain.rglob("*.jsonl"))
