"""A mistake of the program: our own words on the page, one line in the terminal."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import streamlit as st

from ui import strings

#: Where Streamlit reports what a page raised and nobody caught: a callback's error, for one.
_STREAMLIT = "streamlit.error_util"
_LOG = logging.getLogger("moletrail.app")


class OneLine(logging.Filter):
    """Replaces the traceback of a record by the place it came from."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always passes the record on, without its traceback."""
        if record.exc_info and record.exc_info[1] is not None:
            record.msg, record.args = place_of(record.exc_info[1]), ()
            record.exc_info = record.exc_text = None
        return True


def keep_tracebacks_out() -> None:
    """Let Streamlit's own report of an error be one line too; once or more often."""
    log = logging.getLogger(_STREAMLIT)
    if not any(type(known).__name__ == OneLine.__name__ for known in log.filters):
        log.addFilter(OneLine())


def show(error: Exception) -> None:
    """Say that the page met a mistake, and note its place in the terminal."""
    _LOG.error(place_of(error))
    st.error(strings.UNEXPECTED, icon=":material/error:")
    st.write(strings.UNEXPECTED_NEXT)


def place_of(error: BaseException) -> str:
    """Kind and place of an error; never its message, which may quote what a person typed."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"The app met an unexpected error: {type(error).__name__}{where}"
