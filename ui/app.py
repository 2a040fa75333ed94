"""The app's script, run by Streamlit at each interaction."""

from __future__ import annotations

from collections.abc import Callable

from tracker.silence import silence

silence()

import streamlit as st  # noqa: E402  telemetry is switched off before it is imported
from streamlit.navigation.page import StreamlitPage  # noqa: E402

from tracker.services.results import VaultState  # noqa: E402
from tracker.services.vaults import vault_state  # noqa: E402
from ui import session, strings  # noqa: E402
from ui.parts import chrome, locking, passphrase  # noqa: E402
from ui.views import add, data, first_run, lesion, overview, unlock  # noqa: E402


def _pages() -> dict[str, StreamlitPage]:
    """Pages under the short names other pages lead to them by."""
    icon = ":material/{}:".format
    return {
        "lesions": st.Page(
            overview.show,
            title=strings.NAV_LESIONS,
            icon=icon("grid_view"),
            url_path="lesions",
            default=True,
        ),
        "timeline": st.Page(
            lesion.show, title=strings.NAV_LESION, icon=icon("timeline"), url_path="timeline"
        ),
        "add": st.Page(add.show, title=strings.NAV_ADD, icon=icon("add_a_photo"), url_path="add"),
        "data": st.Page(data.show, title=strings.NAV_DATA, icon=icon("lock"), url_path="data"),
    }


def main() -> None:
    """Draw the page that the person is on."""
    chrome.page_setup()
    chrome.look()
    locking.begin()
    state = vault_state(session.workspace())
    pages = _pages()
    session.remember_pages(pages)
    draw = _before_the_pages(state)
    if draw is not None:
        # The address stays, so that unlocking leads to the page that was asked for.
        st.navigation(list(pages.values()), position="hidden")
        draw()
        chrome.footer()
        return
    page = st.navigation(list(pages.values()), position="top")
    if state.is_demo:
        chrome.demo_banner()
    if state.encrypted:
        locking.bar()
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
