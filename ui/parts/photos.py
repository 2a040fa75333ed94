"""The strip of a spot's photos: one is chosen to be looked at, another to hold it against."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import streamlit as st

from tracker.domain.plain_text import without_steering
from tracker.services.person_view import VisitJudgement
from tracker.services.results import ObservationRow
from tracker.services.strip import Thumb
from ui import dates
from ui import strings_lesion as strings
from ui.components.mounting import data_address, mount

_LONG_NOTE = 40


def label(row: ObservationRow) -> str:
    """The photo's day as it is shown."""
    return dates.day(row.observation.capture.value.date())


def chosen(rows: Sequence[ObservationRow], lesion_id: str) -> str:
    """Id of the photo that is looked at: the one picked last, else the latest."""
    state = st.session_state.get(f"strip-{lesion_id}")
    picked = None if state is None else state.get("selected")
    known = [row.observation.observation_id for row in rows]
    return picked if picked in known else known[-1]


def strip(
    rows: Sequence[ObservationRow],
    thumbs: Sequence[Thumb],
    visits: Sequence[VisitJudgement],
    *,
    lesion_id: str,
    against: str | None,
) -> None:
    """Draw the strip.

    Args:
        rows, thumbs: of the same photos, in the same order. against: id of the photo that the
            chosen one is held against.
    """
    flagged = {name for visit in visits if visit.flagged for name in visit.observations}
    lined_up = any(thumb.is_aligned for thumb in thumbs)
    gaps = [None, *(_gap(one, other) for one, other in pairwise(rows))]
    photos = [
        {
            "id": thumb.observation_id,
            "src": data_address(thumb.picture),
            "date": label(row),
            "mark": strings.FIRST if index == 0 else "",
            "gap": gap,
            "remark": _remark(row, own_frame=lined_up and not thumb.is_aligned),
            "own_frame": lined_up and not thumb.is_aligned,
            "flagged": thumb.observation_id in flagged,
            **_spoken(
                row,
                flagged=thumb.observation_id in flagged,
                own_frame=lined_up and not thumb.is_aligned,
            ),
        }
        for index, (row, thumb, gap) in enumerate(zip(rows, thumbs, gaps, strict=True))
    ]
    selected = chosen(rows, lesion_id)
    stamp = hash(tuple(str(sorted(photo.items(), key=str)) for photo in photos))
    mount(
        "strip",
        key=f"strip-{lesion_id}",
        data={
            "photos": photos,
            "selected": selected,
            "against": against,
            "label": strings.STRIP_LABEL,
            "stamp": str(stamp),
        },
        states={"selected": selected},
    )


def _gap(earlier: ObservationRow, later: ObservationRow) -> str:
    apart = later.observation.capture.value.date() - earlier.observation.capture.value.date()
    return f"+{strings.since(apart.days)}"


def _remark(row: ObservationRow, *, own_frame: bool) -> str:
    if own_frame:
        return strings.OWN_FRAME
    note = without_steering(row.observation.note or "")
    return f"{note[:_LONG_NOTE]}…" if len(note) > _LONG_NOTE else note


def _spoken(row: ObservationRow, *, flagged: bool, own_frame: bool) -> dict[str, str]:
    """What a screen reader says, and the hint under the pointer."""
    said = [label(row)]
    if flagged:
        said.append(strings.FLAGGED_HINT)
    if own_frame:
        said.append(strings.OWN_FRAME_HINT)
    elif row.why_not:
        said.append(row.why_not)
    return {"spoken": ". ".join(said), "hint": " ".join(said[1:])}
