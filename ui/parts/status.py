"""A lesion's status as a labelled mark: words and a sign, never colour alone, never a tick."""

from __future__ import annotations

import html

import streamlit as st

from tracker.domain import wording
from tracker.domain.change import Change, Status

_MARK = {
    Status.CHANGED: "▲",
    Status.NO_CHANGE_DETECTED: "=",
    Status.CANNOT_COMPARE: "?",
    Status.BASELINE_ONLY: "1",
}


def badge(status: Status) -> None:
    """Draw the status."""
    st.html(
        f'<span class="mt-status mt-{status.value}">'
        f'<span class="mark" aria-hidden="true">{_MARK[status]}</span>'
        f"{html.escape(wording.STATUS[status])}</span>"
    )


def alerts(change: Change) -> None:
    """Findings beside the axes; symptoms come first and loudest."""
    for alert in change.alerts:
        show = st.error if alert.kind == "symptom" else st.warning
        show(alert.message, icon=":material/priority_high:")
