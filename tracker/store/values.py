"""Values that go into a vault or come out of it beside the domain's records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.analysis import Analysis
from tracker.domain.capture import CaptureTime, Modality
from tracker.domain.geometry import Box
from tracker.domain.records import Lesion, Person, PhotoRecord


@dataclass(frozen=True, slots=True, eq=False)
class NewObservation:
    """What `Vault.add_observation` takes.

    lesion: None stores it unassigned. requested_roi: the region the person pointed at, in photo
    pixels, None for the whole photo; it tells two lesions of one photo apart when looking for
    duplicates (`analysis.roi` is what was found there). observation_id, added_at: of an export that
    is read back; without them they are made anew.
    """

    photo: PhotoRecord
    person: Person
    lesion: Lesion | None
    capture: CaptureTime
    modality: Modality | None
    analysis: Analysis
    note: str | None = None
    requested_roi: Box | None = None
    observation_id: str | None = None
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """One observation without its analysis: which photo of whom, of which lesion now, and when.

    taken_at: local time.
    """

    observation_id: str
    photo_sha256: str
    person_id: str
    lesion_id: str | None
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class LesionSpan:
    """A lesion with how many photos on how many days; latest_id: an observation of the last one.

    first, latest: when it was photographed, None without a photo.
    """

    lesion: Lesion
    photos: int
    days: int
    first: CaptureTime | None
    latest: CaptureTime | None
    latest_id: str | None


@dataclass(frozen=True, slots=True)
class VaultInfo:
    """State of a vault, for `doctor` and `--version`; counts are of what is stored now.

    format: layout of folder and journal. schema_version: number of the newest SQL migration.
    journal_entries: events since the vault was made. created_at: UTC.
    """

    vault_id: str
    format: int
    schema_version: int
    journal_entries: int
    created_at: datetime
    demo: bool
    people: int
    lesions: int
    photos: int
    observations: int
    unassigned: int
    comparisons: int
