"""Deleting a photo, a spot or a person: says what goes, and asks for a tick or the name."""

from __future__ import annotations

import streamlit as st

from tracker.services import deleting, timeline
from tracker.services.deleting import Target
from tracker.services.results import ObservationRow
from ui import session
from ui import strings_keeping as strings
from ui.parts import chrome, photos


def from_timeline(person: str, lesion: str, rows: list[ObservationRow]) -> None:
    """One photo of a spot, or the spot."""
    with st.expander(strings.DELETE_TITLE, icon=":material/delete:"):
        choices = [strings.DELETE_PHOTO, strings.DELETE_LESION] if rows else [strings.DELETE_LESION]
        what = st.radio(
            strings.DELETE_WHAT, choices, index=None, key=f"delete-what-{person}-{lesion}"
        )
        if what == strings.DELETE_LESION:
            _confirm(Target(lesion=lesion, person=person), key=f"{person}-{lesion}")
        if what == strings.DELETE_PHOTO:
            index = st.selectbox(
                strings.DELETE_WHICH,
                range(len(rows)),
                index=None,
                format_func=lambda i: f"{i + 1}: {photos.label(rows[i])}",
            )
            if index is not None:
                observation_id = rows[index].observation.observation_id
                _confirm(Target(observation_id=observation_id), key=observation_id)


def a_person() -> None:
    """The section of the data page that deletes a person with everything."""
    with st.expander(strings.DELETE_PERSON_TITLE, icon=":material/delete:"):
        names = [row.person for row in timeline.people(session.workspace())]
        person = st.selectbox(strings.DELETE_PERSON, names, index=None, key="delete-person")
        if person is not None:
            _confirm(Target(person=person), key=person, name=person)


def _confirm(target: Target, *, key: str, name: str | None = None) -> None:
    """Say what goes, and delete it once that is confirmed.

    Args:
        name: to be typed; without one a tick is enough.
    """
    with chrome.errors_in_words():
        going = deleting.look(session.workspace(), target)
    st.write(strings.DELETE_GOES)
    st.markdown("\n".join(f"- {session.plain(line)}" for line in strings.what_goes(going)))
    st.write(strings.DELETE_REMAINS)
    st.markdown("\n".join(f"- {sentence}" for sentence in deleting.WHAT_REMAINS))
    if name is None:
        sure = st.checkbox(strings.DELETE_UNDERSTOOD, key=f"delete-sure-{key}")
    else:
        sure = st.text_input(strings.DELETE_TYPE_NAME, key=f"delete-name-{key}").strip() == name
    if st.button(strings.DELETE_BUTTON, disabled=not sure, key=f"delete-{key}"):
        with chrome.errors_in_words():
            deleting.delete(session.workspace(), target, going)
        st.toast(strings.DELETE_DONE)
        st.rerun()
