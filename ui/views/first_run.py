"""The first visit: what this is and is not, who can open it, how photos get here."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from tracker.domain import wording
from tracker.services.demo import build_demo, demo_workspace
from tracker.services.protection import create_encrypted_vault
from tracker.services.vaults import create_vault
from ui import session, strings_add
from ui import strings as common
from ui import strings_first_run as strings
from ui.parts import backup, chrome, locking, passphrase

_STEP = "first_run_step"
_WELCOME, _NOT, _PHONE, _WHO, _RESTORE, _DEMO = range(6)
_STEPS = 3


def show() -> None:
    """Draw the step that the person is at."""
    steps: dict[int, Callable[[], None]] = {
        _WELCOME: _welcome,
        _NOT: _what_it_is_not,
        _PHONE: _how_photos_come,
        _WHO: _who_can_open,
        _RESTORE: _restore,
        _DEMO: _demo,
    }
    with st.container(key="narrow"):
        steps[int(st.session_state.get(_STEP, _WELCOME))]()


def _go(step: int) -> None:
    st.session_state[_STEP] = step


def _welcome() -> None:
    st.title(strings.WELCOME)
    chrome.lead(wording.PURPOSE)
    for step, title, text, icon in (
        (_NOT, strings.BEGIN, strings.BEGIN_TEXT, "edit_note"),
        (_RESTORE, strings.RESTORE, strings.RESTORE_TEXT, "settings_backup_restore"),
        (_DEMO, strings.DEMO, strings.DEMO_TEXT, "science"),
    ):
        with chrome.card(f"choice-{step}"), chrome.row(f"choice-{step}"):
            st.markdown(text, width="stretch")
            st.button(
                title,
                icon=f":material/{icon}:",
                type="primary" if step == _NOT else "secondary",
                on_click=_go,
                args=(step,),
            )


def _head(number: int, title: str) -> None:
    st.html(f'<p class="mt-kicker">{strings.STEP.format(number=number, of=_STEPS)}</p>')
    st.title(title)


def _steps(back: int, onward: int, *, may_go_on: bool) -> None:
    with st.container(horizontal=True):
        st.button(strings.BACK, on_click=_go, args=(back,))
        st.button(
            strings.NEXT, type="primary", on_click=_go, args=(onward,), disabled=not may_go_on
        )


def _what_it_is_not() -> None:
    _head(1, strings.NOT_TITLE)
    with chrome.card("not"):
        for sentence in wording.WHAT_THIS_IS_NOT:
            st.markdown(f"- {sentence}")
    _steps(_WELCOME, _PHONE, may_go_on=st.checkbox(strings.UNDERSTOOD))


def _how_photos_come() -> None:
    _head(2, strings.PHONE_TITLE)
    with chrome.card("phone"):
        for way in strings_add.FROM_PHONE_WAYS:
            st.markdown(f"- {way}")
    _steps(_NOT, _WHO, may_go_on=True)


def _who_can_open() -> None:
    _head(3, strings.WHO_TITLE)
    st.write(strings.WHERE)
    st.code(str(session.workspace().vault_path), language=None, wrap_lines=True)
    protected = _choice()
    if protected:
        _encrypted()
    elif st.button(strings.CREATE, type="primary", disabled=protected is None):
        with chrome.errors_in_words():
            create_vault(session.workspace())
        _go(_WELCOME)
        st.rerun()
    st.button(strings.BACK, on_click=_go, args=(_PHONE,))


def _choice() -> bool | None:
    """Whether the person wants a passphrase; None until that is decided."""
    for number, (title, sentences) in enumerate(
        (
            (common.PROTECT_PASSPHRASE, common.PROTECT_PASSPHRASE_FOLLOWS),
            (common.PROTECT_NONE, common.PROTECT_NONE_FOLLOWS),
        )
    ):
        with chrome.card(f"protect-{number}"):
            st.markdown(f"**{title}**")
            for sentence in sentences:
                st.write(sentence.format(minutes=locking.MINUTES))
    chosen = st.segmented_control(
        common.PROTECT_TITLE,
        [common.PROTECT_CHOOSE_PASSPHRASE, common.PROTECT_CHOOSE_NONE],
        label_visibility="collapsed",
    )
    return None if chosen is None else chosen == common.PROTECT_CHOOSE_PASSPHRASE


def _encrypted() -> None:
    """The passphrase, then the vault; the recovery key comes up in the next run."""
    asked = passphrase.ask_new(strings.CREATE, key="first-run")
    if asked is None:
        return
    with chrome.errors_in_words():
        recovery_key = create_encrypted_vault(session.workspace(), asked.new)
    passphrase.keep_recovery_key(recovery_key)
    _go(_WELCOME)
    st.rerun()


def _restore() -> None:
    st.title(strings.RESTORE)
    st.write(strings.WHERE)
    st.code(str(session.workspace().vault_path), language=None, wrap_lines=True)
    backup.restore_here()
    st.button(strings.BACK, on_click=_go, args=(_WELCOME,))


def _demo() -> None:
    """Make the demo where it is not there yet, and open it in this window."""
    st.title(strings.DEMO)
    st.write(strings.DEMO_TEXT)
    bar = st.progress(0.0)
    st.button(strings.DEMO_STOP, on_click=_go, args=(_WELCOME,), icon=":material/stop:")
    with chrome.errors_in_words():
        for done, of in build_demo(demo_workspace()):
            bar.progress(done / of, strings.DEMO_BUILDING.format(done=done, of=of))
    _go(_WELCOME)
    session.show_demo(wanted=True)
    st.rerun()
