"""All lesions of a person, most urgent first."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.domain.change import Change, Status
from tracker.services import pictures, timeline
from tracker.services.person_view import person_view
from tracker.services.results import LesionRow
from ui import dates, session, strings
from ui.parts import chrome, person_picker, status

_COLUMNS = 3


def show() -> None:
    """Draw the page."""
    st.title(strings.NAV_LESIONS)
    person = person_picker.pick(key="overview_person")
    if person is None:
        _empty()
        return
    with st.spinner(strings.COMPARING):
        judged = list(person_view(session.workspace(), person).changes)
    rows = {row.lesion: row for row in timeline.lesions(session.workspace(), person)}
    waiting = len(timeline.unassigned(session.workspace(), person))
    if waiting:
        st.warning(strings.WAITING_COUNT.format(count=waiting), icon=":material/inbox:")
    if not judged:
        _empty()
        return
    shown = _filtered(judged)
    for start in range(0, len(shown), _COLUMNS):
        for column, change in zip(
            st.columns(_COLUMNS), shown[start : start + _COLUMNS], strict=False
        ):
            with column, chrome.card(f"spot-{rows[change.lesion].lesion_id}"):
                _card(change, rows[change.lesion])


def _empty() -> None:
    st.subheader(strings.EMPTY_TITLE)
    st.write(strings.EMPTY_TEXT)
    st.page_link(session.page("add"), label=strings.ADD_FIRST, icon=":material/add_a_photo:")


def _filtered(judged: list[Change]) -> list[Change]:
    """The lesions of the chosen status; the choices carry their counts."""
    counts = {kind: sum(change.status == kind for change in judged) for kind in Status}
    present = [kind for kind in Status if counts[kind]]
    if len(present) < 2:
        return judged
    chosen = st.pills(
        strings.FILTER,
        present,
        format_func=lambda kind: f"{wording.STATUS[kind].split(':')[0]} ({counts[kind]})",
        label_visibility="collapsed",
        wrap=True,
    )
    return judged if chosen is None else [c for c in judged if c.status == chosen]


def _card(change: Change, row: LesionRow) -> None:
    if change.latest is not None:
        picture = pictures.lesion_picture(session.workspace(), change.latest)
        st.image(picture, width="stretch", alt=strings.ALT_LATEST.format(lesion=change.lesion))
    st.markdown(f"#### {session.plain(change.lesion)}")
    status.badge(change)
    status.alerts(change)
    st.caption(_facts(row))
    if st.button(
        strings.OPEN_TIMELINE,
        key=f"open-{row.lesion_id}",
        icon=":material/timeline:",
        width="stretch",
    ):
        session.choose_lesion(change.person, change.lesion)
        st.switch_page(session.page("timeline"))


def _facts(row: LesionRow) -> str:
    is_told_by_name = row.site is None or row.site.casefold() in row.lesion.casefold()
    parts = [] if is_told_by_name else [session.plain(row.site or "")]
    if row.first_taken_at is not None and row.latest_taken_at is not None:
        first, latest = row.first_taken_at.value.date(), row.latest_taken_at.value.date()
        one = dates.day(latest)
        parts.append(one if first == latest else f"{dates.day(first)} to {one}")
    parts.append(strings.photo_count(row.observations))
    return " · ".join(parts)
