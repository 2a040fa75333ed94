"""The question about symptoms, asked wherever a photo or a spot is looked at."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.domain.records import SymptomKind
from tracker.services import edits
from tracker.services.results import ObservationRow
from ui import session, strings_lesion


def ask(*, key: str) -> list[SymptomKind]:
    """What the person says of the spot; every choice is in view, on any width."""
    return st.pills(
        wording.SYMPTOM_QUESTION,
        list(SymptomKind),
        selection_mode="multi",
        format_func=lambda kind: wording.SYMPTOM_NAMES[kind],
        wrap=True,
        key=key,
    )


def ask_about(person: str, lesion: str, row: ObservationRow) -> None:
    """What was reported of the spot, and the question for one of its photos."""
    workspace = session.workspace()
    reported = edits.symptoms(workspace, person, lesion)
    if reported:
        st.markdown(f"**{strings_lesion.REPORTED}**")
        for symptom in reported:
            name = wording.SYMPTOM_NAMES[symptom.kind]
            st.markdown(f"- {strings_lesion.day(symptom.noted_at.date())}: {name}")
    kinds = ask(key=f"symptoms-{row.observation.observation_id}")
    if kinds:
        st.error(wording.SEE_NOW, icon=":material/priority_high:")
    if st.button(strings_lesion.ASK_SAVE, disabled=not kinds, icon=":material/check_box:"):
        for kind in kinds:
            edits.record_symptom(workspace, person, lesion, kind.value)
        st.rerun()
