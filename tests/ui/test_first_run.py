"""The first visit, in Streamlit's test runner: steps there and back, and the demo beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.store.builders import add
from tracker.domain import wording
from tracker.services import cache, demo
from tracker.services.session import VAULT_VARIABLE, Workspace
from tracker.services.vaults import create_vault
from tracker.store import Vault
from ui import strings_first_run as words
from ui.strings_today import NAV_TODAY

APP = Path(__file__).resolve().parents[2] / "ui" / "app.py"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app where there is no diary yet."""
    monkeypatch.setenv(VAULT_VARIABLE, str(tmp_path / "vault"))
    return AppTest.from_file(APP, default_timeout=60).run()


def _press(app: AppTest, label: str) -> None:
    next(each for each in app.button if each.label == label).click().run()
    assert not app.exception


def test_three_steps_there_and_back(app: AppTest, tmp_path: Path) -> None:
    _press(app, words.BEGIN)
    said = "\n".join(each.value for each in app.markdown)
    assert all(sentence in said for sentence in wording.WHAT_THIS_IS_NOT)
    assert next(each for each in app.button if each.label == words.NEXT).disabled
    app.checkbox[0].check().run()
    _press(app, words.NEXT)
    assert "leave this computer" in "\n".join(each.value for each in app.markdown)
    _press(app, words.NEXT)
    assert app.title[0].value == words.WHO_TITLE
    assert next(each for each in app.button if each.label == words.CREATE).disabled
    for title in (words.PHONE_TITLE, words.NOT_TITLE, words.WELCOME):
        _press(app, words.BACK)
        assert app.title[0].value == title
    assert not (tmp_path / "vault").exists(), "nothing is made before the last step"


def test_the_demo_opens_in_this_window_and_is_left_again(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Workspace(tmp_path / "demo")
    create_vault(made, demo=True)
    with Vault.open(made.vault_path) as vault:
        add(vault, 1, person="Demo Ada")
    cache.keep(made, "demo-complete", b"yes")
    monkeypatch.setattr(demo, "demo_vault_path", lambda option=None: made.vault_path)
    _press(app, words.DEMO)
    assert app.title[0].value == NAV_TODAY
    assert words.DEMO_LEAVE in [each.label for each in app.button]
    _press(app, words.DEMO_LEAVE)
    assert app.title[0].value == words.WELCOME
    assert not (tmp_path / "vault").exists()
