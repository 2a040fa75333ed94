"""The bin: what was put there, back again, or gone for good."""

from __future__ import annotations

import streamlit as st

from tracker.services import bins
from ui import dates, session
from ui import strings_keeping as strings
from ui.parts import chrome, deletion


def show() -> None:
    """Draw the section of the data page."""
    rows = bins.binned(session.workspace())
    if not rows:
        st.caption(strings.BIN_EMPTY_NOW)
        return
    for row in rows:
        taken = None if row.taken_at is None else dates.day(row.taken_at)
        with chrome.card(f"bin-{row.item_id}"), chrome.row(f"bin-{row.item_id}"):
            words = strings.in_bin(row, dates.day(row.binned_at.astimezone()), taken)
            st.markdown(session.plain(words), width="stretch")
            if st.button(strings.BIN_UNDO, key=f"undo-{row.item_id}", icon=":material/undo:"):
                with chrome.errors_in_words():
                    bins.undo(session.workspace(), row.item_id)
                st.toast(strings.BIN_BACK)
                st.rerun()
    with st.expander(strings.BIN_PURGE, icon=":material/delete_forever:"):
        deletion.remains()
        sure = st.checkbox(strings.BIN_SURE, key="bin-sure")
        if st.button(strings.BIN_PURGE, disabled=not sure, key="bin-purge"):
            with chrome.errors_in_words():
                bins.purge(session.workspace(), [row.item_id for row in rows])
            st.toast(strings.DELETE_DONE)
            st.rerun()
