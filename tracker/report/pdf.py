"""The report as a tagged, accessible PDF (PDF/UA-1) in A4 or US Letter, set by Typst."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from tracker.report.document import ReportDocument
from tracker.report.presentation import report_sheet
from tracker.report.sheets import Own
from tracker.report.templates import template
from tracker.report.typesetting import printable, typeset_pdf, unprintable

#: A word longer than this may be broken anywhere, so that no name runs off the page.
LONGEST_WORD = 24
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_BREAK = "\u200b"
#: First strong isolate and its end: a name in another direction does not turn what stands around.
_ISOLATE, _END = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_PAPERS = {"a4": "a4", "letter": "us-letter"}
MISSING_NOTE = (
    "▯ stands for a character that this PDF's fonts do not have; the HTML report shows it."
)


def to_pdf(document: ReportDocument) -> bytes:
    """The whole report. The same document gives the same bytes.

    Scripts: Latin, Greek, Cyrillic, Hebrew, Arabic; other characters appear as a hollow box, and
    a note on the first page says so.

    Raises:
        InternalError: the page could not be set.
    """
    sheet = report_sheet(document)
    missing = unprintable(_texts(sheet))
    files: dict[str, str] = {}
    page = _jsonable(sheet, files, lambda text: set_text(text, missing))
    page["paper"] = _PAPERS[document.paper]
    # A title bar turns no words around: the name stands in it without marks of direction.
    page["file_title"] = printable(f"{sheet.title}, {sheet.person}", missing)
    page["missing_note"] = MISSING_NOTE if missing else None
    files["report.json"] = json.dumps(page, ensure_ascii=False)
    source = f"{template('fonts.typ')}\n{template('report.typ')}"
    return typeset_pdf(source, files, document.made_on)


def _is_drawing(name: str) -> bool:
    return name in {"svg", "strip"}


def _texts(value: Any) -> Iterator[str]:
    """Every text within that is set as words."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            if not _is_drawing(field.name):
                yield from _texts(getattr(value, field.name))


def _jsonable(value: Any, files: dict[str, str], setting: Callable[[str], str]) -> Any:
    """`value` as JSON takes it; drawings become files of their own, each kept once."""
    if isinstance(value, str):
        return setting(value)
    if isinstance(value, tuple):
        return [_jsonable(each, files, setting) for each in value]
    if not is_dataclass(value):
        return value
    made: dict[str, Any] = {}
    for field in fields(value):
        inner = getattr(value, field.name)
        if _is_drawing(field.name):
            made[field.name] = _filed(inner, files) if inner else None
        else:
            made[field.name] = _jsonable(inner, files, setting)
    return made


def _filed(svg: str, files: dict[str, str]) -> str:
    name = f"drawing-{len(files)}.svg"
    files[name] = svg
    return name


def set_text(text: str, missing: frozenset[str]) -> str:
    """Text made safe for the fonts, breakable, and its direction kept to itself."""
    made = _LONG_WORD.sub(_with_breaks, printable(text, missing))
    foreign = any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in made)
    return f"{_ISOLATE}{made}{_END}" if foreign and isinstance(text, Own) else made


def _with_breaks(match: re.Match[str]) -> str:
    word = match.group(0)
    step = LONGEST_WORD // 2
    return _BREAK.join(word[i : i + step] for i in range(0, len(word), step))
