"""Sharing and exporting in the app: what is looked at, what is asked, what is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.exchange.zip_reader import opened
from tests.ui.conftest import LESION, PERSON, filled_vault  # noqa: F401  fixture
from tracker.domain.share_words import LOOK_AT_EACH
from tracker.services.exporting import formats
from ui import strings_sharing as strings

pytestmark = pytest.mark.xdist_group("app")


@pytest.fixture
def vault(
    filled_vault: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    path = Path(shutil.copytree(filled_vault, tmp_path / "vault"))
    monkeypatch.setenv("MOLETRAIL_VAULT", str(path))
    return path


def _share() -> None:
    from ui.parts import share  # noqa: PLC0415 - the function runs by itself

    share.show("Demo Ada")


def _export() -> None:
    from ui.parts import exports  # noqa: PLC0415

    exports.show("Demo Ada")


def _said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(each.value for each in (*app.markdown, *app.info, *app.warning, *app.error))


def _button(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_a_pack_is_looked_at_consented_to_and_its_password_shown(
    vault: Path, tmp_path: Path
) -> None:
    app = AppTest.from_function(_share, default_timeout=120).run()
    assert not app.checkbox
    app.multiselect[0].set_value([LESION]).run()
    _button(app, strings.SHARE_LOOK)
    said = _said(app)
    assert LOOK_AT_EACH in said
    assert strings.SHARE_STAYS_LINES[0] in said
    assert f"the name {PERSON}" in said
    start = next(button for button in app.button if button.label == strings.SHARE_START)
    assert start.disabled
    app.checkbox[0].uncheck()
    app.text_area[0].set_value("I share this with Dr Diaz.")
    out = tmp_path / "pack.zip"
    next(each for each in app.text_input if each.label == strings.SHARE_WHERE).set_value(str(out))
    app.run()
    _button(app, strings.SHARE_START)
    assert str(out.name) in _said(app).replace("\\", "")
    password = app.code[0].value
    inside = opened(out, password)
    photos = [name for name in inside if name.startswith("data/photos/")]
    assert len(photos) == len(app.session_state["share-done"].plan.photos) - 1
    _button(app, strings.SHARE_NOTED)
    assert not app.code
    assert "share-password-shown" not in app.session_state


def test_every_format_can_be_chosen(vault: Path, tmp_path: Path) -> None:
    assert set(strings.EXPORT_FORMATS) == set(strings.EXPORT_LEAVES) == set(formats())
    app = AppTest.from_function(_export, default_timeout=120).run()
    for form in formats():
        app.radio(key="export-format").set_value(form).run()
        assert strings.EXPORT_LEAVES[form] in _said(app)
    app.text_input[0].set_value(str(tmp_path / "isic"))
    _button(app, strings.EXPORT_START)
    assert "isic" in _said(app)
    assert (tmp_path / "isic" / "metadata.csv").is_file()
