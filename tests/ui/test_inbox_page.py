"""The inbox page, in Streamlit's test runner: choose a folder, look, store, tidy up."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests import made_up
from tracker.services import answers, timeline
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Stored
from tracker.services.session import VAULT_VARIABLE, Workspace
from tracker.services.settings import FOLDER_VARIABLE
from tracker.services.vaults import create_vault
from ui import strings_add as words

PERSON, LESION = "Eva", "Upper back"


def _page() -> None:
    from ui.views import inbox  # noqa: PLC0415 - the function runs by itself

    inbox.show()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A diary with one photo, and a folder with another one of the same spot."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "settings"))
    monkeypatch.setenv(VAULT_VARIABLE, str(tmp_path / "vault"))
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    first, second = made_up.photos(2)
    request = AddRequest(
        first.jpeg, "first.jpg", person=PERSON, lesion=LESION, taken_at=first.taken_at
    )
    assert isinstance(add_photo(workspace, request), Stored)
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "Dropbox" / "IMG_20240601_101500.jpg").write_bytes(second.jpeg)
    return workspace


def _button(app: AppTest, label: str) -> None:
    next(each for each in app.button if each.label == label).click().run()
    assert not app.exception


def test_from_a_folder_into_the_diary(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "Dropbox"
    app = AppTest.from_function(_page, default_timeout=120).run()
    app.text_input[0].set_value(str(tmp_path / "nowhere")).run()
    _button(app, words.INBOX_WATCH)
    assert "no folder" in app.error[0].value
    app = AppTest.from_function(_page, default_timeout=120).run()
    app.text_input[0].set_value(str(folder)).run()
    _button(app, words.INBOX_WATCH)
    assert "Dropbox" in app.warning[0].value, "a synchronised folder leaves the machine"
    _button(app, f"{words.INBOX_LOOK} (1)")
    assert any(words.INBOX_SURE in each.value for each in app.caption)
    assert app.checkbox[0].value, "what lines up is ticked"
    app.button_group[0].set_value([None]).run()
    _button(app, words.INBOX_STORE.format(count=1))
    rows = timeline.timeline(workspace, PERSON, LESION)
    assert [row.observation.capture.isoformat()[:10] for row in rows][-1] == "2024-06-01"
    (given,) = answers.answers(workspace, PERSON, LESION)
    assert given.kinds == ()
    assert any(each.value == words.INBOX_EMPTY for each in app.markdown)
    assert list(folder.iterdir()), "the original stays until it is removed"
    _button(app, words.INBOX_REMOVE)
    assert not list(folder.iterdir())
    assert len(timeline.timeline(workspace, PERSON, LESION)) == 2
