"""Everything that can happen to a vault, as one typed event each.

An event carries the whole new state of what it is about, so applying one never needs to look
anything up, and the latest one wins. Names of kinds and fields are a stored format: they may be
added to, never renamed; an incompatible change of a payload gets a new kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from tracker.domain.analysis import EMBEDDING_DIM, Analysis
from tracker.domain.capture import CaptureTime, Modality
from tracker.domain.care import Answer, Decision, DeviceProfile, Survey
from tracker.domain.comparison import Comparison
from tracker.domain.geometry import Box
from tracker.domain.records import Lesion, MaskCorrection, Person, PhotoRecord, Symptom
from tracker.errors import InternalError
from tracker.store.codec import CodecError, decode, encode


@dataclass(frozen=True, slots=True)
class VaultCreated:
    """The first entry of every journal."""

    vault_id: str
    created_at: datetime
    demo: bool


@dataclass(frozen=True, slots=True)
class PersonSaved:
    """A person was added or renamed."""

    person: Person


@dataclass(frozen=True, slots=True)
class LesionSaved:
    """A lesion was added, renamed, or its site or life cycle changed; `note` says why."""

    lesion: Lesion
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoKept:
    """An original lies in `photos/`."""

    photo: PhotoRecord


@dataclass(frozen=True, slots=True, eq=False)
class ObservationAdded:
    """A photo of a lesion was stored with its analysis; `added_at` is UTC."""

    observation_id: str
    photo_sha256: str
    person_id: str
    lesion_id: str | None
    capture: CaptureTime
    modality: Modality | None
    requested_roi: Box | None
    analysis: Analysis
    note: str | None
    added_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class ObservationReanalysed:
    """A photo was analysed again; the earlier analyses stay. `added_at` is UTC."""

    observation_id: str
    analysis: Analysis
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ObservationMoved:
    """An observation was assigned to a lesion, or taken from it (None)."""

    observation_id: str
    lesion_id: str | None


@dataclass(frozen=True, slots=True)
class CaptureCorrected:
    """A person corrected a capture date."""

    observation_id: str
    capture: CaptureTime


@dataclass(frozen=True, slots=True)
class NoteSet:
    """A person wrote, changed or removed (None) the note of an observation."""

    observation_id: str
    note: str | None


@dataclass(frozen=True, slots=True)
class ComparisonAdded:
    """Two observations were compared."""

    comparison: Comparison


@dataclass(frozen=True, slots=True)
class SymptomAdded:
    """A person reported a symptom; `noted_at` is UTC."""

    symptom: Symptom


@dataclass(frozen=True, slots=True, eq=False)
class MaskCorrected:
    """A person corrected a mask, or put the network's back.

    analysis: with that mask and what was measured on it; the earlier analyses stay.
    """

    correction: MaskCorrection
    analysis: Analysis


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """A clinician decided on a lesion, or took the standing decision back."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class SymptomsAnswered:
    """A person was asked about symptoms, and answered."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class SurveySaved:
    """A site was looked over, or the record of it was corrected."""

    survey: Survey


@dataclass(frozen=True, slots=True)
class DeviceProfileSaved:
    """A device was calibrated, or is not offered any more."""

    profile: DeviceProfile


@dataclass(frozen=True, slots=True)
class BinChanged:
    """A photo (observation) or lesion was put into the bin or taken out; `changed_at` is UTC."""

    kind: Literal["photo", "lesion"]
    item_id: str
    binned: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class JournalRepaired:
    """The journal was damaged, and this is what became of its entries; times are UTC.

    kept: before the damage. salvaged: after it, whole by themselves. restored: from the database.
    lost: nowhere any more, as far as can be told.
    """

    repaired_at: datetime
    kept: int
    salvaged: int
    restored: int
    lost: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """The journal was written anew without what a person deleted; only how much is told.

    deleted_at: UTC. entries: how many the journal had before; later numbers are of this one.
    """

    deleted_at: datetime
    people: int
    lesions: int
    observations: int
    photos: int
    symptoms: int
    entries: int


Event = (
    VaultCreated
    | PersonSaved
    | LesionSaved
    | PhotoKept
    | ObservationAdded
    | ObservationReanalysed
    | ObservationMoved
    | CaptureCorrected
    | NoteSet
    | ComparisonAdded
    | SymptomAdded
    | MaskCorrected
    | DecisionMade
    | SymptomsAnswered
    | SurveySaved
    | DeviceProfileSaved
    | BinChanged
    | JournalRepaired
    | Deleted
)

#: The journal's word for each event; part of the stored format.
KINDS: dict[str, type[Event]] = {
    "vault_created": VaultCreated,
    "person_saved": PersonSaved,
    "lesion_saved": LesionSaved,
    "photo_kept": PhotoKept,
    "observation_added": ObservationAdded,
    "observation_reanalysed": ObservationReanalysed,
    "observation_moved": ObservationMoved,
    "capture_corrected": CaptureCorrected,
    "note_set": NoteSet,
    "comparison_added": ComparisonAdded,
    "symptom_added": SymptomAdded,
    "mask_corrected": MaskCorrected,
    "decision_made": DecisionMade,
    "symptoms_answered": SymptomsAnswered,
    "survey_saved": SurveySaved,
    "device_profile_saved": DeviceProfileSaved,
    "bin_changed": BinChanged,
    "journal_repaired": JournalRepaired,
    "deleted": Deleted,
}
_WORDS = {kind: word for word, kind in KINDS.items()}


class UnknownEventError(CodecError):
    """An event of a kind that only a newer program knows."""


def event_to_json(event: Event) -> tuple[str, dict[str, Any]]:
    """The event's kind and payload for the journal.

    Raises:
        InternalError: a field holds what its type does not allow (a bug); nothing was written.
    """
    try:
        if isinstance(event, ObservationAdded | ObservationReanalysed | MaskCorrected):
            event = replace(event, analysis=kept_analysis(event.analysis))
        payload = encode(type(event), event)
        return _WORDS[type(event)], payload
    except (ValueError, AttributeError, TypeError) as error:
        raise InternalError(
            f"A {_WORDS[type(event)]} event cannot be stored: {error}. Nothing was stored.",
            next_step="Please report this.",
        ) from error


def event_from_json(kind: str, payload: Any) -> Event:
    """The event that `event_to_json` wrote.

    Raises:
        UnknownEventError, UnknownFieldError: a newer program wrote it.
        ValueError: the payload does not fit its kind.
    """
    if kind not in KINDS:
        raise UnknownEventError(f"no event is called {kind!r}")
    event: Event = decode(KINDS[kind], payload)
    return event


def kept_analysis(analysis: Analysis) -> Analysis:
    """`analysis` as a vault keeps it: without the heatmap and the timings, shapes checked."""
    embedding, mask = analysis.embedding, analysis.mask
    if embedding is not None and embedding.shape != (EMBEDDING_DIM,):
        raise CodecError(f"an embedding of shape {embedding.shape}")
    if mask is not None and mask.pixels.shape != (mask.box.h, mask.box.w):
        raise CodecError(f"a mask of shape {mask.pixels.shape} in a box {mask.box}")
    if analysis.capture is not None:
        check_local(analysis.capture)
    # A photo's label may come from a file name whose bytes are no text.
    label = analysis.photo.encode("utf-8", "backslashreplace").decode("utf-8")
    return replace(analysis, photo=label, heatmap=None, timings_ms={})


def check_local(capture: CaptureTime) -> None:
    """Capture times are local times without a zone; another one is a bug of the caller.

    Raises:
        CodecError: the value carries a time zone.
    """
    if capture.value.tzinfo is not None:
        raise CodecError("a capture time carries a time zone")
