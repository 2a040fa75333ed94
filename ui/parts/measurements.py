"""Charts and tables of one lesion's measurements."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from tracker.domain import wording
from tracker.domain.change import Against, Axis, AxisChange, Change
from tracker.services.results import ObservationRow
from ui import strings
from ui.parts import photos
from ui.parts.charts import Band, Point, series_chart


def charts(rows: list[ObservationRow], change: Change | None) -> None:
    """One chart an axis, each only where there is something to draw."""
    st.subheader(strings.CHARTS, anchor=False)
    left, right = st.columns(2)
    with left:
        _area(rows, change)
        _plain(
            rows,
            lambda row: row.focal_delta_e,
            strings.COLOUR_TITLE,
            strings.COLOUR_UNIT,
            _from_zero(change, Axis.COLOUR),
            _sigma(change, Axis.COLOUR),
        )
    with right:
        _plain(
            rows,
            lambda row: None if row.cosine_to_first is None else 1 - row.cosine_to_first,
            strings.LOOK_TITLE,
            strings.LOOK_UNIT,
            _from_zero(change, Axis.EMBEDDING),
            _sigma(change, Axis.EMBEDDING),
        )
        _plain(rows, lambda row: row.asymmetry, strings.SHAPE_TITLE, strings.SHAPE_UNIT, None, None)
    st.caption(strings.BAND_NOTE)


def _area(rows: list[ObservationRow], change: Change | None) -> None:
    """Area against the first photo, with its error; the first photo is 1 by definition."""
    points = [
        Point(row.observation.capture.value, ratio.value, ratio.sigma, photos.label(row))
        for row in rows
        if (ratio := row.area_ratio) is not None
    ]
    if points:
        first = rows[0]
        points.insert(0, Point(first.observation.capture.value, 1.0, None, photos.label(first)))
    detectable = _detectable(change, Axis.AREA)
    band = None
    if detectable is not None:
        part = detectable / 100
        band = Band(1 / (1 + part), 1 + part)
    _draw(points, strings.SIZE_TITLE, strings.SIZE_UNIT_RATIO, band)


def _plain(
    rows: list[ObservationRow],
    value_of: Callable[[ObservationRow], float | None],
    title: str,
    unit: str,
    band: Band | None,
    sigma: float | None,
) -> None:
    points = [
        Point(row.observation.capture.value, value, sigma, photos.label(row))
        for row in rows
        if (value := value_of(row)) is not None
    ]
    _draw(points, title, unit, band)


def _draw(points: list[Point], title: str, unit: str, band: Band | None) -> None:
    with st.container(border=True):
        if points:
            series_chart(points, title=title, unit=unit, band=band, least=0.0)
        else:
            st.markdown(f"**{title}**")
            st.caption(strings.NOT_KNOWN)


def _from_zero(change: Change | None, axis: Axis) -> Band | None:
    detectable = _detectable(change, axis)
    return None if detectable is None else Band(0.0, detectable)


def _detectable(change: Change | None, axis: Axis) -> float | None:
    """Smallest change against the first photo that would be flagged, in the axis's unit."""
    found = _to_first(change, axis)
    return None if found is None else found.detectable


def _sigma(change: Change | None, axis: Axis) -> float | None:
    """Standard error against the first photo, in the axis's unit."""
    found = _to_first(change, axis)
    return None if found is None else found.sigma


def _to_first(change: Change | None, axis: Axis) -> AxisChange | None:
    axes = () if change is None else change.axes
    return next((one for one in axes if one.axis == axis and one.against == Against.FIRST), None)


def tables(rows: list[ObservationRow], change: Change | None) -> None:
    """The judgement's evidence, and every number of every photo."""
    if change is not None and change.axes:
        with st.expander(strings.JUDGEMENT, icon=":material/balance:"):
            st.dataframe([_axis_row(one) for one in change.axes], hide_index=True)
            st.caption(change.method)
    with st.expander(strings.NUMBERS, icon=":material/table_rows:"):
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
