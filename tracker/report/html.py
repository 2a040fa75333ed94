"""The report as one HTML file: pictures inside, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from tracker.domain.plain_text import without_steering
from tracker.report.document import ReportDocument
from tracker.report.presentation import report_sheet
from tracker.report.sheets import (
    AnnexSheet,
    Cell,
    ClinicalSheet,
    Drawing,
    Entries,
    LesionSheet,
    Own,
    ReportSheet,
    Table,
)
from tracker.report.templates import template

#: Browsers keep room for a table's foot at the end of each printed page: there the footer lies.
_PAGED = (
    '<table role="presentation" class="paged"><tbody><tr><td>',
    '</td></tr></tbody><tfoot><tr><td class="foot-room"></td></tr></tfoot></table>',
)


def to_html(document: ReportDocument) -> str:
    """The whole report, for light and dark screens and for print."""
    sheet = report_sheet(document)
    body = [
        _header(sheet),
        _summary(sheet),
        *(_lesion(lesion) for lesion in sheet.lesions),
        _annex(sheet.annex),
        '<section class="end">',
        _items("How to read these pages", sheet.reading),
        _items("What this report cannot do", sheet.cannot),
        "</section>",
        f"<footer><p>{_t(sheet.footer)}</p></footer>",
    ]
    page = "Letter" if sheet.paper == "letter" else "A4"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_plain(sheet.title)}, {_plain(sheet.person)}</title>"
        f"<style>{template('report.css')}@page{{size:{page}}}</style></head><body><main>"
        f"{_PAGED[0]}{''.join(body)}{_PAGED[1]}</main></body></html>\n"
    )


def _plain(text: str) -> str:
    """Text where no element may stand."""
    return escape(without_steering(text), quote=True)


def _t(text: str) -> str:
    """Text; a person's own words keep their direction to themselves."""
    return f"<bdi>{_plain(text)}</bdi>" if isinstance(text, Own) else _plain(text)


def _header(sheet: ReportSheet) -> str:
    return "".join(
        (
            f'<header><h1>{_t(sheet.title)}</h1><p class="who">{_t(sheet.person)}</p>',
            f'<p class="made">{_t(sheet.made)}</p>',
            _paragraph("warning", sheet.made_up),
            _paragraph("warning", sheet.audience),
            f"<p>{_t(sheet.purpose)}</p></header>",
        )
    )


def _paragraph(kind: str, text: str | None) -> str:
    return f'<p class="{kind}">{_t(text)}</p>' if text else ""


def _summary(sheet: ReportSheet) -> str:
    counts = "".join(
        f"<li{_strong(each.strong)}><b>{each.count}</b> <span>{_t(each.words)}</span></li>"
        for each in sheet.counts
    )
    return "".join(
        (
            f'<section><h2>Summary</h2><ul class="counts">{counts}</ul>',
            _paragraph("alert", sheet.see_now),
            _table(sheet.summary),
            _figures("maps", sheet.maps),
            _paragraph("expected", sheet.false_flags),
            "</section>",
        )
    )


def _strong(strong: bool) -> str:
    return ' class="strong"' if strong else ""


def _lesion(lesion: LesionSheet) -> str:
    site = f' <span class="site">{_t(lesion.site)}</span>' if lesion.site else ""
    kind = "status changed" if lesion.changed else "status"
    verdict = "".join(
        (
            f"<h2>{lesion.number}. {_t(lesion.name)}{site}</h2>",
            _paragraph("standing", lesion.standing),
            f'<p class="verdict"><span class="{kind}">{_t(lesion.status)}</span></p>',
            *(f'<p class="alert">{_t(text)}</p>' for text in lesion.alerts),
            _paragraph("message", lesion.message),
        )
    )
    parts = (
        f'<section class="lesion" id="lesion-{lesion.number}"><div class="top"><div>{verdict}',
        f"</div>{_figure(lesion.map, 'map') if lesion.map else ''}</div>",
        _figures("pictures", lesion.pictures),
        _paragraph("note", lesion.pictures_note),
        _titled("Measures", lesion.measures, None),
        _figures("charts", lesion.charts),
        _titled("Photos", lesion.photos, lesion.photos_more),
        *(_entries(entries) for entries in lesion.lists),
        _facts(lesion.facts),
        _clinical(lesion.clinical) if lesion.clinical else "",
        "</section>",
    )
    return "".join(parts)


def _clinical(sheet: ClinicalSheet) -> str:
    left = "".join(
        (
            "".join(f"<p>{_t(text)}</p>" for text in sheet.findings),
            _table(sheet.probabilities) if sheet.probabilities else "",
        )
    )
    figure = _figure(sheet.heatmap, "heat") if sheet.heatmap else ""
    return "".join(
        (
            f'<section class="clinical"><h3>{_t(sheet.title)}</h3>',
            _paragraph("warning", sheet.warning),
            f'<div class="beside"><div>{left}</div>{figure}</div>',
            _titled("ABCDE", sheet.abcde, sheet.abcde_note),
            _entries(sheet.decisions) if sheet.decisions else "",
            "</section>",
        )
    )


def _annex(sheets: Sequence[AnnexSheet]) -> str:
    if not sheets:
        return ""
    parts = ['<section class="annex"><h2>In full</h2>']
    for sheet in sheets:
        parts.append(f"<h3>{sheet.number}. {_t(sheet.name)}</h3>")
        parts.append(_table(sheet.photos) if sheet.photos else "")
        parts += [_entries(entries, level=4) for entries in sheet.lists]
    return "".join((*parts, "</section>"))


def _figures(kind: str, drawings: Sequence[Drawing]) -> str:
    figures = "".join(_figure(drawing) for drawing in drawings)
    return f'<div class="{kind}">{figures}</div>' if figures else ""


def _figure(drawing: Drawing, kind: str = "") -> str:
    svg = drawing.svg.replace("<svg ", f'<svg role="img" aria-label="{_plain(drawing.alt)}" ', 1)
    named = f' class="{kind}"' if kind else ""
    caption = f"<figcaption>{_t(drawing.caption)}</figcaption>" if drawing.caption else ""
    return f"<figure{named}>{svg}{caption}</figure>"


def _titled(heading: str, table: Table | None, note: str | None) -> str:
    if table is None:
        return ""
    return f"<h3>{_t(heading)}</h3>{_table(table)}{_paragraph('note', note)}"


def _table(table: Table) -> str:
    """A table; columns of page numbers are left out, since a browser has none."""
    shown = [
        place
        for place in range(len(table.headings))
        if not any(row[place].page_of for row in table.rows)
    ]
    head = "".join(f'<th scope="col">{_t(table.headings[place])}</th>' for place in shown)
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(row[place])}</td>' for place in shown)}</tr>"
        for row in table.rows
    )
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    if cell.strip:
        return cell.strip.replace("<svg ", '<svg class="strip" aria-hidden="true" ', 1)
    text = f"<strong>{_t(cell.text)}</strong>" if cell.strong else _t(cell.text)
    if cell.link is not None:
        text = f'<a href="#lesion-{cell.link}">{text}</a>'
    return f"{text}<br><small>{_t(cell.small)}</small>" if cell.small else text


def _items(title: str, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    return f"<h2>{_t(title)}</h2><ul>{''.join(f'<li>{_t(text)}</li>' for text in texts)}</ul>"


def _entries(entries: Entries, level: int = 3) -> str:
    items = "".join(f"<li>{_t(each.day)}: {_t(each.text)}</li>" for each in entries.items)
    more = _paragraph("note", entries.more)
    return f"<h{level}>{_t(entries.title)}</h{level}><ul>{items}</ul>{more}"


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(f"<dt>{_t(label)}</dt><dd>{_t(value)}</dd>" for label, value in rows)
    return f'<dl class="facts">{body}</dl>' if body else ""
