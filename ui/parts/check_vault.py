"""Is the diary sound? A check on demand, and a repair once it is confirmed."""

from __future__ import annotations

import streamlit as st

from tracker.services import safety
from ui import session, strings
from ui import strings_keeping as words
from ui.parts import chrome

_REPORT = "check-report"
_REPAIRS = "check-repairs"


def show() -> None:
    """The section of the data page that checks, and offers a repair where something is found."""
    st.subheader(words.CHECK, anchor=False)
    st.write(words.CHECK_TEXT)
    deep = st.checkbox(words.CHECK_DEEP, key="check-deep")
    if st.button(words.CHECK_START, key="check-start", icon=":material/fact_check:"):
        st.session_state.pop(_REPAIRS, None)
        st.session_state.pop(_REPORT, None)
        with st.spinner(words.CHECK_RUNNING), chrome.errors_in_words():
            st.session_state[_REPORT] = safety.check(session.workspace(), deep=deep)
    for repair in st.session_state.get(_REPAIRS, ()):
        st.markdown(f"- {session.plain(repair.message)}")
    report: safety.Report | None = st.session_state.get(_REPORT)
    if report is not None:
        _tell(report)


def _tell(report: safety.Report) -> None:
    damage = [each for each in report.findings if each.severity == "damage"]
    left = [each for each in report.findings if each.severity == "leftover"]
    if damage:
        st.error(words.CHECK_DAMAGED, icon=":material/error:")
        _list(damage)
    else:
        photos = strings.photo_count(report.photos)
        said = words.CHECK_SOUND.format(entries=report.entries, photos=photos)
        st.info(said, icon=":material/inventory_2:")
    if left:
        st.write(words.CHECK_LEFT)
        _list(left)
    if report.findings:
        _offer_repair()


def _list(findings: list[safety.Finding]) -> None:
    for finding in findings:
        st.markdown(f"- {session.plain(finding.message)} {session.plain(finding.repair)}")


def _offer_repair() -> None:
    st.write(words.CHECK_REPAIR_TEXT)
    if not st.button(words.CHECK_REPAIR, key="check-repair", icon=":material/build:"):
        return
    with st.spinner(words.CHECK_REPAIRING), chrome.errors_in_words():
        workspace = session.workspace()
        st.session_state[_REPAIRS] = safety.repair(workspace)
        st.session_state[_REPORT] = safety.check(workspace, deep=True)
        st.rerun()
