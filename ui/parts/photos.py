"""A lesion's photos: the strip, and two of them held against each other."""

from __future__ import annotations

import streamlit as st

from tracker.services import pictures
from tracker.services.results import ObservationRow
from ui import session, strings
from ui.parts import compare

_PER_ROW = 6


def strip(rows: list[ObservationRow]) -> None:
    """Every photo with its date, oldest first."""
    st.subheader(strings.STRIP, anchor=False)
    outline = st.toggle(strings.OUTLINE, value=True)
    for start in range(0, len(rows), _PER_ROW):
        columns = st.columns(_PER_ROW)
        for column, row in zip(columns, rows[start : start + _PER_ROW], strict=False):
            seen = row.observation
            with column:
                picture = pictures.lesion_picture(
                    session.workspace(), seen.observation_id, outline=outline
                )
                st.image(picture, width="stretch")
                st.caption(label(row))
                for remark in row.remarks:
                    st.caption(f":material/info: {remark}")
                if seen.note:
                    st.caption(session.plain(seen.note))


def label(row: ObservationRow) -> str:
    """The photo's day as it is shown."""
    return f"{row.observation.capture.value:%d %b %Y}"


def compare_section(rows: list[ObservationRow]) -> None:
    """Two photos in one frame, under a slider or side by side."""
    st.subheader(strings.COMPARE, anchor=False)
    left, middle, right = st.columns([2, 2, 2])
    indices = list(range(len(rows)))
    names = [f"{number + 1}: {label(row)}" for number, row in enumerate(rows)]
    with left:
        first = st.selectbox(strings.COMPARE_EARLIER, indices[:-1], format_func=names.__getitem__)
    later_ones = indices[first + 1 :]
    with middle:
        second = st.selectbox(
            strings.COMPARE_LATER,
            later_ones,
            index=len(later_ones) - 1,
            format_func=names.__getitem__,
        )
    with right:
        way = st.segmented_control(
            strings.COMPARE,
            [strings.COMPARE_SLIDER, strings.COMPARE_SIDE],
            default=strings.COMPARE_SLIDER,
            required=True,
            label_visibility="hidden",
        )
    earlier, later = rows[first], rows[second]
    pair = pictures.aligned_pair(
        session.workspace(),
        earlier.observation.observation_id,
        later.observation.observation_id,
    )
    if way == strings.COMPARE_SLIDER and pair.is_aligned:
        compare.slider(
            pair.earlier,
            pair.later,
            earlier_label=label(earlier),
            later_label=label(later),
            key="compare",
        )
    else:
        columns = st.columns(2)
        columns[0].image(pair.earlier, caption=label(earlier), width="stretch")
        columns[1].image(pair.later, caption=label(later), width="stretch")
    st.caption(strings.COMPARE_ALIGNED if pair.is_aligned else strings.COMPARE_NOT_ALIGNED)
