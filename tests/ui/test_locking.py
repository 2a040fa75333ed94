"""What a locked app still holds and shows, without a browser around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tracker.services import keyring
from tracker.services.keyring import IDLE_LOCK_S, Keyring
from tracker.services.session import VAULT_VARIABLE, Workspace
from tracker.store.slots import KdfCost
from tracker.store.vault import Vault
from ui import strings
from ui.strings_today import NAV_TODAY

SECRET = "plum ladder otter seven"
APP = Path(__file__).resolve().parents[2] / "ui" / "app.py"


class Clock:
    """Seconds that pass when the test says so."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of a keyring of this test."""
    clock = Clock()
    monkeypatch.setattr(keyring, "_RING", Keyring([clock]))
    return clock


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> AppTest:
    """The app on an unlocked encrypted vault with one person in it."""
    vault = tmp_path / "vault"
    Vault.create(vault, passphrase=SECRET, cost=KdfCost(memory_kib=64, passes=1, lanes=1))
    monkeypatch.setenv(VAULT_VARIABLE, str(vault))
    workspace = Workspace(vault)
    keyring.unlock(workspace, SECRET)
    with workspace.open() as opened:
        opened.ensure_person("Ada")
    return AppTest.from_file(APP, default_timeout=60)


def _title(app: AppTest) -> str:
    app.run()
    assert not app.exception
    return str(app.title[0].value)


def test_use_keeps_it_open_and_idleness_locks_it(app: AppTest, clock: Clock) -> None:
    assert _title(app) == NAV_TODAY
    for _ in range(3):
        clock.now_s += IDLE_LOCK_S - 1
        assert _title(app) == NAV_TODAY
    clock.now_s += IDLE_LOCK_S
    assert _title(app) == strings.UNLOCK_TITLE


def test_locking_drops_what_the_window_held(app: AppTest) -> None:
    app.session_state["report-Ada-None"] = b"%PDF of somebody's skin"
    assert _title(app) == NAV_TODAY
    assert "report-Ada-None" in app.session_state
    keyring.lock_all()
    assert _title(app) == strings.UNLOCK_TITLE
    assert "report-Ada-None" not in app.session_state
    app.text_input[0].input(SECRET)
    app.button[0].click()
    assert _title(app) == NAV_TODAY
    assert SECRET not in repr(app.session_state)


def test_a_recovery_key_with_a_slip_is_told_apart(app: AppTest) -> None:
    keyring.lock_all()
    assert _title(app) == strings.UNLOCK_TITLE
    app.text_input[0].input("00000-00000-00000-00000-00000-00000-00001")
    app.button[0].click()
    assert _title(app) == strings.UNLOCK_TITLE
    assert "group by group" in app.info[0].value
