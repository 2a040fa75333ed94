"""What became of a spot: followed, removed with what the pathologist wrote, gone, or merged."""

from __future__ import annotations

from datetime import date

import streamlit as st

from tracker.domain.records import LifeCycle
from tracker.services import edits
from tracker.services.person_view import PersonView
from ui import dates, session
from ui import strings_lesion as strings
from ui.parts import chrome


def line(view: PersonView, lesion: str) -> str | None:
    """Where a spot stands, in a line; None while it is followed."""
    found = view.series[lesion].lesion
    if found.life_cycle is LifeCycle.ACTIVE:
        return None
    parts = [strings.STAGE_WORDS[found.life_cycle.value]]
    if found.stage_on is not None:
        parts.append(dates.day(found.stage_on))
    note = view.notes.get(found.lesion_id)
    if note:
        parts.append(note)
    return " · ".join(parts)


def show(view: PersonView, lesion: str) -> None:
    """The form that says what became of the spot; photos stay whatever is said."""
    found = view.series[lesion].lesion
    with st.expander(strings.STAGE, icon=":material/timeline:"):
        stage = st.radio(
            strings.STAGE_NOW,
            list(LifeCycle),
            index=list(LifeCycle).index(found.life_cycle),
            format_func=lambda each: strings.STAGE_CHOICES[each.value],
            key=f"stage-{found.lesion_id}",
        )
        if stage is None or stage is LifeCycle.MERGED:
            _merge(view, lesion)
            return
        note, on = _details(view, lesion, stage)
        if st.button(strings.STAGE_SAVE, key=f"stage-save-{found.lesion_id}"):
            with chrome.errors_in_words():
                edits.set_life_cycle(
                    session.workspace(), view.person, lesion, stage.value, note, on=on
                )
            st.toast(strings.STAGE_SAVED)
            st.rerun()


def _details(view: PersonView, lesion: str, stage: LifeCycle) -> tuple[str | None, date | None]:
    """Note and day of a stage; neither while the spot is followed."""
    if stage is LifeCycle.ACTIVE:
        return None, None
    found = view.series[lesion].lesion
    is_now = stage is found.life_cycle
    if stage is LifeCycle.RESOLVED:
        st.warning(strings.STAGE_RESOLVED_TEXT, icon=":material/priority_high:")
    label = strings.STAGE_PATHOLOGY if stage is LifeCycle.EXCISED else strings.STAGE_NOTE
    note = st.text_area(
        label,
        value=(view.notes.get(found.lesion_id) or "") if is_now else "",
        key=f"stage-note-{found.lesion_id}-{stage.value}",
    )
    on = st.date_input(
        strings.STAGE_ON,
        value=found.stage_on if is_now else None,
        max_value="today",
        key=f"stage-on-{found.lesion_id}-{stage.value}",
    )
    return note.strip() or None, on if isinstance(on, date) else None


def _merge(view: PersonView, lesion: str) -> None:
    found = view.series[lesion].lesion
    others = [
        name
        for name, series in view.series.items()
        if name != lesion and series.lesion.life_cycle is LifeCycle.ACTIVE
    ]
    st.write(strings.STAGE_INTO_TEXT)
    into = st.selectbox(strings.STAGE_INTO, others, index=None, key=f"stage-into-{found.lesion_id}")
    if (
        st.button(strings.STAGE_SAVE, disabled=into is None, key=f"merge-{found.lesion_id}")
        and into
    ):
        with chrome.errors_in_words():
            edits.merge(session.workspace(), view.person, lesion, into)
        session.choose_lesion(view.person, into)
        st.toast(strings.STAGE_SAVED)
        st.rerun()
