"""Symptoms, and corrections of what was stored; the journal keeps what stood before."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.services import edits, timeline
from tracker.services.comparing import complete_series
from tracker.services.results import ObservationRow
from ui import session, strings
from ui.parts import photos, symptom_question


def symptoms(person: str, lesion: str) -> None:
    """What was reported, and a form to report more."""
    workspace = session.workspace()
    with st.expander(strings.SYMPTOM_TITLE, icon=":material/sick:"):
        for symptom in edits.symptoms(workspace, person, lesion):
            name = wording.SYMPTOM_NAMES[symptom.kind]
            st.markdown(f"- {symptom.noted_at:%d %b %Y}: {name}")
        kinds = symptom_question.ask(key=f"symptoms-{person}-{lesion}")
        if st.button(strings.SYMPTOM_SAVE, disabled=not kinds):
            for kind in kinds:
                edits.record_symptom(workspace, person, lesion, kind.value)
            st.rerun()


def entries(person: str, rows: list[ObservationRow]) -> None:
    """Correct a photo's date, or say that it shows another spot."""
    workspace = session.workspace()
    with st.expander(strings.EDIT_TITLE, icon=":material/edit:"):
        index = st.selectbox(
            strings.EDIT_PHOTO,
            range(len(rows)),
            format_func=lambda i: f"{i + 1}: {photos.label(rows[i])}",
        )
        seen = rows[index].observation
        day = st.date_input(
            strings.EDIT_DATE,
            value=seen.capture.value.date(),
            max_value="today",
            key=f"edit-date-{seen.observation_id}",
        )
        known = [row.lesion for row in timeline.lesions(workspace, person)]
        current = seen.lesion.name if seen.lesion is not None else None
        target = st.selectbox(
            strings.EDIT_MOVE,
            known,
            index=known.index(current) if current in known else None,
            accept_new_options=True,
            key=f"edit-move-{seen.observation_id}",
        )
        if st.button(strings.EDIT_SAVE):
            if day != seen.capture.value.date():
                edits.set_date(workspace, seen.observation_id, day.isoformat())
            if target and target != current:
                edits.move(workspace, seen.observation_id, target)
                complete_series(workspace, person, target)
            st.toast(strings.EDIT_SAVED)
            st.rerun()
