"""One spot: what was found, its photos held against each other, its measurements, its story."""

from __future__ import annotations

import streamlit as st

from tracker.domain.change import Change
from tracker.services import person_view
from tracker.services.person_view import PersonView
from tracker.services.strip import strip as thumbs_of
from ui import dates, session, strings, strings_lesion
from ui.parts import (
    chrome,
    compare,
    corrections,
    deletion,
    measurements,
    person_picker,
    photos,
    report_download,
    stages,
    status,
)


def show() -> None:
    """Draw the page."""
    before = session.chosen_lesion()
    with st.container(horizontal=True, vertical_alignment="bottom", key="lesion-pick"):
        person = person_picker.pick(key="timeline_person", default=before[0] if before else None)
        if person is None:
            st.title(strings.NAV_LESION)
            st.write(strings_lesion.NONE)
            return
        with st.spinner(strings.COMPARING):
            view = person_view.person_view(session.workspace(), person)
        lesion = _choose(view)
    if lesion is None:
        st.title(strings.NAV_LESION)
        st.write(strings_lesion.NONE)
        return
    _one(view, lesion)


def _choose(view: PersonView) -> str | None:
    """The spot chosen last, else the most urgent one; those without a judgement come after."""
    urgent = [change.lesion for change in view.changes]
    names = [*urgent, *(name for name in view.series if name not in urgent)]
    if not names:
        return None
    before = session.chosen_lesion()
    is_known = before is not None and before[0] == view.person and before[1] in names
    index = names.index(before[1]) if before is not None and is_known else 0
    lesion = st.selectbox(strings_lesion.CHOOSE, names, index=index, width=280)
    session.choose_lesion(view.person, lesion)
    return lesion


def _one(view: PersonView, lesion: str) -> None:
    series = view.series[lesion]
    change = view.change(lesion)
    rows = person_view.rows_of(session.workspace(), view, lesion)
    _head(view, lesion, len(rows))
    if change is not None:
        _judgement(change)
    if rows:
        _photos(view, lesion)
    if len(rows) > 1:
        measurements.charts_of(person_view.history(session.workspace(), view, lesion))
        measurements.tables(rows, change)
    elif rows:
        st.caption(strings_lesion.ONE_PHOTO)
    st.subheader(strings_lesion.MANAGE, anchor=False)
    stages.show(view, lesion)
    corrections.entries(view, rows)
    deletion.from_timeline(view.person, series.lesion.name, rows)
    report_download.for_lesion(view.person, lesion)


def _head(view: PersonView, lesion: str, count: int) -> None:
    series = view.series[lesion]
    days = [dates.day(seen.capture.value) for seen in series.observations]
    st.title(session.plain(lesion), anchor=False)
    chrome.lead(
        strings_lesion.facts(
            series.lesion.site,
            strings.photo_count(count),
            days[0] if days else None,
            days[-1] if days else None,
            name=lesion,
        )
    )
    stage = stages.line(view, lesion)
    if stage is not None:
        st.info(session.plain(stage), icon=":material/flag:")


def _judgement(change: Change) -> None:
    with chrome.card("judgement"):
        status.badge(change)
        status.alerts(change)
        status.reasons(change)


@st.fragment
def _photos(view: PersonView, lesion: str) -> None:
    """The strip and what is chosen in it; a choice draws this part of the page alone."""
    with chrome.errors_in_words():
        _photos_chosen(view, lesion)


def _photos_chosen(view: PersonView, lesion: str) -> None:
    workspace = session.workspace()
    series = view.series[lesion]
    rows = person_view.rows_of(workspace, view, lesion)
    lesion_id = series.lesion.lesion_id
    with chrome.card("photos"):
        strip_place = st.container()
        chosen = photos.chosen(rows, lesion_id)
        one = next(row for row in rows if row.observation.observation_id == chosen)
        other = None
        left, right = st.columns([7, 5], gap="medium")
        with left:
            if len(rows) > 1:
                other = compare.against(rows, chosen, lesion_id)
                compare.section(one, other, lesion_id=lesion_id, position=view.position)
            else:
                corrections.single(one)
        with right:
            corrections.photo(view, lesion, one)
        with strip_place:
            photos.strip(
                rows,
                thumbs_of(workspace, series, view.position),
                person_view.history(workspace, view, lesion),
                lesion_id=lesion_id,
                against=None if other is None else other.observation.observation_id,
            )
