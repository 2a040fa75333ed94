"""Proof of privacy: this program's own sockets as the system lists them now."""

from __future__ import annotations

import streamlit as st

from tracker import __version__
from tracker.services.sockets import Reading, read_sockets, traced_test
from ui import dates
from ui import strings_data as strings


def show() -> None:
    """Draw the reading, and when all commands were last traced."""
    reading = read_sockets()
    time = f"{reading.read_at.astimezone():%H:%M:%S}"
    st.write(strings.READ_AT.format(time=time, processes=strings.processes(reading)))
    st.markdown("\n".join(f"- {line}" for line in _lines(reading)))
    if not reading.complete:
        st.warning(strings.INCOMPLETE, icon=":material/visibility_off:")
    if reading.outside:
        st.error(strings.FOUND_OUTSIDE, icon=":material/priority_high:")
    st.button(strings.READ_AGAIN, icon=":material/refresh:", key="privacy-again")
    _traced()
    st.caption(strings.TAGS)


def _lines(reading: Reading) -> list[str]:
    listening = ", ".join(f"`{each}`" for each in reading.listening) or strings.LISTENS_NOTHING
    outside = ", ".join(f"`{each}`" for each in reading.outside) or strings.OUTSIDE_NONE
    return [
        f"{strings.LISTENS}: {listening}",
        f"{strings.LOCAL}: **{reading.local}** ({strings.LOCAL_WHAT})",
        f"{strings.OUTSIDE}: **{outside}**",
    ]


def _traced() -> None:
    test = traced_test()
    if test is None:
        st.caption(strings.TRACED_NEVER)
        return
    day = dates.day(test.tested_on)
    st.write(strings.TRACED.format(commands=test.commands, day=day, program=test.program))
    if test.program != __version__:
        st.caption(strings.TRACED_OTHER.format(program=__version__))
