"""The change report, made on demand."""

from __future__ import annotations

import streamlit as st

from tracker.domain.plain_text import file_stem
from tracker.services.reporting import make_report
from ui import session, strings


def for_lesion(person: str, lesion: str | None) -> None:
    """A button that makes the PDF, then one that saves it; `lesion` None means all of them."""
    key = f"report-{person}-{lesion}"
    st.subheader(strings.REPORT, anchor=False)
    if st.button(strings.REPORT_MAKE, key=f"{key}-make", icon=":material/description:"):
        with st.spinner(strings.REPORT_MAKING):
            st.session_state[key] = make_report(session.workspace(), person, lesion, "pdf")
    made = st.session_state.get(key)
    if made is not None:
        name = f"moletrail-{file_stem(lesion or person)}.pdf"
        st.download_button(
            strings.REPORT_SAVE,
            made,
            file_name=name,
            mime="application/pdf",
            key=f"{key}-save",
            icon=":material/download:",
            type="primary",
        )
