"""The inbox: new pictures of a watched folder, pre-sorted, stored on one word."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from tracker.domain import wording
from tracker.errors import InputError
from tracker.services import answers, comparing, inbox
from tracker.services.inbox import Inbox, Sorted
from tracker.services.results import Refusal, Stored
from tracker.services.vaults import vault_state
from ui import dates, session
from ui import strings as common
from ui import strings_add as strings
from ui.parts import chrome, guide, symptom_question

_SORTED = "inbox_sorted"
_REFUSED = "inbox_refused"
_LOOKING = "inbox_looking"
_Group = tuple[str | None, str | None]


class _Chosen(NamedTuple):
    """A picture to be stored, whose and which spot it is, and whether that appeared lately."""

    one: Sorted
    person: str | None
    lesion: str | None
    is_new: bool


def show() -> None:
    """Draw the page."""
    st.title(strings.INBOX_TITLE)
    chrome.lead(strings.INBOX_LEAD)
    folder = inbox.inbox_folder(session.workspace())
    _choose(folder)
    if folder is None:
        return
    service = inbox.synced_by(folder)
    if service is not None:
        st.warning(strings.INBOX_SYNCED.format(service=service), icon=":material/cloud_upload:")
    found = inbox.waiting(session.workspace())
    assert found is not None
    if found.problem is not None:
        st.warning(session.plain(found.problem), icon=":material/folder_off:")
        return
    for message in st.session_state.pop(_REFUSED, []):
        st.error(message, icon=":material/error:")
    _new(found)
    _stored(found)
    if found.passed_over:
        files = ", ".join(f"{one.file} ({one.reason})" for one in found.passed_over)
        st.caption(session.plain(strings.INBOX_PASSED.format(files=files)))


def _choose(folder: Path | None) -> None:
    with st.expander(
        strings.INBOX_CHANGE if folder else strings.INBOX_WATCH,
        expanded=folder is None,
        icon=":material/folder_open:",
    ):
        typed = st.text_input(
            strings.INBOX_FOLDER,
            value="" if folder is None else str(folder),
            help=strings.INBOX_FOLDER_HELP,
            placeholder=str(Path.home() / "Pictures"),
        )
        service = inbox.synced_by(Path(typed)) if typed.strip() else None
        if service is not None:
            st.caption(strings.INBOX_SYNCED.format(service=service))
        with st.container(horizontal=True):
            if st.button(strings.INBOX_WATCH, type="primary", disabled=not typed.strip()):
                with chrome.errors_in_words():
                    inbox.set_inbox_folder(session.workspace(), Path(typed.strip()))
                st.rerun()
            if folder is not None and st.button(strings.INBOX_OFF):
                inbox.set_inbox_folder(session.workspace(), None)
                st.rerun()


def _new(found: Inbox) -> None:
    """Pictures in groups of one spot, each to be ticked; then stored together."""
    st.subheader(strings.INBOX_NEW.format(count=len(found.photos)), anchor=False)
    if not found.photos:
        st.write(strings.INBOX_EMPTY)
        return
    ready = _looked_at(found)
    groups: dict[_Group, list[Sorted]] = {}
    for one in ready:
        groups.setdefault((one.person, one.lesion), []).append(one)
    chosen: list[_Chosen] = []
    told: dict[str, tuple[str, ...] | None] = {}
    ordered = sorted(groups.items(), key=lambda item: tuple(name or "~" for name in item[0]))
    for number, ((person, lesion), photos) in enumerate(ordered):
        with chrome.card(f"group-{number}"):
            who, which, is_new = _group_head(number, person, lesion)
            picked = _pictures(number, photos)
            asked = symptom_question.answer(key=f"inbox-symptoms-{number}")
            for one in picked:
                chosen.append(_Chosen(one, who, which, is_new))
                told[one.photo.key] = None if asked is None else tuple(k.value for k in asked)
    with st.container(horizontal=True):
        words = strings.INBOX_STORE.format(count=len(chosen))
        if st.button(words, type="primary", disabled=not chosen, icon=":material/save:"):
            _store(chosen, told)
        others = [photo for photo in found.photos if photo.key not in told]
        if others and st.button(strings.INBOX_LEAVE):
            inbox.leave_out(session.workspace(), others)
            st.rerun()


def _looked_at(found: Inbox) -> list[Sorted]:
    """Every picture measured once in this window, with a bar and a way to stop."""
    kept: dict[str, Sorted] = st.session_state.setdefault(_SORTED, {})
    todo = [photo for photo in found.photos if photo.key not in kept]
    if todo and not st.session_state.get(_LOOKING):
        words = f"{strings.INBOX_LOOK} ({len(todo)})"
        if st.button(words, type="primary", icon=":material/play_arrow:"):
            st.session_state[_LOOKING] = True
            st.rerun()
    elif todo:
        bar = st.progress(0.0)
        st.button(strings.STOP, on_click=_stop, icon=":material/stop:")
        for number, photo in enumerate(todo):
            words = strings.INBOX_LOOKING.format(
                done=number + 1, total=len(todo), photo=session.plain(photo.name)
            )
            bar.progress(number / len(todo), words)
            try:
                kept[photo.key] = inbox.sort_photo(session.workspace(), photo)
            except InputError as error:
                st.warning(session.plain(str(error)))
        _stop()
        st.rerun()
    return [kept[photo.key] for photo in found.photos if photo.key in kept]


def _stop() -> None:
    st.session_state[_LOOKING] = False


def _group_head(
    number: int, person: str | None, lesion: str | None
) -> tuple[str | None, str | None, bool]:
    """Whose and which spot, as proposed or as corrected for the whole group; appeared lately."""
    left, right = st.columns(2)
    with left:
        who = st.text_input(
            common.PERSON, value=person or "", key=f"inbox-person-{number}-{person}-{lesion}"
        ).strip()
    known = [row.lesion for row in guide.known_lesions(who)] if who else []
    names = list(known)
    if lesion is not None and lesion not in names:
        names.insert(0, lesion)
    with right:
        which = st.selectbox(
            common.ADD_LESION,
            names,
            index=names.index(lesion) if lesion in names else None,
            accept_new_options=True,
            placeholder=strings.INBOX_UNKNOWN,
            key=f"inbox-lesion-{number}-{person}-{lesion}",
        )
    is_new = False
    if which is not None and which not in known:
        is_new = st.checkbox(
            wording.NEW_LESION_QUESTION, key=f"inbox-new-{number}-{person}-{lesion}"
        )
        if is_new:
            st.warning(wording.NEW_LESION, icon=":material/priority_high:")
    return who or None, which, is_new


def _pictures(number: int, photos: list[Sorted]) -> list[Sorted]:
    """The pictures of a group; those ticked."""
    picked = []
    columns = st.columns(4)
    for place, one in enumerate(photos):
        with columns[place % 4]:
            if one.seen.picture is not None:
                alt = common.ALT_PHOTO.format(photo=one.photo.name)
                st.image(one.seen.picture, width="stretch", alt=alt)
            name = session.plain(one.photo.name)
            if not one.seen.is_measured:
                reason = session.plain(one.seen.analysis.reason or "")
                st.caption(f"{name}. {strings.INBOX_UNMEASURED.format(reason=reason)}")
                continue
            day = strings.INBOX_NO_DATE if one.capture is None else dates.day(one.capture.value)
            st.caption(f"{name} · {day} · {_how_sure(one)}")
            if one.capture is None:
                st.page_link(session.page("add"), label=strings.MISSING_DATE)
            elif st.checkbox(
                strings.INBOX_TAKE,
                value=one.sure and one.person is not None,
                key=f"inbox-take-{number}-{one.photo.key}",
            ):
                picked.append(one)
    return picked


def _how_sure(one: Sorted) -> str:
    if one.photo.lesion is not None:
        return strings.INBOX_BY_FOLDER
    if one.lesion is None or one.similarity is None:
        return strings.INBOX_UNKNOWN
    return strings.INBOX_SURE if one.sure else strings.INBOX_LIKE.format(likeness=one.similarity)


def _store(chosen: list[_Chosen], told: dict[str, tuple[str, ...] | None]) -> None:
    workspace = session.workspace()
    refused: list[str] = st.session_state.setdefault(_REFUSED, [])
    bar = st.progress(0.0)
    st.button(strings.STOP, key="inbox-stop-storing")
    for number, (one, person, lesion, is_new) in enumerate(chosen, start=1):
        bar.progress(
            (number - 1) / len(chosen), strings.SAVING.format(done=number, total=len(chosen))
        )
        with chrome.errors_in_words():
            result = inbox.store_sorted(workspace, one, person=person, lesion=lesion, is_new=is_new)
            if isinstance(result, Refusal):
                refused.append(session.plain(f"{result.photo}: {result.reason}"))
            elif isinstance(result, Stored) and result.lesion is not None:
                asked = told[one.photo.key]
                if asked is not None:
                    answers.answer(
                        workspace,
                        result.person,
                        result.lesion,
                        asked,
                        observation_id=result.observation_id,
                    )
                comparing.compare_added(workspace, result)
    st.rerun()


def _stored(found: Inbox) -> None:
    """Copies that are not needed any more, and may be removed."""
    if not found.stored:
        return
    with st.expander(
        strings.INBOX_REMOVE_TITLE.format(count=len(found.stored)), icon=":material/delete_sweep:"
    ):
        st.write(strings.INBOX_REMOVE_TEXT)
        if vault_state(session.workspace()).encrypted:
            st.write(strings.INBOX_REMOVE_SEALED)
        st.markdown("\n".join(f"- {session.plain(file.name)}" for file in found.stored))
        if st.button(strings.INBOX_REMOVE, icon=":material/delete:"):
            with chrome.errors_in_words():
                count = inbox.remove_stored(session.workspace(), found.stored)
            st.toast(strings.INBOX_REMOVED.format(count=count))
            st.rerun()
