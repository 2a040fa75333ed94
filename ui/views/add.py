"""Add photos: drop them in, look at what was measured, confirm day, person and spot."""

from __future__ import annotations

import hashlib
from datetime import date

import streamlit as st

from tracker.domain import wording
from tracker.domain.capture import Modality
from tracker.domain.records import SymptomKind
from tracker.services import comparing, edits, intake, timeline
from tracker.services.preview import Preview, preview
from tracker.services.results import AddRequest, Duplicate, LesionRow, Refusal, Stored
from ui import session, strings
from ui.parts import person_picker, symptom_question, waiting

_DONE = "add_done"
_PREVIEWS = "add_previews"
_EARLIEST = date(1900, 1, 1)


def show() -> None:
    """Draw the page."""
    st.title(strings.NAV_ADD)
    st.write(strings.ADD_INTRO)
    left, right = st.columns([1, 1])
    with left:
        person = person_picker.pick_or_name(key="add_person")
    with right:
        modality = _modality()
    if person is None:
        st.caption(strings.ADD_NAME_FIRST)
        return
    photos = _photos()
    done: dict[str, str] = st.session_state.setdefault(_DONE, {})
    open_photos = {key: photo for key, photo in photos.items() if key not in done}
    for message in done.values():
        st.success(message, icon=":material/save:")
    if done:
        st.caption(strings.ADD_DOUBLE_SHOT)
    for key, (name, data) in open_photos.items():
        with st.container(border=True):
            _one(key, name, data, person, modality)
    waiting.show(person)


def _modality() -> Modality:
    words = {
        strings.ADD_MODALITY_CLINICAL: Modality.CLINICAL,
        strings.ADD_MODALITY_DERMOSCOPIC: Modality.DERMOSCOPIC,
    }
    chosen = st.segmented_control(
        strings.ADD_MODALITY,
        list(words),
        default=strings.ADD_MODALITY_CLINICAL,
        required=True,
    )
    return words[chosen or strings.ADD_MODALITY_CLINICAL]


def _photos() -> dict[str, tuple[str, bytes]]:
    """Name and bytes of each dropped or taken photo, under the hash of its bytes."""
    files = st.file_uploader(strings.ADD_FILES, accept_multiple_files=True, key="add_files")
    taken = None
    with st.expander(strings.ADD_CAMERA, icon=":material/photo_camera:"):
        if st.toggle(strings.ADD_CAMERA_ON):
            taken = st.camera_input(strings.ADD_CAMERA, label_visibility="collapsed")
    found: dict[str, tuple[str, bytes]] = {}
    for file in [*files, *([taken] if taken is not None else [])]:
        data = file.getvalue()
        found.setdefault(hashlib.sha256(data).hexdigest(), (file.name, data))
    return found


def _preview(key: str, name: str, data: bytes, person: str, modality: Modality) -> Preview:
    """Measured once per photo, person and modality of this session."""
    kept: dict[tuple[str, str, Modality], Preview] = st.session_state.setdefault(_PREVIEWS, {})
    wanted = (key, person, modality)
    if wanted not in kept:
        with st.spinner(strings.ADD_MEASURING.format(photo=session.plain(name))):
            kept[wanted] = preview(session.workspace(), data, name, person, modality=modality)
    return kept[wanted]


def _one(key: str, name: str, data: bytes, person: str, modality: Modality) -> None:
    seen = _preview(key, name, data, person, modality)
    if not seen.is_measured:
        _refused(name, seen)
        return
    left, right = st.columns([1, 1], gap="large")
    with left:
        if seen.picture is not None:
            st.image(seen.picture, caption=session.plain(name), width="stretch")
        _quality(seen)
    with right:
        _form(key, name, data, person, modality, seen)


def _refused(name: str, seen: Preview) -> None:
    reason = session.plain(seen.analysis.reason or "")
    st.error(f"{session.plain(name)}: {reason}", icon=":material/block:")
    if seen.analysis.advice:
        st.write(session.plain(seen.analysis.advice))
    if seen.picture is not None:
        st.image(seen.picture, width=320)


def _quality(seen: Preview) -> None:
    quality = seen.analysis.quality
    if quality is None:
        return
    if seen.analysis.is_unlike_training:
        st.caption(f":material/info: {wording.UNLIKE_TRAINING}")
    for issue in quality.issues:
        st.caption(f":material/info: {issue.reason} {issue.advice}")


def _form(key: str, name: str, data: bytes, person: str, modality: Modality, seen: Preview) -> None:
    taken_at = _date(key, seen)
    lesion, is_new, site = _lesion(key, person, seen)
    symptoms = symptom_question.ask(key=f"symptoms-{key}")
    if symptoms:
        st.error(wording.SEE_NOW, icon=":material/priority_high:")
    note = st.text_input(strings.NOTES, key=f"note-{key}")
    scale = st.number_input(
        strings.ADD_SCALE,
        min_value=0.0,
        value=None,
        format="%.5f",
        key=f"scale-{key}",
        help=strings.ADD_SCALE_HELP,
    )
    ready = taken_at is not None and lesion != ""
    if not st.button(strings.ADD_SAVE, type="primary", key=f"save-{key}", disabled=not ready):
        return
    request = AddRequest(
        data=data,
        photo=name,
        person=person,
        lesion=lesion,
        site=site,
        taken_at=None if taken_at is None else taken_at,
        mm_per_px=scale or None,
        modality=modality,
        note=note or None,
        is_new=is_new,
        assign_nearest=False,
    )
    _save(key, request, list(symptoms))


def _date(key: str, seen: Preview) -> str | None:
    """ISO text of the day confirmed; keeps the camera's time of day where the day is its own."""
    known = None if seen.capture is None else seen.capture.value.date()
    day = st.date_input(
        strings.ADD_DATE,
        value=known,
        min_value=_EARLIEST,
        max_value="today",
        key=f"date-{key}",
        help=strings.ADD_DATE_EXIF if known else strings.ADD_DATE_MISSING,
    )
    if known is None and day is None:
        st.caption(f":material/event: {strings.ADD_DATE_MISSING}")
    if not isinstance(day, date):
        return None
    if seen.capture is not None and day == known:
        return seen.capture.isoformat()
    return day.isoformat()


def _lesion(key: str, person: str, seen: Preview) -> tuple[str | None, bool, str | None]:
    """(name, or None to decide later, or "" while unnamed; appeared lately; site)."""
    known = [row.lesion for row in _known_lesions(person)]
    proposed = [match.lesion for match in seen.proposals]
    ordered = [*proposed, *(name for name in known if name not in proposed)]
    likely = seen.likely
    if likely is not None:
        st.info(
            strings.ADD_PROPOSED.format(
                lesion=session.plain(likely.lesion), likeness=likely.similarity
            ),
            icon=":material/link:",
        )
    elif known:
        st.caption(strings.ADD_UNSURE)
    options = [*ordered, strings.ADD_NEW_LESION, strings.ADD_DECIDE_LATER]
    chosen = st.selectbox(
        strings.ADD_LESION,
        options,
        index=0 if likely is not None else (None if known else len(ordered)),
        key=f"lesion-{key}",
    )
    if chosen is None:
        return "", False, None
    if chosen == strings.ADD_DECIDE_LATER:
        return None, False, None
    if chosen != strings.ADD_NEW_LESION:
        return chosen, False, None
    name = st.text_input(strings.ADD_NEW_LESION_NAME, key=f"new-{key}")
    site = st.text_input(strings.ADD_SITE, key=f"site-{key}")
    is_new = st.checkbox(wording.NEW_LESION_QUESTION, key=f"isnew-{key}")
    if is_new:
        st.warning(wording.NEW_LESION, icon=":material/priority_high:")
    return name.strip(), is_new, site.strip() or None


def _known_lesions(person: str) -> list[LesionRow]:
    workspace = session.workspace()
    if person not in {row.person for row in timeline.people(workspace)}:
        return []
    return timeline.lesions(workspace, person)


def _save(key: str, request: AddRequest, symptoms: list[SymptomKind]) -> None:
    workspace = session.workspace()
    with st.spinner(strings.ADD_SAVING):
        result = intake.add_photo(workspace, request)
        if isinstance(result, Stored):
            comparing.compare_added(workspace, result)
            if result.lesion is not None:
                for kind in symptoms:
                    edits.record_symptom(workspace, result.person, result.lesion, kind.value)
    done: dict[str, str] = st.session_state[_DONE]
    if isinstance(result, Refusal):
        st.error(session.plain(f"{result.reason} {result.advice or ''}"))
        return
    if isinstance(result, Duplicate):
        done[key] = strings.ADD_DUPLICATE.format(photo=session.plain(result.photo))
    else:
        done[key] = strings.ADD_SAVED.format(
            photo=session.plain(result.photo),
            lesion=session.plain(result.lesion or strings.ADD_DECIDE_LATER.lower()),
        )
        if result.lesion is not None:
            session.choose_lesion(result.person, result.lesion)
    st.rerun()
