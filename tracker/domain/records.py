"""What a vault holds: people, their lesions, and dated observations of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tracker.domain.analysis import Analysis
from tracker.domain.body import BodyPlace, SiteMark
from tracker.domain.capture import CaptureTime, Modality
from tracker.domain.geometry import Box


class LifeCycle(StrEnum):
    """Where a lesion stands; nothing is deleted by changing it."""

    ACTIVE = "active"
    EXCISED = "excised"
    RESOLVED = "resolved"
    MERGED = "merged"


class SymptomKind(StrEnum):
    """What a person is asked about at each photo: symptoms, then EFG (Liu 2006)."""

    BLEEDING = "bleeding"
    CRUSTING = "crusting"
    ITCH = "itch"
    PAIN = "pain"
    RAISED = "raised"
    FIRM = "firm"
    GROWING = "growing"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone whose lesions are followed."""

    person_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Lesion:
    """One spot of one person. `is_new`: the person says it appeared lately.

    place: on the body map. mark: what the person says the skin is, None for a spot like any other.
    recheck_months: time to the next photo, None for the usual. stage_on: the day on which it was
    excised or found resolved. merged_into: the lesion that took its photos.
    """

    lesion_id: str
    person_id: str
    person: str
    name: str
    site: str | None
    life_cycle: LifeCycle
    is_new: bool = False
    place: BodyPlace | None = None
    mark: SiteMark | None = None
    recheck_months: int | None = None
    stage_on: date | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Symptom:
    """What a person reported of a lesion, and when."""

    symptom_id: str
    lesion_id: str
    kind: SymptomKind
    noted_at: datetime
    note: str | None


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """An original, kept byte for byte under the SHA-256 of its bytes (64 hex digits)."""

    photo_sha256: str
    file_name: str
    media_type: str
    size_bytes: int
    width: int
    height: int


class MaskMethod(StrEnum):
    """How a person came to the mask that counts; `original` puts the network's back."""

    BOX = "box"
    CLICK = "click"
    BRUSH = "brush"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class MaskCorrection:
    """Who corrected the mask of an observation, how and when (UTC); `by` None: not said."""

    observation_id: str
    by: str | None
    method: MaskMethod
    corrected_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One lesion on one dated photo, with the analysis as it was computed then.

    `lesion` is None while the photo waits to be assigned. `analysis.heatmap` and
    `analysis.timings_ms` are not kept. `capture` may have been corrected by the person and wins
    over `analysis.capture`. `requested_roi`: the region the person pointed at, in photo pixels.
    `mask_corrected`: who corrected the mask, None while the network's own is in use.
    """

    observation_id: str
    photo: PhotoRecord
    person: Person
    lesion: Lesion | None
    capture: CaptureTime
    modality: Modality | None
    analysis: Analysis
    note: str | None
    added_at: datetime
    requested_roi: Box | None = None
    mask_corrected: MaskCorrection | None = None
