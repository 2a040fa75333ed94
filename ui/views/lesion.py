"""One lesion's timeline: judgement, photos, comparison, charts, numbers, corrections."""

from __future__ import annotations

import streamlit as st

from tracker.domain.change import Change
from tracker.services import timeline
from tracker.services.changes import changes
from ui import session, strings
from ui.parts import (
    corrections,
    deletion,
    measurements,
    person_picker,
    photos,
    report_download,
    status,
)


def show() -> None:
    """Draw the page."""
    st.title(strings.NAV_LESION)
    before = session.chosen_lesion()
    person = person_picker.pick(key="timeline_person", default=before[0] if before else None)
    if person is None:
        st.write(strings.LESION_NONE)
        return
    with st.spinner(strings.COMPARING):
        judged = {change.lesion: change for change in changes(session.workspace(), person)}
    lesion = _choose(person, list(judged))
    if lesion is None:
        st.write(strings.LESION_NONE)
        return
    _one(person, lesion, judged.get(lesion))


def _choose(person: str, most_urgent_first: list[str]) -> str | None:
    """The lesion chosen last, else the most urgent one; those without a judgement come after."""
    known = [row.lesion for row in timeline.lesions(session.workspace(), person)]
    names = [*most_urgent_first, *(name for name in known if name not in most_urgent_first)]
    if not names:
        return None
    before = session.chosen_lesion()
    is_known = before is not None and before[0] == person and before[1] in names
    index = names.index(before[1]) if before is not None and is_known else 0
    lesion = st.selectbox(strings.LESION_PICK, names, index=index)
    session.choose_lesion(person, lesion)
    return lesion


def _one(person: str, lesion: str, change: Change | None) -> None:
    rows = timeline.timeline(session.workspace(), person, lesion)
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
    deletion.from_timeline(person, lesion, rows)
    report_download.for_lesion(person, lesion)


def _judgement(change: Change) -> None:
    status.badge(change)
    status.alerts(change)
    st.write(session.plain(change.message))
