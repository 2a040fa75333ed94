"""What people decide, answer and look over, beside the photos; and the devices they use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from tracker.domain.capture import Modality
from tracker.domain.records import SymptomKind


class DecisionKind(StrEnum):
    """What a clinician decided on a lesion; `reopened` takes the standing decision back."""

    MONITOR = "monitor"
    REFER = "refer"
    BIOPSY = "biopsy"
    EXCISE = "excise"
    NO_ACTION = "no_action"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on a lesion; the latest one stands, earlier ones are kept.

    by: name of who decided. decided_at: UTC. until: the day of the next look, of `monitor` only.
    observations: ids of the photos it was based on.
    """

    decision_id: str
    lesion_id: str
    kind: DecisionKind
    by: str
    decided_at: datetime
    until: date | None
    note: str | None
    observations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A person was asked about symptoms of a lesion, and answered: these, or (empty) none.

    observation_id: the photo at which it was asked, None where it was not about one.
    answered_at: UTC.
    """

    answer_id: str
    lesion_id: str
    observation_id: str | None
    answered_at: datetime
    kinds: tuple[SymptomKind, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """A whole site was looked over on a day, and showed these lesions and no others.

    site: in words, as a lesion's. lesions: their ids. removed: it was taken back.
    """

    survey_id: str
    person_id: str
    site: str
    surveyed_on: date
    lesions: tuple[str, ...]
    note: str | None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """A dermatoscope or phone attachment that was calibrated once.

    mm_per_px: millimetres per pixel of an upright photo of width_px x height_px; sigma_mm_per_px:
    its standard error. removed: it is not offered any more.
    """

    profile_id: str
    name: str
    mm_per_px: float
    sigma_mm_per_px: float
    width_px: int
    height_px: int
    modality: Modality | None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class BinItem:
    """A photo (an observation) or a lesion that waits in the bin; `binned_at` is UTC."""

    kind: Literal["photo", "lesion"]
    item_id: str
    binned_at: datetime
