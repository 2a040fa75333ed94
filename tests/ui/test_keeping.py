"""Backup, restore and deletion in the app: what is asked, what is said, what happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.store.builders import add
from tests.store.kinds import make_vault
from tracker.store import Vault
from ui import strings_keeping as strings


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app's vault: 'Ada *1*' with two photos of one lesion, 'Ben' with one."""
    path = make_vault(tmp_path / "vault", encrypted=False).path
    with Vault.open(path) as opened, opened.batch():
        for seed, person in ((1, "Ada *1*"), (2, "Ada *1*"), (3, "Ben")):
            add(opened, seed, person=person)
    monkeypatch.setenv("MOLETRAIL_VAULT", str(path))
    return path


def _backup() -> None:
    from ui.parts import backup  # noqa: PLC0415 - the function runs by itself

    backup.make(encrypted=False)


def _restore() -> None:
    from ui.parts import backup  # noqa: PLC0415

    backup.restore_here()


def _person() -> None:
    from ui.parts import deletion  # noqa: PLC0415

    deletion.a_person()


def _timeline() -> None:
    from types import SimpleNamespace  # noqa: PLC0415

    from tracker.store import Vault  # noqa: PLC0415
    from ui import session  # noqa: PLC0415
    from ui.parts import deletion  # noqa: PLC0415

    with Vault.open(session.workspace().vault_path) as vault:
        person = vault.person("Ada *1*")
        seen = vault.all_observations(person)
    rows = [SimpleNamespace(observation=each) for each in seen]
    deletion.from_timeline("Ada *1*", "left arm", rows)  # type: ignore[arg-type]


def _people(path: Path) -> list[str]:
    with Vault.open(path) as vault:
        return [person.name for person in vault.people()]


def _said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(each.value for each in (*app.markdown, *app.info, *app.warning, *app.error))


def test_a_backup_is_written_where_the_person_says(vault: Path, tmp_path: Path) -> None:
    app = AppTest.from_function(_backup, default_timeout=60).run()
    assert "moletrail-" in app.text_input(key="backup-file").value
    assert strings.BACKUP_READABLE in _said(app)
    app.text_input(key="backup-file").set_value(str(tmp_path / "b.zip"))
    app.button[0].click().run()
    assert (tmp_path / "b.zip").is_file()
    assert "3 photos" in _said(app)
    app.text_input(key="backup-file").set_value(str(tmp_path))
    app.button[0].click().run()
    assert "folder" in _said(app)


def test_a_backup_comes_back_at_the_first_visit(
    vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AppTest.from_function(_backup, default_timeout=60).run()
    app.text_input(key="backup-file").set_value(str(tmp_path / "b.zip"))
    app.button[0].click().run()
    shutil.rmtree(vault)
    app = AppTest.from_function(_restore, default_timeout=60).run()
    assert app.button[0].disabled
    app.text_input(key="restore-file").set_value(str(tmp_path / "nothing")).run()
    app.button[0].click().run()
    assert "no backup" in _said(app)
    assert not vault.exists()
    app.text_input(key="restore-file").set_value(str(tmp_path / "b.zip")).run()
    app.button[0].click().run()
    assert _people(vault) == ["Ada *1*", "Ben"]


def test_a_person_goes_only_when_the_name_is_typed(vault: Path) -> None:
    app = AppTest.from_function(_person, default_timeout=60).run()
    assert not app.button
    app.selectbox(key="delete-person").set_value("Ada *1*").run()
    said = _said(app)
    assert "Ada \\*1\\*" in said
    assert "2 dated photos" in said
    assert "solid-state" in said
    assert app.button[0].disabled
    app.text_input[0].set_value("Ada").run()
    assert app.button[0].disabled
    app.text_input[0].set_value("Ada *1*").run()
    app.button[0].click().run()
    assert not app.exception
    assert _people(vault) == ["Ben"]


def _bin() -> None:
    from ui.parts import bin_section  # noqa: PLC0415

    bin_section.show()


@pytest.mark.parametrize(("choice", "left"), [("DELETE_PHOTO", 1), ("DELETE_LESION", 0)])
def test_a_photo_or_a_spot_goes_into_the_bin_and_comes_back(
    vault: Path, choice: str, left: int
) -> None:
    app = AppTest.from_function(_timeline, default_timeout=60).run()
    assert app.button[0].disabled
    app.radio[0].set_value(getattr(strings, choice)).run()
    if choice == "DELETE_PHOTO":
        assert app.button[0].disabled
        app.selectbox[0].set_value(0).run()
    app.button[0].click().run()
    assert not app.exception
    assert _photos_of(vault, "Ada *1*") == left
    app = AppTest.from_function(_bin, default_timeout=60).run()
    assert "Ada \\*1\\*" in _said(app)
    app.button[0].click().run()
    assert not app.exception
    assert _photos_of(vault, "Ada *1*") == 2
    assert not app.button


def test_the_bin_is_emptied_for_good_when_ticked(vault: Path) -> None:
    app = AppTest.from_function(_timeline, default_timeout=60).run()
    app.radio[0].set_value(strings.DELETE_LESION).run()
    app.button[0].click().run()
    before = sum(1 for _ in (vault / "photos").rglob("*") if _.is_file())
    app = AppTest.from_function(_bin, default_timeout=60).run()
    assert app.button(key="bin-purge").disabled
    assert "solid-state" in _said(app)
    app.checkbox(key="bin-sure").check().run()
    app.button(key="bin-purge").click().run()
    assert not app.exception
    assert strings.BIN_EMPTY_NOW in [each.value for each in app.caption]
    assert _photos_of(vault, "Ada *1*") == 0
    assert sum(1 for _ in (vault / "photos").rglob("*") if _.is_file()) == before - 2


def _photos_of(path: Path, person: str) -> int:
    with Vault.open(path) as opened:
        return len(opened.all_observations(opened.person(person)))
