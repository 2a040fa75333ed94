"""Adding in a real browser: a folder's worth, the camera, and the way from Today to a retake."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import made_up
from tests.ui.browser import visit
from tests.ui.conftest import served
from tracker.domain import wording
from tracker.services import answers, timeline
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault
from ui import strings, strings_add, strings_today

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("app")]

PERSON, LESION = "Eva", "Upper back"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A diary with the first photo of one spot."""
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    first = made_up.photos(1)[0]
    request = AddRequest(
        first.jpeg, "first.jpg", person=PERSON, lesion=LESION, taken_at=first.taken_at
    )
    assert isinstance(add_photo(workspace, request), Stored)
    return workspace.vault_path


def test_a_spot_that_is_due_is_photographed_again(
    chromium: str, vault: Path, tmp_path: Path
) -> None:
    for number, photo in enumerate(made_up.photos(3)[1:]):
        (tmp_path / f"{number}_{photo.taken_at}.jpg").write_bytes(photo.jpeg)
    files = sorted(tmp_path.glob("*.jpg"))
    with (
        served(vault, tmp_path / "log") as url,
        visit(chromium, url, width=360, camera=True) as seen,
    ):
        page = seen.page
        seen.open()
        page.get_by_role("button", name=strings_today.TAKE).click()
        guide = strings_add.GUIDE_TITLE.format(lesion=LESION)
        expect(page.get_by_role("heading", name=guide)).to_be_visible()
        page.locator("input[type=file]").set_input_files(files)
        expect(page.get_by_text("Lines up with").first).to_be_visible()
        expect(page.get_by_role("button", name=strings.ADD_SAVE)).to_have_count(2)
        for number, photo in enumerate(made_up.photos(3)[1:]):
            year, month, day = photo.taken_at.split("-")
            label = f"month, {strings.ADD_DATE}"
            page.get_by_role("spinbutton", name=label).nth(number).click()
            page.keyboard.type(f"{month}{day}{year}")
            page.keyboard.press("Escape")
            page.get_by_role("button", name=strings.NONE_OF_THESE).nth(number).click()
            seen.settled()
        page.get_by_role("button", name=strings_add.SAVE_READY.format(count=2)).click()
        expect(page.get_by_text(strings_add.saved(2))).to_be_visible()
        expect(page.get_by_text(strings.ADD_DOUBLE_SHOT)).to_be_visible()
        seen.settled()
        _camera(seen.page)
        assert seen.elsewhere == []
    workspace = Workspace(vault)
    rows = timeline.timeline(workspace, PERSON, LESION)
    assert len(rows) == 3
    given = answers.answers(workspace, PERSON, LESION)
    assert {each.observation_id for each in given} == {
        row.observation.observation_id for row in rows[1:]
    }
    assert all(each.kinds == () for each in given)


def _camera(page: Page) -> None:
    """Hints while it streams; a shot becomes a picture like any other."""
    page.get_by_text(strings.ADD_CAMERA).click()
    page.get_by_role("button", name=strings_add.CAMERA_START).click()
    for name in ("focus", "light", "place"):
        words = page.locator(f".{name} dd")
        expect(words).not_to_be_empty()
        assert words.inner_text() in strings_add.HINTS.values()
    expect(page.get_by_alt_text(strings_add.CAMERA_GHOST)).to_be_visible()
    page.get_by_role("button", name=strings_add.CAMERA_SHOOT).click()
    expect(page.get_by_text("camera-").first).to_be_visible()


def test_a_symptom_speaks_before_anything_is_stored(
    chromium: str, vault: Path, tmp_path: Path
) -> None:
    file = tmp_path / "again.jpg"
    file.write_bytes(made_up.photos(2)[1].jpeg)
    with served(vault, tmp_path / "log") as url, visit(chromium, url) as seen:
        seen.open("add")
        seen.page.locator("input[type=file]").set_input_files(file)
        seen.page.get_by_role("button", name="growing for over a month").click()
        expect(seen.page.get_by_text(wording.SEE_NOW)).to_be_visible()
    assert len(timeline.timeline(Workspace(vault), PERSON, LESION)) == 1
