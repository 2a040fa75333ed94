"""Where on the body a lesion is, as a point on a drawing, and what else its skin may be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BodyView(StrEnum):
    """The drawings of the body map. Left and right are the person's own.

    Hands and feet without "palm" or "sole" are seen from their backs.
    """

    FRONT = "front"
    BACK = "back"
    HEAD_FRONT = "head-front"
    HEAD_BACK = "head-back"
    HEAD_LEFT = "head-left"
    HEAD_RIGHT = "head-right"
    SCALP = "scalp"
    LEFT_PALM = "left-palm"
    RIGHT_PALM = "right-palm"
    LEFT_HAND = "left-hand"
    RIGHT_HAND = "right-hand"
    LEFT_FOOT = "left-foot"
    RIGHT_FOOT = "right-foot"
    LEFT_SOLE = "left-sole"
    RIGHT_SOLE = "right-sole"


@dataclass(frozen=True, slots=True)
class BodyPlace:
    """A point of a drawing: `x` from its left edge, `y` from its top edge, both 0..1."""

    view: BodyView
    x: float
    y: float


class SiteMark(StrEnum):
    """What a person says the skin there is; only then may words of healing be used."""

    WOUND = "wound"
    RASH = "rash"
    TREATED = "treated"
