"""The worklist: filters, one page of rows, and the keys that walk through them."""

from __future__ import annotations

from datetime import date

import streamlit as st

from tracker.domain import wording, wording_care
from tracker.domain.care import DecisionKind
from tracker.domain.change import AlertKind, Status
from tracker.domain.plain_text import without_steering
from tracker.services.review import Decided, ReviewFilter, ReviewList, review_list
from tracker.services.worklist import Urgency, WorkRow
from ui import dates, session
from ui import strings_review as strings
from ui.components.mounting import mount
from ui.parts import chrome, review_state, status

ROWS = 25


def show() -> None:
    """Draw the filters and the page of the list that was turned to."""
    before = _listed(review_state.wanted())
    if not before.lesions:
        st.write(strings.EMPTY_VAULT)
        return
    chrome.lead(strings.totals(before.people, before.lesions, before.observations, before.decided))
    review_state.want(_filters(before))
    listed = _listed(review_state.wanted())
    if not listed.rows:
        plain = review_state.wanted() == ReviewFilter()
        st.info(strings.EMPTY_ALL if plain else strings.EMPTY, icon=":material/inbox:")
        return
    pages = -(-len(listed.rows) // ROWS)
    page = min(review_state.page(), pages - 1)
    _rows(listed, page)
    _paging(listed, page, pages)


def _listed(wanted: ReviewFilter) -> ReviewList:
    """The list; where judging takes long, a bar tells how far it has come."""
    place = st.empty()

    def told(done: int, of: int) -> None:
        place.progress(done / of, strings.JUDGED.format(done=done, of=of))

    found = review_list(session.workspace(), wanted, on_progress=told)
    place.empty()
    return found


def _filters(listed: ReviewList) -> ReviewFilter:
    kept = review_state.wanted()
    urgencies = st.pills(
        strings.FILTER_WHY,
        list(Urgency),
        selection_mode="multi",
        default=[each for each in Urgency if each in kept.urgencies],
        format_func=lambda each: f"{_urgency(each)} ({listed.counts.get(each, 0):,})",
        wrap=True,
        key="review-why",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        text = st.text_input(
            strings.FILTER_TEXT,
            value=kept.text,
            placeholder=strings.FILTER_TEXT_HINT,
            key="review-text",
            width=260,
        )
        decided = st.segmented_control(
            strings.FILTER_DECIDED,
            list(Decided),
            default=kept.decided,
            required=True,
            format_func=lambda each: strings.FILTER_DECIDED_NAMES[each.value],
            key="review-decided",
        )
        due_only = st.toggle(strings.FILTER_DUE, value=kept.due_only, key="review-due")
    return ReviewFilter(frozenset(urgencies), decided, due_only, text)


def _urgency(each: Urgency) -> str:
    if each is Urgency.REST:
        return strings.FILTER_REST
    return wording_care.URGENCY_NAMES[each.value]


def _rows(listed: ReviewList, page: int) -> None:
    shown = listed.rows[page * ROWS : (page + 1) * ROWS]
    rows = [_row(row) for row in shown]
    with chrome.card("worklist"):
        result = mount(
            "worklist",
            key="review-list",
            data={
                "rows": rows,
                "heads": strings.HEADS,
                "label": strings.LIST_LABEL,
                "current": review_state.last(),
                "keys": review_state.has_keys(),
                "stamp": str(hash(str(rows))),
            },
            triggers=("opened",),
        )
    names = [row.lesion_id for row in shown]
    if result.opened in names:
        review_state.begin(listed.rows, page * ROWS + names.index(result.opened))
        st.rerun()


def _row(row: WorkRow) -> dict[str, object]:
    known = row.status or Status.CANNOT_COMPARE
    late = row.overdue_days or 0
    decision, decided = _decision(row)
    return {
        "id": row.lesion_id,
        "name": without_steering(f"{row.person} · {row.lesion}"),
        "site": without_steering(row.site or strings.NO_SITE),
        "status": known.value,
        "mark": status.MARKS[known],
        "status_words": wording.STATUS[known],
        "alerts": [strings.ALERTS[each.value] for each in row.alerts],
        "remark": strings.NOT_COMPARED if row.not_compared else "",
        "photo": "" if row.latest_taken_at is None else dates.day(row.latest_taken_at.value),
        "photos": strings.photos(row.photos),
        "due": _due(row),
        "late": strings.LATE.format(days=late) if late else "",
        "decision": decision,
        "decided": decided,
    }


def _due(row: WorkRow) -> str:
    if row.due_on is not None:
        return dates.day(row.due_on)
    return strings.SEE_CLINICIAN if AlertKind.SYMPTOM in row.alerts else strings.NOT_DUE


def _decision(row: WorkRow) -> tuple[str, str]:
    """The decision that stands and, below, by whom and when, or why it does not hold any more."""
    found = row.decision
    if found is None:
        return strings.UNDECIDED, ""
    words = wording_care.DECISION_NAMES[found.kind]
    if found.until is not None:
        words += f" {strings.UNTIL.format(day=dates.day(found.until))}"
    by = f"{found.by}, {dates.day(found.decided_at.astimezone())}"
    if not row.decided:
        over = found.kind is DecisionKind.MONITOR and (found.until or date.max) <= date.today()
        by += f" · {strings.RAN_OUT if over else strings.STALE}"
    return words, without_steering(by)


def _paging(listed: ReviewList, page: int, pages: int) -> None:
    count = len(listed.rows)
    key = review_state.shortcut
    with st.container(horizontal=True, vertical_alignment="center", key="review-paging"):
        if st.button(
            strings.PREVIOUS_PAGE,
            key="review-page-before",
            disabled=page == 0,
            shortcut=key("P"),
            icon=":material/chevron_left:",
        ):
            review_state.turn_to(page - 1)
            st.rerun()
        last = min(count, (page + 1) * ROWS)
        st.markdown(strings.page_of(page * ROWS + 1, last, count))
        if st.button(
            strings.NEXT_PAGE,
            key="review-page-after",
            disabled=page + 1 >= pages,
            shortcut=key("N"),
            icon=":material/chevron_right:",
        ):
            review_state.turn_to(page + 1)
            st.rerun()
        if st.button(strings.BEGIN, key="review-begin", type="primary", shortcut=key("B")):
            review_state.begin(listed.rows, 0)
            st.rerun()
