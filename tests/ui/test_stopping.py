"""Measuring a folder's worth can be stopped and gone on with; nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tracker.services.session import VAULT_VARIABLE, Workspace
from tracker.services.vaults import create_vault
from ui import strings
from ui import strings_add as words


def _cards() -> None:
    from tests import made_up  # noqa: PLC0415 - the function runs by itself
    from tracker.domain.capture import Modality  # noqa: PLC0415
    from ui.views import add  # noqa: PLC0415

    photos = {
        str(number): (f"{number}.jpg", one.jpeg) for number, one in enumerate(made_up.photos(2))
    }
    add._cards(photos, "Eva", Modality.DERMOSCOPIC)


def test_stopped_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_vault(Workspace(tmp_path / "vault"))
    monkeypatch.setenv(VAULT_VARIABLE, str(tmp_path / "vault"))
    app = AppTest.from_function(_cards, default_timeout=120)
    app.session_state["add_stopped"] = True
    app.run()
    assert app.info[0].value == words.STOPPED
    assert [each.label for each in app.button] == [words.GO_ON.format(count=2)]
    app.button[0].click().run()
    assert not app.exception
    labels = [each.label for each in app.button]
    assert labels.count(strings.ADD_SAVE) == 2
    assert words.STOP not in labels
    assert not app.info
