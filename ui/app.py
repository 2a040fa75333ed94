"""The app's script, run by Streamlit at each interaction."""

from __future__ import annotations

from collections.abc import Callable

from tracker.silence import silence

silence()

import streamlit as st  # noqa: E402  telemetry is switched off before it is imported
from streamlit.navigation.page import StreamlitPage  # noqa: E402

from tracker.services.results import VaultState  # noqa: E402
from tracker.services.vaults import vault_state  # noqa: E402
from ui import session, strings, strings_add, strings_body, strings_review, strings_today  # noqa: E402
from ui.parts import chrome, locking, passphrase, review_state, unexpected  # noqa: E402
from ui.views import (  # noqa: E402
    add,
    body_map,
    data,
    first_run,
    inbox,
    lesion,
    overview,
    review,
    today,
    unlock,
)

#: Links of the navigation bar, by the short name of their page.
_IN_BAR = {
    "today": strings_today.NAV_TODAY,
    "lesions": strings.NAV_LESIONS,
    "map": strings_body.NAV,
    "add": strings.NAV_ADD_SHORT,
    "data": strings.NAV_DATA_SHORT,
}
#: Pages that are reached from another one, which the bar marks instead.
_BELONGS_TO = {"timeline": "lesions", "inbox": "add"}


def _page(
    show: Callable[[], None], title: str, icon: str, path: str, *, first: bool = False
) -> StreamlitPage:
    drawn = f":material/{icon}:"
    return st.Page(show, title=title, icon=drawn, url_path=path, default=first)


def _pages() -> dict[str, StreamlitPage]:
    """Pages under the short names other pages lead to them by."""
    return {
        "today": _page(today.show, strings_today.NAV_TODAY, "today", "today", first=True),
        "lesions": _page(overview.show, strings.NAV_LESIONS, "apps", "lesions"),
        "timeline": _page(lesion.show, strings.NAV_LESION, "timeline", "timeline"),
        "map": _page(body_map.show, strings_body.TITLE, "accessibility_new", "map"),
        "add": _page(add.show, strings.NAV_ADD, "add_a_photo", "add"),
        "inbox": _page(inbox.show, strings_add.INBOX_TITLE, "inbox", "inbox"),
        "review": _page(review.show, strings_review.TITLE, "clinical_notes", "review"),
        "data": _page(data.show, strings.NAV_DATA, "shield_lock", "data"),
    }


def main() -> None:
    """Draw the page that the person is on."""
    unexpected.keep_tracebacks_out()
    chrome.page_setup()
    chrome.look()
    locking.begin()
    state = vault_state(session.workspace())
    pages = _pages()
    session.remember_pages(pages)
    # The bar is our own. The address stays behind the pages that stand before all others, so that
    # unlocking leads to the page that was asked for.
    page = st.navigation(list(pages.values()), position="hidden")
    draw = _before_the_pages(state)
    if draw is not None:
        draw()
        chrome.footer()
        return
    name = next(name for name, known in pages.items() if known is page)
    in_bar = _IN_BAR | ({"review": strings_review.NAV} if review_state.is_clinician() else {})
    chrome.navigation(pages, in_bar, _BELONGS_TO.get(name, name), lockable=bool(state.encrypted))
    if state.is_demo:
        chrome.demo_banner()
    with chrome.errors_in_words():
        page.run()
    chrome.footer()


def _before_the_pages(state: VaultState) -> Callable[[], None] | None:
    """What stands between the person and the pages; None where nothing does."""
    if passphrase.has_recovery_key():
        return passphrase.show_recovery_key
    if state.state == "VaultNotFound":
        return first_run.show
    return unlock.show if state.locked else None


main()
