"""A small line chart with error bars, as SVG.

Drawn here rather than by a plotting library: the report needs one kind of picture, a few hundred
bytes of it per lesion, as text that both the HTML page and Typst take, with a colour that follows
the page's light or dark theme. matplotlib would add 40 MB for that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from tracker.report.document import Chart

WIDTH, HEIGHT = 330, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 28
#: Room that a whole date takes at either end of the time axis.
_DATE_WIDTH = 88
#: Bars span the interval that holds the true value 95 times in 100, for normal errors.
BAR_SIGMAS = 1.96


@dataclass(frozen=True, slots=True)
class _Frame:
    start: date
    days: int
    low: float
    high: float

    def x(self, day: date) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (day - self.start).days / self.days

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
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
    ends = [
        point.value + side * BAR_SIGMAS * (point.sigma or 0.0)
        for point in points
        for side in (-1, 1)
    ]
    ends += chart.axis_includes
    if chart.reference is not None:
        ends.append(chart.reference)
    ticks = _nice_ticks(min(ends), max(ends))
    days = (points[-1].taken_on - points[0].taken_on).days
    frame = _Frame(points[0].taken_on, days, ticks[0], ticks[-1])
    parts = [*_value_axis(frame, ticks), *_time_axis(frame, points[-1].taken_on)]
    if chart.reference is not None:
        y = frame.y(chart.reference)
        parts.append(_line(_LEFT, y, WIDTH - _RIGHT, y, 'stroke-dasharray="5 4"'))
    path = " ".join(f"{frame.x(p.taken_on):.1f},{frame.y(p.value):.1f}" for p in points)
    parts.append(
        f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="1.4"/>'
    )
    for point in points:
        parts += _mark(frame, point.taken_on, point.value, point.sigma)
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="Libertinus Serif, Georgia, serif" font-size="13" fill="currentColor">'
        f"{body}</svg>"
    )


def chart_caption(chart: Chart) -> str:
    """Title, unit and what the bars mean."""
    unit = f" ({chart.unit})" if chart.unit else ""
    bars = ", with 95 % intervals" if any(point.sigma for point in chart.points) else ""
    return f"{chart.title}{unit}{bars}"


def chart_words(chart: Chart) -> str:
    """The chart's values as a sentence, for those who cannot see it."""
    values = "; ".join(
        f"{point.taken_on.isoformat()}: {_number(point.value)}"
        + (f" ± {_number(BAR_SIGMAS * point.sigma)}" if point.sigma else "")
        for point in sorted(chart.points, key=lambda point: point.taken_on)
    )
    unit = f", {chart.unit}" if chart.unit else ""
    return f"{chart.title}{unit}: {values}"


def _mark(frame: _Frame, day: date, value: float, sigma: float | None) -> list[str]:
    x = frame.x(day)
    marks = [f'<circle cx="{x:.1f}" cy="{frame.y(value):.1f}" r="3.2"/>']
    if sigma:
        low = frame.y(value - BAR_SIGMAS * sigma)
        high = frame.y(value + BAR_SIGMAS * sigma)
        marks += [
            _line(x, low, x, high),
            _line(x - 4, low, x + 4, low),
            _line(x - 4, high, x + 4, high),
        ]
    return marks


def _value_axis(frame: _Frame, ticks: list[float]) -> list[str]:
    parts = []
    for tick in ticks:
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
    """Three to seven round values that enclose the range."""
    span = max(high - low, 0.04 * max(abs(high), abs(low)), 1e-6)
    rough = span / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    return [index * step for index in range(first, last + 1)]


def _number(value: float) -> str:
    return f"{value:.4g}"
