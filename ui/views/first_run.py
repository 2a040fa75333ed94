"""The first visit: what this is, what it is not, where the diary will be."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.services.vaults import create_vault
from ui import session, strings
from ui.parts import chrome


def show() -> None:
    """Draw the page; makes the vault when the person agrees."""
    st.title(strings.FIRST_RUN_TITLE)
    st.write(wording.PURPOSE)
    with st.container(border=True):
        for sentence in wording.WHAT_THIS_IS_NOT:
            st.markdown(f"- {sentence}")
    st.write(strings.FIRST_RUN_WHERE)
    st.code(str(session.workspace().vault_path), language=None, wrap_lines=True)
    understood = st.checkbox(strings.FIRST_RUN_UNDERSTOOD)
    if st.button(strings.FIRST_RUN_CREATE, type="primary", disabled=not understood):
        with chrome.errors_in_words():
            create_vault(session.workspace())
        st.rerun()
    st.caption(strings.FIRST_RUN_DEMO)
