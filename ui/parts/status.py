"""A lesion's status as a labelled mark: words and a sign, never colour alone, never a tick."""

from __future__ import annotations

import html
import re

import streamlit as st

from tracker.domain import wording
from tracker.domain.change import AlertKind, Axis, Change, Status
from ui import session, strings

#: The sign of each status, wherever it is drawn.
MARKS = {
    Status.CHANGED: "▲",
    Status.NO_CHANGE_DETECTED: "=",
    Status.CANNOT_COMPARE: "?",
    Status.BASELINE_ONLY: "1",
}
_LEADS = tuple(wording.AGAINST_LEADS.values())
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def badge(change: Change) -> None:
    """Draw the status in the binding words, with the smallest detectable change of the area."""
    words = wording.status_sentence(change.status, _limit(change))
    st.html(
        f'<span class="mt-status mt-{change.status.value}">'
        f'<span class="mark" aria-hidden="true">{MARKS[change.status]}</span>'
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
    ordered = sorted(change.alerts, key=lambda alert: alert.kind is not AlertKind.SYMPTOM)
    for alert in ordered:
        show = st.error if alert.kind is AlertKind.SYMPTOM else st.warning
        show(session.plain(alert.message), icon=":material/priority_high:")


def reasons(change: Change) -> None:
    """The judgement's sentences, those that the badge and the alerts have said left out.

    What was found stands line by line; what follows from it as one paragraph.
    """
    said = change.message
    for alert in change.alerts:
        said = said.replace(alert.message, "", 1)
    sentences = [each.strip() for each in _SENTENCE_END.split(said.strip()) if each.strip()]
    # With its limits the first one says more than the badge; without them it says the same again.
    if sentences and sentences[0].rstrip(".") == wording.STATUS[change.status]:
        sentences = sentences[1:]
    findings = [each for each in sentences if each.startswith(_LEADS)]
    rest = [each for each in sentences if each not in findings]
    if findings:
        st.markdown("\n".join(f"- {session.plain(each)}" for each in findings))
    if rest:
        st.markdown(session.plain(" ".join(rest)))
