"""A mistake of the program reaches nobody as a traceback, on the page or in the terminal."""

from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest

from ui import strings
from ui.parts import unexpected

SECRET = "Ada's left foot"


def _page() -> None:
    from ui.parts import chrome  # noqa: PLC0415  AppTest runs this body alone

    with chrome.errors_in_words():
        raise KeyError("Ada's left foot")


def test_a_page_that_fails_says_so_in_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        app = AppTest.from_function(_page, default_timeout=60).run()
    assert not app.exception
    assert [shown.value for shown in app.error] == [strings.UNEXPECTED]
    assert "KeyError at " in caplog.text
    assert "Traceback" not in caplog.text
    assert SECRET not in caplog.text


def test_streamlits_own_report_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    unexpected.keep_tracebacks_out()
    unexpected.keep_tracebacks_out()
    log = logging.getLogger("streamlit.error_util")
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        log.error("Uncaught app execution", exc_info=error)
    record = next(one for one in caplog.records if one.name == log.name)
    assert record.getMessage().startswith("The app met an unexpected error: KeyError at test_")
    assert record.exc_info is None
    assert SECRET not in caplog.text
