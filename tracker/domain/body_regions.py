"""Which part of the body a point of the body map lies on, in the words that name body sites.

The limits are read off our own drawings (`body_map`), in their units. They name the part as a
person would; a clinician may name the site otherwise, and what is typed always wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tracker.domain.body import BodyPlace, BodyView
from tracker.domain.body_map import drawing

#: Inner edge of the hanging arm: (y, distance from the middle line).
_ARM_EDGE: Final = (
    (50.0, 18.0),
    (57.0, 18.0),
    (71.0, 20.4),
    (90.0, 25.0),
    (100.0, 28.6),
    (112, 31),
)
#: (lowest y, words) from the shoulder down.
_ARM: Final = ((50, "shoulder"), (74, "upper arm"), (82, "elbow"), (101, "forearm"), (107, "wrist"))
_LEG_FRONT: Final = ((143, "front of thigh"), (156, "knee"), (187, "shin"), (194, "ankle"))
_LEG_BACK: Final = ((143, "back of thigh"), (156, "back of knee"), (187, "calf"), (194, "ankle"))
_BACK: Final = ((60, "upper back"), (76, "mid back"), (94, "lower back"))
_FRONT: Final = ((68, "chest"), (80, "upper abdomen"), (92, "abdomen"), (101, "lower abdomen"))
#: Words of a site to its drawing, most telling first.
_SEEN_ON: Final = (
    ("scalp", "scalp"),
    ("palm", "{side}-palm"),
    ("sole", "{side}-sole"),
    ("heel", "{side}-sole"),
    ("back of hand", "{side}-hand"),
    (" hand", "{side}-hand"),
    ("finger", "{side}-hand"),
    ("thumb", "{side}-hand"),
    ("top of foot", "{side}-foot"),
    (" foot", "{side}-foot"),
    ("toe", "{side}-foot"),
    (" ear", "head-{side}"),
    ("temple", "head-{side}"),
    ("cheek", "head-{side}"),
    ("nape", "head-back"),
    ("back of the head", "head-back"),
    ("face", "head-front"),
    ("forehead", "head-front"),
    ("nose", "head-front"),
    ("chin", "head-front"),
    ("lip", "head-front"),
    ("eyelid", "head-front"),
    ("back", "back"),
    ("buttock", "back"),
    ("calf", "back"),
    ("elbow", "back"),
)
_ONE_SITE: Final = {
    BodyView.SCALP: "scalp",
    BodyView.LEFT_PALM: "left palm",
    BodyView.RIGHT_PALM: "right palm",
    BodyView.LEFT_HAND: "back of left hand",
    BodyView.RIGHT_HAND: "back of right hand",
    BodyView.LEFT_FOOT: "top of left foot",
    BodyView.RIGHT_FOOT: "top of right foot",
    BodyView.LEFT_SOLE: "left sole",
    BodyView.RIGHT_SOLE: "right sole",
}


def region_words(place: BodyPlace) -> str:
    """The part of the body, such as "left forearm" or "upper back"."""
    if place.view in _ONE_SITE:
        return _ONE_SITE[place.view]
    drawn = drawing(place.view)
    x, y = place.x * drawn.width, place.y * drawn.height
    if place.view in (BodyView.HEAD_LEFT, BodyView.HEAD_RIGHT):
        side = "left" if place.view is BodyView.HEAD_LEFT else "right"
        return _profile(x if side == "left" else drawn.width - x, y, side)
    off = x - drawn.width / 2
    facing = place.view in (BodyView.FRONT, BodyView.HEAD_FRONT)
    side = "left" if (off > 0) is facing else "right"
    if place.view is BodyView.HEAD_FRONT:
        return _face(abs(off), y, side)
    if place.view is BodyView.HEAD_BACK:
        return "nape" if y > 96 else "scalp"
    return _body(abs(off), y, side, facing=facing)


def _body(off: float, y: float, side: str, *, facing: bool) -> str:
    if y < 31:
        return "face" if facing else "scalp"
    if y < 38:
        return "front of neck" if facing else "nape"
    if off > 17 and (y < 50 or off > _edge(y)) and y < 130:
        part = _named(_ARM, y, "hand")
        return f"{side} {'inner elbow' if part == 'elbow' and facing else part}"
    if y > (109 if facing else 115):
        return f"{side} {_named(_LEG_FRONT if facing else _LEG_BACK, y, 'foot')}"
    return _trunk(off, y, side, facing=facing)


def _trunk(off: float, y: float, side: str, *, facing: bool) -> str:
    if off > 14 and y > 94:
        return f"{side} hip"
    if off > 14.5 and y > 64:
        return f"{side} flank"
    if facing:
        if off < 2 and abs(y - 88) < 2.5:
            return "navel"
        return _named(_FRONT, y, f"{side} groin")
    return _named(_BACK, y, f"{side} buttock")


def _face(off: float, y: float, side: str) -> str:
    parts = (
        (y > 105, "front of neck"),
        (y < 20, "scalp"),
        (y < 46, "forehead"),
        (off > 33 and y < 69, f"{side} ear"),
        (off < 5.5 and y < 74, "nose"),
        (off < 10 and 76 < y < 90, "lip"),
        (off < 13 and y > 88, "chin"),
        (off > 26 and y < 56, f"{side} temple"),
        (y > 56, f"{side} cheek"),
    )
    return _first(parts, "face")


def _profile(x: float, y: float, side: str) -> str:
    """x grows towards the back of the head."""
    parts = (
        (((x - 59) / 7) ** 2 + ((y - 59) / 11) ** 2 < 1, f"{side} ear"),
        (y > 101 and x < 70, f"{side} side of neck"),
        (y > 101, "nape"),
        (x < 20.5 and 50 < y < 72, "nose"),
        (x < 20.5 and 72 <= y <= 86, "lip"),
        (x < 20.5 and y > 86, "chin"),
        (x < 36 and y < 48, "forehead"),
        (x < 50 and 38 < y < 54, f"{side} temple"),
        (x < 56 and y >= 52, f"{side} cheek"),
    )
    return _first(parts, "scalp")


def _first(parts: Sequence[tuple[bool, str]], last: str) -> str:
    return next((words for is_there, words in parts if is_there), last)


def _edge(y: float) -> float:
    """Distance of the arm's inner edge from the middle line."""
    if y <= _ARM_EDGE[0][0]:
        return _ARM_EDGE[0][1]
    for (top, near), (bottom, far) in pairwise(_ARM_EDGE):
        if y <= bottom:
            return near + (far - near) * (y - top) / (bottom - top)
    return _ARM_EDGE[-1][1]


def _named(parts: Sequence[tuple[float, str]], y: float, last: str) -> str:
    return next((words for limit, words in parts if y < limit), last)


def likely_view(site: str | None) -> BodyView:
    """The drawing on which to look for a site in words; the front where that is unclear."""
    said = (site or "").casefold()
    side = "left" if "left" in said else "right"
    for word, view in _SEEN_ON:
        if word in said:
            return BodyView(view.format(side=side))
    return BodyView.FRONT
