"""An encrypted diary in the app: made, locked, unlocked, given another passphrase."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.browser import Visit, visit
from tests.ui.conftest import served, to_last_step
from tracker.errors import WrongPassphraseError
from tracker.services import keyring
from tracker.services.session import Workspace
from tracker.store.slots import KdfCost
from tracker.store.vault import Vault
from ui import strings, strings_first_run, strings_today
from ui.parts import locking

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("app")]

SECRET = "plum ladder otter seven"
OTHER = "copper violin rain harbour"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app on an encrypted vault that nobody has unlocked yet."""
    folder = tmp_path_factory.mktemp("locked")
    vault = folder / "vault"
    Vault.create(vault, passphrase=SECRET, cost=KdfCost(memory_kib=64, passes=1, lanes=1))
    with served(vault, folder / "log") as url:
        yield url, vault


def _unlock(seen: Visit, secret: str) -> None:
    seen.page.get_by_label(strings.UNLOCK_FIELD).fill(secret)
    seen.page.get_by_role("button", name=strings.UNLOCK, exact=True).click()


def _heading(seen: Visit, name: str) -> None:
    expect(seen.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    seen.settled()


def _fits(seen: Visit, name: str) -> None:
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert seen.page.evaluate(overflow) <= 0, f"{name} is wider than the window"
    keep = os.environ.get("MOLETRAIL_SCREENSHOTS")
    if keep:
        seen.page.screenshot(path=Path(keep) / f"{name}.png")


def test_first_run_with_a_passphrase(chromium: str, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    with served(vault, tmp_path / "log") as url, visit(chromium, url, width=360) as seen:
        page = seen.page
        seen.open()
        to_last_step(seen)
        page.get_by_text(strings.PROTECT_CHOOSE_PASSPHRASE, exact=True).click()
        start = page.get_by_role("button", name=strings_first_run.CREATE)
        expect(start).to_be_enabled()
        for first, second, answer in (
            (SECRET, OTHER, strings.PASSPHRASE_DIFFERS),
            ("kitten", "kitten", "press the button again"),
        ):
            page.get_by_label(strings.PASSPHRASE, exact=True).fill(first)
            page.get_by_label(strings.PASSPHRASE_AGAIN).fill(second)
            start.click()
            expect(page.get_by_text(answer)).to_be_visible()
            assert not vault.exists()
        _fits(seen, "first-run")
        page.get_by_label(strings.PASSPHRASE, exact=True).fill(SECRET)
        page.get_by_label(strings.PASSPHRASE_AGAIN).fill(SECRET)
        start.click()
        _heading(seen, strings.RECOVERY_TITLE)
        recovery_key = page.locator(".st-key-recovery-key code").inner_text().strip()
        expect(page.get_by_role("button", name=strings.RECOVERY_CONTINUE)).to_be_disabled()
        _fits(seen, "recovery-key")
        page.get_by_text(strings.RECOVERY_WRITTEN).click()
        page.get_by_role("button", name=strings.RECOVERY_CONTINUE).click()
        _heading(seen, strings_today.NAV_TODAY)
        expect(page.get_by_text(recovery_key)).to_have_count(0)
        assert seen.elsewhere == []
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert recovery_key.encode() not in written
    assert SECRET.encode() not in written
    for secret in (SECRET, recovery_key):
        keyring.unlock(Workspace(vault), secret)


def test_a_window_left_open_is_locked_with_the_others(
    chromium: str, locked: tuple[str, Path]
) -> None:
    url, _ = locked
    with visit(chromium, url) as seen:
        seen.page.clock.install()
        seen.open("data")
        _unlock(seen, SECRET)
        _heading(seen, strings.DATA_TITLE)
        browser = seen.page.context.browser
        assert browser is not None
        other = Visit(browser.new_page(), url)
        other.open()
        other.page.get_by_role("button", name=strings.LOCK_NOW).click()
        _heading(other, strings.UNLOCK_TITLE)
        seen.page.clock.fast_forward(round(1000 * locking.LOOK_EVERY_S))
        _heading(seen, strings.UNLOCK_TITLE)
        expect(seen.page.get_by_text(strings.DATA_TITLE, exact=True)).to_have_count(0)


def test_locked_until_the_passphrase_is_right(chromium: str, locked: tuple[str, Path]) -> None:
    url, vault = locked
    with visit(chromium, url, width=360, scheme="dark") as seen:
        page = seen.page
        seen.open("data")
        _heading(seen, strings.UNLOCK_TITLE)
        expect(page.get_by_role("link", name=strings.NAV_ADD)).to_have_count(0)
        _unlock(seen, "not this one")
        expect(page.get_by_text(strings.UNLOCK_WRONG)).to_be_visible()
        _fits(seen, "unlock")
        _unlock(seen, SECRET)
        _heading(seen, strings.DATA_TITLE)  # the page that was asked for
        expect(page.get_by_text("nobody can read it")).to_be_visible()
        page.get_by_text(strings.DATA_CHANGE, exact=True).first.click()
        page.get_by_label(strings.PASSPHRASE_CURRENT).first.fill(SECRET)
        page.get_by_label(strings.PASSPHRASE_NEW, exact=True).fill(OTHER)
        page.get_by_label(strings.PASSPHRASE_AGAIN).fill(OTHER)
        page.get_by_role("button", name=strings.DATA_CHANGE).click()
        expect(page.get_by_text(strings.DATA_CHANGED)).to_be_visible()
        seen.settled()
        expect(page.get_by_label(strings.PASSPHRASE_NEW, exact=True)).to_have_value("")
        _fits(seen, "change-passphrase")
        page.get_by_role("button", name=strings.LOCK_NOW).click()
        _heading(seen, strings.UNLOCK_TITLE)
        assert seen.elsewhere == []
    with pytest.raises(WrongPassphraseError):
        keyring.unlock(Workspace(vault), SECRET)
    keyring.unlock(Workspace(vault), OTHER)
