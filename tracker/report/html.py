"""The report as one HTML file: pictures inside, no script, nothing fetched."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from tracker.domain.change import Status
from tracker.domain.plain_text import without_steering
from tracker.report import presentation as words
from tracker.report.charts import chart_caption, chart_svg, chart_words, has_course
from tracker.report.document import Chart, DatedText, LesionSection, ReportDocument, ReportPicture
from tracker.report.templates import template

#: Browsers keep room for a table's foot at the end of each printed page: there the footer lies.
_PAGED = (
    '<table role="presentation" class="paged"><tbody><tr><td>',
    '</td></tr></tbody><tfoot><tr><td class="foot-room"></td></tr></tfoot></table>',
)
_STATUS_CLASS = {
    Status.CHANGED: "changed",
    Status.NO_CHANGE_DETECTED: "unchanged",
    Status.CANNOT_COMPARE: "incomparable",
    Status.BASELINE_ONLY: "first",
}


def to_html(document: ReportDocument) -> str:
    """The whole report, for light and dark screens and for print."""
    body = [
        "<header>",
        f"<h1>{_t(words.title(document))}</h1>",
        f'<p class="who"><bdi>{_t(document.person)}</bdi></p>',
        f"<p>Made on {document.made_on.isoformat()} with {_t(document.program)}.</p>",
        f'<p class="warning">{_t(words.MADE_UP)}</p>' if document.made_up else "",
        f"<p>{_t(document.purpose)}</p>",
        "</header>",
        _summary(document),
        *(_lesion(lesion, number) for number, lesion in enumerate(document.lesions, 1)),
        "<section><h2>What this report cannot do</h2>",
        _items(document.cannot),
        "</section>",
        f"<footer><p>{_t(document.footer)}</p></footer>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_t(words.title(document))}, {_t(document.person)}</title>"
        f"<style>{template('report.css')}</style></head><body><main>"
        f"{_PAGED[0]}{''.join(body)}{_PAGED[1]}</main></body></html>\n"
    )


def _t(text: str) -> str:
    return escape(without_steering(text), quote=True)


def _summary(document: ReportDocument) -> str:
    rows = [
        (
            f'<a href="#lesion-{number}"><bdi>{_t(lesion.change.lesion)}</bdi></a>',
            _status(lesion),
            f"<bdi>{_t(lesion.change.site or words.NO_VALUE)}</bdi>",
            str(len(lesion.photos)),
            _period(lesion),
        )
        for number, lesion in enumerate(document.lesions, 1)
    ]
    expected = f"<p>{_t(document.false_flags)}</p>" if document.false_flags else ""
    return (
        f"<section><h2>Summary</h2>{_items(words.summary(document))}"
        f"{_table(('Lesion', 'Status', 'Site', 'Photos', 'Period'), rows)}{expected}</section>"
    )


def _period(lesion: LesionSection) -> str:
    if not lesion.photos:
        return words.NO_VALUE
    ends = {lesion.photos[0].taken_on[:10], lesion.photos[-1].taken_on[:10]}
    return _t(" to ".join(sorted(ends)))


def _status(lesion: LesionSection) -> str:
    kind = _STATUS_CLASS[lesion.change.status]
    return f'<span class="status {kind}">{_t(lesion.status_words)}</span>'


def _lesion(lesion: LesionSection, number: int) -> str:
    change = lesion.change
    place, message = words.site(lesion), words.message(lesion)
    site = f' <span class="site"><bdi>{_t(place)}</bdi></span>' if place else ""
    alerts = "".join(f'<p class="alert">{_t(alert.message)}</p>' for alert in change.alerts)
    rows = [
        (_t(row.axis), *(_axis_cell(cell) for cell in row.cells)) for row in words.axis_rows(lesion)
    ]
    photos = [tuple(_t(cell) for cell in words.photo_cells(photo)) for photo in lesion.photos]
    return "".join(
        (
            f'<section class="lesion" id="lesion-{number}">',
            f"<h2><bdi>{_t(change.lesion)}</bdi>{site}</h2>",
            f'<p class="verdict">{_status(lesion)}</p>',
            alerts,
            f"<p>{_t(message)}</p>" if message else "",
            _pictures(lesion.pictures, change.lesion),
            _titled("Measures", _table(words.AXIS_HEADINGS, rows)) if rows else "",
            _charts(lesion.charts),
            _titled("Photos", _table(words.PHOTO_HEADINGS, photos)),
            _dated("Reported symptoms", lesion.symptoms),
            _dated("Notes", lesion.notes),
            _facts(words.facts(lesion)),
            "</section>",
        )
    )


def _axis_cell(cell: words.AxisCell | None) -> str:
    if cell is None:
        return words.NO_VALUE
    change = f"<strong>{_t(cell.change)}</strong>" if cell.flagged else _t(cell.change)
    return f"{change}<br><small>{_t(cell.detectable)}</small>" if cell.detectable else change


def _pictures(pictures: Sequence[ReportPicture], lesion: str) -> str:
    figures = []
    for picture in pictures:
        data = base64.b64encode(picture.data).decode("ascii")
        text = words.caption(picture)
        figures.append(
            f'<figure><img src="data:{picture.media_type};base64,{data}" width="{picture.width}" '
            f'height="{picture.height}" alt="{_t(f"{lesion}. {text}")}">'
            f"<figcaption>{_t(text)}</figcaption></figure>"
        )
    return f'<div class="pictures">{"".join(figures)}</div>' if figures else ""


def _charts(charts: Sequence[Chart]) -> str:
    figures = "".join(_chart(chart) for chart in charts if has_course(chart))
    return f'<div class="charts">{figures}</div>' if figures else ""


def _chart(chart: Chart) -> str:
    svg = chart_svg(chart).replace(
        "<svg ", f'<svg role="img" aria-label="{_t(chart_words(chart))}" ', 1
    )
    return (
        f'<figure class="chart">{svg}<figcaption>{_t(chart_caption(chart))}</figcaption></figure>'
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f'<th scope="col">{_t(heading)}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _titled(heading: str, content: str) -> str:
    return f"<h3>{_t(heading)}</h3>{content}"


def _dated(heading: str, entries: Sequence[DatedText]) -> str:
    if not entries:
        return ""
    items = "".join(f"<li>{_t(e.noted_on)}: <bdi>{_t(e.text)}</bdi></li>" for e in entries)
    return _titled(heading, f"<ul>{items}</ul>")


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    body = "".join(f"<dt>{_t(label)}</dt><dd>{_t(value)}</dd>" for label, value in rows)
    return f'<dl class="facts">{body}</dl>' if rows else ""


def _items(texts: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_t(text)}</li>' for text in texts)}</ul>"
