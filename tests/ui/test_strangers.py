"""Pages of other sites, open in the same browser, get nothing from the app."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.browser import visit
from tests.ui.conftest import served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("app")]

#: Tries everything a page can reach another address with; says what came of each.
_TRY = """
async ([picture, app, socket]) => {
  const settled = (promise) => promise.then(() => "in", () => "out");
  const element = (make) => new Promise((yes, no) => make(yes, no));
  const out = {};
  out.fetch = await settled(fetch(picture, {credentials: "include"}).then((r) => r.text()));
  out.blind = await settled(fetch(picture, {mode: "no-cors"}));
  out.post = await settled(fetch(app, {method: "POST", body: "x"}).then((r) => r.text()));
  out.image = await settled(element((yes, no) => {
    const image = new Image(); image.onload = yes; image.onerror = no; image.src = picture;
  }));
  out.socket = await settled(element((yes, no) => {
    const line = new WebSocket(socket); line.onopen = yes; line.onerror = no;
  }));
  await element((yes) => {
    const frame = document.createElement("iframe"); frame.onload = yes; frame.onerror = yes;
    frame.src = app; document.body.append(frame);
  });
  return out;
}
"""


class _Stranger(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body>elsewhere</body>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[int]:
    """Port of another site on this computer."""
    with HTTPServer(("127.0.0.1", 0), _Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_another_site_gets_no_picture_and_no_connection(
    chromium: str, app_url: str, stranger: int, name: str
) -> None:
    with visit(chromium, app_url) as seen:
        page = seen.page
        seen.open("lesions")
        image = page.locator("[data-testid=stImage] img").first
        expect(image).to_be_visible()
        picture = image.evaluate("(it) => it.naturalWidth > 0 ? it.src : null")
        assert picture is not None, "the app itself shows it"
        page.goto(f"http://{name}:{stranger}/")
        socket = f"{app_url.replace('http', 'ws')}/_stcore/stream"
        came_of = page.evaluate(_TRY, [picture, app_url, socket])
        # An answer that may not be read still ends a blind request: it is the refusal's.
        assert came_of.pop("blind") in ("in", "out")
        assert set(came_of.values()) == {"out"}, came_of
        frame = page.frames[1]
        assert "stApp" not in (frame.content() if frame.url.startswith(app_url) else "")


#: The app on a system that does not tell whose a connection is.
_UNTOLD = (
    "import tracker.cli.door as door; door.can_tell = lambda: False;"
    "from tracker.cli.main import main; main()"
)


def test_where_the_system_does_not_tell_the_address_carries_a_token(
    chromium: str, filled_vault: Path, tmp_path: Path
) -> None:
    with served(filled_vault, tmp_path / "log", program=("-c", _UNTOLD)) as url:
        bare, _, token = url.rpartition("/")
        assert len(token) >= 20
        for path in ("", "_stcore/health", "_stcore/host-config", "media/x.jpg", f"{token}x/"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{bare}/{path}", timeout=60)
            assert refused.value.code == 403
        with visit(chromium, url) as seen:
            seen.open("lesions")
            image = seen.page.locator("[data-testid=stImage] img").first
            expect(image).to_be_visible()
            assert image.evaluate("(it) => it.naturalWidth") > 0
            assert image.evaluate("(it) => it.src").startswith(url)
            assert seen.elsewhere == []
