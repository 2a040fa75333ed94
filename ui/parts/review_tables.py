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


def abcde(part: ClinicalPart, change: Change) -> None:
    """A to D, a column for each photo shown; E in words, its numbers follow in `evolution`."""
    heads = "".join(
        f'<th scope="col" class="num">{_text(day_of(day))}</th>' for day in part.abcde_heads
    )
    rows = "".join(
        f'<tr><td class="letter">{_text(row.letter)}</td><th scope="row">{_text(row.name)}</th>'
        + "".join(f'<td class="num">{_text(value)}</td>' for value in row.values)
        + "</tr>"
        for row in part.abcde
        if row.letter != "E"
    )
    flagged = dict.fromkeys(wording.AXIS_NAMES[one.axis] for one in change.axes if one.flagged)
    found = strings.EVOLUTION_FLAGGED.format(axes=wording.join_words(list(flagged)))
    rows += (
        f'<tr{" class=flag" if flagged else ""}><td class="letter">E</td>'
        f'<th scope="row">{strings.EVOLUTION_LETTER}</th>'
        f'<td class="num" colspan="{len(part.abcde_heads)}" style="white-space:normal">'
        f"{_text(f'▲ {found}' if flagged else strings.EVOLUTION_NONE)}</td></tr>"
    )
    head = (
        f'<th scope="col"><span class="mt-unseen">{strings.ABCDE_LETTER}</span></th>'
        f'<th scope="col">{strings.ABCDE_MEASURE}</th>{heads}'
    )
    _table(strings.ABCDE, head, f"<tbody>{rows}</tbody>")
    st.caption(wording.ABCDE_NOTE)


def evolution(change: Change) -> None:
    """Every axis against every reference, with its standard error and what can be detected."""
    if not change.axes:
        return
    head = "".join(
        f'<th scope="col"{" class=num" if at else ""}>{_text(name)}</th>'
        for at, name in enumerate(strings.EVOLUTION_HEADS)
    )
    width = len(strings.EVOLUTION_HEADS)
    groups = ""
    for against in dict.fromkeys(one.against for one in change.axes):
        named = wording.AGAINST_LEADS[against]
        rows = "".join(_axis(one) for one in change.axes if one.against is against)
        groups += (
            f'<tbody><tr class="group"><th scope="rowgroup" colspan="{width}">{_text(named)}</th>'
            f"</tr>{rows}</tbody>"
        )
    _table(strings.EVOLUTION, head, groups)
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
    name = wording.AXIS_NAMES[one.axis]
    if one.flagged:
        name = f"▲ {name}: {strings.FLAGGED}"
    return (
        f'<tr{" class=flag" if one.flagged else ""}><th scope="row">{_text(name)}</th>{cells}</tr>'
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
    _table(strings.NETWORK_OF.format(day=day_of(part.taken_on)), head, f"<tbody>{rows}</tbody>")


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


def _table(caption: str, head: str, bodies: str) -> None:
    """A table that scrolls by itself on a narrow window, by keys as well."""
    st.html(
        f'<div class="mt-scroll" role="region" tabindex="0" aria-label="{_text(caption)}">'
        f'<table class="mt-table"><caption>{_text(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>{bodies}</table></div>"
    )


def _text(text: str) -> str:
    return html.escape(without_steering(text))
