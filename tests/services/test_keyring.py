"""Keys in memory: who gets one, when it goes, and that it shows nowhere."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tracker.domain.passphrases import weakness
from tracker.errors import (
    UsageError,
    VaultLockedError,
    VaultNotFoundError,
    WrongPassphraseError,
)
from tracker.services import keyring, protection
from tracker.services.keyring import Keyring
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault, vault_state
from tracker.store.keys import VaultKey, new_key
from tracker.store.slots import KdfCost
from tracker.store.vault import Vault

SECRET = "plum ladder otter seven"
CHEAP = KdfCost(memory_kib=64, passes=1, lanes=1)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def locked(tmp_path: Path) -> Workspace:
    """An empty encrypted vault, locked."""
    Vault.create(tmp_path / "vault", passphrase=SECRET, cost=CHEAP)
    return Workspace(tmp_path / "vault")


def _key() -> VaultKey:
    return new_key("0" * 32)


def test_locked_until_unlocked(locked: Workspace) -> None:
    assert keyring.is_encrypted(locked)
    assert not keyring.is_unlocked(locked)
    with pytest.raises(VaultLockedError):
        locked.open()
    keyring.unlock(locked, SECRET)
    with locked.open() as vault:
        vault.ensure_person("Ada")
    keyring.lock(locked)
    assert not keyring.is_unlocked(locked)
    with pytest.raises(VaultLockedError):
        locked.open()


def test_a_key_serves_every_workspace_on_the_path(locked: Workspace, tmp_path: Path) -> None:
    keyring.unlock(locked, SECRET)
    (tmp_path / "other").mkdir()
    roundabout = Workspace(tmp_path / "other" / ".." / "vault")
    assert keyring.is_unlocked(roundabout)
    with roundabout.open() as vault:
        assert vault.info().people == 0
    keyring.lock(roundabout)
    assert not keyring.is_unlocked(locked)


def test_wrong_secrets_unlock_nothing(locked: Workspace) -> None:
    for wrong in (SECRET.upper(), "", " " + SECRET, SECRET + "\n"):
        with pytest.raises(WrongPassphraseError):
            keyring.unlock(locked, wrong)
    assert not keyring.is_unlocked(locked)


def test_the_source_is_asked_once_and_only_for_an_encrypted_vault(
    locked: Workspace, tmp_path: Path
) -> None:
    asked = []

    def source() -> str:
        asked.append(1)
        return SECRET

    plain = Workspace(tmp_path / "plain", secret=source)
    create_vault(plain)
    with plain.open():
        pass
    assert asked == []
    with pytest.raises(VaultNotFoundError):
        Workspace(tmp_path / "nothing", secret=source).open()
    assert asked == []
    workspace = Workspace(locked.vault_path, secret=source)
    for _ in range(3):
        with workspace.open():
            pass
    assert asked == [1]


def test_threads_that_open_together_ask_once(locked: Workspace) -> None:
    asked = []
    together = threading.Barrier(4)

    def source() -> str:
        asked.append(1)
        return SECRET

    workspace = Workspace(locked.vault_path, secret=source)

    def open_it(_: int) -> VaultKey | None:
        together.wait()
        return keyring.key_of(workspace)

    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(open_it, range(4)))
    assert asked == [1]
    assert len(set(map(id, keys))) == 1


def test_a_wrong_source_is_not_asked_again(locked: Workspace) -> None:
    workspace = Workspace(locked.vault_path, secret=lambda: "wrong")
    with pytest.raises(WrongPassphraseError):
        workspace.open()
    with pytest.raises(VaultLockedError):
        workspace.open()


def test_a_key_of_another_vault_at_the_place_is_none(locked: Workspace, tmp_path: Path) -> None:
    keyring.unlock(locked, SECRET)
    locked.vault_path.rename(tmp_path / "elsewhere")
    Vault.create(locked.vault_path, passphrase="another one entirely", cost=CHEAP)
    with pytest.raises(VaultLockedError):
        locked.open()


def test_idle_keys_go_and_use_keeps_them(tmp_path: Path) -> None:
    clock = Clock()
    ring = Keyring([clock])
    path = tmp_path / "vault"
    ring.put(path, _key())
    ring.lock_when_idle(900)
    clock.now_s += 899
    assert ring.get(path) is not None
    clock.now_s += 899
    assert ring.get(path, counts_as_use=False) is not None
    clock.now_s += 1
    assert ring.get(path) is None
    ring.lock_when_idle(None)
    ring.put(path, _key())
    clock.now_s += 1e9
    assert ring.get(path) is not None


def test_a_clock_that_stands_still_or_is_set_back_does_not_keep_a_key(tmp_path: Path) -> None:
    """A sleeping computer stops one clock, a person may set the other one back."""
    steady, wall = Clock(), Clock()
    for moving, other in ((steady, wall), (wall, steady)):
        ring = Keyring([steady, wall])
        ring.lock_when_idle(900)
        ring.put(tmp_path, _key())
        moving.now_s += 900
        other.now_s -= 5000
        assert ring.get(tmp_path) is None


def test_an_idle_key_goes_without_anybody_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[float] = []
    fire = []

    class Timer:
        def __init__(self, wait_s: float, action: object) -> None:
            started.append(wait_s)
            fire.append(action)

        def start(self) -> None:
            pass

        def cancel(self) -> None:
            pass

    monkeypatch.setattr(threading, "Timer", Timer)
    clock = Clock()
    ring = Keyring([clock])
    ring.lock_when_idle(900)
    ring.put(tmp_path, _key())
    assert started == [900]
    clock.now_s += 600
    ring.get(tmp_path)
    clock.now_s += 300
    fire[-1]()
    assert started[-1] == 600  # it was used meanwhile: look again when that runs out
    assert repr(ring) == "Keyring(1 unlocked)"
    clock.now_s += 600
    fire[-1]()
    assert repr(ring) == "Keyring(0 unlocked)"


def test_the_secret_shows_nowhere(
    locked: Workspace, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    key = keyring.unlock(locked, SECRET)
    workspace = Workspace(locked.vault_path, secret=lambda: SECRET)
    with workspace.open() as vault:
        vault.ensure_person("Ada")
    with pytest.raises(WrongPassphraseError) as wrong:
        keyring.unlock(locked, SECRET[:-1])
    said = [repr(key), repr(workspace), repr(keyring._RING._held), str(wrong.value), caplog.text]
    for text in said:
        assert SECRET[:-1] not in text
        assert key._data_key.hex() not in text
        assert repr(key._data_key) not in text
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert SECRET.encode() not in stored
    assert b"Ada" not in stored


def test_protecting_services(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "vault")
    recovery_key = protection.create_encrypted_vault(workspace, SECRET)
    assert keyring.is_unlocked(workspace)
    protection.change_passphrase(workspace, "another passphrase", current=recovery_key)
    keyring.lock(workspace)
    with pytest.raises(WrongPassphraseError):
        keyring.unlock(workspace, SECRET)
    with pytest.raises(VaultLockedError):
        protection.new_recovery_key(workspace)
    with pytest.raises(WrongPassphraseError):
        protection.new_recovery_key(workspace, current=SECRET)
    newer = protection.new_recovery_key(workspace, current="another passphrase")
    keyring.lock(workspace)
    with pytest.raises(WrongPassphraseError):
        keyring.unlock(workspace, recovery_key)
    keyring.unlock(workspace, newer.lower().replace("-", " "))
    with pytest.raises(UsageError, match="encrypted already"):
        protection.encrypt(workspace, SECRET)


def test_a_plain_vault_has_no_passphrase_to_change(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    with pytest.raises(UsageError, match="not encrypted"):
        protection.change_passphrase(workspace, SECRET)
    with pytest.raises(UsageError, match="not encrypted"):
        protection.new_recovery_key(workspace, current=SECRET)


def test_the_state_tells_encryption_and_lock(locked: Workspace, tmp_path: Path) -> None:
    def seen(workspace: Workspace) -> tuple[str, bool | None, bool | None]:
        state = vault_state(workspace)
        return state.state, state.encrypted, state.locked

    assert seen(locked) == ("VaultLocked", True, True)
    keyring.unlock(locked, SECRET)
    assert seen(locked) == ("ok", True, False)
    plain = Workspace(tmp_path / "plain")
    assert seen(plain) == ("VaultNotFound", None, None)
    create_vault(plain)
    assert seen(plain) == ("ok", False, False)


@pytest.mark.parametrize(
    "weak", ["kitten", "Password1234567890", "19840623198406231984", "abababababababababab"]
)
def test_weak_passphrases_are_remarked(weak: str) -> None:
    assert weakness(weak)


@pytest.mark.parametrize("fine", [SECRET, "Ölkännchen über Brücken", "x7#Qp2!zR9$wL4@m"])
def test_others_are_not(fine: str) -> None:
    assert weakness(fine) is None


def test_a_process_that_holds_a_key_writes_no_core_dump() -> None:
    pytest.importorskip("resource", reason="Windows has no such limit")
    import resource  # noqa: PLC0415 - Windows has none

    before = resource.getrlimit(resource.RLIMIT_CORE)
    if before[1] == 0:
        pytest.skip("this system allows none in any case")
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        Keyring().put(Path("vault"), _key())
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
