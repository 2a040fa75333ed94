"""The section of the data page that checks the diary, in Streamlit's test runner."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.store.builders import add, new_vault
from tracker.services.session import VAULT_VARIABLE
from tracker.store import Vault
from tracker.store.verify import check_vault


def section() -> None:
    from ui.parts import check_vault  # noqa: PLC0415 - the runner takes only the function's body

    check_vault.show()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = new_vault(tmp_path)
    with Vault.open(path) as vault:
        for seed in range(2):
            add(vault, seed)
    monkeypatch.setenv(VAULT_VARIABLE, str(path))
    return path


def test_a_sound_diary_is_called_so(path: Path) -> None:
    page = AppTest.from_function(section, default_timeout=60).run()
    page.button(key="check-start").click().run()
    assert not page.exception
    assert "2 photos" in page.info[0].value
    assert not page.success, "a green tick could be read as a word about the skin"
    assert [button.key for button in page.button] == ["check-start"]


def test_damage_is_shown_and_repaired_only_when_asked_for(path: Path) -> None:
    journal = path / "journal" / "events.jsonl"
    journal.write_bytes(journal.read_bytes()[3:])
    page = AppTest.from_function(section, default_timeout=60).run()
    page.button(key="check-start").click().run()
    assert page.error
    assert any("journal" in text.value for text in page.markdown)
    assert check_vault(path), "looking repairs nothing"
    page.button(key="check-repair").click().run()
    assert not page.exception
    assert page.info
    assert not [each for each in check_vault(path, deep=True) if each.severity == "damage"]
