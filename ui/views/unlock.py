"""The page of a locked diary: one field, and what to do without the passphrase."""

from __future__ import annotations

import streamlit as st

from tracker.errors import WrongPassphraseError
from tracker.services import keyring
from ui import session, strings
from ui.parts import chrome, locking, passphrase


def show() -> None:
    """Draw the page; unlocks the diary for this process when the passphrase is right."""
    locking.forget_shown()
    with st.container(key="narrow"):
        st.title(strings.UNLOCK_TITLE)
        st.write(strings.UNLOCK_TEXT)
        with st.form("unlock", clear_on_submit=True):
            secret = st.text_input(
                strings.UNLOCK_FIELD, type="password", autocomplete="current-password"
            )
            sent = st.form_submit_button(
                strings.UNLOCK, type="primary", icon=":material/lock_open:"
            )
        if sent:
            _try(secret)
        with st.expander(strings.UNLOCK_FORGOTTEN, icon=":material/help:"):
            for sentence in strings.UNLOCK_FORGOTTEN_TEXT:
                st.write(sentence)
            st.code(str(session.workspace().vault_path), language=None, wrap_lines=True)


def _try(secret: str) -> None:
    if not secret:
        st.info(strings.UNLOCK_EMPTY, icon=":material/keyboard:")
        return
    with chrome.errors_in_words():
        try:
            keyring.unlock(session.workspace(), secret)
        except WrongPassphraseError as error:
            passphrase.say_wrong(error)
            return
    locking.opened()
    st.rerun()
