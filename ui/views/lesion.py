"""One lesion's timeline: judgement, photos, comparison, charts, numbers, corrections."""

from __future__ import annotations

import streamlit as st

from tracker.domain.change import Change
from tracker.services import timeline
from tracker.services.changes import changes
from ui import session, strings
from ui.parts import corrections, measurements, person_picker, photos, report_download, status


def show() -> None:
    """Draw the page."""
    st.title(strings.NAV_LESION)
    chosen = _choose()
    if chosen is None:
        st.write(strings.LESION_NONE)
        return
    person, lesion = chosen
    workspace = session.workspace()
    with st.spinner(strings.COMPARING):
        rows = timeline.timeline(workspace, person, lesion)
        change = next((c for c in changes(workspace, person) if c.lesion == lesion), None)
    st.header(session.plain(lesion), anchor=False)
    if change is not None:
        _judgement(change)
    photos.strip(rows)
    if len(rows) > 1:
        photos.compare_section(rows)
        measurements.charts(rows, change)
        measurements.tables(rows, change)
    else:
        st.caption(strings.LESION_NOT_ENOUGH)
    corrections.symptoms(person, lesion)
    corrections.entries(person, rows)
    report_download.for_lesion(person, lesion)


def _choose() -> tuple[str, str] | None:
    """Person and lesion, from the last choice or the first there is."""
    before = session.chosen_lesion()
    person_before = before[0] if before else None
    person = person_picker.pick(key="timeline_person", default=person_before)
    if person is None:
        return None
    names = [row.lesion for row in timeline.lesions(session.workspace(), person)]
    if not names:
        return None
    index = names.index(before[1]) if before and before[0] == person and before[1] in names else 0
    lesion = st.selectbox(strings.LESION_PICK, names, index=index)
    session.choose_lesion(person, lesion)
    return person, lesion


def _judgement(change: Change) -> None:
    status.badge(change)
    status.alerts(change)
    st.write(change.message)
