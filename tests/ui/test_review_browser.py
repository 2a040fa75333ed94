"""The clinician's journey in a real browser, by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.bench.app_pages import PERSON, fill
from tests.ui.axe import serious_findings
from tests.ui.browser import visit
from tests.ui.conftest import served
from tracker.domain import wording
from tracker.domain.care import DecisionKind
from tracker.services import decisions
from tracker.services.review import review_list
from tracker.services.session import Workspace
from ui import strings_review as strings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("app")]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_clinician_goes_through_cases_by_keyboard(
    chromium: str, tmp_path: Path, width: int, scheme: str
) -> None:
    vault = tmp_path / "vault"
    fill(vault, 3)
    workspace = Workspace(vault)
    rows = review_list(workspace).rows
    with (
        served(vault, tmp_path / "log") as url,
        visit(chromium, url, width=width, scheme=scheme) as seen,
    ):
        page = seen.page
        keys = page.keyboard
        seen.open("review")
        assert serious_findings(page) == []
        page.get_by_role("switch", name=strings.SWITCH).focus()
        keys.press("Space")
        table = page.get_by_role("table", name=strings.LIST_LABEL)
        expect(table.locator("tbody tr")).to_have_count(len(rows))
        seen.settled()
        assert serious_findings(page) == []
        keys.press("j")
        keys.press("j")
        keys.press("k")
        expect(table.locator("[aria-current=true]")).to_contain_text(rows[0].lesion)
        keys.press("Enter")
        expect(page.get_by_text(strings.case_of(1, len(rows)))).to_be_visible()
        expect(page.get_by_text(wording.PROBABILITIES_NOTE)).to_be_visible()
        seen.settled()
        outlines = page.get_by_role("button", name=strings.OUTLINE)
        expect(outlines).to_have_attribute("aria-pressed", "true")
        keys.press("o")
        expect(outlines).to_have_attribute("aria-pressed", "false")
        assert serious_findings(page) == []
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0
        keys.press("j")
        expect(page.get_by_text(strings.case_of(2, len(rows)))).to_be_visible()
        expect(page.get_by_role("heading", name=rows[1].lesion, exact=False)).to_be_visible()
        seen.settled()
        name = page.get_by_label(strings.NAME)
        name.focus()
        keys.type("Dr Ojo 2")  # keys of decisions, typed into a field, stay letters
        keys.press("Tab")
        seen.settled()
        page.get_by_role("heading", name=rows[1].lesion, exact=False).click()
        keys.press("3")
        expect(page.get_by_text("Chosen: biopsy")).to_be_visible()
        seen.settled()
        keys.press("s")
        expect(page.get_by_text(strings.case_of(3, len(rows)))).to_be_visible()
        seen.settled()
        keys.press("l")
        expect(table.locator("tbody tr")).to_have_count(len(rows) - 1)
        assert seen.elsewhere == []
    made = decisions.decisions(workspace, PERSON, rows[1].lesion)
    assert [(each.decision.kind, each.decision.by) for each in made] == [
        (DecisionKind.BIOPSY, "Dr Ojo 2")
    ]
