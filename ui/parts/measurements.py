"""Charts and tables of one spot's measurements."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from tracker.domain import wording
from tracker.domain.change import Axis, AxisChange, Change
from tracker.services.person_view import VisitJudgement
from tracker.services.results import ObservationRow
from ui import dates, strings, strings_lesion
from ui.parts import charts, chrome

_RELATIVE = (Axis.AREA, Axis.DIAMETER)
_TITLES = {
    Axis.AREA: (strings_lesion.AREA, strings_lesion.AREA_UNIT),
    Axis.DIAMETER: (strings_lesion.DIAMETER, strings_lesion.AREA_UNIT),
    Axis.SHAPE: (strings_lesion.SHAPE, strings_lesion.SHAPE_UNIT),
    Axis.COLOUR: (strings_lesion.COLOUR, strings_lesion.COLOUR_UNIT),
    Axis.EMBEDDING: (strings_lesion.LOOK, strings_lesion.LOOK_UNIT),
}


def charts_of(visits: Sequence[VisitJudgement]) -> None:
    """One chart an axis, with what their signs mean."""
    st.subheader(strings_lesion.CHARTS, anchor=False)
    cells = [*_TITLES, None]
    for start in range(0, len(cells), 2):
        for column, axis in zip(st.columns(2), cells[start : start + 2], strict=True):
            with column:
                if axis is None:
                    st.caption(strings_lesion.CHART_NOTE)
                else:
                    with chrome.card(f"chart-{axis.value}"):
                        charts.draw(series_of_axis(axis, visits), key=axis.value)


def series_of_axis(axis: Axis, visits: Sequence[VisitJudgement]) -> charts.Series:
    """An axis against the first photo, day by day, as it was judged on each day.

    Area and diameter are ratios, 1 on the first day; the others are differences, 0 there.
    """
    start = 1.0 if axis in _RELATIVE else 0.0
    first = charts.Point(visits[0].day, start, None, None, False, dates.day(visits[0].day))
    points = [first, *(_point(axis, visit) for visit in visits[1:])]
    title, unit = _TITLES[axis]
    return charts.Series(title, unit, tuple(points), _band(axis, visits))


def _point(axis: Axis, visit: VisitJudgement) -> charts.Point:
    found = visit.to_first(axis)
    flagged = axis in visit.flagged
    label = dates.day(visit.day)
    if found is None or found.change is None:
        return charts.Point(visit.day, None, None, None, flagged, label)
    reach = None if found.sigma is None else 2 * found.sigma
    if axis in _RELATIVE:
        ratio = 1 + found.change / 100
        low, high = None, None
        if reach is not None:
            low, high = ratio * math.exp(-reach / 100), ratio * math.exp(reach / 100)
        return charts.Point(visit.day, ratio, low, high, flagged, label)
    if reach is None:
        return charts.Point(visit.day, found.change, None, None, flagged, label)
    low, high = max(0.0, found.change - reach), found.change + reach
    return charts.Point(visit.day, found.change, low, high, flagged, label)


def _band(axis: Axis, visits: Sequence[VisitJudgement]) -> tuple[float, float] | None:
    """What would not be flagged today, against the first photo."""
    found = visits[-1].to_first(axis)
    if found is None or found.detectable is None:
        return None
    if axis not in _RELATIVE:
        return 0.0, found.detectable
    part = found.detectable / 100  # of growth where it grew, of shrinking where it shrank
    shrunk = found.change is not None and found.change < 0
    high = 1 / (1 - part) if shrunk else 1 + part
    return 1 / high, high


def tables(rows: Sequence[ObservationRow], change: Change | None) -> None:
    """The judgement's evidence, and every number of every photo."""
    if change is not None and change.axes:
        with st.expander(strings_lesion.ALL_AXES, icon=":material/balance:"):
            st.dataframe([_axis_row(one) for one in change.axes], hide_index=True)
            st.caption(change.method)
    with st.expander(strings_lesion.NUMBERS, icon=":material/table_rows:"):
        st.dataframe([_number_row(row) for row in rows], hide_index=True)


def _axis_row(one: AxisChange) -> dict[str, object]:
    return {
        strings.COLUMN_AXIS: wording.AXIS_NAMES[one.axis],
        strings.COLUMN_AGAINST: wording.AGAINST_NAMES[one.against],
        strings.COLUMN_CHANGE: one.change,
        strings.COLUMN_DETECTABLE: one.detectable,
        strings.COLUMN_UNIT: one.unit,
        strings.COLUMN_FLAGGED: "▲" if one.flagged else "",
    }


def _number_row(row: ObservationRow) -> dict[str, object]:
    return {
        strings.COLUMN_DATE: row.observation.capture.isoformat(),
        strings.COLUMN_AREA: row.area_mm2,
        strings.COLUMN_DIAMETER: row.diameter_mm,
        strings.COLUMN_RATIO: None if row.area_ratio is None else row.area_ratio.value,
        strings.COLUMN_LIKENESS_FIRST: row.cosine_to_first,
        strings.COLUMN_LIKENESS_PREVIOUS: row.cosine_to_previous,
        strings.COLUMN_FOCAL: row.focal_delta_e,
        strings.COLUMN_COLOUR: row.colour_delta_e,
        strings.COLUMN_ASYMMETRY: row.asymmetry,
        strings.COLUMN_BORDER: row.border_irregularity,
        strings.COLUMN_SCALE: None if row.scale is None else row.scale.source.value,
        strings.COLUMN_MODEL: None if row.model is None else row.model.version,
        strings.COLUMN_WHY: row.why_not,
    }
