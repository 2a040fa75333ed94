"""Chosen spots for one other person: looked at first, then written as an encrypted file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from tracker.domain.share_words import LOOK_AT_EACH, photo_warnings
from tracker.services import pictures, sharing, timeline
from tracker.services.sharing_choice import PhotoLook
from tracker.services.sharing_password import new_password
from ui import session
from ui import strings_sharing as strings
from ui.parts import chrome

_COLUMNS = 4
_PASSWORD = "share-password-shown"
_DONE = "share-done"


def show(person: str) -> None:
    """The section of the data page that shares spots of one person."""
    st.subheader(strings.SHARE, anchor=False)
    with chrome.card("share"):
        st.write(strings.SHARE_TEXT)
        _finished()
        rows = timeline.lesions(session.workspace(), person)
        names = [row.lesion for row in rows if row.observations]
        chosen = tuple(
            st.multiselect(
                strings.SHARE_WHICH,
                names,
                placeholder=strings.SHARE_NONE_CHOSEN,
                key=f"share-which-{person}",
            )
        )
        if st.button(strings.SHARE_LOOK, disabled=not chosen, icon=":material/visibility:"):
            with st.spinner(strings.SHARE_LOOKING), chrome.errors_in_words():
                plan = sharing.plan(session.workspace(), person, chosen)
            st.session_state["share-plan"] = (person, chosen, plan)
        looked = st.session_state.get("share-plan")
        if looked is not None and looked[:2] == (person, chosen):
            _choices(looked[2])


def _choices(plan: sharing.SharePlan) -> None:
    kept = _pictures(plan)
    sent = len(plan.photos) - len(kept)
    left, right = st.columns(2)
    with left:
        st.markdown(f"**{strings.SHARE_LEAVES}**")
        lines = strings.leaves(plan, sent)
        st.markdown("\n".join(f"- {session.plain(line)}" for line in lines))
    with right:
        st.markdown(f"**{strings.SHARE_STAYS}**")
        st.markdown("\n".join(f"- {line}" for line in strings.SHARE_STAYS_LINES))
    formats = st.multiselect(
        strings.SHARE_FORMATS,
        sharing.MORE_FORMATS,
        format_func=strings.SHARE_FORMAT_NAMES.__getitem__,
        key="share-formats",
    )
    kinds = (strings.SHARE_SEALED, strings.SHARE_OWN, strings.SHARE_PLAIN)
    kind = st.radio(strings.SHARE_KIND, kinds, key="share-kind")
    own = ""
    if kind == strings.SHARE_OWN:
        own = st.text_input(strings.SHARE_PASSWORD, type="password", key="share-own")
    consent = st.text_area(
        strings.SHARE_CONSENT,
        placeholder=strings.SHARE_CONSENT_EXAMPLE,
        max_chars=2000,
        key="share-consent",
    )
    is_sealed = kind != strings.SHARE_PLAIN
    suggested = sharing.suggested_place(date.today(), sealed=is_sealed)
    place = st.text_input(
        strings.SHARE_WHERE, value=str(suggested), key=f"share-where-{is_sealed}"
    ).strip()
    ready = consent.strip() and place and (kind != strings.SHARE_OWN or own)
    if st.button(
        strings.SHARE_START, disabled=not ready, type="primary", icon=":material/ios_share:"
    ):
        password = new_password() if kind == strings.SHARE_SEALED else own or None
        request = sharing.ShareRequest(
            plan.person, plan.lesions, consent, formats=tuple(formats), leave_out=kept
        )
        _write(request, Path(place), password, made=kind == strings.SHARE_SEALED)


def _pictures(plan: sharing.SharePlan) -> tuple[str, ...]:
    """Every photo that would leave, those to look at first in front; gives those that stay."""
    st.markdown(f"**{strings.SHARE_PICTURES}**")
    st.warning(LOOK_AT_EACH, icon=":material/visibility:")
    st.caption(strings.SHARE_LEFT_OUT)
    photos = sorted(plan.photos, key=lambda photo: not _warned(photo))
    kept: list[str] = []
    for start in range(0, len(photos), _COLUMNS):  # by rows: a phone shows them in order too
        columns = st.columns(_COLUMNS)
        for column, photo in zip(columns, photos[start : start + _COLUMNS], strict=False):
            with column:
                if not _send(photo):
                    kept.append(photo.observation_id)
    return tuple(kept)


def _send(photo: PhotoLook) -> bool:
    """The picture, what to look out for, and whether the whole photo goes along."""
    with chrome.errors_in_words():
        picture = pictures.photo_picture(session.workspace(), photo.observation_id)
    st.image(picture, caption=session.plain(f"{photo.lesion}, {photo.taken_on[:10]}"))
    for sentence in _warned(photo):
        st.caption(f":material/face: {session.plain(sentence)}")
    key = f"share-send-{photo.observation_id}"
    return st.checkbox(strings.SHARE_SEND, value=True, key=key)


def _warned(photo: PhotoLook) -> list[str]:
    return photo_warnings(photo.reasons, photo.others)


def _write(request: sharing.ShareRequest, out: Path, password: str | None, *, made: bool) -> None:
    bar = st.progress(0.0, strings.SHARE_RUNNING)

    def advance(done: int, of: int) -> None:
        bar.progress(min(1.0, done / max(of, 1)), strings.SHARE_RUNNING)

    with chrome.errors_in_words():
        done = sharing.share(session.workspace(), request, out, password, on_photo=advance)
    bar.empty()
    st.session_state[_DONE] = done
    if made:
        st.session_state[_PASSWORD] = password
    st.session_state.pop("share-plan", None)
    st.rerun()


def _finished() -> None:
    """What was written, and its password until the person has noted it."""
    done: sharing.Shared | None = st.session_state.get(_DONE)
    if done is None:
        return
    said = strings.shared(str(done.path), done.photos, done.files, done.size_bytes)
    st.info(session.plain(said), icon=":material/save:")
    for each in done.left_out:
        line = strings.SHARE_SKIPPED.format(photo=each.photo, reason=each.reason)
        st.warning(session.plain(line))
    password = st.session_state.get(_PASSWORD)
    if password is not None:
        st.write(strings.SHARE_PASSWORD_IS)
        st.code(password, language=None)
        st.write(strings.SHARE_PASSWORD_HOW)
        st.button(strings.SHARE_NOTED, on_click=_forget, icon=":material/edit_note:")


def _forget() -> None:
    for key in (_PASSWORD, _DONE):
        st.session_state.pop(key, None)
