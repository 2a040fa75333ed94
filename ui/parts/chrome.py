"""What every page shares: look, navigation, demo banner, footer, and errors in words."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from tracker.domain import wording
from tracker.errors import MoletrailError, VaultBusyError
from ui import session, strings, strings_first_run
from ui.parts import locking, unexpected

_HERE = Path(__file__).resolve().parents[1]
#: A file of ours: an icon by name would be fetched from a font server by the browser.
_ICON = _HERE / "icon.png"


def page_setup() -> None:
    """Browser title, icon and layout; once at the top of the script."""
    st.set_page_config(page_title=strings.APP_NAME, page_icon=str(_ICON), layout="wide")


@cache
def _rules() -> str:
    return (_HERE / "look.css").read_text(encoding="utf-8")


def look() -> None:
    """The rules that Streamlit's theme cannot express."""
    scheme = "dark" if is_dark() else "light"
    st.html(f"<style>:root, .stApp {{ color-scheme: {scheme}; }}\n{_rules()}</style>")


def is_dark() -> bool:
    """Whether the page is drawn in the dark scheme."""
    return st.context.theme.type == "dark"


def card(key: str) -> DeltaGenerator:
    """A raised box; `key` is unique on its page."""
    return st.container(key=f"card-{key}")


def row(key: str) -> DeltaGenerator:
    """Things side by side, one below the other on a phone; `key` is unique on its page."""
    return st.container(
        horizontal=True, vertical_alignment="center", gap="medium", key=f"row-{key}"
    )


def lead(text: str) -> None:
    """The sentence under a page's title; plain text."""
    st.html(f'<p class="mt-lead">{html.escape(text)}</p>')


def navigation(
    pages: Mapping[str, StreamlitPage], shown: Mapping[str, str], current: str, *, lockable: bool
) -> None:
    """The bar that leads to every page: on top of a wide window, at the bottom of a phone's.

    Args:
        shown: short names of the pages in the bar, each with the words of its link.
        current: short name of the page that is drawn, or of the one that it belongs to.
        lockable: the diary is encrypted and open: a button locks it.
    """
    with st.container(key="nav", horizontal=True):
        st.html(f'<span class="mt-brand">{strings.APP_NAME}</span>')
        with st.container(key="nav-pages", horizontal=True):
            for name, words in shown.items():
                with st.container(key=f"nav-to-{name}"):
                    st.page_link(pages[name], label=words, icon=pages[name].icon or None)
        if lockable:
            locking.bar()
    st.html(
        f"<style>.st-key-nav .st-key-nav-to-{current} a {{ background: var(--mt-brand-soft); }}"
        f".st-key-nav .st-key-nav-to-{current} a * {{ color: var(--mt-brand) !important; }}</style>"
    )


def demo_banner() -> None:
    """Said on every page of a demo vault; leads back where this window came from its own."""
    with st.container(key="demo", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="mt-demo"><span aria-hidden="true">◔</span>{strings.DEMO_BANNER}</div>'
        )
        if session.is_demo_opened_here():
            st.button(
                strings_first_run.DEMO_LEAVE,
                on_click=session.show_demo,
                kwargs={"wanted": False},
                type="tertiary",
            )


def footer() -> None:
    """The sentence that stands on every page."""
    st.html(f'<div class="mt-footer" role="contentinfo">{wording.FOOTER}</div>')


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Show a failure as its message and next step, a mistake of ours in words, and end the page."""
    try:
        yield
    except VaultBusyError as error:
        st.warning(
            f"{strings.BUSY} {session.plain(error.message)}", icon=":material/hourglass_top:"
        )
        footer()
        st.stop()
    except MoletrailError as error:
        st.error(session.plain(error.message), icon=":material/error:")
        if error.next_step:
            st.write(session.plain(error.next_step))
        footer()
        st.stop()
    except Exception as error:  # Streamlit's own signals (stop, rerun) are none of these
        unexpected.show(error)
        footer()
        st.stop()
