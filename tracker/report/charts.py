"""A small line chart with error bars, as SVG.

Drawn here rather than by a plotting library: the report needs one kind of picture, a few hundred
bytes of it per lesion, as text that both the HTML page and Typst take, with a colour that follows
the page's light or dark theme. matplotlib would add 40 MB for that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from tracker.report.document import Chart, ChartPoint
from tracker.report.drawing import BAR_SIGMAS, FONTS, MARKER

WIDTH, HEIGHT = 420, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 12, 18, 26
#: Room that a whole date takes at either end of the time axis.
_DATE_WIDTH = 88
#: Height of a flag's mast above its point.
_MAST = 15


@dataclass(frozen=True, slots=True)
class _Frame:
    start: date
    days: int
    ticks: tuple[float, ...]

    def x(self, day: date) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (day - self.start).days / self.days

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        share = (min(max(value, low), high) - low) / (high - low)
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share


def has_course(chart: Chart) -> bool:
    """Whether there are two dates to draw a line between."""
    return len({point.taken_on for point in chart.points}) > 1


def chart_svg(chart: Chart) -> str:
    """`chart` as an SVG document; its ink is `currentColor`.

    Raises:
        ValueError: fewer than two dates (see `has_course`).
    """
    if not has_course(chart):
        raise ValueError("a chart needs at least two dates")
    points = sorted(chart.points, key=lambda point: point.taken_on)
    frame = _frame(chart, points)
    parts = [*_band(frame, chart), *_value_axis(frame), *_time_axis(frame, points[-1].taken_on)]
    if chart.reference is not None:
        y = frame.y(chart.reference)
        parts.append(_line(_LEFT, y, WIDTH - _RIGHT, y, 'stroke-dasharray="5 4"'))
    path = " ".join(f"{frame.x(p.taken_on):.1f},{frame.y(p.value):.1f}" for p in points)
    parts.append(
        f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="1.4"/>'
    )
    for point in points:
        parts += _mark(frame, chart, point)
    parts += _symptoms(frame, chart, points[-1].taken_on)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="{FONTS}" font-size="14" fill="currentColor">{"".join(parts)}</svg>'
    )


def _frame(chart: Chart, points: list[ChartPoint]) -> _Frame:
    ends = [end for point in points for end in _interval(chart, point)]
    ends += (*chart.axis_includes, *(chart.band or ()))
    if chart.reference is not None:
        ends.append(chart.reference)
    ticks = _nice_ticks(min(ends), max(ends))
    days = (points[-1].taken_on - points[0].taken_on).days
    return _Frame(points[0].taken_on, days, tuple(ticks))


def _interval(chart: Chart, point: ChartPoint) -> tuple[float, float]:
    half = BAR_SIGMAS * (point.sigma or 0.0)
    low = point.value - half
    return (low if chart.floor is None else max(low, chart.floor)), point.value + half


def chart_caption(chart: Chart) -> str:
    """Title and unit."""
    return f"{chart.title} ({chart.unit})" if chart.unit else chart.title


def chart_words(chart: Chart) -> str:
    """The chart's values as a sentence, for those who cannot see it."""
    values = "; ".join(
        f"{point.taken_on.isoformat()}: {_number(point.value)}"
        + (f" ± {_number(BAR_SIGMAS * point.sigma)}" if point.sigma else "")
        + (", flagged" if point.flagged else "")
        for point in sorted(chart.points, key=lambda point: point.taken_on)
    )
    unit = f", {chart.unit}" if chart.unit else ""
    text = f"{chart.title}{unit}: {values}"
    if chart.band is not None:
        low, high = chart.band
        text += f". Not detectable for the latest photo: {_number(low)} to {_number(high)}"
    if chart.symptoms:
        days = ", ".join(day.isoformat() for day in chart.symptoms)
        text += f". Symptoms reported: {days}"
    return text


def _band(frame: _Frame, chart: Chart) -> list[str]:
    if chart.band is None:
        return []
    top, bottom = frame.y(chart.band[1]), frame.y(chart.band[0])
    return [
        f'<rect x="{_LEFT}" y="{top:.1f}" width="{WIDTH - _LEFT - _RIGHT}" '
        f'height="{bottom - top:.1f}" fill="currentColor" fill-opacity="0.11"/>'
    ]


def _mark(frame: _Frame, chart: Chart, point: ChartPoint) -> list[str]:
    x, y = frame.x(point.taken_on), frame.y(point.value)
    marks = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>']
    top = y
    if point.sigma:
        low, top = (frame.y(end) for end in _interval(chart, point))
        marks += [
            _line(x, low, x, top),
            _line(x - 4, low, x + 4, low),
            _line(x - 4, top, x + 4, top),
        ]
    if point.flagged:
        marks.append(_flag(x, top))
    return marks


def _flag(x: float, y: float) -> str:
    """A pennant above (x, y), flown to the left at the chart's right edge."""
    way = -1 if x > WIDTH - _RIGHT - 14 else 1
    path = f"M{x:.1f},{y - 2:.1f}v-{_MAST}l{11 * way},4.5l{-11 * way},4.5"
    return (
        f'<path class="flag" d="{path}" fill="{MARKER}" stroke="{MARKER}" stroke-width="1.2" '
        'stroke-linejoin="round"/>'
    )


def _symptoms(frame: _Frame, chart: Chart, last: date) -> list[str]:
    """Triangles on the time axis; days outside the photos' time stand at its ends."""
    base = HEIGHT - _BOTTOM
    marks = []
    for day in chart.symptoms:
        x = frame.x(min(max(day, frame.start), last))
        marks.append(f'<path class="symptom" d="M{x:.1f},{base - 1}l-5,-9h10Z" fill="{MARKER}"/>')
    return marks


def _value_axis(frame: _Frame) -> list[str]:
    parts = []
    for tick in frame.ticks:
        y = frame.y(tick)
        parts.append(_line(_LEFT, y, WIDTH - _RIGHT, y, 'opacity="0.18"'))
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_number(tick)}</text>'
        )
    return parts


def _time_axis(frame: _Frame, last: date) -> list[str]:
    """The first and the last date in full, and the turns of the years between them."""
    base = HEIGHT - _BOTTOM
    labels = [(frame.start, frame.start.isoformat(), "start")]
    for year in range(frame.start.year + 1, last.year + 1):
        day = date(year, 1, 1)
        if _LEFT + _DATE_WIDTH < frame.x(day) < WIDTH - _RIGHT - _DATE_WIDTH:
            labels.append((day, str(year), "middle"))
    labels.append((last, last.isoformat(), "end"))
    parts = []
    for day, text, anchor in labels:
        x = frame.x(day)
        parts.append(_line(x, base, x, base + 5))
        parts.append(f'<text x="{x:.1f}" y="{base + 19}" text-anchor="{anchor}">{text}</text>')
    return parts


def _line(x1: float, y1: float, x2: float, y2: float, more: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="currentColor" stroke-width="1" {more}/>'
    )


def _nice_ticks(low: float, high: float) -> list[float]:
    """Three to six round values that enclose the range."""
    span = max(high - low, 0.04 * max(abs(high), abs(low)), 1e-6)
    rough = span / 3
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    return [index * step for index in range(first, last + 1)]


def _number(value: float) -> str:
    return f"{value:.4g}"
