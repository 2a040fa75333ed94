"""The judgement on a lesion's series of photos."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The four answers Moletrail gives."""

    CHANGED = "changed"
    NO_CHANGE_DETECTED = "no_change_detected"
    CANNOT_COMPARE = "cannot_compare"
    BASELINE_ONLY = "baseline_only"


class Axis(StrEnum):
    """What is judged, each against its own noise."""

    EMBEDDING = "embedding"
    AREA = "area"
    DIAMETER = "diameter"
    SHAPE = "shape"
    COLOUR = "colour"


class Against(StrEnum):
    """What the latest photo is held against."""

    FIRST = "first"
    PREVIOUS = "previous"
    TREND = "trend"


class AlertKind(StrEnum):
    """Findings beside the axes."""

    SYMPTOM = "symptom"
    NEW_LESION = "new_lesion"
    UGLY_DUCKLING = "ugly_duckling"
    IDENTITY_DOUBT = "identity_doubt"


@dataclass(frozen=True, slots=True)
class AxisChange:
    """One axis against one reference.

    change: in `unit`. sigma: standard error of it when nothing has changed, same unit.
    detectable: smallest change that would be flagged, same unit. z: evidence, change over sigma
    (after the expected value under no change is taken off). None where it cannot be compared.
    """

    axis: Axis
    against: Against
    change: float | None
    unit: str
    sigma: float | None
    detectable: float | None
    z: float | None
    flagged: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding beside the axes, in words for a person."""

    kind: AlertKind
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """The judgement of one lesion; `first`, `previous`, `latest` are observation ids.

    score: 0..1, grows with the evidence for change; for ordering only, never shown to a person.
    None when nothing can be compared. method: name and version of the judgement.
    """

    person: str
    lesion: str
    site: str | None
    status: Status
    score: float | None
    first: str | None
    previous: str | None
    latest: str | None
    axes: tuple[AxisChange, ...]
    alerts: tuple[Alert, ...]
    message: str
    method: str
