"""The change report as values: everything that is printed, and nothing about how.

A personal report carries no class probabilities, no file paths, no places of capture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracker.domain import wording
from tracker.domain.change import Change
from tracker.domain.records import LifeCycle


@dataclass(frozen=True, slots=True, eq=False)
class ReportPicture:
    """A photo of the lesion, upright and reduced, without metadata, its outline drawn in.

    taken_on: as precise as it is known, ISO 8601. width, height: pixels of `data`.
    outlined_by: whose outline it is; None where no outline is drawn.
    """

    role: Literal["first", "previous", "latest"]
    taken_on: str
    data: bytes
    media_type: Literal["image/jpeg", "image/png"]
    width: int
    height: int
    outlined_by: Literal["model", "person"] | None = "model"


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One photo's value; sigma is its standard error in the same unit, None where unknown."""

    taken_on: date
    value: float
    sigma: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A measure over time.

    reference: value of "no change", drawn as a line. unit: written at the axis, may be empty.
    axis_includes: values the axis must reach, so that mere noise is not blown up to fill it.
    """

    title: str
    unit: str
    points: tuple[ChartPoint, ...]
    reference: float | None = None
    axis_includes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One photo in the lesion's list. scale: evidence in words ("card, ±1 %"), None without one.

    comparable: None for the first photo. why_not: for a person.
    """

    taken_on: str
    area_mm2: float | None
    diameter_mm: float | None
    scale: str | None
    comparable: bool | None
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class DatedText:
    """A note or a reported symptom with its date, ISO 8601."""

    noted_on: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class LesionSection:
    """One lesion. change: the judgement; status_words: its status as a person reads it.

    versions: model and method identities ("moletrail-vit 0.1.0, sha256 1a2b…"), each one line.
    """

    change: Change
    status_words: str
    photos: tuple[PhotoRow, ...]
    pictures: tuple[ReportPicture, ...] = ()
    charts: tuple[Chart, ...] = ()
    symptoms: tuple[DatedText, ...] = ()
    notes: tuple[DatedText, ...] = ()
    life_cycle: LifeCycle = LifeCycle.ACTIVE
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ReportDocument:
    """A report for one person, most urgent lesion first.

    made_on: printed, and the only date a file of it carries. false_flags: how many flags to
    expect by chance, from wording.false_flags_sentence. made_up: it is the demo's.
    """

    person: str
    made_on: date
    lesions: tuple[LesionSection, ...]
    false_flags: str | None = None
    purpose: str = wording.PURPOSE
    footer: str = wording.FOOTER
    cannot: tuple[str, ...] = (
        *wording.WHAT_THIS_IS_NOT,
        wording.EXPERT_SCALE,
        wording.RECHECK,
    )
    program: str = "Moletrail"
    made_up: bool = False
