"""The drawings of the body map, one for each `BodyView`: outlines as SVG paths, for app and report.

Drawn for Moletrail, of nobody in particular. A drawing is a few dozen points; a closed or open
curve runs through them (Catmull and Rom 1974, as cubic Bezier pieces). Symmetric drawings are half
points, mirrored; those of the other hand or foot are mirror images. Left and right are the
person's own: seen from the front, the person's left is on the viewer's right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tracker.domain.body import BodyView

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class BodyDrawing:
    """One drawing, in units of its own.

    width, height: of the drawing; a `BodyPlace` is in shares of them. outline: SVG path of the
    closed outline. details: SVG path of the thin lines within. edges: which side of the person,
    "L" or "R", lies at the viewer's left and right edge; empty where only one side is drawn.
    """

    width: float
    height: float
    outline: str
    details: str
    edges: tuple[str, str] = ("", "")


VIEW_NAMES: Final[Mapping[BodyView, str]] = {
    BodyView.FRONT: "front of the body",
    BodyView.BACK: "back of the body",
    BodyView.HEAD_FRONT: "face",
    BodyView.HEAD_BACK: "back of the head",
    BodyView.HEAD_LEFT: "left side of the head",
    BodyView.HEAD_RIGHT: "right side of the head",
    BodyView.SCALP: "top of the head",
    BodyView.LEFT_PALM: "left palm",
    BodyView.RIGHT_PALM: "right palm",
    BodyView.LEFT_HAND: "back of the left hand",
    BodyView.RIGHT_HAND: "back of the right hand",
    BodyView.LEFT_FOOT: "top of the left foot",
    BodyView.RIGHT_FOOT: "top of the right foot",
    BodyView.LEFT_SOLE: "left sole",
    BodyView.RIGHT_SOLE: "right sole",
}

#: Half outlines: x to the viewer's right of the middle line, from the top to the bottom.
_BODY: Final = (
    "0,3 5.6,4.4 9,9.6 9.3,16 8.4,22 6.6,27 6.1,31 6.6,35 10.6,38.2 17,40.4 22.6,43.6 25.4,50 "
    "26.4,59 28,69 30,79 32.6,90 34.8,100 36.6,106.5 38.6,113 39.2,120 38,125.5 36.2,127.6 "
    "34.6,125 33.4,119.5 31.4,117 31.6,112 32,107.5 29.6,100 26.4,90 23.6,80 21.6,71 19.6,61.5 "
    "18.5,57 18.2,63 16.8,73 15.4,82 15.8,90 17.8,98 19.3,108 19,119 17.6,132 15.6,144 15,151 "
    "15.6,160 15,170 12.8,181 11.4,189 12.2,194 14.6,197.6 13.4,200 8.4,200.4 5.4,199 5.2,193 "
    "5.8,187 4.8,176 3.6,165 3.9,155 4.2,147 3,133 1.9,120 0.7,109.5"
)
_BODY_FRONT_LINES: Final = ("4,40.6 9,42.2 15,42 20,44.4", "-0.9,88 0,89.4 0.9,88")
_BODY_BACK_LINES: Final = (
    "0,44 -0.3,60 0.3,76 0,90",
    "6,50 9.6,54 10.6,60 8.6,65.6",
    "0,97 -0.2,104 0,111",
    "2,114.4 7,115.6 12,113.6",
)
_HEAD: Final = (
    "0,5 14,7.4 25.6,16 31.6,30 32.6,44 34,49 37,46.6 38.8,51 37.4,60.5 34.4,66 31.8,67.5 "
    "29.4,79 24,91 19.6,98 18.8,106 20.6,113 24.6,118.6"
)
_FACE_LINES: Final = (
    "-20.5,96.4 -13,103.6 0,107 13,103.6 20.5,96.4",
    "9,50.5 14,48.4 19.4,51",
    "-3.6,68.6 0,70.6 3.6,68.6",
    "-8.6,82.6 -3,83.6 3,83.6 8.6,82.6",
)
_HEAD_BACK_LINES: Final = ("-19,98 -8,102.6 8,102.6 19,98", "7,90 9,97 8.4,104")
_SCALP: Final = "0,2.6 3.4,5.6 6,9.4 19,13.6 30,28 35,48 38.6,52 39,60 35,64.6 31.6,84 19,101 0,107"
_SCALP_LINES: Final = ("0,18 1.6,34 -0.6,52 -3.4,64 0.6,70 4,65",)
#: Whole outlines, for the person's left side; the right side is their mirror image.
_PROFILE: Final = (
    "56,5 40,7 27.6,15 21.4,27 20.4,37 22,44 18.6,52 12.4,61.6 13.6,65.6 19,67 17.6,71.4 16.4,74.4 "
    "18.8,77 17.4,80.4 20,84.4 19,91 22.6,97.4 31,99 41,96.6 45.6,102 45.4,110 41,118.6 "
    "85,118.6 81,108 82.6,95 88.6,80 92.6,62 92,42 84.6,22 71.6,9"
)
_PROFILE_LINES: Final = (
    "57,66 53.6,60 54.6,52.4 60,49.6 65,53.4 64.4,61 60.4,67.6 57,66",
    "24,51.4 28,49 32,51.6",
    "41,96.6 50,88 54,76",
)
#: Back of the right hand: fingers up, thumb to the viewer's left.
_HAND: Final = (
    "36,118.6 36,106 31.6,95.6 22.4,84.6 13,73 7,63 7.6,57.6 13,57.4 21,64.6 29.6,71 31.4,62 "
    "29.4,46 26.6,29 27.6,21.4 32,19.4 36,23 38.8,37 41,51 43.2,51 43.6,34 44,15.6 48.4,10.4 "
    "52.8,15 53.4,33 54.2,51 56.4,51.4 59.4,36 62,21.6 66.2,17.4 69.8,21.6 69,37 66.6,55 68.8,57 "
    "73.4,46.4 77.6,37.4 81.8,35 84.8,38.6 82.4,51 77.4,66 74.6,80 70.6,95 66.4,106 66.4,118.6"
)
_HAND_LINES: Final = (
    "29.4,24.6 32,22.8 34.2,25",
    "46,16 48.4,13.8 50.8,16",
    "64,22.4 66.2,20.6 68,23",
    "79.4,39.6 81.6,38 83,40.4",
    "9.4,61.4 10.6,59.8 13,60.8",
)
_PALM_LINES: Final = (
    "33,70 44,74 52,86 52,100",
    "32,69 46,66 60,72 70,82",
    "42,60.6 54,63.6 66,64 73,61",
)
#: Top of the right foot: toes up, great toe to the viewer's left.
_FOOT: Final = (
    "25,118.6 21.4,106 19.6,92 17.4,76 13.4,60 10.6,46 11,33 13,22 15,13 19.8,9 24.8,12 26.2,21 "
    "26.2,28.4 28,28.4 28.6,20.4 30.4,14.8 33.6,14 36,17.8 36.2,27.4 37.8,30 39,23.6 41.2,19.8 "
    "44,20 45.4,24 45,32 46.8,35 48.8,29.4 51.2,26.6 53.6,28 53.8,32.6 52.2,39 54,41.6 56.6,37 "
    "59.2,36 61,39 60.2,45 58.6,54 56.4,66 52.4,80 49.4,94 47.8,106 45,118.6"
)
_FOOT_LINES: Final = (
    "16.6,15 19.8,12 23,14.6",
    "31.4,17.8 33.4,16.4 34.8,18.6",
    "41.6,22.4 43.2,21.4 44.4,23.4",
    "50.6,29.2 51.8,28.6 52.8,30.4",
    "58,38.6 59.2,38 60,39.8",
)
_SOLE: Final = (
    "27,116 21.6,110 19.6,101 21.4,90 22.6,78 19,64 12.6,54 10.4,43 11,33 13,22 15,13 19.8,9 "
    "24.8,12 26.2,21 26.2,28.4 28,28.4 28.6,20.4 30.4,14.8 33.6,14 36,17.8 36.2,27.4 37.8,30 "
    "39,23.6 41.2,19.8 44,20 45.4,24 45,32 46.8,35 48.8,29.4 51.2,26.6 53.6,28 53.8,32.6 52.2,39 "
    "54,41.6 56.6,37 59.2,36 61,39 60.2,45 58.6,54 56.4,66 53.6,80 51.4,94 49.4,106 44,114 36,118"
)
_SOLE_LINES: Final = ("13.6,35 26,34.4 40,40 57,48", "24,66 33,72 36,84 33,98")


_Halved = tuple[str, Sequence[str], tuple[float, float], tuple[str, str]]
_Whole = tuple[str, Sequence[str], tuple[float, float], bool]
_IN_FRONT, _BEHIND = ("R", "L"), ("L", "R")
_HALVED: Final[Mapping[BodyView, _Halved]] = {
    BodyView.FRONT: (_BODY, _BODY_FRONT_LINES, (84, 204), _IN_FRONT),
    BodyView.BACK: (_BODY, _BODY_BACK_LINES, (84, 204), _BEHIND),
    BodyView.HEAD_FRONT: (_HEAD, _FACE_LINES, (84, 122), _IN_FRONT),
    BodyView.HEAD_BACK: (_HEAD, _HEAD_BACK_LINES, (84, 122), _BEHIND),
    BodyView.SCALP: (_SCALP, _SCALP_LINES, (84, 112), _BEHIND),
}
_WHOLE: Final[Mapping[BodyView, _Whole]] = {
    BodyView.HEAD_LEFT: (_PROFILE, _PROFILE_LINES, (100, 122), False),
    BodyView.HEAD_RIGHT: (_PROFILE, _PROFILE_LINES, (100, 122), True),
    BodyView.RIGHT_HAND: (_HAND, _HAND_LINES, (92, 122), False),
    BodyView.LEFT_HAND: (_HAND, _HAND_LINES, (92, 122), True),
    BodyView.LEFT_PALM: (_HAND, _PALM_LINES, (92, 122), False),
    BodyView.RIGHT_PALM: (_HAND, _PALM_LINES, (92, 122), True),
    BodyView.RIGHT_FOOT: (_FOOT, _FOOT_LINES, (70, 122), False),
    BodyView.LEFT_FOOT: (_FOOT, _FOOT_LINES, (70, 122), True),
    BodyView.LEFT_SOLE: (_SOLE, _SOLE_LINES, (70, 122), False),
    BodyView.RIGHT_SOLE: (_SOLE, _SOLE_LINES, (70, 122), True),
}


@cache
def drawing(view: BodyView) -> BodyDrawing:
    """The drawing of a view; its outline is 600 to 3,500 characters of SVG path."""
    return _halved(*_HALVED[view]) if view in _HALVED else _whole(*_WHOLE[view])


def _halved(
    half: str, lines: Sequence[str], size: tuple[float, float], edges: tuple[str, str]
) -> BodyDrawing:
    """Mirrored about the middle line; lines that cross it or lie on it stand as they are."""
    middle = size[0] / 2
    right = _points(half)
    left = [(-x, y) for x, y in reversed(right) if x > 0]
    within = [_points(line) for line in lines]
    within += [[(-x, y) for x, y in line] for line in within if min(x for x, _ in line) > 0]
    outline = [(x + middle, y) for x, y in (*right, *left)]
    details = [[(x + middle, y) for x, y in line] for line in within]
    return BodyDrawing(*size, _curve(outline, closed=True), _curves(details), edges)


def _whole(
    outline: str, lines: Sequence[str], size: tuple[float, float], mirrored: bool
) -> BodyDrawing:
    def placed(text: str) -> Points:
        return [(size[0] - x if mirrored else x, y) for x, y in _points(text)]

    curve = _curve(placed(outline), closed=True)
    return BodyDrawing(*size, curve, _curves([placed(line) for line in lines]))


def _points(text: str) -> Points:
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]


def _curves(lines: Sequence[Points]) -> str:
    return " ".join(_curve(line, closed=False) for line in lines)


def _curve(points: Points, *, closed: bool) -> str:
    """A smooth SVG path through all points, in order."""
    count = len(points)
    pieces = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for place in range(count if closed else count - 1):
        one, two = points[place], points[(place + 1) % count]
        before = points[place - 1] if closed or place else one
        after = points[(place + 2) % count] if closed or place + 2 < count else two
        ends = (
            (one[0] + (two[0] - before[0]) / 6, one[1] + (two[1] - before[1]) / 6),
            (two[0] - (after[0] - one[0]) / 6, two[1] - (after[1] - one[1]) / 6),
            two,
        )
        pieces.append("C" + " ".join(f"{_short(x)} {_short(y)}" for x, y in ends))
    return "".join(pieces) + ("Z" if closed else "")


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
