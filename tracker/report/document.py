"""The change report as values: everything that is printed, and nothing about how.

A report carries no file paths and no places of capture; class probabilities only in a lesion's
`clinical` part, which a personal report leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracker.domain import wording
from tracker.domain.body import BodyPlace
from tracker.domain.change import Change
from tracker.domain.records import LifeCycle

Audience = Literal["person", "clinician"]
Paper = Literal["a4", "letter"]
#: A closed line; points in shares of the picture's width and height.
Outline = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A length to draw: `share` of the picture's width, 0..1, is `mm` millimetres.

    source: the evidence in words ("printed card, ±1 %").
    """

    mm: float
    share: float
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class ReportPicture:
    """A photo of the lesion, upright and reduced, without metadata.

    taken_on: as precise as it is known, ISO 8601. width, height: pixels of `data`. outlines: of
    the lesion's parts. outlined_by: whose outline it is; None where there is none. corrected_by:
    the person's name, where it was said. corrected_on: the day, ISO 8601. bar: None without a
    scale. is_aligned: drawn in the frame that the section's pictures share.
    """

    role: Literal["first", "previous", "latest"]
    taken_on: str
    data: bytes
    media_type: Literal["image/jpeg", "image/png"]
    width: int
    height: int
    outlined_by: Literal["model", "person"] | None = "model"
    outlines: tuple[Outline, ...] = ()
    bar: ScaleBar | None = None
    is_aligned: bool = False
    corrected_by: str | None = None
    corrected_on: str | None = None


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One photo's value; sigma is its standard error in the same unit, None where unknown.

    flagged: a change was flagged with this photo as the latest.
    """

    taken_on: date
    value: float
    sigma: float | None = None
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A measure over time.

    reference: value of "no change", drawn as a line. unit: written at the axis, may be empty.
    axis_includes: values the axis must reach, so that mere noise is not blown up to fill it.
    band: lowest and highest value of the latest photo that would not have been flagged against the
    first one. symptoms: days on which symptoms were reported. floor: the least value there can be.
    """

    title: str
    unit: str
    points: tuple[ChartPoint, ...]
    reference: float | None = None
    axis_includes: tuple[float, ...] = ()
    band: tuple[float, float] | None = None
    symptoms: tuple[date, ...] = ()
    floor: float | None = None


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
    """A note, a reported symptom or a decision with its date, ISO 8601."""

    noted_on: str
    text: str


@dataclass(frozen=True, slots=True)
class AbcdeRow:
    """One letter of the ABCDE list with what was measured, a value for each shown photo."""

    letter: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ClinicalPart:
    """What only a clinician's pack shows of a lesion, of its latest measured photo.

    probabilities: by class of CLASSES, sum 1; empty where there are none. label: the likeliest
    class; certain: it reaches the model's threshold. unlike_training: None where not known.
    heatmap: the photo with the heat map laid over, None where the network that measured the photo
    is not the one at hand. abcde_heads: what the values of a row belong to.
    """

    taken_on: str
    probabilities: tuple[tuple[str, float], ...]
    label: str | None
    certain: bool | None
    unlike_training: bool | None
    heatmap: ReportPicture | None = None
    abcde_heads: tuple[str, ...] = ()
    abcde: tuple[AbcdeRow, ...] = ()
    decisions: tuple[DatedText, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LesionSection:
    """One lesion. change: the judgement; status_words: its status as a person reads it.

    versions: model and method identities ("moletrail-vit 0.1.0, sha256 1a2b…"), each one line.
    lined_up: how the aligned pictures were brought into one frame: by the skin around the lesion,
    or with the help of the lesion itself, so that growth may not show in them. recorded: what else
    is on record, each a few words of the program's.
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
    place: BodyPlace | None = None
    lined_up: Literal["skin", "lesion"] | None = None
    clinical: ClinicalPart | None = None
    recorded: tuple[str, ...] = ()


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
    audience: Audience = "person"
    paper: Paper = "a4"
