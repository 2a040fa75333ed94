"""Photos that are stored but belong to no spot yet."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.domain.records import Observation
from tracker.services import edits, pictures, timeline
from tracker.services.comparing import complete_series
from ui import dates, session, strings
from ui.parts import chrome


def show(person: str) -> None:
    """Draw the photos of `person` that wait, each with the spot to choose."""
    workspace = session.workspace()
    if person not in {row.person for row in timeline.people(workspace)}:
        return
    photos = timeline.unassigned(workspace, person)
    if not photos:
        return
    st.subheader(strings.ADD_WAITING)
    known = [row.lesion for row in timeline.lesions(workspace, person)]
    for seen in photos:
        with chrome.card(f"waiting-{seen.observation_id}"):
            _one(seen, known)


def _one(seen: Observation, known: list[str]) -> None:
    workspace = session.workspace()
    left, right = st.columns([1, 2])
    with left:
        picture = pictures.lesion_picture(workspace, seen.observation_id)
        st.image(picture, width="stretch", alt=strings.ALT_PHOTO.format(photo=seen.photo.file_name))
    with right:
        st.write(f"{session.plain(seen.photo.file_name)}, {dates.day(seen.capture.value)}")
        name = st.selectbox(
            strings.ADD_LESION,
            known,
            index=None,
            accept_new_options=True,
            key=f"waiting-{seen.observation_id}",
            placeholder=strings.ADD_NEW_LESION_NAME,
        )
        is_new = (
            bool(name)
            and name not in known
            and st.checkbox(wording.NEW_LESION_QUESTION, key=f"waiting-new-{seen.observation_id}")
        )
        if is_new:
            st.warning(wording.NEW_LESION, icon=":material/priority_high:")
        if (
            st.button(strings.ADD_ASSIGN, key=f"assign-{seen.observation_id}", disabled=not name)
            and name
        ):
            edits.move(workspace, seen.observation_id, name, is_new=is_new)
            complete_series(workspace, seen.person.name, name)
            st.rerun()
