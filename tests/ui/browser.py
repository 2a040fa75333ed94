"""Driving the app in a real Chromium, and noting every address it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page, Request, expect, sync_playwright

from tracker.domain import wording

#: Generous: a shared machine may be slow, and a passing test does not wait for it.
PATIENCE_MS = 120_000
_LOCAL = ("data:", "blob:", "about:")


@dataclass
class Visit:
    """An open page of the app, and what it asked for beyond it."""

    page: Page
    url: str
    elsewhere: list[str] = field(default_factory=list)

    def open(self, name: str = "") -> None:
        """Go to a page of the app and wait until it is drawn."""
        self.page.goto(f"{self.url}/{name}")
        self.settled()

    def settled(self) -> None:
        """Wait until the script has run to its end: the footer is its last line."""
        expect(self.page.locator(".mt-footer")).to_contain_text(wording.FOOTER)
        expect(self.page.locator("[data-testid=stStatusWidget]")).to_have_count(0)
        expect(
            self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
        ).to_be_visible()

    def note(self, request: Request) -> None:
        """Remember a request that leaves the app."""
        address = request.url
        if not address.startswith((self.url, self.url.replace("http", "ws"), *_LOCAL)):
            self.elsewhere.append(address)


@contextmanager
def visit(
    chromium: str, url: str, *, width: int = 1280, scheme: str = "light", camera: bool = False
) -> Iterator[Visit]:
    """A fresh browser on the app; `camera`: with a made-up camera that it may use."""
    more = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            + more * camera,
        )
        try:
            page = browser.new_page(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            seen = Visit(page, url)
            page.on("request", seen.note)
            yield seen
        finally:
            browser.close()
