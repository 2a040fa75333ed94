"""The first visit: what this is, what it is not, where the diary will be."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.services.protection import create_encrypted_vault
from tracker.services.vaults import create_vault
from ui import session, strings
from ui.parts import backup, chrome, locking, passphrase


def show() -> None:
    """Draw the page; makes the vault when the person agrees."""
    st.title(strings.FIRST_RUN_TITLE)
    st.write(wording.PURPOSE)
    with st.container(border=True):
        for sentence in wording.WHAT_THIS_IS_NOT:
            st.markdown(f"- {sentence}")
    st.write(strings.FIRST_RUN_WHERE)
    st.code(str(session.workspace().vault_path), language=None, wrap_lines=True)
    protected = _choice()
    understood = st.checkbox(strings.FIRST_RUN_UNDERSTOOD)
    if protected:
        _encrypted(understood)
    elif st.button(
        strings.FIRST_RUN_CREATE, type="primary", disabled=not understood or protected is None
    ):
        with chrome.errors_in_words():
            create_vault(session.workspace())
        st.rerun()
    backup.restore_here()
    st.caption(strings.FIRST_RUN_DEMO)


def _choice() -> bool | None:
    """Whether the person wants a passphrase; None until that is decided."""
    st.subheader(strings.PROTECT_TITLE, anchor=False)
    minutes = locking.MINUTES
    for column, title, sentences in zip(
        st.columns(2),
        (strings.PROTECT_PASSPHRASE, strings.PROTECT_NONE),
        (strings.PROTECT_PASSPHRASE_FOLLOWS, strings.PROTECT_NONE_FOLLOWS),
        strict=True,
    ):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{title}**")
            for sentence in sentences:
                st.write(sentence.format(minutes=minutes))
    chosen = st.segmented_control(
        strings.PROTECT_TITLE,
        [strings.PROTECT_CHOOSE_PASSPHRASE, strings.PROTECT_CHOOSE_NONE],
        label_visibility="collapsed",
    )
    return None if chosen is None else chosen == strings.PROTECT_CHOOSE_PASSPHRASE


def _encrypted(understood: bool) -> None:
    """The passphrase, then the vault; the recovery key comes up in the next run."""
    asked = passphrase.ask_new(strings.FIRST_RUN_CREATE, key="first-run", disabled=not understood)
    if asked is None:
        return
    with chrome.errors_in_words():
        recovery_key = create_encrypted_vault(session.workspace(), asked.new)
    passphrase.keep_recovery_key(recovery_key)
    st.rerun()
