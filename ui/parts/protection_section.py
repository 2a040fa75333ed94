"""Who can open the diary, and changing that: encrypt, other passphrase, new recovery key."""

from __future__ import annotations

import streamlit as st

from tracker.errors import WrongPassphraseError
from tracker.services import protection
from ui import session, strings
from ui.parts import chrome, locking, passphrase

#: How often the passphrase was changed in this window.
_CHANGES = "passphrase_changes"


def show(*, encrypted: bool) -> None:
    """Draw the section of the data page."""
    st.subheader(strings.DATA_PROTECTION, anchor=False)
    if not encrypted:
        st.write(strings.DATA_PLAIN)
        _encrypt()
        return
    st.write(strings.DATA_ENCRYPTED)
    st.write(f"{strings.DATA_OPEN_NOW} {strings.LOCKED_BY_ITSELF.format(minutes=locking.MINUTES)}")
    _change_passphrase()
    _new_recovery_key()


def _encrypt() -> None:
    with st.expander(strings.DATA_ENCRYPT, icon=":material/lock:"):
        st.write(strings.DATA_ENCRYPT_TEXT)
        st.write(strings.DATA_ENCRYPT_REMAINS)
        for sentence in protection.REMAINS:
            st.markdown(f"- {sentence}")
        asked = passphrase.ask_new(strings.DATA_ENCRYPT, key="encrypt")
        if asked is None:
            return
        bar = st.progress(0.0, strings.DATA_ENCRYPTING)

        def advance(done: int, of: int) -> None:
            bar.progress(done / max(of, 1), strings.DATA_ENCRYPTING)

        with chrome.errors_in_words():
            recovery_key = protection.encrypt(session.workspace(), asked.new, progress=advance)
        passphrase.keep_recovery_key(recovery_key)
        st.rerun()


def _change_passphrase() -> None:
    with st.expander(strings.DATA_CHANGE, icon=":material/password:"):
        st.write(f"{strings.DATA_CHANGE_TEXT} {protection.OLD_COPIES}")
        changes = int(st.session_state.get(_CHANGES, 0))
        # After each change a form of its own, so that nothing typed stays in the fields.
        asked = passphrase.ask_new(strings.DATA_CHANGE, key=f"change-{changes}", current=True)
        if asked is None:
            if changes:
                st.info(strings.DATA_CHANGED, icon=":material/password:")
            return
        with chrome.errors_in_words():
            try:
                protection.change_passphrase(session.workspace(), asked.new, current=asked.present)
            except WrongPassphraseError as error:
                passphrase.say_wrong(error)
                return
        st.session_state[_CHANGES] = changes + 1
        st.rerun()


def _new_recovery_key() -> None:
    with st.expander(strings.DATA_RECOVERY, icon=":material/key:"):
        st.write(f"{strings.DATA_RECOVERY_TEXT} {protection.OLD_COPIES}")
        present = passphrase.ask_current(strings.DATA_RECOVERY_MAKE, key="recovery")
        if present is None:
            return
        with chrome.errors_in_words():
            try:
                made = protection.new_recovery_key(session.workspace(), current=present)
            except WrongPassphraseError as error:
                passphrase.say_wrong(error)
                return
        passphrase.keep_recovery_key(made)
        st.rerun()
