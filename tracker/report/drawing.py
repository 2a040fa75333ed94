"""Drawings of the report as SVG, the same for HTML and PDF: photos, body map, evidence strips."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from tracker.domain.body import BodyPlace, BodyView
from tracker.domain.body_map import drawing
from tracker.report.document import Outline, ReportPicture, ScaleBar
from tracker.report.quantities import quantity

FONTS = "Libertinus Serif, Georgia, serif"
#: Width of a picture in its own drawing units; lines and letters are measured in these.
_SIDE = 400.0
#: An outline is seen on any skin, and in grey: a light line with a dark rim.
_RIM, _LIGHT = "#141414", "#ffffff"
MARKER = "#8a2c0d"
#: Strips reach this many detectable changes either way.
_REACH = 2.0
_STRIP_WIDTH, _STRIP_HEIGHT, _STRIP_EDGE = 132.0, 20.0, 8.0
#: Bars span the interval that holds the true value 95 times in 100, for normal errors.
BAR_SIGMAS = 1.96


def photo_svg(picture: ReportPicture) -> str:
    """The photo with outline and scale bar drawn over it as lines, sharp at any size."""
    height = _SIDE * picture.height / picture.width
    data = base64.b64encode(picture.data).decode("ascii")
    parts = [
        f'<image width="{_SIDE:g}" height="{height:g}" '
        f'href="data:{picture.media_type};base64,{data}"/>',
        *_outline(picture.outlines, height),
    ]
    if picture.bar is not None:
        parts += _bar(picture.bar, height)
    return _svg(_SIDE, height, parts)


def _outline(outlines: Iterable[Outline], height: float) -> list[str]:
    path = "".join(_polygon(outline, height) for outline in outlines)
    if not path:
        return []
    common = f'd="{path}" fill="none" stroke-linejoin="round"'
    return [
        f'<path {common} stroke="{_RIM}" stroke-width="2.6" stroke-opacity="0.75"/>',
        f'<path {common} stroke="{_LIGHT}" stroke-width="1.1"/>',
    ]


def _polygon(outline: Outline, height: float) -> str:
    points = " ".join(f"{_SIDE * x:.1f},{height * y:.1f}" for x, y in outline)
    return f"M{points}Z" if points else ""


def _bar(bar: ScaleBar, height: float) -> list[str]:
    """A light bar on a dark plate in the lower left corner, its length written above it."""
    length, left, base = _SIDE * bar.share, 18.0, height - 16.0
    plate = max(length, 54.0) + 16
    ends = "".join(f"M{x:.1f},{base - 5:.1f}v10" for x in (left, left + length))
    return [
        f'<rect x="{left - 8:.1f}" y="{base - 29:.1f}" width="{plate:.1f}" height="38" rx="4" '
        f'fill="{_RIM}" fill-opacity="0.62"/>',
        f'<path d="M{left:.1f},{base:.1f}h{length:.1f}{ends}" stroke="{_LIGHT}" '
        'stroke-width="2.4" fill="none"/>',
        f'<text x="{left:.1f}" y="{base - 9:.1f}" font-family="{FONTS}" font-size="18" '
        f'fill="{_LIGHT}">{quantity(bar.mm, "mm", decimals=0 if bar.mm >= 1 else 1)}</text>',
    ]


def body_svg(view: BodyView, marks: Sequence[tuple[BodyPlace, str]]) -> str:
    """A drawing of the body map with its marks; a mark's text stands beside it, may be empty."""
    made = drawing(view)
    small = made.height <= 130
    thin = 0.9 if small else 1.1
    parts = [
        f'<path d="{made.outline}" fill="currentColor" fill-opacity="0.05" '
        f'stroke="currentColor" stroke-width="{thin}" stroke-linejoin="round"/>',
        f'<path d="{made.details}" fill="none" stroke="currentColor" stroke-opacity="0.45" '
        f'stroke-width="{thin}" stroke-linecap="round"/>',
    ]
    letter = f'font-family="{FONTS}" font-size="9" fill="currentColor" fill-opacity="0.7"'
    sides = zip(made.edges, (("start", 1.0), ("end", made.width - 1.0)), strict=True)
    parts += [
        f'<text x="{x:g}" y="9" text-anchor="{anchor}" {letter}>{edge}</text>'
        for edge, (anchor, x) in sides
        if edge
    ]
    for place, text in marks:
        x, y = place.x * made.width, place.y * made.height
        parts.append(
            f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{MARKER}" '
            f'stroke="{_LIGHT}" stroke-width="1.1"/>'
        )
        if text:
            parts.append(
                f'<text x="{x + 4.6:.1f}" y="{y + 3:.1f}" font-family="{FONTS}" font-size="9" '
                f'fill="currentColor">{text}</text>'
            )
    return _svg(made.width, made.height, parts)


def strip_svg(change: float, sigma: float, detectable: float, *, signed: bool) -> str:
    """A change with its error bar over the band of what cannot be detected, all in one unit.

    Zero is in the middle; the band ends at one detectable change, the strip at two, and what lies
    beyond is an arrow there.
    """
    least = -_REACH if signed else 0.0

    def x(value: float) -> float:
        share = (min(max(value, least), _REACH) + _REACH) / (2 * _REACH)
        return _STRIP_EDGE + (_STRIP_WIDTH - 2 * _STRIP_EDGE) * share

    middle = _STRIP_HEIGHT / 2
    value, half = change / detectable, BAR_SIGMAS * sigma / detectable
    band_from = x(-1.0) if signed else x(0.0)
    kind, fill = ("full", "currentColor") if abs(value) >= 1 else ("hollow", _LIGHT)
    ink = 'stroke="currentColor" stroke-width="1.3"'
    parts = [
        f'<rect x="{band_from:.1f}" y="2" width="{x(1.0) - band_from:.1f}" '
        f'height="{_STRIP_HEIGHT - 4:g}" fill="currentColor" fill-opacity="0.14"/>',
        f'<line x1="{x(0):.1f}" y1="2" x2="{x(0):.1f}" y2="{_STRIP_HEIGHT - 2:g}" '
        'stroke="currentColor" stroke-opacity="0.5" stroke-width="1"/>',
        f'<line x1="{x(value - half):.1f}" y1="{middle:g}" x2="{x(value + half):.1f}" '
        f'y2="{middle:g}" {ink}/>',
    ]
    if least <= value <= _REACH:
        parts.append(
            f'<circle class="{kind}" cx="{x(value):.1f}" cy="{middle:g}" r="3.6" '
            f'fill="{fill}" {ink}/>'
        )
    else:
        tip, way = x(value), 1 if value > 0 else -1
        parts.append(
            f'<path d="M{tip + 6 * way:.1f},{middle:g}l{-9 * way},-5v10Z" fill="currentColor"/>'
        )
    return _svg(_STRIP_WIDTH, _STRIP_HEIGHT, parts)


def _svg(width: float, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'fill="none">{"".join(parts)}</svg>'
    )
