"""What the services hand back: plain values, ready to be drawn or written as JSON Lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.analysis import Analysis, ModelIdentity, Scale
from tracker.domain.capture import CaptureTime, Modality
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, Observation


@dataclass(frozen=True, slots=True)
class Stored:
    """A photo that is durable in the vault.

    lesion: None while it waits to be assigned. auto_assigned: the lesion was found by likeness,
    not named. warnings: what to tell the person about the file.
    """

    photo: str
    person: str
    lesion: str | None
    observation_id: str
    taken_at: CaptureTime
    analysis: Analysis
    auto_assigned: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same photo, person, lesion and region was stored before; nothing was written."""

    photo: str
    person: str
    lesion: str | None
    observation_id: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A photo that was not stored, in words for a person."""

    photo: str
    reason: str
    advice: str | None
    analysis: Analysis | None = None


IntakeResult = Stored | Duplicate | Refusal


@dataclass(frozen=True, slots=True)
class AddRequest:
    """One photo to store, as the person described it; `photo` is its file name or path.

    person: None means the only person of the vault. lesion: None asks for the nearest known one.
    taken_at: ISO 8601 text, None to take it from EXIF. mm_per_px: millimetres per pixel, known
    from elsewhere. roi: region of the upright photo to look at. from_manifest: keeps the date's
    source apart from one typed by hand. is_new: the person says the lesion appeared lately.
    date_in_name: ISO 8601 text out of a file's name, for photos without a date of their own.
    profile: name of a calibrated device, see `profiles`; a scale that is given goes before it.
    """

    data: bytes
    photo: str
    person: str | None = None
    lesion: str | None = None
    site: str | None = None
    taken_at: str | None = None
    mm_per_px: float | None = None
    roi: Box | None = None
    modality: Modality | None = None
    note: str | None = None
    is_new: bool = False
    from_manifest: bool = False
    assign_nearest: bool = True
    date_in_name: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class ImportStep:
    """Progress of an import: `done` of `total` rows, and what became of this row (1-based)."""

    done: int
    total: int
    row: int
    result: IntakeResult


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with counts for lists."""

    person: str
    lesions: int
    observations: int
    unassigned: int


@dataclass(frozen=True, slots=True)
class LesionRow:
    """A lesion for lists; `observations` is a count."""

    person: str
    lesion: str
    lesion_id: str
    site: str | None
    observations: int
    first_taken_at: CaptureTime | None
    latest_taken_at: CaptureTime | None
    status: LifeCycle
    is_new: bool


@dataclass(frozen=True, slots=True)
class AreaRatio:
    """Area against the first comparable photo (1 is no change), with its standard error.

    against: id of the observation it is taken against.
    """

    value: float
    sigma: float
    against: str


@dataclass(frozen=True, slots=True, eq=False)
class ObservationRow:
    """One photo of a timeline; what cannot be compared is None, and `why_not` says why.

    comparable: sizes can be held against the first comparable photo; None for the only photo.
    area_mm2, diameter_mm need a scale. cosine_*: likeness of the embeddings, -1..1.
    colour_delta_e: CIEDE2000 of the mean colour against the first photo after colour constancy.
    focal_delta_e: the same of the part that changed most, the overall shift taken off.
    remarks: what the comparisons with the first and the previous photo noticed, in words.
    """

    observation: Observation
    area_px: float | None
    area_mm2: float | None
    diameter_mm: float | None
    area_ratio: AreaRatio | None
    cosine_to_first: float | None
    cosine_to_previous: float | None
    colour_delta_e: float | None
    asymmetry: float | None
    border_irregularity: float | None
    scale: Scale | None
    comparable: bool | None
    why_not: str | None
    model: ModelIdentity | None
    remarks: tuple[str, ...] = ()
    focal_delta_e: float | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A known lesion that a photo may show, best `rank` (1) first.

    similarity: cosine of the embeddings, -1..1, best over the lesion's photos. same_lesion: skin
    and lesion features confirm it (None: it could not be told). observation_id: the best photo.
    """

    lesion: str
    person: str
    site: str | None
    similarity: float
    rank: int
    same_lesion: bool | None
    observation_id: str


@dataclass(frozen=True, slots=True)
class VaultState:
    """The vault as `doctor` and the app's settings show it; None where it cannot be told.

    locked: encrypted, and its key is not held.
    """

    path: str
    state: str
    message: str | None
    schema_version: int | None
    people: int | None
    lesions: int | None
    observations: int | None
    is_demo: bool | None
    encrypted: bool | None
    locked: bool | None


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms code and weights come (SPDX expressions)."""

    code: str
    weights: str
    whole: str


@dataclass(frozen=True, slots=True)
class ModelState:
    """A released network: whose hash was compared with the manifest's."""

    name: str
    version: str | None
    sha256: str | None
    verified: bool
    message: str | None


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What `doctor` found; problems are sentences with what to do."""

    program: str
    python: str
    platform: str
    libraries: Mapping[str, str | None]
    models: tuple[ModelState, ...]
    execution_provider: str | None
    gate_backend: str | None
    telemetry_off: bool
    licence: Licence
    vault: VaultState
    checked_at: datetime
    problems: tuple[str, ...]
