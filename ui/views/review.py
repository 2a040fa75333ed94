"""People and review: everybody's spots by urgency, each case with its evidence, and decisions."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from tracker.domain import wording
from ui import strings_review as strings
from ui.parts import chrome, review_case, review_state, review_worklist


def show() -> None:
    """Draw the page: the case that is open, else the list; what it is while it is switched off."""
    if not review_state.is_clinician():
        _off()
        return
    # The list and a case stand at the same places of the page, see `review_state.area`.
    st.html(f"<style>{_rules()}</style>")
    queue = review_state.queue()
    if queue is not None:
        review_case.show(queue)
        return
    st.title(strings.TITLE, anchor=False)
    place, _ = review_state.area("list", lambda: None)
    with place:
        _list()


@cache
def _rules() -> str:
    return (Path(__file__).resolve().parents[1] / "review.css").read_text(encoding="utf-8")


def _list() -> None:
    review_worklist.show()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _switch()
        keys = st.toggle(
            strings.KEYS,
            value=review_state.has_keys(),
            help=strings.KEYS_HELP,
            key="review-keys-switch",
        )
    if keys != review_state.has_keys():
        review_state.set_keys(wanted=keys)
        st.rerun()
    if keys:
        st.caption(strings.KEYS_LIST)


def _switch() -> None:
    on = review_state.is_clinician()
    chosen = st.toggle(strings.SWITCH, value=on, help=strings.SWITCH_HELP, key="review-switch")
    if chosen != on:
        review_state.be_clinician(wanted=chosen)
        st.rerun()


def _off() -> None:
    st.title(strings.TITLE, anchor=False)
    chrome.lead(strings.OFF_LEAD)
    with chrome.card("review-off"):
        st.markdown(f"**{strings.OFF_SHOWS_TITLE}**")
        st.markdown("\n".join(f"- {line}" for line in strings.OFF_SHOWS))
        st.caption(wording.PROBABILITIES_NOTE)
        st.write(strings.OFF_PERSON)
        _switch()
        st.caption(strings.SWITCH_HELP)
