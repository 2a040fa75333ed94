"""What is known of one photo and what a person may add or correct; the journal keeps all of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from tracker.domain import wording
from tracker.services import edits, pictures
from tracker.services.comparing import complete_series
from tracker.services.person_view import PersonView
from tracker.services.results import ObservationRow
from ui import session, strings
from ui import strings_lesion as words
from ui.parts import outline, photos, symptom_question


def single(row: ObservationRow) -> None:
    """The only photo of a spot, with its outline."""
    is_drawn = st.toggle(strings.OUTLINE, value=True)
    picture = pictures.lesion_picture(
        session.workspace(), row.observation.observation_id, outline=is_drawn
    )
    st.image(picture, width="stretch")


def photo(view: PersonView, lesion: str, row: ObservationRow) -> None:
    """The chosen photo: its day, what was noticed on it, its note, and the question."""
    seen = row.observation
    st.markdown(f"#### {photos.label(row)}")
    for line in _facts(row):
        st.caption(line)
    outline.button(row)
    symptom_question.ask_about(view, lesion, row)
    _note(seen.observation_id, seen.note)


def _facts(row: ObservationRow) -> list[str]:
    """What the numbers of this photo rest on, in words."""
    lines = []
    if row.diameter_mm is not None and row.scale is not None:
        source = words.SCALE_SOURCES[row.scale.source.value]
        lines.append(words.SIZE.format(diameter=row.diameter_mm, source=source))
    if row.observation.analysis.is_unlike_training:
        lines.append(wording.UNLIKE_TRAINING)
    quality = row.observation.analysis.quality
    if quality is not None:
        lines += [f"{issue.reason} {issue.advice}" for issue in quality.issues]
    lines += row.remarks
    if row.why_not:
        lines.append(row.why_not)
    return [session.plain(line) for line in dict.fromkeys(lines)]


def _note(observation_id: str, note: str | None) -> None:
    with st.form(f"note-form-{observation_id}", border=False):
        text = st.text_area(words.NOTE, value=note or "", height=80, key=f"note-{observation_id}")
        if st.form_submit_button(words.NOTE_SAVE, icon=":material/edit_note:"):
            edits.set_note(session.workspace(), observation_id, text.strip() or None)
            st.toast(words.NOTE_SAVED)
            st.rerun()


def entries(view: PersonView, rows: Sequence[ObservationRow]) -> None:
    """Correct a photo's date, or say that it shows another spot."""
    if not rows:
        return
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
        known = list(view.series)
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
                complete_series(workspace, view.person, target)
            st.toast(strings.EDIT_SAVED)
            st.rerun()
