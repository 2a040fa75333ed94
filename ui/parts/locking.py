"""The lock: by a button, and by itself when nobody uses the app."""

from __future__ import annotations

import streamlit as st

from tracker.services import keyring
from ui import session, strings

#: Seconds between two looks whether the diary was locked, here or in another window.
LOOK_EVERY_S = 15.0
_SHOWN_LOCKED = "shown_locked"
MINUTES = round(keyring.IDLE_LOCK_S / 60)


def begin() -> None:
    """At the top of each run of the script: an interaction, unless the time has run out."""
    keyring.lock_when_idle(keyring.IDLE_LOCK_S)
    keyring.touch(session.workspace())


def bar() -> None:
    """A button that locks, on every page of an unlocked encrypted diary."""
    with st.container(key="lock-bar"):
        if st.button(
            strings.LOCK_NOW,
            icon=":material/lock:",
            type="tertiary",
            help=strings.LOCKED_BY_ITSELF.format(minutes=MINUTES),
        ):
            keyring.lock(session.workspace())
            st.rerun()
    _look()


@st.fragment(run_every=LOOK_EVERY_S)
def _look() -> None:
    """Leave the page when it was locked elsewhere or by time; is no interaction itself."""
    if not keyring.is_unlocked(session.workspace()):
        st.rerun(scope="app")


def forget_shown() -> None:
    """Once when the diary was locked: drop the reports, photos and words of this browser window."""
    if _SHOWN_LOCKED not in st.session_state:
        st.session_state.clear()
        st.session_state[_SHOWN_LOCKED] = True


def opened() -> None:
    """The diary is open again in this window."""
    st.session_state.pop(_SHOWN_LOCKED, None)
