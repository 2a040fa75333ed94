"""A photo or a spot into the bin; a person for good, once the name is typed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from tracker.services import bins, deleting, timeline
from tracker.services.deleting import Target
from tracker.services.results import ObservationRow
from ui import dates, session
from ui import strings_keeping as strings
from ui.parts import chrome


def from_timeline(person: str, lesion: str, rows: Sequence[ObservationRow]) -> None:
    """One photo of a spot, or the spot, into the bin: nothing is gone before that is emptied."""
    with st.expander(strings.DELETE_TITLE, icon=":material/delete:"):
        st.write(strings.BIN_TEXT)
        choices = [strings.DELETE_PHOTO, strings.DELETE_LESION] if rows else [strings.DELETE_LESION]
        what = st.radio(
            strings.DELETE_WHAT, choices, index=None, key=f"delete-what-{person}-{lesion}"
        )
        index = None
        if what == strings.DELETE_PHOTO:
            index = st.selectbox(
                strings.DELETE_WHICH,
                range(len(rows)),
                index=None,
                format_func=lambda i: f"{i + 1}: {dates.day(rows[i].observation.capture.value)}",
            )
        ready = what == strings.DELETE_LESION or index is not None
        if not st.button(strings.BIN_PUT, disabled=not ready, icon=":material/delete:"):
            return
        with chrome.errors_in_words():
            if index is None:
                bins.bin_lesion(session.workspace(), person, lesion)
            else:
                bins.bin_photo(session.workspace(), rows[index].observation.observation_id)
        st.toast(strings.BIN_DONE)
        st.rerun()


def a_person() -> None:
    """The section of the data page that deletes a person with everything."""
    with st.expander(strings.DELETE_PERSON_TITLE, icon=":material/delete:"):
        names = [row.person for row in timeline.people(session.workspace())]
        person = st.selectbox(strings.DELETE_PERSON, names, index=None, key="delete-person")
        if person is not None:
            _confirm(Target(person=person), key=person, name=person)


def _confirm(target: Target, *, key: str, name: str) -> None:
    """Say what goes, and delete it for good once `name` was typed."""
    with chrome.errors_in_words():
        going = deleting.look(session.workspace(), target)
    st.write(strings.DELETE_GOES)
    st.markdown("\n".join(f"- {session.plain(line)}" for line in strings.what_goes(going)))
    remains()
    sure = st.text_input(strings.DELETE_TYPE_NAME, key=f"delete-name-{key}").strip() == name
    if st.button(strings.DELETE_BUTTON, disabled=not sure, key=f"delete-{key}"):
        with chrome.errors_in_words():
            deleting.delete(session.workspace(), target, going)
        st.toast(strings.DELETE_DONE)
        st.rerun()


def remains() -> None:
    """What no deletion reaches."""
    st.write(strings.DELETE_REMAINS)
    st.markdown("\n".join(f"- {sentence}" for sentence in deleting.WHAT_REMAINS))
