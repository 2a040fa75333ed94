"""Tables of a case as HTML: measured values, the evolution of each axis, class probabilities."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st

from tracker.domain import wording
from tracker.domain.change import AxisChange, Change
from tracker.domain.plain_text import without_steering
from tracker.report.document import ClinicalPart
from tracker.report.quantities import NO_VALUE, quantity, share, unit_words
from ui import dates
from ui import strings_review as strings


def abcde(part: ClinicalPart) -> None:
    """A to E, a column for each photo shown."""
    heads = "".join(
        f'<th scope="col" class="num">{_text(day_of(day))}</th>' for day in part.abcde_heads
    )
    rows = "".join(
        f'<tr><td class="letter">{_text(row.letter)}</td><th scope="row">{_text(row.name)}</th>'
        + "".join(f'<td class="num">{_text(value)}</td>' for value in row.values)
        + "</tr>"
        for row in part.abcde
    )
    head = (
        f'<th scope="col">{strings.ABCDE_LETTER}</th>'
        f'<th scope="col">{strings.ABCDE_MEASURE}</th>{heads}'
    )
    _table(strings.ABCDE, head, rows)
    st.caption(wording.ABCDE_NOTE)


def evolution(change: Change) -> None:
    """Every axis against every reference, with its standard error and what can be detected."""
    if not change.axes:
        return
    head = "".join(
        f'<th scope="col"{" class=num" if 2 <= at <= 4 else ""}>{_text(name)}</th>'
        for at, name in enumerate(strings.EVOLUTION_HEADS)
    )
    _table(strings.EVOLUTION, head, "".join(_axis(one) for one in change.axes))
    st.caption(strings.METHOD.format(method=change.method))


def _axis(one: AxisChange) -> str:
    unit = unit_words(one.unit)
    if one.change is None:
        numbers = [strings.NOT_MEASURED, NO_VALUE, NO_VALUE]
    else:
        numbers = [
            quantity(one.change, unit, signed=True),
            quantity(one.sigma, unit),
            quantity(one.detectable, unit),
        ]
    cells = "".join(f'<td class="num">{_text(each)}</td>' for each in numbers)
    said = f"▲ {strings.FLAGGED}" if one.flagged else ""
    return (
        f"<tr{' class=flag' if one.flagged else ''}>"
        f'<th scope="row">{_text(wording.AXIS_NAMES[one.axis])}</th>'
        f"<td>{_text(wording.AGAINST_NAMES[one.against])}</td>{cells}<td>{said}</td></tr>"
    )


def network(part: ClinicalPart) -> None:
    """The network's answer with its warning before the numbers, most probable class first."""
    st.html(f'<p class="mt-warned">{_text(wording.PROBABILITIES_NOTE)}</p>')
    if part.unlike_training:
        st.warning(wording.UNLIKE_TRAINING, icon=":material/psychology_alt:")
    if not part.probabilities:
        st.write(strings.NO_PROBABILITIES)
        return
    _answer(part)
    head = (
        f'<th scope="col">{strings.CLASS}</th><th scope="col"></th>'
        f'<th scope="col" class="num">{strings.PROBABILITY}</th>'
    )
    ordered = sorted(part.probabilities, key=lambda item: -item[1])
    rows = "".join(
        f'<tr><th scope="row">{_text(wording.CLASS_NAMES[name])}</th>'
        f'<td aria-hidden="true"><span class="mt-share">'
        f'<i style="width:{100 * probability:.1f}%"></i></span></td>'
        f'<td class="num">{_text(share(probability))}</td></tr>'
        for name, probability in ordered
    )
    _table(strings.NETWORK_OF.format(day=day_of(part.taken_on)), head, rows)


def _answer(part: ClinicalPart) -> None:
    if part.certain and part.label is not None:
        words = strings.ANSWER_CERTAIN.format(name=wording.CLASS_NAMES[part.label])
        st.html(f'<p class="mt-answer">{_text(words)}</p>')
        return
    words = strings.ANSWER_NOT_CERTAIN.format(words=wording.NOT_CERTAIN)
    st.html(f'<p class="mt-answer">? {_text(words)}</p>')
    st.caption(strings.ANSWER_NOT_CERTAIN_WHY)


def lines(found: Sequence[tuple[str, str]]) -> None:
    """Dated lines, `(ISO date or time, text)`; what a person typed is never formatting."""
    items = "".join(
        f'<tr><th scope="row" style="white-space:nowrap">{_text(day)}</th>'
        f"<td>{_text(text)}</td></tr>"
        for day, text in found
    )
    st.html(f'<table class="mt-table"><tbody>{items}</tbody></table>')


def identities(found: Iterable[str]) -> None:
    """Names and versions, one a line."""
    items = "".join(f"<li>{_text(each)}</li>" for each in found)
    st.html(f'<ul class="mt-quiet" style="margin:0;overflow-wrap:anywhere">{items}</ul>')


def day_of(text: str) -> str:
    """The day of a capture time in ISO 8601, in the order of the person's browser."""
    return dates.day(date.fromisoformat(text[:10]))


def _table(caption: str, head: str, rows: str) -> None:
    st.html(
        f'<div class="mt-scroll"><table class="mt-table"><caption>{_text(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _text(text: str) -> str:
    return html.escape(without_steering(text))
