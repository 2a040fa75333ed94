"""Today: each spot in its most urgent group, what is due, what waits, and the way to begin."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.store.builders import add, new_vault
from tracker.domain.change import Alert, AlertKind, Change, Status
from tracker.services.session import VAULT_VARIABLE, Workspace
from tracker.services.settings import Settings, keep
from tracker.services.today import grouped
from tracker.services.vaults import create_vault
from tracker.store import Vault
from ui import strings_today as strings
from ui.dates import day_in, order_of

APP = Path(__file__).resolve().parents[2] / "ui" / "app.py"


def _open(path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv(VAULT_VARIABLE, str(path))
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    return app


def _said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.subheader, *app.caption))


def test_an_empty_diary_leads_to_the_first_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_vault(Workspace(tmp_path / "vault"))
    app = _open(tmp_path / "vault", monkeypatch)
    assert app.title[0].value == strings.NAV_TODAY
    assert strings.EMPTY_TITLE in _said(app)
    for title, text in strings.EMPTY_STEPS:
        assert title in _said(app)
        assert text in _said(app)


def test_due_photos_unassigned_ones_and_a_missing_backup_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new_vault(tmp_path)
    with Vault.open(path) as vault, vault.batch():
        add(vault, 1, person="Ada", lesion="left arm")
        add(vault, 2, person="Ada", lesion=None)
    app = _open(path, monkeypatch)
    assert "left arm" in _said(app)
    assert "due since" in _said(app)
    assert strings.photos_waiting(1) in _said(app)
    assert strings.backup_due(None) in _said(app)
    keep(Workspace(path), Settings(backed_up_on=date.today().isoformat()))
    assert "backup" not in _said(app.run())
    long_ago = date.today() - timedelta(days=90)
    keep(Workspace(path), Settings(backed_up_on=long_ago.isoformat()))
    assert strings.backup_due(90) in _said(app.run())


@pytest.mark.parametrize(
    ("status", "kinds", "group"),
    [
        (Status.NO_CHANGE_DETECTED, [AlertKind.SYMPTOM], "see_now"),
        (Status.CHANGED, [AlertKind.SYMPTOM], "see_now"),
        (Status.CHANGED, [AlertKind.NEW_LESION], "changed"),
        (Status.CANNOT_COMPARE, [AlertKind.UGLY_DUCKLING], "stands_out"),
        (Status.BASELINE_ONLY, [AlertKind.NEW_LESION], "stands_out"),
        (Status.CANNOT_COMPARE, [], "retake"),
        (Status.NO_CHANGE_DETECTED, [AlertKind.IDENTITY_DOUBT], "retake"),
        (Status.NO_CHANGE_DETECTED, [], "rest"),
        (Status.BASELINE_ONLY, [], "rest"),
    ],
)
def test_each_spot_is_in_its_most_urgent_group(
    status: Status, kinds: list[AlertKind], group: str
) -> None:
    alerts = tuple(Alert(kind, "words") for kind in kinds)
    one = Change("Ada", "arm", None, status, None, "a", "b", "c", (), alerts, "words", "method")
    groups = grouped([one])
    assert groups[group] == [one]
    assert sum(map(len, groups.values())) == 1


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en-US", "Mar 1, 2025"),
        ("en", "Mar 1, 2025"),
        ("en-GB", "1 Mar 2025"),
        ("de", "1 Mar 2025"),
        ("sv-SE", "2025-03-01"),
        ("zh-Hans-CN", "2025-03-01"),
        ("en-CA", "2025-03-01"),
        (None, "1 Mar 2025"),
    ],
)
def test_days_are_written_as_the_persons_browser_says(locale: str | None, shown: str) -> None:
    assert day_in(date(2025, 3, 1), order_of(locale)) == shown
