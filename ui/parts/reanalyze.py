"""Photos that an earlier version of the model measured: say so, and measure them again."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.domain.analysis import Analysis
from tracker.domain.change import Status
from tracker.errors import ModelError
from tracker.services import reanalyzing
from tracker.services.networks import photos_of_other_networks
from tracker.services.reanalyzing import LesionMoved, NotReanalysed, Reanalysed
from ui import session, strings

_PHOTOS, _SPOTS = "reanalysed-photos", "reanalysed-spots"
_Row = dict[str, str | float | None]


def show() -> None:
    """Draw the section of the data page; nothing where every photo is up to date."""
    try:
        waiting = photos_of_other_networks(session.workspace())
    except ModelError:  # the page has said above what is wrong with the installation
        return
    if not waiting and _PHOTOS not in st.session_state:
        return
    st.subheader(strings.REANALYZE, anchor=False)
    if waiting:
        st.write(strings.REANALYZE_WAITING.format(photos=strings.photo_count(waiting)))
        st.write(strings.REANALYZE_KEEPS)
        if st.button(strings.REANALYZE_START, key="reanalyze", icon=":material/update:"):
            _run()
            st.rerun()
    _tables()


def _run() -> None:
    """Measure with a bar and a way to stop; each photo is stored by itself."""
    workspace = session.workspace()
    todo = reanalyzing.waiting(workspace)
    before = reanalyzing.statuses(workspace, todo)
    rows: list[_Row] = []
    st.session_state[_PHOTOS], st.session_state[_SPOTS] = rows, []
    bar = st.progress(0.0, strings.REANALYZE_RUNNING)
    # A click lets Streamlit leave this run at its next step; what is stored stays stored.
    st.button(strings.REANALYZE_STOP, key="reanalyze-stop")
    for step in reanalyzing.reanalyze(workspace, todo):
        if step.result is not None:
            rows.append(_photo(step.result))
        label = f"{strings.REANALYZE_RUNNING} {step.done} / {step.total}"
        bar.progress(step.done / step.total, label)
    moved = reanalyzing.moved_lesions(workspace, todo, before)
    st.session_state[_SPOTS] = [_spot(one) for one in moved if one.before is not one.after]


def _tables() -> None:
    """What the last run of this session moved."""
    rows, spots = st.session_state.get(_PHOTOS), st.session_state.get(_SPOTS)
    if not rows:
        return
    st.write(strings.REANALYZE_DONE)
    st.dataframe(rows, hide_index=True)
    if spots:
        st.write(strings.REANALYZE_SPOTS)
        st.dataframe(spots, hide_index=True)


def _photo(result: Reanalysed | NotReanalysed) -> _Row:
    known: _Row = {strings.REANALYZE_PHOTO: result.photo, strings.LESION_PICK: result.lesion}
    if isinstance(result, NotReanalysed):
        return known | {strings.REANALYZE_NOTE: f"{strings.REANALYZE_KEPT} {result.reason}"}
    before, after = _area_px(result.before), _area_px(result.after)
    return known | {
        strings.REANALYZE_BEFORE: before,
        strings.REANALYZE_AFTER: after,
        strings.REANALYZE_AGREE: result.mask_dice,
    }


def _area_px(analysis: Analysis) -> float | None:
    return None if analysis.measures is None else analysis.measures.area_px


def _spot(moved: LesionMoved) -> _Row:
    return {
        strings.LESION_PICK: f"{moved.person}, {moved.lesion}",
        strings.REANALYZE_WAS: _words(moved.before),
        strings.REANALYZE_IS: _words(moved.after),
    }


def _words(status: Status | None) -> str | None:
    return None if status is None else wording.status_sentence(status)
