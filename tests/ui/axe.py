"""axe-core on a page of the app: accessibility findings that a program can make."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: What counts: serious and critical findings of WCAG 2.2 A and AA.
_WORST = frozenset(("serious", "critical"))
_OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    },
    "resultTypes": ["violations"],
}


def serious_findings(page: Page) -> list[str]:
    """Each finding as `rule: selector (what is wrong)`."""
    found = Axe().run(page, options=_OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))} ({node['failureSummary']})"
        for rule in found
        if rule["impact"] in _WORST
        for node in rule["nodes"]
    ]
