"""Measurements over time, each with its error bar and the smallest change that would be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import altair as alt
import streamlit as st


@dataclass(frozen=True, slots=True)
class Point:
    """One photo: `value` ± `sigma` (one standard error, None where not known), both in the unit."""

    taken_at: datetime
    value: float
    sigma: float | None
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """Values that would not be flagged, from `low` to `high`."""

    low: float
    high: float


#: Line colours with at least 3:1 against the page in each scheme (WCAG 2.2, 1.4.11).
_INK = {"light": "#0B7C89", "dark": "#6CC3CC"}
_HEIGHT = 230


def series_chart(
    points: Sequence[Point],
    *,
    title: str,
    unit: str,
    band: Band | None,
    least: float | None = None,
) -> None:
    """Draw one measurement over time; `least` is the smallest value it can take."""
    ink = _INK["dark" if st.context.theme.type == "dark" else "light"]
    rows = [
        {
            "date": point.taken_at.isoformat(),
            "value": point.value,
            "photo": point.label,
            **_bar(point, least),
        }
        for point in points
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("date:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True))
    )
    value = alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False, nice=True))
    hint = [
        alt.Tooltip("photo:N", title="Photo"),
        alt.Tooltip("value:Q", title=unit, format=".3~g"),
        alt.Tooltip("low:Q", title="low (2 SE)", format=".3~g"),
        alt.Tooltip("high:Q", title="high (2 SE)", format=".3~g"),
    ]
    layers: list[alt.Chart] = []
    if band is not None:
        layers.append(_band(band))
    layers += [
        base.mark_line(color=ink, strokeWidth=1.5, opacity=0.55).encode(y=value),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=ink, strokeWidth=2)
        .encode(y=alt.Y("low:Q", title=unit), y2="high:Q"),
        base.mark_point(color=ink, filled=True, size=85, opacity=1).encode(y=value, tooltip=hint),
    ]
    st.markdown(f"**{title}**")
    st.altair_chart(alt.layer(*layers).properties(height=_HEIGHT), width="stretch")


def _bar(point: Point, least: float | None) -> dict[str, float | None]:
    """Ends of the error bar, two standard errors away."""
    if point.sigma is None:
        return {"low": None, "high": None}
    low = point.value - 2 * point.sigma
    return {
        "low": low if least is None else max(low, least),
        "high": point.value + 2 * point.sigma,
    }


def _band(band: Band) -> alt.Chart:
    """A shaded stripe across the whole width."""
    stripe = alt.Chart(alt.InlineData(values=[{"low": band.low, "high": band.high}]))
    height = alt.Y("low:Q", scale=alt.Scale(zero=False, nice=True))
    drawn: alt.Chart = stripe.mark_rect(color="#8A94A0", opacity=0.18).encode(y=height, y2="high:Q")
    return drawn
