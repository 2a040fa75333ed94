"""The last photo of a spot, large: what the next one should look like."""

from __future__ import annotations

import streamlit as st

from tracker.domain.capture import Modality
from tracker.errors import UnknownNameError
from tracker.services import pictures, timeline
from tracker.services.comparing import read_series
from tracker.services.results import LesionRow
from ui import dates, session
from ui import strings as common
from ui import strings_add as strings
from ui.parts import chrome


def known_lesions(person: str) -> list[LesionRow]:
    """The spots of a person; none of somebody who is not in the diary yet."""
    try:
        return timeline.lesions(session.workspace(), person)
    except UnknownNameError:
        return []


def last_modality(person: str, lesion: str) -> Modality | None:
    """How the latest photo of a spot was taken: the next one is compared with its like only."""
    if not any(row.lesion == lesion and row.observations for row in known_lesions(person)):
        return None
    return read_series(session.workspace(), person, lesion).observations[-1].modality


def show(person: str) -> bytes | None:
    """Draw the guide for the spot to be photographed; returns its last picture (JPEG)."""
    wanted = session.to_retake()
    names = [row.lesion for row in known_lesions(person) if row.observations]
    if not names:
        return None
    lesion = wanted[1] if wanted is not None and wanted[0] == person else None
    chosen = st.selectbox(
        strings.GUIDE_WHICH,
        names,
        index=names.index(lesion) if lesion in names else None,
        key=f"guide-{person}-{lesion}",
    )
    if chosen is None:
        session.retaken()
        return None
    session.retake(person, chosen)
    seen = read_series(session.workspace(), person, chosen).observations[-1]
    picture = pictures.lesion_picture(session.workspace(), seen.observation_id)
    with chrome.card("guide"):
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.image(picture, width="stretch", alt=common.ALT_LATEST.format(lesion=chosen))
        with right:
            st.markdown(f"#### {strings.GUIDE_TITLE.format(lesion=session.plain(chosen))}")
            st.markdown("\n".join(f"- {point}" for point in strings.GUIDE_POINTS))
            st.caption(strings.GUIDE_TAKEN.format(day=dates.day(seen.capture.value)))
    return picture
