"""A lesion's status as a labelled mark: words and a sign, never colour alone, never a tick."""

from __future__ import annotations

import html

import streamlit as st

from tracker.domain import wording
from tracker.domain.change import Axis, Change, Status
from ui import session, strings

_MARK = {
    Status.CHANGED: "▲",
    Status.NO_CHANGE_DETECTED: "=",
    Status.CANNOT_COMPARE: "?",
    Status.BASELINE_ONLY: "1",
}


def badge(change: Change) -> None:
    """Draw the status in the binding words, with the smallest detectable change of the area."""
    words = wording.status_sentence(change.status, _limit(change))
    st.html(
        f'<span class="mt-status mt-{change.status.value}">'
        f'<span class="mark" aria-hidden="true">{_MARK[change.status]}</span>'
        f"<span>{html.escape(words)}</span></span>"
    )


def _limit(change: Change) -> str | None:
    detectable = [
        one.detectable
        for one in change.axes
        if one.axis == Axis.AREA and one.detectable is not None
    ]
    return strings.LIMIT_AREA.format(percent=detectable[0]) if detectable else None


def alerts(change: Change) -> None:
    """Findings beside the axes; symptoms come first and loudest."""
    for alert in change.alerts:
        show = st.error if alert.kind == "symptom" else st.warning
        show(session.plain(alert.message), icon=":material/priority_high:")
