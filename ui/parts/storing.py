"""Pictures into the diary, with a bar and a way to stop; what is stored stays stored."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from tracker.services import answers, comparing, intake
from tracker.services.results import Duplicate, Refusal, Stored
from ui import session
from ui import strings as common
from ui import strings_add as strings
from ui.parts import chrome
from ui.parts.photo_card import Filled

#: Messages of the pictures of this window that were dealt with, by their key.
_DONE = "add_done"
_REFUSED = "add_refused"


def is_done(key: str) -> bool:
    """Whether this picture was stored, or was stored before."""
    return key in _done()


def said() -> None:
    """What became of the pictures so far, and why a second one helps."""
    for message in st.session_state.pop(_REFUSED, []):
        st.error(message, icon=":material/error:")
    done = _done()
    if not done:
        return
    with chrome.card("stored"):
        st.markdown(f"**:material/save: {strings.saved(len(done))}**")
        with st.container(gap=None):
            for message in done.values():
                st.caption(message)
        st.markdown(f"**{strings.DOUBLE_TITLE}**")
        st.write(common.ADD_DOUBLE_SHOT)


def store(chosen: Mapping[str, Filled]) -> None:
    """Store each picture, compare it with its spot's others, and keep what was answered."""
    bar = st.progress(0.0)
    # A click lets Streamlit leave this run at its next step; what is stored stays stored.
    st.button(strings.STOP, key="store-stop", icon=":material/stop:")
    refused: list[str] = st.session_state.setdefault(_REFUSED, [])
    for number, (key, filled) in enumerate(chosen.items(), start=1):
        words = strings.SAVING.format(done=number, total=len(chosen))
        bar.progress((number - 1) / len(chosen), words)
        with chrome.errors_in_words():
            result = intake.add_photo(session.workspace(), filled.request)
            if isinstance(result, Refusal):
                refused.append(session.plain(f"{result.reason} {result.advice or ''}"))
                continue
            _done()[key] = _words(result)
            if isinstance(result, Stored):
                _after(result, filled)
    st.rerun()


def _after(stored: Stored, filled: Filled) -> None:
    workspace = session.workspace()
    if stored.lesion is None:
        return
    if filled.symptoms is not None:
        answers.answer(
            workspace,
            stored.person,
            stored.lesion,
            filled.symptoms,
            observation_id=stored.observation_id,
        )
    comparing.compare_added(workspace, stored)
    session.choose_lesion(stored.person, stored.lesion)
    session.retake(stored.person, stored.lesion)


def _words(result: Stored | Duplicate) -> str:
    if isinstance(result, Duplicate):
        return common.ADD_DUPLICATE.format(photo=session.plain(result.photo))
    return common.ADD_SAVED.format(
        photo=session.plain(result.photo),
        lesion=session.plain(result.lesion or common.ADD_DECIDE_LATER.lower()),
    )


def _done() -> dict[str, str]:
    done: dict[str, str] = st.session_state.setdefault(_DONE, {})
    return done
