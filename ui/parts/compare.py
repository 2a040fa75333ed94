"""Two photos of a spot held against each other: slider, side by side, blink, and maps."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from tracker.services import difference
from tracker.services.compare_view import CompareView, Side, compare_view
from tracker.services.results import ObservationRow
from ui import session
from ui import strings_lesion as strings
from ui.components.mounting import data_address, mount
from ui.parts import photos

_ALIGNED_ONLY = ("slider", "blink")


def against(rows: Sequence[ObservationRow], chosen: str, lesion_id: str) -> ObservationRow:
    """Ask which photo the chosen one is held against; gives that photo."""
    names = [row.observation.observation_id for row in rows]
    at = names.index(chosen)
    ways = [strings.AGAINST_FIRST, strings.AGAINST_PREVIOUS, strings.AGAINST_OTHER]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            strings.AGAINST, ways, default=ways[0], required=True, key=f"against-{lesion_id}"
        )
        if way == strings.AGAINST_OTHER:
            others = [index for index in range(len(rows)) if index != at]
            picked = st.selectbox(
                strings.AGAINST_WHICH,
                others,
                format_func=lambda index: f"{index + 1}: {photos.label(rows[index])}",
                key=f"other-{lesion_id}-{chosen}",
                width=220,
            )
            return rows[picked]
    if way == strings.AGAINST_PREVIOUS and at > 0:
        return rows[at - 1]
    # The first photo itself is held against the one that follows it.
    return rows[0] if at > 0 else rows[1]


def section(one: ObservationRow, other: ObservationRow, *, lesion_id: str, position: str) -> None:
    """Draw both photos; the one taken first is the earlier one.

    Args:
        position: of the vault when the photos were read.
    """
    earlier, later = sorted(
        (one, other), key=lambda row: (row.observation.capture.value, row.observation.added_at)
    )
    names = earlier.observation.observation_id, later.observation.observation_id
    pair = "/".join(names)
    key = f"compare-{lesion_id}"
    workspace = session.workspace()
    view = compare_view(workspace, *names, position)
    state = st.session_state.get(key)
    asked = state is not None and state.get("difference_of") == pair and view.is_aligned
    mapped = difference.difference_map(workspace, *names) if asked else None
    mount(
        "compare",
        key=key,
        data={
            "pair": pair,
            "stamp": f"{pair} {hash((view.earlier, view.later))}",
            "aligned": view.is_aligned,
            "earlier": _side(view.earlier, earlier),
            "later": _side(view.later, later),
            "ways": _ways(view, no_difference=asked and mapped is None),
            "difference": None if mapped is None else _difference(mapped),
            "note": _notes(view),
            "words": strings.COMPARE_WORDS,
        },
        states={"difference_of": None},
    )
    if not view.is_aligned:
        st.warning(strings.NOT_ALIGNED, icon=":material/join_inner:")


def _side(side: Side, row: ObservationRow) -> dict[str, object]:
    day = photos.label(row)
    return {
        "src": data_address(side.picture),
        "alt": day,
        "label": day,
        "outlines": side.outlines,
        "mm_per_side": side.mm_per_side,
    }


def _ways(view: CompareView, *, no_difference: bool) -> list[dict[str, str]]:
    """The ways of looking, each with the reason why not where it cannot be had."""
    why_not = dict.fromkeys(strings.WAY_LABELS, "")
    if not view.is_aligned:
        why_not |= dict.fromkeys((*_ALIGNED_ONLY, "growth", "difference"), strings.NEEDS_ALIGNMENT)
    elif not view.shows_growth:
        why_not["growth"] = _no_growth(view)
    if no_difference:
        why_not["difference"] = strings.NO_DIFFERENCE
    return [
        {"name": name, "label": label, "why_not": why_not[name]}
        for name, label in strings.WAY_LABELS.items()
    ]


def _no_growth(view: CompareView) -> str:
    if not (view.earlier.outlines and view.later.outlines):
        return strings.NO_GROWTH_OUTLINE
    if view.earlier.touches_frame or view.later.touches_frame:
        return strings.NO_GROWTH_CUT
    return strings.NO_GROWTH


def _notes(view: CompareView) -> dict[str, str]:
    lined_up = strings.ALIGNED if view.on_skin else strings.ALIGNED_ON_LESION
    return {
        "slider": lined_up,
        "side": lined_up,
        "blink": strings.BLINK_NOTE,
        "growth": strings.GROWTH_NOTE,
        "difference": strings.DIFFERENCE_NOTE,
    }


def _difference(mapped: difference.DifferenceMap) -> dict[str, str]:
    stops = ", ".join(f"rgb{colour}" for colour in difference.RAMP)
    legend = strings.DIFFERENCE_LEGEND.format(
        low=difference.LOW_DELTA_E, high=difference.HIGH_DELTA_E
    )
    return {
        "src": data_address(mapped.picture),
        "ramp": f"linear-gradient(90deg, {stops})",
        "legend": legend,
    }
