"""Everything that leaves a vault in an open format, before any format is chosen.

`services.export_model` fills these types in one pass; each module of `tracker.exchange` writes
them. People, lesions, observations, comparisons and judgements are the domain's own records, so
their units stand there: pixels are of the upright full-resolution photo, times of capture are
local without a zone, all others UTC, and None means not known or not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import ModelIdentity
from tracker.domain.care import Answer, Decision, Survey
from tracker.domain.change import Change
from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation, Person, PhotoRecord, Symptom

#: Called with what is done and what there is to do.
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class ExportObservation:
    """One lesion on one dated photo, with what only its series can tell.

    observation: capture, modality, note, photo record, and the analysis: mask, measures (with
        their method), scale (with its evidence), quality, probabilities, embedding, model identity.
    area_ratio: area against the observation `area_ratio_against`, in one registered frame (1 is no
        change), with its standard error `area_ratio_sigma`.
    cosine_to_first, cosine_to_previous: likeness of the embeddings, -1..1.
    colour_delta_e, focal_delta_e: CIEDE2000 against the first photo; see `Comparison`.
    comparable: sizes can be held against the first comparable photo; None for a lone photo and one
        without a lesion. why_not: the reason, in words for a person.
    """

    observation: Observation
    area_ratio: float | None = None
    area_ratio_sigma: float | None = None
    area_ratio_against: str | None = None
    cosine_to_first: float | None = None
    cosine_to_previous: float | None = None
    colour_delta_e: float | None = None
    focal_delta_e: float | None = None
    comparable: bool | None = None
    why_not: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def observation_id(self) -> str:
        """The observation's id."""
        return self.observation.observation_id


@dataclass(frozen=True, slots=True, eq=False)
class ExportLesion:
    """One lesion and all that is known of it.

    life_cycle_note: what was written when its life cycle was last set (of an excised lesion: the
        pathology).
    observations: oldest first. comparisons: of the current method, in the order they were made.
    change: the judgement, None where the lesion has no photo. symptoms: by when they were noted.
    decisions, answers: oldest first.
    """

    lesion: Lesion
    life_cycle_note: str | None
    observations: tuple[ExportObservation, ...]
    comparisons: tuple[Comparison, ...]
    change: Change | None
    symptoms: tuple[Symptom, ...]
    decisions: tuple[Decision, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ExportPerson:
    """One person: lesions by name, and the photos that wait for a lesion, oldest first."""

    person: Person
    lesions: tuple[ExportLesion, ...]
    unassigned: tuple[ExportObservation, ...]
    surveys: tuple[Survey, ...] = ()

    def observations(self) -> Iterator[ExportObservation]:
        """Every observation: by lesion, then those without one."""
        for each in self.lesions:
            yield from each.observations
        yield from self.unassigned


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """What is exported, by person's name; the same vault state gives the same value.

    only_person: the name asked for, None for the whole vault. program: "Moletrail 0.2.0".
    demo: made-up pictures, no person's. models: every network whose numbers are inside.
    clinician: class probabilities may be written; a personal export must leave them out.
    """

    vault_id: str
    demo: bool
    program: str
    only_person: str | None
    people: tuple[ExportPerson, ...]
    clinician: bool = False

    def lesions(self) -> Iterator[ExportLesion]:
        """Every lesion, by person and name."""
        for person in self.people:
            yield from person.lesions

    def observations(self) -> Iterator[ExportObservation]:
        """Every observation, by person and lesion, those without a lesion last."""
        for person in self.people:
            yield from person.observations()

    def photos(self) -> tuple[PhotoRecord, ...]:
        """Each photo once, in the order of its first observation."""
        found: dict[str, PhotoRecord] = {}
        for each in self.observations():
            photo = each.observation.photo
            found.setdefault(photo.photo_sha256, photo)
        return tuple(found.values())

    def models(self) -> tuple[ModelIdentity, ...]:
        """Every network whose numbers are inside, by name, version and hash."""
        found = {
            model
            for each in self.observations()
            for model in (each.observation.analysis.model, each.observation.analysis.gate)
            if model is not None
        }
        return tuple(sorted(found, key=lambda one: (one.name, one.version, one.sha256)))


@dataclass(frozen=True, slots=True, eq=False)
class SafePhoto:
    """A photo as it may leave the vault: without the place it was taken.

    data: the file. media_type, suffix (".jpg"): of `data`. recoded: the pixels had to be written
    anew, as PNG; otherwise the picture's own coded data is in `data` bit by bit.
    """

    data: bytes
    media_type: str
    suffix: str
    recoded: bool


class ExportPhotos(Protocol):
    """The pictures of an export, read one at a time: they do not fit into memory together."""

    def original(self, photo: PhotoRecord) -> bytes:
        """Byte for byte as it was stored, whatever the camera wrote into it (place included)."""
        ...

    def safe(self, photo: PhotoRecord) -> SafePhoto:
        """Orientation, date, camera model and colour profile are kept, all else is taken out."""
        ...

    def upright_rgb(self, photo: PhotoRecord) -> NDArray[np.uint8]:
        """Pixels (height, width, 3), upright, sRGB: what was measured."""
        ...


class ExportFolder(Protocol):
    """Where a format puts its files: a folder on the disk, or an encrypted archive."""

    def put(self, name: str, data: bytes) -> None:
        """Keep a new file `name`: relative, parts joined by "/".

        Raises:
            OSError: it cannot be written.
        """
        ...


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What a person chose.

    with_photos: the pictures too (formats made of pictures ignore it). on_progress: called with
    (photos done, photos to do). names: what file names tell of a photo: its day and hash, only
    its hash, or nothing but a number (an encrypted archive does not hide names, and the hash of a
    photo proves that it is inside).
    """

    with_photos: bool = True
    on_progress: OnProgress | None = None
    names: Literal["dated", "hashed", "numbered"] = "dated"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo whose picture could not be exported, and why; what is known of it is exported."""

    photo: str
    reason: str
    advice: str | None


@dataclass(frozen=True, slots=True)
class ExportedFiles:
    """What a format wrote: how many photos, and which pictures it had to leave out."""

    photos: int
    left_out: tuple[LeftOut, ...] = ()


class ExportWriter(Protocol):
    """A format: `write` of a module of `tracker.exchange`."""

    def __call__(
        self, export: Export, photos: ExportPhotos, folder: ExportFolder, options: ExportOptions
    ) -> ExportedFiles:
        """Write the export into the empty `folder`; the same export gives the same bytes."""
        ...
