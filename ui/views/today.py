"""The first page: what to do next, most urgent first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import streamlit as st

from tracker.domain import wording
from tracker.domain.change import Change, Status
from tracker.services import details, inbox, pictures
from tracker.services.cards import card_file
from tracker.services.due import DueRow, calendar_file
from tracker.services.settings import settings
from tracker.services.today import DUE_WITHIN_DAYS, Today, today
from ui import dates, session
from ui import strings as common
from ui import strings_today as strings
from ui.parts import chrome, person_picker, status

#: Days after which a backup is asked for again.
BACKUP_AFTER_DAYS = 30
_THUMB_PX = 104
#: Of the judgement; all of it stands on the spot's own page.
_SENTENCES = 2
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_INTERVALS_MONTHS = (1, 2, 3, 6, 9, 12)


def show() -> None:
    """Draw the page."""
    st.title(strings.NAV_TODAY)
    person = person_picker.pick(key="today_person")
    if person is None:
        _empty()
        _waiting(None, None)
        return
    chrome.lead(strings.LEAD.format(person=person))
    with st.spinner(common.COMPARING):
        found = today(session.workspace(), person)
    _group("now", strings.SEE_NOW, strings.SEE_NOW_TEXT, found.see_now)
    _group("changed", strings.CHANGED, strings.CHANGED_TEXT, found.changed)
    _group("new", strings.STANDS_OUT, strings.STANDS_OUT_TEXT, found.stands_out)
    _group("retake", strings.RETAKE, strings.RETAKE_TEXT, found.retake, retake=True)
    _due(person, found.due)
    _waiting(person, found)
    _rest(found.rest)


def _group(
    key: str, title: str, text: str, changes: Sequence[Change], *, retake: bool = False
) -> None:
    if not changes:
        return
    st.subheader(f"{title} ({len(changes)})", anchor=False)
    st.caption(text)
    for number, change in enumerate(changes):
        with chrome.card(f"{key}-{number}"), chrome.row(f"{key}-{number}"):
            _thumb(change)
            with st.container(width="stretch", gap="small"):
                st.markdown(f"#### {session.plain(change.lesion)}")
                status.badge(change)
                for alert in change.alerts:
                    st.markdown(f":material/priority_high: **{session.plain(alert.message)}**")
                st.markdown(session.plain(_short(change)))
                with st.container(horizontal=True):
                    _open(change, f"{key}-{number}")
                    if retake:
                        _take(change.person, change.lesion, strings.RETAKE_NOW, f"again-{number}")


def _short(change: Change) -> str:
    """The judgement's first words, without what the badge and the alerts say."""
    said = change.message
    for spoken in (*(alert.message for alert in change.alerts), wording.STATUS[change.status]):
        said = said.replace(spoken, "", 1)
    return " ".join(_SENTENCE_END.split(said.lstrip(" .:,;"))[:_SENTENCES])


def _thumb(change: Change) -> None:
    if change.latest is not None:
        with st.container(width=_THUMB_PX):
            picture = pictures.lesion_picture(session.workspace(), change.latest)
            alt = common.ALT_LATEST.format(lesion=change.lesion)
            st.image(picture, width=_THUMB_PX, alt=alt)


def _open(change: Change, key: str) -> None:
    if st.button(strings.OPEN, key=f"open-{key}", icon=":material/timeline:"):
        session.choose_lesion(change.person, change.lesion)
        st.switch_page(session.page("timeline"))


def _take(person: str, lesion: str, words: str, key: str) -> None:
    if st.button(words, key=f"take-{key}", icon=":material/photo_camera:", type="primary"):
        session.retake(person, lesion)
        st.switch_page(session.page("add"))


def _due(person: str, rows: Sequence[DueRow]) -> None:
    st.subheader(strings.DUE, anchor=False)
    st.caption(strings.DUE_TEXT)
    if not rows:
        st.write(strings.DUE_NONE.format(days=DUE_WITHIN_DAYS))
    for number, row in enumerate(rows):
        with chrome.card(f"due-{number}"), chrome.row(f"due-{number}"):
            with st.container(width="stretch", gap=None):
                assert row.due_on is not None
                words = strings.DUE_SINCE if row.overdue_days > 0 else strings.DUE_ON
                st.markdown(f"**{session.plain(row.lesion)}**")
                last = strings.LAST_PHOTO.format(day=dates.day(row.last_taken))
                st.caption(f"{words.format(day=dates.day(row.due_on))} · {last}")
            _interval(row, number)
            _take(row.person, row.lesion, strings.TAKE, f"due-{number}")
    data, events = calendar_file(session.workspace(), person)
    if events:
        st.download_button(
            strings.CALENDAR,
            data,
            file_name=strings.CALENDAR_FILE,
            mime="text/calendar",
            icon=":material/event:",
            help=strings.CALENDAR_HELP,
        )


def _interval(row: DueRow, number: int) -> None:
    """Another time until the next photo, for this spot."""
    with st.popover(strings.INTERVAL, icon=":material/edit_calendar:"):
        chosen = st.selectbox(
            strings.INTERVAL_LABEL,
            [None, *_INTERVALS_MONTHS],
            format_func=lambda m: strings.INTERVAL_USUAL if m is None else strings.months(m),
            key=f"interval-{number}-{row.lesion_id}",
        )
        if st.button(common.SAVE, key=f"interval-save-{number}"):
            details.set_recheck(session.workspace(), row.person, row.lesion, chosen)
            st.rerun()


def _waiting(person: str | None, found: Today | None) -> None:
    """Photos without a spot, pictures in the inbox, and a backup that is due."""
    workspace = session.workspace()
    box = inbox.waiting(workspace)
    new = 0 if box is None else len(box.photos)
    lines = []
    if found is not None and found.unassigned:
        words = strings.photos_waiting(found.unassigned)
        lines.append(("add", words, strings.ASSIGN, "help_center"))
    if found is not None and found.unanswered:
        words = strings.unanswered(len(found.unanswered))
        lines.append(("timeline", words, strings.ANSWER, "sick"))
    if new:
        lines.append(("inbox", strings.inbox_waiting(new), strings.INBOX, "inbox"))
    days = _days_since_backup()
    if found is not None and (days is None or days >= BACKUP_AFTER_DAYS):
        lines.append(("data", strings.backup_due(days), strings.BACKUP, "save"))
    if not lines:
        return
    st.subheader(strings.WAITING, anchor=False)
    for page, words, label, icon in lines:
        with chrome.card(f"waiting-{page}"), chrome.row(f"waiting-{page}"):
            st.markdown(f":material/{icon}: {words}", width="stretch")
            if st.button(label, key=f"waiting-go-{page}"):
                if page == "timeline" and person is not None and found is not None:
                    session.choose_lesion(person, found.unanswered[0])
                st.switch_page(session.page(page))


def _days_since_backup() -> int | None:
    made = settings(session.workspace()).backed_up_on
    try:
        return None if made is None else (date.today() - date.fromisoformat(made)).days
    except ValueError:
        return None


def _rest(changes: Sequence[Change]) -> None:
    st.subheader(strings.REST, anchor=False)
    first = sum(change.status is Status.BASELINE_ONLY for change in changes)
    st.write(strings.rest(len(changes) - first, first))
    st.page_link(session.page("lesions"), label=common.ALL_SPOTS, icon=":material/apps:")


def _empty() -> None:
    """The way to the first photo."""
    st.subheader(strings.EMPTY_TITLE, anchor=False)
    chrome.lead(strings.EMPTY_LEAD)
    for number, (column, (title, text)) in enumerate(
        zip(st.columns(3), strings.EMPTY_STEPS, strict=True), start=1
    ):
        with column, chrome.card(f"step-{number}"):
            st.markdown(f"**{number}. {title}**")
            st.write(text)
    with st.container(horizontal=True):
        if st.button(common.ADD_FIRST, type="primary", icon=":material/add_a_photo:"):
            st.switch_page(session.page("add"))
        st.download_button(
            strings.CARD,
            card_file,
            file_name=strings.CARD_FILE,
            mime="application/pdf",
            icon=":material/print:",
        )
