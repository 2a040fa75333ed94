"""The methods by which numbers and judgements are made, each with its version."""

from __future__ import annotations

from tracker.analysis import card, compare, judge, measure, quality

METHODS = {
    "comparison of two photos": compare.METHOD,
    "judgement of a series": judge.METHOD,
    "measures": measure.METHOD,
    "quality of a photo": quality.METHOD,
    "scale card": card.METHOD,
}
