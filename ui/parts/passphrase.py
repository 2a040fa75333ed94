"""Choosing a passphrase, and the one look at a recovery key."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from tracker.domain.passphrases import HINT, weakness
from tracker.errors import WrongPassphraseError
from ui import strings

_RECOVERY = "recovery_key_to_write_down"
#: Pixels; on a narrower window the forms are as wide as it.
_WIDTH_PX = 480


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: the new passphrase, and the present one where it was asked for."""

    new: str = field(repr=False)
    present: str = field(repr=False)


def ask_new(
    button: str, *, key: str, current: bool = False, disabled: bool = False
) -> Asked | None:
    """A form with a new passphrase, typed twice; None until it is sent and the two agree.

    Args:
        button: words on the button that sends it.
        current: ask for the present passphrase as well.
    """
    with st.form(f"{key}-form", border=False, width=_WIDTH_PX):
        present = _secret(strings.PASSPHRASE_CURRENT, f"{key}-current") if current else ""
        label = strings.PASSPHRASE_NEW if current else strings.PASSPHRASE
        first = _secret(label, f"{key}-first", new=True, help_text=HINT)
        second = _secret(strings.PASSPHRASE_AGAIN, f"{key}-second", new=True)
        problem = st.empty()
        sent = st.form_submit_button(
            button, type="primary", icon=":material/lock:", disabled=disabled
        )
    if not sent:
        return None
    if not (first.strip() and second) or (current and not present):
        problem.warning(strings.PASSPHRASE_EMPTY, icon=":material/keyboard:")
        return None
    if first != second:
        problem.warning(strings.PASSPHRASE_DIFFERS, icon=":material/keyboard:")
        return None
    remark = weakness(first)
    if remark is not None and not st.session_state.get(f"{key}-advised"):
        st.session_state[f"{key}-advised"] = True
        problem.warning(
            strings.PASSPHRASE_WEAK.format(remark=remark, hint=HINT), icon=":material/lightbulb:"
        )
        return None
    return Asked(first, present)


def ask_current(button: str, *, key: str) -> str | None:
    """A form with the present passphrase or recovery key; None until it is sent."""
    with st.form(f"{key}-form", border=False, clear_on_submit=True, width=_WIDTH_PX):
        present = _secret(strings.PASSPHRASE_CURRENT, f"{key}-current")
        problem = st.empty()
        if not st.form_submit_button(button, type="primary", icon=":material/key:"):
            return None
    if not present:
        problem.warning(strings.UNLOCK_EMPTY, icon=":material/keyboard:")
        return None
    return present


def _secret(label: str, key: str, *, new: bool = False, help_text: str | None = None) -> str:
    return st.text_input(
        label,
        type="password",
        key=key,
        autocomplete="new-password" if new else "current-password",
        help=help_text,
    )


def say_wrong(error: WrongPassphraseError) -> None:
    """What was typed opens nothing: said calmly."""
    st.info(f"{strings.UNLOCK_WRONG} {error.next_step or ''}", icon=":material/keyboard:")
    st.caption(strings.UNLOCK_WRONG_ADVICE)


def keep_recovery_key(recovery_key: str) -> None:
    """Show this key, and nothing else, from the next run of the script until it is written down."""
    st.session_state[_RECOVERY] = recovery_key


def has_recovery_key() -> bool:
    """Whether a recovery key waits to be written down."""
    return _RECOVERY in st.session_state


def show_recovery_key() -> None:
    """Draw the key that waits; it is forgotten when the person says it is written down."""
    with st.container(key="narrow"):
        st.title(strings.RECOVERY_TITLE)
        st.write(strings.RECOVERY_TEXT)
        with st.container(key="recovery-key"):
            st.code(st.session_state[_RECOVERY], language=None, wrap_lines=True)
        st.warning(strings.RECOVERY_LOSS, icon=":material/priority_high:")
        written = st.checkbox(strings.RECOVERY_WRITTEN)
        if st.button(strings.RECOVERY_CONTINUE, type="primary", disabled=not written):
            del st.session_state[_RECOVERY]
            st.rerun()
