"""The section of the data page that measures photos again, in Streamlit's test runner."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.services.test_reanalyzing import analyzer, workspace  # noqa: F401  fixtures
from tracker.services.reanalyzing import waiting
from tracker.services.session import VAULT_VARIABLE, Workspace
from ui import strings


def section() -> None:
    from ui.parts import reanalyze  # noqa: PLC0415 - the runner takes only the function's body

    reanalyze.show()


def test_photos_are_measured_again_and_what_moved_is_shown(
    workspace: Workspace,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VAULT_VARIABLE, str(workspace.vault_path))
    page = AppTest.from_function(section, default_timeout=60).run()
    assert "4 photos" in page.markdown[0].value
    page.button(key="reanalyze").click().run()
    assert not page.exception
    assert waiting(workspace) == []
    (moved,) = page.dataframe
    assert list(moved.value[strings.REANALYZE_PHOTO]) == ["1.png", "2.png", "3.png", "4.png"]
    assert list(moved.value[strings.REANALYZE_AGREE]) == [1.0] * 4
    assert not [one for one in page.button if one.key == "reanalyze"]


def test_nothing_is_drawn_where_all_is_up_to_date(
    workspace: Workspace,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VAULT_VARIABLE, str(workspace.vault_path))
    monkeypatch.setattr("ui.parts.reanalyze.photos_of_other_networks", lambda _: 0)
    page = AppTest.from_function(section, default_timeout=60).run()
    assert not page.main.children
