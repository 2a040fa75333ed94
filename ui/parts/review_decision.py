"""The decision on a case: who, what, until when; taking it back; and the pack to hand on."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from tracker.domain import wording_care
from tracker.domain.care import Decision, DecisionKind
from tracker.domain.plain_text import file_stem
from tracker.services import decisions
from tracker.services.case_view import CaseView
from tracker.services.reporting import ReportOptions, make_report
from ui import dates, session
from ui import strings_review as strings
from ui.parts import chrome, review_state, review_tables
from ui.parts.review_state import Case, Queue

#: Each decision with its key.
KINDS = {
    DecisionKind.MONITOR: "1",
    DecisionKind.REFER: "2",
    DecisionKind.BIOPSY: "3",
    DecisionKind.EXCISE: "4",
    DecisionKind.NO_ACTION: "5",
}
#: The first interval offered: three months (clinical.md, 7).
_FIRST_INTERVAL_DAYS = 91


def show(queue: Queue, found: CaseView) -> None:
    """Draw what was decided, and the means to decide."""
    case = queue.case
    st.markdown(f"##### {strings.DECISION}")
    standing = found.standing
    if standing is None:
        st.caption(strings.NONE_YET)
    else:
        st.markdown(f":material/gavel: **{session.plain(_words(standing))}**")
        if standing.note:
            st.markdown(session.plain(standing.note))
    by = st.text_input(
        strings.NAME,
        value=review_state.name(),
        placeholder=strings.NAME_HINT,
        key=f"case-name-{case.lesion_id}",
    ).strip()
    review_state.set_name(by)
    kind = _kind(case, found)
    until = _until(case) if kind is DecisionKind.MONITOR else None
    note = st.text_area(strings.NOTE, height=80, key=f"case-note-{case.lesion_id}").strip()
    with st.container(horizontal=True):
        is_last = queue.at + 1 >= len(queue.cases)
        if st.button(
            strings.RECORD if is_last else strings.RECORD_NEXT,
            key="case-record",
            type="primary",
            icon=":material/how_to_reg:",
            shortcut=review_state.shortcut("S"),
        ):
            _record(queue, kind, by, until, note or None)
        if standing is not None and st.button(
            strings.REOPEN,
            key="case-reopen",
            icon=":material/undo:",
            shortcut=review_state.shortcut("U"),
        ):
            _reopen(case, by, note or None)
    if found.decisions:
        with st.expander(strings.EARLIER, icon=":material/history:"):
            review_tables.lines([(_when(each), _line(each)) for each in found.decisions])


def _kind(case: Case, found: CaseView) -> DecisionKind | None:
    """The five decisions as buttons, so that each has its key; the one pressed last counts."""
    key = f"case-kind-{case.lesion_id}"
    if not found.offers_monitoring:
        st.caption(strings.MONITOR_NOT_OFFERED)
    with st.container(horizontal=True, gap="small", key="case-kinds"):
        for kind, number in KINDS.items():
            is_chosen = st.session_state.get(key) is kind
            st.button(
                wording_care.DECISION_NAMES[kind].capitalize(),
                key=f"case-{kind.value}",
                type="primary" if is_chosen else "secondary",
                shortcut=review_state.shortcut(number),
                disabled=kind is DecisionKind.MONITOR and not found.offers_monitoring,
                on_click=_choose,
                args=(key, kind),
            )
    chosen: DecisionKind | None = st.session_state.get(key)
    words = "" if chosen is None else wording_care.DECISION_NAMES[chosen]
    st.markdown(strings.CHOSEN.format(kind=words) if words else strings.CHOOSE)
    return chosen


def _choose(key: str, kind: DecisionKind) -> None:
    st.session_state[key] = kind


def _until(case: Case) -> date:
    today = date.today()
    day = st.date_input(
        strings.DAY_UNTIL,
        value=today + timedelta(days=_FIRST_INTERVAL_DAYS),
        min_value=today + timedelta(days=1),
        format=dates.input_format(),
        key=f"case-until-{case.lesion_id}",
    )
    assert isinstance(day, date)
    return day


def _record(
    queue: Queue, kind: DecisionKind | None, by: str, until: date | None, note: str | None
) -> None:
    if kind is None or not by:
        st.warning(strings.NEEDS_KIND if kind is None else strings.NEEDS_NAME)
        return
    case = queue.case
    with chrome.errors_in_words():
        decisions.decide(
            session.workspace(), case.person, case.lesion, kind, by=by, until=until, note=note
        )
    for name in ("kind", "note"):
        st.session_state.pop(f"case-{name}-{case.lesion_id}", None)
    words = wording_care.DECISION_NAMES[kind]
    told = strings.RECORDED.format(kind=words, lesion=case.lesion, person=case.person)
    is_last = queue.at + 1 >= len(queue.cases)
    st.toast(session.plain(f"{told} {strings.LAST}" if is_last else told))
    review_state.go_to(queue.at + 1)
    st.rerun()


def _reopen(case: Case, by: str, note: str | None) -> None:
    if not by:
        st.warning(strings.NEEDS_NAME)
        return
    with chrome.errors_in_words():
        decisions.reopen(session.workspace(), case.person, case.lesion, by=by, note=note)
    st.toast(strings.REOPENED)
    st.rerun()


def _words(made: Decision) -> str:
    kind = wording_care.DECISION_NAMES[made.kind]
    if made.until is not None:
        kind += f" {strings.UNTIL.format(day=dates.day(made.until))}"
    return strings.STANDING.format(kind=kind, by=made.by, when=_when(made))


def _line(made: Decision) -> str:
    kind = wording_care.DECISION_NAMES[made.kind]
    if made.until is not None:
        kind += f" {strings.UNTIL.format(day=dates.day(made.until))}"
    return f"{kind}, {made.by}: {made.note}" if made.note else f"{kind}, {made.by}"


def _when(made: Decision) -> str:
    """Day and time of this computer's zone."""
    local = made.decided_at.astimezone()
    return f"{dates.day(local)}, {local:%H:%M}"


def pack(case: Case) -> None:
    """The clinician's report as a PDF, and the way to an encrypted pack."""
    key = f"case-pack-{case.lesion_id}"
    st.markdown(f"##### {strings.PACK}")
    st.caption(strings.PACK_TEXT)
    with st.container(horizontal=True):
        if st.button(
            strings.PACK_MAKE,
            key="case-pack-make",
            icon=":material/description:",
            shortcut=review_state.shortcut("E"),
        ):
            with st.spinner(strings.PACK_MAKING), chrome.errors_in_words():
                options = ReportOptions(audience="clinician")
                made = make_report(session.workspace(), case.person, case.lesion, "pdf", options)
            st.session_state["case-pack"] = (key, made)
        st.page_link(session.page("data"), label=strings.PACK_SHARE, icon=":material/lock:")
    kept = st.session_state.get("case-pack")
    if kept is not None and kept[0] == key:
        st.download_button(
            strings.PACK_SAVE,
            kept[1],
            file_name=f"moletrail-{file_stem(case.lesion)}-clinician.pdf",
            mime="application/pdf",
            key="case-pack-save",
            icon=":material/download:",
            type="primary",
        )
