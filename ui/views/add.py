"""Add photos: drop them in or take them, look at what was measured, say what they show."""

from __future__ import annotations

import hashlib

import streamlit as st

from tracker.domain.capture import Modality
from tracker.services.preview import Preview, preview
from ui import session
from ui import strings as common
from ui import strings_add as strings
from ui.parts import camera, chrome, guide, person_picker, photo_card, storing, waiting
from ui.parts.photo_card import Filled

_PREVIEWS = "add_previews"
_TAKEN = "add_taken"
_STOPPED = "add_stopped"
Picture = tuple[str, bytes]


def show() -> None:
    """Draw the page."""
    st.title(common.NAV_ADD)
    chrome.lead(strings.LEAD)
    left, right = st.columns([1, 1])
    with left:
        wanted = session.to_retake()
        person = person_picker.pick_or_name(
            key="add_person", default=wanted[0] if wanted is not None else None
        )
    with right:
        modality = _modality(None if wanted is None else guide.last_modality(*wanted))
    if person is None:
        st.caption(common.ADD_NAME_FIRST)
        return
    last = guide.show(person)
    photos = _photos(last)
    storing.said()
    _cards(
        {key: photo for key, photo in photos.items() if not storing.is_done(key)}, person, modality
    )
    waiting.show(person)
    _from_phone()


def _modality(last: Modality | None) -> Modality:
    words = {
        common.ADD_MODALITY_CLINICAL: Modality.CLINICAL,
        common.ADD_MODALITY_DERMOSCOPIC: Modality.DERMOSCOPIC,
    }
    first = common.ADD_MODALITY_CLINICAL
    chosen = st.segmented_control(
        common.ADD_MODALITY,
        list(words),
        default=next((name for name, one in words.items() if one is last), first),
        required=True,
    )
    return words[chosen or first]


def _photos(last: bytes | None) -> dict[str, Picture]:
    """Name and bytes of each dropped or taken photo, under the hash of its bytes."""
    files = st.file_uploader(common.ADD_FILES, accept_multiple_files=True, key="add_files")
    with st.expander(common.ADD_CAMERA, icon=":material/photo_camera:"):
        shot = camera.photo(ghost=last, key="add_camera")
    taken: list[Picture] = st.session_state.setdefault(_TAKEN, [])
    if shot is not None and shot[1] not in [data for _, data in taken]:
        taken.append(shot)
    found: dict[str, Picture] = {}
    for name, data in [*((file.name, file.getvalue()) for file in files), *taken]:
        found.setdefault(hashlib.sha256(data).hexdigest(), (name, data))
    return found


def _cards(photos: dict[str, Picture], person: str, modality: Modality) -> None:
    """A card for each picture as it is measured; the bar above them shows how far that is."""
    known: dict[tuple[str, str, Modality], Preview] = st.session_state.setdefault(_PREVIEWS, {})
    todo = [key for key in photos if (key, person, modality) not in known]
    stopped = bool(st.session_state.get(_STOPPED)) and bool(todo)
    head = st.container()
    if stopped:
        with head:
            st.info(strings.STOPPED, icon=":material/pause:")
            words = strings.GO_ON.format(count=len(todo))
            if st.button(words, icon=":material/play_arrow:"):
                st.session_state[_STOPPED] = False
                st.rerun()
    bar = head.empty()
    if todo and not stopped:
        head.button(strings.STOP, on_click=_stop, icon=":material/stop:", key="add_stop")
    ready: dict[str, Filled] = {}
    measured = 0
    for key, (name, data) in photos.items():
        seen = known.get((key, person, modality))
        if seen is None and stopped:
            continue
        if seen is None:
            measured += 1
            words = strings.MEASURING.format(
                done=measured, total=len(todo), photo=session.plain(name)
            )
            bar.progress((measured - 1) / len(todo), words)
            seen = preview(session.workspace(), data, name, person, modality=modality)
            known[key, person, modality] = seen
        filled = _card(key, (name, data), person, modality, seen)
        if filled is not None and not filled.missing:
            ready[key] = filled
    bar.empty()
    if measured:
        st.rerun()  # the button that stops is not needed any more
    if len(ready) > 1:
        words = strings.SAVE_READY.format(count=len(ready))
        if st.button(words, type="primary", icon=":material/save:", key="save-ready"):
            storing.store(ready)


def _stop() -> None:
    st.session_state[_STOPPED] = True


def _card(
    key: str, photo: Picture, person: str, modality: Modality, seen: Preview
) -> Filled | None:
    name, data = photo
    with chrome.card(f"photo-{key}"):
        if not seen.is_measured:
            photo_card.refused(name, seen)
            return None
        left, right = st.columns([1, 1], gap="large")
        with left:
            photo_card.facts(name, seen)
        with right:
            filled = photo_card.form(key, name, data, person, modality, seen)
            if filled.missing:
                st.caption(strings.NOT_READY.format(why=", ".join(filled.missing)))
            if st.button(
                common.ADD_SAVE, type="primary", key=f"save-{key}", disabled=bool(filled.missing)
            ):
                storing.store({key: filled})
    return filled


def _from_phone() -> None:
    with st.expander(strings.FROM_PHONE, icon=":material/smartphone:"):
        for way in strings.FROM_PHONE_WAYS:
            st.markdown(f"- {way}")
        st.page_link(session.page("inbox"), label=strings.INBOX_TITLE, icon=":material/inbox:")
