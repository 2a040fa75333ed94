"""What opens an encrypted vault, what no longer does, and what is said about it."""

from __future__ import annotations

import json
import pickle
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.builders import CHEAP, SECRET, add, new_sealed_vault, new_vault
from tests.store.steps import KilledError, Steps
from tracker.errors import (
    UsageError,
    VaultError,
    WrongPassphraseError,
)
from tracker.store import Vault
from tracker.store.header import HEADER_COPY_FILE, HEADER_FILE
from tracker.store.keys import VaultKey, is_encrypted, new_recovery_key, rekey, unlock
from tracker.store.recovery import RecoveryKeyTypoError, format_recovery_key, parse_recovery_key
from tracker.store.slots import DEFAULT_COST, KdfCost

OTHER = "another passphrase"
Sealed = tuple[Path, VaultKey, str]


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    return new_sealed_vault(tmp_path)


def opens(path: Path, secret: str) -> bool:
    try:
        with Vault.open(path, key=unlock(path, secret)):
            return True
    except WrongPassphraseError:
        return False


@given(st.binary(min_size=20, max_size=20), st.data())
def test_a_recovery_key_survives_being_copied_by_hand(bits: bytes, data: st.DataObject) -> None:
    text = format_recovery_key(bits)
    assert [len(group) for group in text.split("-")] == [5] * 7
    assert parse_recovery_key(text) == bits
    sloppy = text.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert parse_recovery_key(f" {sloppy}\n") == bits
    assert parse_recovery_key(text[:-1]) is None
    at = data.draw(st.integers(0, 34))
    plain = list(text.replace("-", ""))
    plain[at] = data.draw(st.sampled_from(sorted(set("23456789ABCDEFGH") - {plain[at]})))
    with suppress(RecoveryKeyTypoError):  # one slip in 32,768 is not seen
        assert parse_recovery_key("".join(plain)) != bits


def test_a_slip_in_a_recovery_key_is_nearly_always_seen() -> None:
    text = format_recovery_key(bytes(range(20))).replace("-", "")
    seen = 0
    for at, old in enumerate(text):
        for new in set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") - {old}:
            try:
                parse_recovery_key(text[:at] + new + text[at + 1 :])
            except RecoveryKeyTypoError:
                seen += 1
    assert seen >= 35 * 31 - 1


@pytest.mark.parametrize("text", ["", "correct horse", "U" * 35, "0" * 34, "ü" * 35])
def test_other_text_is_no_recovery_key(text: str) -> None:
    assert parse_recovery_key(text) is None


def test_passphrase_and_recovery_key_open_the_same(sealed: Sealed) -> None:
    path, key, recovery_key = sealed
    assert is_encrypted(path)
    assert unlock(path, SECRET).key_id == unlock(path, recovery_key).key_id == key.key_id
    assert not is_encrypted(new_vault(path.parent))


def test_a_passphrase_is_the_same_however_it_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    Vault.create(path, passphrase=" Größe ", cost=CHEAP)
    assert opens(path, " Gro\u0308ße ")
    assert not opens(path, "Größe")


@pytest.mark.parametrize("passphrase", ["", "  \n", "x" * 1025])
def test_impossible_passphrases_are_refused(sealed: Sealed, passphrase: str) -> None:
    path, key, _ = sealed
    with pytest.raises(UsageError):
        Vault.create(path.parent / "new", passphrase=passphrase)
    assert not (path.parent / "new").exists()
    with pytest.raises(UsageError):
        rekey(path, key, passphrase)


def test_a_wrong_passphrase_is_said(sealed: Sealed) -> None:
    path, _, recovery_key = sealed
    with pytest.raises(WrongPassphraseError) as wrong:
        unlock(path, SECRET.upper())
    assert wrong.value.exit_code == 4
    assert "recovery key" in str(wrong.value.next_step)
    assert SECRET.upper() not in str(wrong.value)
    slip = recovery_key[:-1] + ("2" if recovery_key[-1] != "2" else "3")
    with pytest.raises(WrongPassphraseError, match="slip"):
        unlock(path, slip)
    with pytest.raises(WrongPassphraseError, match="well-formed"):
        unlock(path, format_recovery_key(bytes(20)))


def test_a_key_of_another_vault_is_refused(sealed: Sealed, tmp_path: Path) -> None:
    path, _, _ = sealed
    (tmp_path / "other").mkdir()
    _, foreign, _ = new_sealed_vault(tmp_path / "other")
    with pytest.raises(WrongPassphraseError), Vault.open(path, key=foreign):
        pass
    with pytest.raises(WrongPassphraseError):
        rekey(path, foreign, OTHER, cost=CHEAP)
    assert opens(path, SECRET)


def test_a_plain_vault_needs_no_key(vault_path: Path, sealed: Sealed) -> None:
    _, key, _ = sealed
    with Vault.open(vault_path, key=key) as vault:
        assert vault.people() == []
    with pytest.raises(VaultError, match="not encrypted"):
        unlock(vault_path, SECRET)
    with pytest.raises(VaultError, match="not encrypted"):
        rekey(vault_path, key, OTHER)


def test_a_key_does_not_show_itself(sealed: Sealed) -> None:
    _, key, _ = sealed
    for shown in (repr(key), str(key), repr(key.sealing), f"{key!s}"):
        assert key._data_key.hex() not in shown
        assert repr(key._data_key) not in shown
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_rekey_changes_what_opens_and_nothing_else(sealed: Sealed) -> None:
    path, key, recovery_key = sealed
    with Vault.open(path, key=key) as vault:
        stored = add(vault, 1)
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    rekey(path, key, OTHER, cost=CHEAP)
    changed = {file.name for file, content in before.items() if file.read_bytes() != content}
    assert changed == {HEADER_FILE, HEADER_COPY_FILE}
    assert (path / HEADER_FILE).read_bytes() == (path / HEADER_COPY_FILE).read_bytes()
    assert opens(path, OTHER)
    assert opens(path, recovery_key)
    assert not opens(path, SECRET)
    with Vault.open(path, key=key) as vault:
        assert vault.observation(stored.observation_id).note == stored.note


def test_a_new_recovery_key_replaces_the_old(sealed: Sealed) -> None:
    path, key, recovery_key = sealed
    fresh = new_recovery_key(path, key)
    assert fresh != recovery_key
    assert opens(path, fresh)
    assert opens(path, SECRET)
    assert not opens(path, recovery_key)


def test_rekey_killed_at_any_step_leaves_one_passphrase(sealed: Sealed) -> None:
    path, key, _ = sealed
    trial = path.with_name("trial")
    shutil.copytree(path, trial)
    with pytest.MonkeyPatch.context() as patch:
        steps = Steps(patch)
        rekey(trial, key, OTHER, cost=CHEAP)
    assert len(steps.done) > 8
    for fatal in range(len(steps.done)):
        copy = path.with_name(f"killed-{fatal}")
        shutil.copytree(path, copy)
        with pytest.MonkeyPatch.context() as patch, suppress(KilledError):
            Steps(patch, fatal)
            rekey(copy, key, OTHER, cost=CHEAP)
            raise AssertionError("it survived")
        happened = any(step.startswith("replace .vault.json") for step in steps.done[:fatal])
        assert (opens(copy, OTHER), opens(copy, SECRET)) == (happened, not happened)
        # `opens` has used the vault: an old copy would still open with the old passphrase.
        assert (copy / HEADER_FILE).read_bytes() == (copy / HEADER_COPY_FILE).read_bytes()


def test_the_usual_cost_is_the_standards(tmp_path: Path) -> None:
    assert KdfCost(memory_kib=65536, passes=3, lanes=4) == DEFAULT_COST
    path = tmp_path / "vault"
    Vault.create(path, passphrase=SECRET)
    kdf = json.loads((path / HEADER_FILE).read_text())["slots"][0]["kdf"]
    assert (kdf["name"], kdf["memory_kib"], kdf["passes"], kdf["lanes"]) == (
        "argon2id",
        65536,
        3,
        4,
    )
    assert opens(path, SECRET)


def test_the_head_tells_neither_names_nor_dates(sealed: Sealed) -> None:
    path, key, _ = sealed
    with Vault.open(path, key=key) as vault:
        created = vault.info().created_at
        add(vault, 1, person="Zoë")
    text = (path / HEADER_FILE).read_text()
    assert set(json.loads(text)) == {
        "moletrail_vault",
        "format",
        "demo",
        "generation",
        "key_id",
        "slots",
        "sha256",
    }
    assert created.date().isoformat() not in text
