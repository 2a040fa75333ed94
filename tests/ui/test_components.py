"""The comparison, the correction of an outline and the body map in a real browser, by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.browser import Visit, visit
from tests.ui.conftest import LESION, PERSON
from tracker.domain.body import BodyView
from tracker.services import masks, person_view
from tracker.services.session import Workspace
from ui import strings_body, strings_lesion, strings_outline

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("app")]
OTHER = "Left forearm"


def _choose(seen: Visit, lesion: str) -> None:
    seen.open("timeline")
    seen.page.get_by_role("combobox", name=strings_lesion.CHOOSE).click()
    seen.page.get_by_role("option", name=lesion).click()
    expect(seen.page.get_by_role("heading", name=lesion, exact=True)).to_be_visible()
    seen.settled()


def test_ways_of_comparing_by_keys_and_without_motion(chromium: str, app_url: str) -> None:
    with visit(chromium, app_url) as seen:
        page = seen.page
        page.emulate_media(reduced_motion="reduce")
        _choose(seen, LESION)
        ways = page.get_by_role("radiogroup", name=strings_lesion.COMPARE_WORDS["ways"])
        ways.get_by_role("radio", name=strings_lesion.WAY_LABELS["slider"]).focus()
        for name in ("side", "blink"):
            page.keyboard.press("ArrowRight")
            chosen = ways.get_by_role("radio", name=strings_lesion.WAY_LABELS[name])
            expect(chosen).to_be_focused()
            expect(chosen).to_have_attribute("aria-checked", "true")
        # Nothing moves by itself; the photos change places on a press.
        expect(
            page.get_by_role("button", name=strings_lesion.COMPARE_WORDS["pause"])
        ).to_be_hidden()
        expect(page.get_by_role("button", name=strings_lesion.COMPARE_WORDS["play"])).to_be_hidden()
        tag = page.locator(".compare .one .tag.left")
        before = tag.inner_text()
        page.get_by_role("button", name=strings_lesion.COMPARE_WORDS["swap"]).click()
        expect(tag).not_to_have_text(before)
        stage = page.locator(".compare .stage.one")
        stage.focus()
        page.keyboard.press("+")
        expect(page.locator(".compare .whole")).to_have_text("150 %")
        page.keyboard.press("0")
        expect(page.locator(".compare .whole")).to_have_text("100 %")
        ways.get_by_role("radio", name=strings_lesion.WAY_LABELS["difference"]).click()
        expect(page.get_by_alt_text(strings_lesion.COMPARE_WORDS["difference_alt"])).to_be_visible()
        assert seen.elsewhere == []


def test_the_brush_changes_the_mask_and_both_are_kept(
    chromium: str, app_url: str, filled_vault: Path
) -> None:
    workspace = Workspace(filled_vault)
    view = person_view.person_view(workspace, PERSON)
    observation_id = view.series[OTHER].observations[-1].observation_id
    before = masks.mask_of(workspace, observation_id)
    assert before.shown is not None
    with visit(chromium, app_url) as seen:
        page = seen.page
        _choose(seen, OTHER)
        page.get_by_role("button", name=strings_outline.OPEN).first.click()
        expect(page.locator(".outline[data-ready]")).to_be_visible()
        save = page.get_by_role("button", name=strings_outline.TOOL["save"])
        expect(save).to_be_disabled()
        page.locator(".outline .stage").focus()
        page.keyboard.press(" ")
        for _ in range(12):
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press(" ")
        expect(save).to_be_enabled()
        page.get_by_role("button", name=strings_outline.TOOL["undo"]).click()
        expect(save).to_be_disabled()
        page.get_by_role("button", name=strings_outline.TOOL["again"]).click()
        page.get_by_role("textbox", name=strings_outline.BY).fill("Ada")
        page.get_by_role("textbox", name=strings_outline.BY).press("Enter")
        expect(save).to_be_enabled()
        save.click()
        expect(page.get_by_text("Outline corrected by Ada")).to_be_visible()
        assert seen.elsewhere == []
    after = masks.mask_of(workspace, observation_id)
    assert after.shown is not None
    assert after.original is not None
    assert after.shown.source == "person"
    assert after.shown.pixels.sum() > before.shown.pixels.sum()
    assert after.original.pixels.sum() == before.shown.pixels.sum()


def test_a_spot_is_placed_on_the_map_by_keys(
    chromium: str, app_url: str, filled_vault: Path
) -> None:
    with visit(chromium, app_url, width=360) as seen:
        page = seen.page
        seen.open("map")
        page.get_by_role("button", name=f"{strings_body.WORDS['place']}: {LESION}").click()
        pane = page.locator(".body .pane")
        expect(pane).to_be_focused()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        mark = page.locator(".body .marks .sign")
        expect(mark).to_have_count(1)
        mark.click()
        page.get_by_role("button", name=strings_body.WORDS["open"], exact=True).click()
        expect(page.get_by_role("heading", name=LESION, exact=True)).to_be_visible()
        assert seen.elsewhere == []
    view = person_view.person_view(Workspace(filled_vault), PERSON)
    place = view.series[LESION].lesion.place
    assert place is not None
    assert place.view is BodyView.BACK  # where an "upper back" is looked for
    assert place.x == pytest.approx(0.5)
