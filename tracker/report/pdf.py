"""The report as a tagged, accessible A4 PDF (PDF/UA-1), set by Typst."""

from __future__ import annotations

import json
import re
from typing import Any

from tracker.domain.change import Status
from tracker.report import presentation as words
from tracker.report.charts import chart_caption, chart_svg, chart_words, has_course
from tracker.report.document import LesionSection, ReportDocument
from tracker.report.templates import template
from tracker.report.typesetting import picture_svg, printable, typeset_pdf, unprintable

#: A word longer than this may be broken anywhere, so that no name runs off the page.
LONGEST_WORD = 24
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_BREAK = "\u200b"
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
    missing = unprintable(words.all_texts(document))
    files: dict[str, str] = {}
    lesions = [_lesion(lesion, n, files) for n, lesion in enumerate(document.lesions)]
    page: dict[str, Any] = {
        "title": words.title(document),
        "person": document.person,
        "made": f"Made on {document.made_on.isoformat()} with {document.program}.",
        "made_up": words.MADE_UP if document.made_up else None,
        "missing_note": MISSING_NOTE if missing else None,
        "purpose": document.purpose,
        "summary": words.summary(document),
        "false_flags": document.false_flags,
        "lesions": lesions,
        "axis_headings": list(words.AXIS_HEADINGS),
        "photo_headings": list(words.PHOTO_HEADINGS),
        "cannot": list(document.cannot),
        "footer": document.footer,
    }
    files["report.json"] = json.dumps(_typeable(page, missing), ensure_ascii=False)
    source = f"{template('fonts.typ')}\n{template('report.typ')}"
    return typeset_pdf(source, files, document.made_on)


def _lesion(lesion: LesionSection, number: int, files: dict[str, str]) -> dict[str, Any]:
    change, rows = lesion.change, words.axis_rows(lesion)
    return {
        "name": change.lesion,
        "site": change.site,
        "site_below": words.site(lesion),
        "changed": change.status is Status.CHANGED,
        "status": lesion.status_words,
        "alerts": [alert.message for alert in change.alerts],
        "message": words.message(lesion),
        "pictures": _pictures(lesion, number, files),
        "axes": [[row.axis, *(_axis_cell(cell) for cell in row.cells)] for row in rows],
        "charts": _charts(lesion, number, files),
        "count": len(lesion.photos),
        "photos": [list(words.photo_cells(photo)) for photo in lesion.photos],
        "symptoms": [words.dated(entry) for entry in lesion.symptoms],
        "notes": [words.dated(entry) for entry in lesion.notes],
        "facts": [list(row) for row in words.facts(lesion)],
    }


def _axis_cell(cell: words.AxisCell | None) -> dict[str, Any]:
    if cell is None:
        return {"change": words.NO_VALUE, "detectable": "", "flagged": False}
    return {"change": cell.change, "detectable": cell.detectable, "flagged": cell.flagged}


def _pictures(lesion: LesionSection, number: int, files: dict[str, str]) -> list[dict[str, str]]:
    shown = []
    for index, picture in enumerate(lesion.pictures):
        name = f"picture-{number}-{index}.svg"
        files[name] = picture_svg(picture.data, picture.media_type, picture.width, picture.height)
        shown.append({"file": name, "caption": words.caption(picture)})
    return shown


def _charts(lesion: LesionSection, number: int, files: dict[str, str]) -> list[dict[str, str]]:
    shown = []
    for index, chart in enumerate(lesion.charts):
        if not has_course(chart):
            continue
        name = f"chart-{number}-{index}.svg"
        files[name] = chart_svg(chart)
        words_for_all = {"alt": chart_words(chart), "caption": chart_caption(chart)}
        shown.append({"file": name, **words_for_all})
    return shown


def _typeable(value: Any, missing: frozenset[str]) -> Any:
    """All texts within, made safe for the fonts and breakable."""
    if isinstance(value, str):
        return _LONG_WORD.sub(_with_breaks, printable(value, missing))
    if isinstance(value, dict):
        return {
            key: each if key == "file" else _typeable(each, missing) for key, each in value.items()
        }
    if isinstance(value, list):
        return [_typeable(each, missing) for each in value]
    return value


def _with_breaks(match: re.Match[str]) -> str:
    word = match.group(0)
    step = LONGEST_WORD // 2
    return _BREAK.join(word[i : i + step] for i in range(0, len(word), step))
