"""The journeys of a person at home, in a real browser on the real app."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.axe import serious_findings
from tests.ui.browser import visit
from tests.ui.conftest import LESION, PERSON, served, to_last_step
from tracker.analysis.render_camera import to_jpeg
from tracker.analysis.render_demo import demo_series
from tracker.domain import wording
from tracker.services import timeline
from tracker.services.session import Workspace
from ui import (
    strings,
    strings_add,
    strings_body,
    strings_first_run,
    strings_lesion,
    strings_review,
    strings_today,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("app")]


def test_first_run_to_first_photo(chromium: str, tmp_path: Path) -> None:
    vault = tmp_path / "new vault"
    photo = next(iter(demo_series()))
    picture = tmp_path / "mole.jpg"
    picture.write_bytes(to_jpeg(photo.rgb))
    with served(vault, tmp_path / "log") as url, visit(chromium, url) as seen:
        page = seen.page
        seen.open()
        assert serious_findings(page) == []
        to_last_step(seen)
        page.get_by_text(strings.PROTECT_CHOOSE_NONE, exact=True).click()
        page.get_by_role("button", name=strings_first_run.CREATE).click()
        expect(page.get_by_role("heading", name=strings_today.EMPTY_TITLE)).to_be_visible()
        page.get_by_role("button", name=strings.ADD_FIRST).click()
        page.get_by_label(strings.NEW_PERSON_FIRST).fill("Zoë 'Z' <b>")
        page.get_by_label(strings.NEW_PERSON_FIRST).press("Enter")
        page.locator("input[type=file]").set_input_files(picture)
        page.get_by_label(strings.ADD_NEW_LESION_NAME).fill("left/“shoulder” 🦋")
        page.get_by_label(strings.ADD_NEW_LESION_NAME).press("Enter")
        page.get_by_role("spinbutton", name=f"month, {strings.ADD_DATE}").click()
        page.keyboard.type("03012025")  # as Chromium's en-US writes a day
        page.keyboard.press("Escape")
        page.get_by_role("button", name=strings.NONE_OF_THESE).click()
        page.get_by_role("button", name=strings.ADD_SAVE).click()
        expect(page.get_by_text("Saved: mole.jpg")).to_be_visible()
        expect(page.get_by_text(strings.ADD_DOUBLE_SHOT)).to_be_visible()
        seen.open("lesions")
        expect(page.get_by_text(wording.STATUS["baseline_only"])).to_be_visible()
        assert seen.elsewhere == []
    rows = timeline.timeline(Workspace(vault), "Zoë 'Z' <b>", "left/“shoulder” 🦋")
    assert [row.observation.capture.isoformat() for row in rows] == ["2025-03-01"]


def test_a_text_file_named_jpg_is_refused_in_words(
    chromium: str, app_url: str, filled_vault: Path, tmp_path: Path
) -> None:
    fake = tmp_path / "holiday.jpg"
    fake.write_text("no picture at all")
    before = len(timeline.timeline(Workspace(filled_vault), PERSON, LESION))
    with visit(chromium, app_url) as seen:
        seen.open("add")
        seen.page.locator("input[type=file]").set_input_files(fake)
        expect(seen.page.get_by_text("holiday.jpg:")).to_be_visible()
        expect(seen.page.get_by_text("Traceback")).to_have_count(0)
        expect(seen.page.get_by_role("button", name=strings.ADD_SAVE)).to_have_count(0)
    assert len(timeline.timeline(Workspace(filled_vault), PERSON, LESION)) == before


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_page_is_drawn_and_asks_nobody_else(
    chromium: str, app_url: str, width: int, scheme: str, tmp_path: Path
) -> None:
    with visit(chromium, app_url, width=width, scheme=scheme) as seen:
        for name, title in (
            ("", strings_today.NAV_TODAY),
            ("lesions", strings.NAV_LESIONS),
            ("timeline", LESION),
            ("map", strings_body.TITLE),
            ("add", strings.NAV_ADD),
            ("inbox", strings_add.INBOX_TITLE),
            ("data", strings.DATA_TITLE),
            ("review", strings_review.TITLE),
        ):
            seen.open(name)
            expect(seen.page.get_by_role("heading", name=title).first).to_be_visible()
            expect(seen.page.get_by_text(strings.DEMO_BANNER)).to_be_visible()
            overflow = seen.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{name} is wider than the window"
            assert serious_findings(seen.page) == [], name
            keep = os.environ.get("MOLETRAIL_SCREENSHOTS")
            if keep:
                seen.page.screenshot(path=Path(keep) / f"{name}-{scheme}-{width}.png")
        assert seen.elsewhere == []


def test_timeline_compares_and_records_a_symptom(chromium: str, app_url: str) -> None:
    with visit(chromium, app_url) as seen:
        page = seen.page
        seen.open("lesions")
        card = page.locator("[data-testid=stVerticalBlock]").filter(
            has=page.get_by_role("heading", name=LESION)
        )
        card.last.get_by_role("button", name=strings.OPEN_TIMELINE).click()
        seen.settled()
        expect(page.get_by_role("heading", name=LESION)).to_be_visible()
        slider = page.locator("input[type=range]")
        slider.focus()
        slider.press("ArrowRight")
        expect(slider).to_have_value("51")
        expect(page.get_by_text(strings_lesion.ALIGNED)).to_be_visible()
        expect(page.locator("canvas, svg.marks").first).to_be_visible()
        page.get_by_role("button", name="bleeding").click()
        page.get_by_role("button", name=strings_lesion.ASK_SAVE).click()
        expect(page.get_by_text(wording.SEE_NOW).first).to_be_visible()
        assert seen.elsewhere == []
