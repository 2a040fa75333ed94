"""Correcting the outline of a spot on one photo, with the tool's own one beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from tracker.domain.analysis import LesionMask
from tracker.domain.geometry import Box
from tracker.domain.records import MaskMethod
from tracker.errors import InputError, UsageError
from tracker.services import masks, pictures, pictures_io
from tracker.services.masks import MaskPair, MaskProposal, Stroke
from tracker.services.results import ObservationRow
from ui import dates, session
from ui import strings_outline as words
from ui.components.mounting import data_address, mount
from ui.parts import chrome, photos

_DRAFT = "outline-draft"
_NAME = "outline-by"
#: Skin shown around the spot, over its longer side.
_AROUND = 2.4


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """What the network outlined and nobody has taken yet; said: what there is to tell of it."""

    observation_id: str
    proposal: MaskProposal | None
    said: str
    number: int


def button(row: ObservationRow) -> None:
    """Opens the correction; says who corrected the outline in use."""
    seen = row.observation
    corrected = seen.mask_corrected
    if corrected is not None and corrected.method is not MaskMethod.ORIGINAL:
        day = dates.day(corrected.corrected_at.astimezone())
        st.caption(session.plain(words.corrected(corrected, day)))
    if st.button(words.OPEN, key=f"outline-{seen.observation_id}", icon=":material/gesture:"):
        st.session_state.pop(_DRAFT, None)
        _dialog(row)


@st.dialog(words.TITLE, width="large")
def _dialog(row: ObservationRow) -> None:
    observation_id = row.observation.observation_id
    with chrome.errors_in_words():
        pair = masks.mask_of(session.workspace(), observation_id)
    st.caption(f"{photos.label(row)}. {words.LEAD}")
    draft = _draft(observation_id)
    result = mount(
        "outline",
        key=f"outline-tool-{observation_id}",
        data=_data(pair, draft),
        triggers=("box", "point", "save"),
    )
    by = st.text_input(words.BY, key=_NAME, placeholder=words.BY_HINT)
    _restore(pair, by)
    _act(pair, draft, result, by.strip() or None)


def _draft(observation_id: str) -> _Draft:
    draft = st.session_state.get(_DRAFT)
    if isinstance(draft, _Draft) and draft.observation_id == observation_id:
        return draft
    return _Draft(observation_id, None, "", 0)


def _data(pair: MaskPair, draft: _Draft) -> dict[str, object]:
    seen = pair.observation
    picture = pictures.photo_picture(session.workspace(), seen.observation_id)
    width, height = seen.photo.width, seen.photo.height
    longest = min(1.0, pictures.PHOTO_PX / max(width, height))
    shown = pair.shown if draft.proposal is None else draft.proposal.mask
    differs = pair.original is not None and pair.original is not shown
    return {
        "stamp": f"{seen.observation_id} {_mark(pair.shown)} {draft.number}",
        "picture": {
            "src": data_address(picture),
            "width": max(1, round(width * longest)),
            "height": max(1, round(height * longest)),
        },
        "photo": {"width": width, "height": height},
        "mask": _picture(shown),
        "original": _picture(pair.original) if differs else None,
        "around": _around(shown, width, height),
        "unsaved": draft.proposal is not None,
        "said": draft.said,
        "words": words.TOOL,
    }


def _picture(mask: LesionMask | None) -> dict[str, object] | None:
    if mask is None:
        return None
    grey = mask.pixels.astype(np.uint8) * np.uint8(255)
    return {"box": mask.box.as_list(), "src": data_address(pictures_io.png_bytes(grey))}


def _mark(mask: LesionMask | None) -> int:
    return 0 if mask is None else hash((mask.box, mask.pixels.tobytes()))


def _around(mask: LesionMask | None, width: int, height: int) -> list[int]:
    whole = Box(0, 0, width, height)
    if mask is None:
        return whole.as_list()
    return (mask.box.square(_AROUND).clip(width, height) or whole).as_list()


def _restore(pair: MaskPair, by: str) -> None:
    """Offer the network's own outline where a person's is in use."""
    if pair.shown is None or pair.shown.source == "model" or pair.original is None:
        return
    observation_id = pair.observation.observation_id
    if st.button(words.RESTORE, key=f"restore-{observation_id}", icon=":material/undo:"):
        with chrome.errors_in_words(), st.spinner(words.SAVING):
            masks.restore_mask(session.workspace(), observation_id, by=by.strip() or None)
        _done()


def _act(pair: MaskPair, draft: _Draft, result: object, by: str | None) -> None:
    observation_id = pair.observation.observation_id
    box, point = getattr(result, "box", None), getattr(result, "point", None)
    saved = getattr(result, "save", None)
    if box is not None or point is not None:
        _propose(observation_id, draft, box, point)
        st.rerun(scope="fragment")
    if isinstance(saved, Mapping):
        _save(pair, draft, _strokes(saved.get("strokes", ())), by)


def _propose(
    observation_id: str,
    draft: _Draft,
    box: Sequence[float] | None,
    point: Sequence[float] | None,
) -> None:
    """Ask the network, and keep what it outlines for this dialog."""
    try:
        proposal: MaskProposal | None = masks.propose_mask(
            session.workspace(),
            observation_id,
            box=None if box is None else _box(box),
            click=None if point is None else (float(point[0]), float(point[1])),
        )
        said = words.PROPOSED
    except (InputError, UsageError) as error:
        proposal, said = draft.proposal, f"{error.message} {error.next_step or ''}"
    st.session_state[_DRAFT] = _Draft(observation_id, proposal, said, draft.number + 1)


def _box(values: Sequence[float]) -> Box:
    x, y, w, h = (round(value) for value in values)
    return Box(x, y, max(1, w), max(1, h))


def _strokes(sent: Sequence[Mapping[str, object]]) -> list[Stroke]:
    strokes = []
    for one in sent:
        points, radius = one["points"], one["radius"]
        assert isinstance(points, list)
        assert isinstance(radius, int | float)
        places = tuple((float(x), float(y)) for x, y in points)
        strokes.append(Stroke(places, float(radius), bool(one["adds"])))
    return strokes


def _save(pair: MaskPair, draft: _Draft, strokes: list[Stroke], by: str | None) -> None:
    workspace, observation_id = session.workspace(), pair.observation.observation_id
    proposal = draft.proposal
    try:
        with st.spinner(words.SAVING):
            if proposal is not None and not strokes:
                masks.accept_proposal(workspace, observation_id, proposal, by=by)
            else:
                start = pair.shown if proposal is None else proposal.mask
                drawn = masks.painted(workspace, observation_id, strokes, start=start)
                masks.correct_mask(workspace, observation_id, drawn, by=by)
    except (InputError, UsageError) as error:
        said = f"{error.message} {error.next_step or ''}"
        st.session_state[_DRAFT] = _Draft(observation_id, proposal, said, draft.number + 1)
        st.rerun(scope="fragment")
    _done()


def _done() -> None:
    st.session_state.pop(_DRAFT, None)
    st.toast(words.SAVED)
    st.rerun()
