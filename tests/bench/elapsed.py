"""Dates out of captions that tell elapsed time in words, as those of the NCI series do.

A caption counts from the first picture ("four years after image 1", "after twelve years"), names
another picture of the same day ("at the same time-point as image 2"), or says "six months later".
"Later" is said of the previous picture in some series and of the first in others: if the spans of a
series that are told so grow from picture to picture, and the sum of them exceeds the span of the
description, they count from the first. A caption that names no time is of the day before it.

"Almost", "about" and "approximately" are left away; years have 365.25 days, months a twelfth. The
first day is made up, the distances are the authors'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

FIRST_DAY = date(1980, 1, 1)
DAYS_A_MONTH = 365.25 / 12
_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40}
_NUMBER = rf"(?:\d+|(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_UNITS[1:10])}))?|{'|'.join(_UNITS[1:])})"
_SPAN = (
    rf"(?P<count>{_NUMBER})(?P<half>½| and a half)? (?P<unit>year|month)s?"
    rf"(?: and (?P<months>{_NUMBER}) months?)?"
)
_SINCE_FIRST = re.compile(
    rf"{_SPAN}(?: years)? after (?:than )?image 1\b|\bafter {_SPAN.replace('?P<', '?P<x_')}", re.I
)
_LATER = re.compile(rf"{_SPAN} later", re.I)
_SAME_TIME = re.compile(r"same time(?:-point)? as (?:in )?images? (\d+)", re.I)
_OVER = re.compile(rf"\bover {_SPAN}", re.I)

Origin = Literal["first", "previous", "picture", "unsaid"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a caption says: months since the first or the previous picture, or another's number."""

    origin: Origin
    months: float = 0.0
    picture: int | None = None


def told(caption: str) -> Told:
    """Read one caption."""
    caption = " ".join(caption.split())
    same = _SAME_TIME.search(caption)
    if same:
        return Told("picture", picture=int(same[1]))
    since_first = _SINCE_FIRST.search(caption)
    if since_first:
        return Told("first", _months(since_first))
    later = _LATER.search(caption)
    if later:
        return Told("previous", _months(later))
    return Told("unsaid")


def months_since_first(captions: Sequence[str], description: str) -> list[float]:
    """Months between the first picture and each."""
    read = [told(caption) for caption in captions]
    later = [each.months for each in read[1:] if each.origin == "previous"]
    grows = all(one < other for one, other in pairwise(later))
    whole = _OVER.search(description)
    too_long = whole is None or sum(later) > 1.5 * _months(whole)
    from_first = len(later) > 1 and grows and too_long
    found = [0.0]
    for each in read[1:]:
        if each.origin == "picture" and each.picture is not None and each.picture <= len(found):
            found.append(found[each.picture - 1])
        elif each.origin == "first" or (each.origin == "previous" and from_first):
            found.append(each.months)
        else:
            found.append(found[-1] + each.months)
    return found


def capture_times(captions: Sequence[str], description: str) -> list[datetime]:
    """A time for each picture: made-up first day, told distances, five minutes within a day."""
    start = datetime.combine(FIRST_DAY, time(10))
    return [
        start + timedelta(days=round(months * DAYS_A_MONTH), minutes=5 * place)
        for place, months in enumerate(months_since_first(captions, description))
    ]


def _months(found: re.Match[str]) -> float:
    parts = {name.removeprefix("x_"): text for name, text in found.groupdict().items() if text}
    count = _number(parts["count"]) + (0.5 if "half" in parts else 0.0)
    extra = _number(parts["months"]) if "months" in parts else 0
    return count * (12 if parts["unit"].lower() == "year" else 1) + extra


def _number(text: str) -> int:
    words = text.lower().split("-")
    if words[0].isdigit():
        return int(words[0])
    return sum(_TENS[word] if word in _TENS else _UNITS.index(word) for word in words)
