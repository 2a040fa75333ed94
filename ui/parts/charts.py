"""One measurement over time: error bars, the band of the tool's own noise, flags at their dates.

The charts are Vega-Lite specifications as plain values: the drawing library comes with Streamlit,
and checking a specification against its schema would take longer than all else on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from ui import dates
from ui import strings_lesion as strings

_Spec = dict[str, object]


@dataclass(frozen=True, slots=True)
class Point:
    """One day. value: None where it could not be compared: the line has a gap there.

    low, high: two standard errors away, None where not known.
    """

    day: date
    value: float | None
    low: float | None
    high: float | None
    flagged: bool
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """A measurement over time. band: values that would not be flagged, None where not known."""

    title: str
    unit: str
    points: tuple[Point, ...]
    band: tuple[float, float] | None
    number_format: str = ".2f"

    @property
    def known(self) -> tuple[Point, ...]:
        """The days that could be compared."""
        return tuple(point for point in self.points if point.value is not None)


@dataclass(frozen=True, slots=True)
class _Ink:
    """Colours with at least 3:1 against the card in each scheme (WCAG 2.2, 1.4.11)."""

    line: str
    band: str
    flag: str
    text: str
    grid: str


_LIGHT = _Ink("#0B6570", "#8FA3AB", "#9A3412", "#55636A", "#E6E2D9")
_DARK = _Ink("#6CC3CC", "#7C8F97", "#FDBA74", "#A9B5BA", "#2B373C")
_HEIGHT_PX = 210


def draw(series: Series, *, key: str) -> None:
    """Draw one measurement with its title, unit and text for screen readers."""
    st.markdown(f"**{series.title}**")
    st.caption(series.unit)
    if len(series.known) < 2:
        st.caption(strings.CHART_NONE)
        return
    dark = st.context.theme.type == "dark"
    st.vega_lite_chart(
        spec=specification(series, dark=dark), width="stretch", theme=None, key=f"chart-{key}"
    )


def specification(series: Series, *, dark: bool) -> _Spec:
    """The chart as a Vega-Lite specification."""
    ink = _DARK if dark else _LIGHT
    rows = _rows(series.points)
    layers: list[_Spec] = []
    if series.band is not None:
        layers.append(_band(series, ink))
    layers += [_line(rows, ink), _bars(rows, ink), _dots(rows, series, ink)]
    if any(row["flagged"] for row in rows):
        layers.append(_flags(rows, ink))
    axis: _Spec = {
        "labelColor": ink.text,
        "titleColor": ink.text,
        "gridColor": ink.grid,
        "domainColor": ink.grid,
        "tickColor": ink.grid,
        "labelFontSize": 12,
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": described(series),
        "height": _HEIGHT_PX,
        "background": None,
        "padding": {"left": 2, "right": 6, "top": 6, "bottom": 2},
        "layer": layers,
        "encoding": {"x": _time(series.points)},
        "config": {"axis": axis, "view": {"stroke": None}, "font": "Source Sans, sans-serif"},
    }


def described(series: Series) -> str:
    """What a chart shows, in a sentence."""
    known = series.known
    first, last = known[0], known[-1]
    flags = sum(point.flagged for point in series.points)
    form = f"{{:{series.number_format}}}"
    return (
        f"{series.title}, {series.unit}: {form.format(first.value)} on {dates.day(first.day)}, "
        f"{form.format(last.value)} on {dates.day(last.day)}; {len(known)} days, {flags} flagged."
    )


def _rows(points: Sequence[Point]) -> list[_Spec]:
    """The points as values; `run` numbers the stretches between gaps."""
    rows: list[_Spec] = []
    run = 0
    for point in points:
        if point.value is None:
            run += 1
            continue
        rows.append(
            {
                "day": point.day.isoformat(),
                "value": point.value,
                "low": point.low,
                "high": point.high,
                "run": run,
                "flagged": point.flagged,
                "label": point.label,
            }
        )
    return rows


def _time(points: Sequence[Point]) -> _Spec:
    days = (points[-1].day - points[0].day).days
    form = "%b %Y" if days > 120 else "%-d %b"
    axis: _Spec = {"format": form, "labelOverlap": True, "grid": False, "tickCount": 5}
    axis |= {"labelBound": False, "labelFlush": True}
    scale: _Spec = {"padding": 14}
    return {"field": "day", "type": "temporal", "title": None, "axis": axis, "scale": scale}


def _height(field: str) -> _Spec:
    scale: _Spec = {"zero": False, "nice": True, "padding": 8}
    axis: _Spec = {"tickCount": 5, "domain": False, "ticks": False}
    return {"field": field, "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _band(series: Series, ink: _Ink) -> _Spec:
    assert series.band is not None
    low, high = series.band
    return {
        "data": {"values": [{"low": low, "high": high}]},
        "mark": {"type": "rect", "color": ink.band, "opacity": 0.24},
        "encoding": {"x": None, "y": _height("low"), "y2": {"field": "high"}},
    }


def _line(rows: list[_Spec], ink: _Ink) -> _Spec:
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "color": ink.line, "strokeWidth": 1.6, "opacity": 0.7},
        "encoding": {"y": _height("value"), "detail": {"field": "run", "type": "nominal"}},
    }


def _bars(rows: list[_Spec], ink: _Ink) -> _Spec:
    return {
        "data": {"values": [row for row in rows if row["low"] is not None]},
        "mark": {"type": "rule", "color": ink.line, "strokeWidth": 2},
        "encoding": {"y": _height("low"), "y2": {"field": "high"}},
    }


def _dots(rows: list[_Spec], series: Series, ink: _Ink) -> _Spec:
    form = series.number_format
    hints = [
        {"field": "label", "type": "nominal", "title": strings.TIP_DATE},
        {"field": "value", "type": "quantitative", "title": series.title, "format": form},
        {"field": "low", "type": "quantitative", "title": strings.TIP_LOW, "format": form},
        {"field": "high", "type": "quantitative", "title": strings.TIP_HIGH, "format": form},
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "point", "filled": True, "size": 70, "color": ink.line, "opacity": 1},
        "encoding": {"y": _height("value"), "tooltip": hints},
    }


def _flags(rows: list[_Spec], ink: _Ink) -> _Spec:
    """A triangle at the top of the chart, above each flagged day."""
    return {
        "data": {"values": [row for row in rows if row["flagged"]]},
        "mark": {
            "type": "point",
            "shape": "triangle-up",
            "filled": True,
            "size": 130,
            "color": ink.flag,
            "opacity": 1,
        },
        "encoding": {
            "y": {"value": 4},
            "tooltip": [{"field": "label", "type": "nominal", "title": strings.FLAGGED_HINT}],
        },
    }
