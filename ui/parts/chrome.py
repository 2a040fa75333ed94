"""What every page shares: look, header, demo banner, footer, and errors in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from tracker.domain import wording
from tracker.errors import MoletrailError, VaultBusyError
from ui import session, strings

#: A file of ours: an icon by name would be fetched from a font server by the browser.
_ICON = Path(__file__).resolve().parents[1] / "icon.png"
_CSS = """
<style>
.block-container { max-width: 72rem; padding-top: 4.6rem; padding-bottom: 2rem; }
h1 { letter-spacing: -.015em; }
.mt-footer { margin-top: 3rem; padding-top: 1rem; font-size: .92rem; line-height: 1.5;
  border-top: 1px solid var(--mt-line, rgba(128,128,128,.35)); }
.mt-status { display: inline-flex; gap: .5rem; align-items: center; padding: .28rem .7rem;
  border-radius: 999px; font-weight: 600; font-size: .9rem; line-height: 1.35;
  border: 1.5px solid currentColor; }
.mt-status .mark { font-weight: 800; }
.mt-changed { color: light-dark(#9A3412, #FDBA74); background: light-dark(#FFF4EC, #3A2416); }
.mt-no_change_detected { color: light-dark(#334155, #CBD5E1);
  background: light-dark(#F1F5F9, #222C36); }
.mt-cannot_compare { color: light-dark(#6B21A8, #D8B4FE); background: light-dark(#FAF5FF, #2C1F38);
  border-style: dashed; }
.mt-baseline_only { color: light-dark(#1E4E79, #93C5FD); background: light-dark(#EFF6FF, #17283A); }
.st-key-narrow { max-width: 40rem; margin-inline: auto; }
.st-key-recovery-key code { font-size: 1.2rem; letter-spacing: .05em; }
@media (min-width: 641px) { .st-key-lock-bar { margin: 1.2rem 0 -5.5rem; z-index: 1; } }
@media (max-width: 640px) { .block-container { padding-left: 1rem; padding-right: 1rem; } }
</style>
"""


def page_setup() -> None:
    """Browser title, icon and layout; once at the top of the script."""
    st.set_page_config(page_title=strings.APP_NAME, page_icon=str(_ICON), layout="wide")


def look() -> None:
    """The few rules that Streamlit's theme cannot express."""
    dark = st.context.theme.type == "dark"
    scheme = "dark" if dark else "light"
    st.html(_CSS + f"<style>.stApp {{ color-scheme: {scheme}; }}</style>")


def demo_banner() -> None:
    """Said on every page of a demo vault."""
    st.info(strings.DEMO_BANNER, icon=":material/science:")


def footer() -> None:
    """The sentence that stands on every page."""
    st.html(f'<div class="mt-footer" role="contentinfo">{wording.FOOTER}</div>')


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Show an expected failure as its message and next step, and end the page there."""
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
