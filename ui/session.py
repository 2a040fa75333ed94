"""What one browser session works on."""

from __future__ import annotations

import re

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from tracker.domain.plain_text import without_steering
from tracker.services.demo import demo_workspace
from tracker.services.session import Workspace, resolve_vault_path

_LESION = "chosen_lesion"
_PERSON = "chosen_person"
_PAGES = "pages"
_RETAKE = "spot_to_retake"
_DEMO = "demo_opened_here"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$:~&])")


def workspace() -> Workspace:
    """The workspace of the vault this app was started for; of the demo where it was opened."""
    if st.session_state.get(_DEMO):
        return demo_workspace()
    return Workspace(resolve_vault_path(None))


def show_demo(*, wanted: bool) -> None:
    """Look at the made-up diary in this window, or go back to the person's own."""
    st.session_state.pop(_RETAKE, None)
    for name in (_PERSON, _LESION):
        st.session_state.pop(name, None)
    st.session_state[_DEMO] = wanted


def is_demo_opened_here() -> bool:
    """Whether this window shows the demo instead of the vault the app was started for."""
    return bool(st.session_state.get(_DEMO))


def choose_lesion(person: str, lesion: str) -> None:
    """Remember which timeline to open."""
    st.session_state[_PERSON] = person
    st.session_state[_LESION] = lesion


def chosen_lesion() -> tuple[str, str] | None:
    """(person, lesion) of the timeline to open, if one was chosen."""
    person, lesion = st.session_state.get(_PERSON), st.session_state.get(_LESION)
    return (person, lesion) if person and lesion else None


def retake(person: str, lesion: str) -> None:
    """Remember whose spot the next photo shows."""
    st.session_state[_RETAKE] = (person, lesion)


def to_retake() -> tuple[str, str] | None:
    """(person, lesion) that the next photo shows, if that was said."""
    found: tuple[str, str] | None = st.session_state.get(_RETAKE)
    return found


def retaken() -> None:
    """The next photo may show any spot again."""
    st.session_state.pop(_RETAKE, None)


def remember_pages(pages: dict[str, StreamlitPage]) -> None:
    """Keep the pages under their short names, so that one page can lead to another."""
    st.session_state[_PAGES] = pages


def page(name: str) -> StreamlitPage:
    """The page of that short name."""
    pages: dict[str, StreamlitPage] = st.session_state[_PAGES]
    return pages[name]


def plain(text: str) -> str:
    """A name as Markdown shows it unchanged: what a person typed is never formatting."""
    return _MARKDOWN.sub(r"\\\1", without_steering(text))
