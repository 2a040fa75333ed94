"""An export as DICOM sees it: photos of one person, ordered into studies by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.capture import CaptureTime, Modality
from tracker.domain.exporting import Export, ExportObservation
from tracker.domain.records import Person, PhotoRecord
from tracker.exchange.dicom.uids import uid_of


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One photo of one person, and the lesions on it: what becomes one image object.

    number: within its study, from 1.
    """

    person: Person
    photo: PhotoRecord
    capture: CaptureTime
    modality: Modality | None
    observations: tuple[ExportObservation, ...]
    number: int

    @property
    def day(self) -> str:
        """YYYYMMDD."""
        return self.capture.value.strftime("%Y%m%d")

    @property
    def study_uid(self) -> str:
        """A study is what was photographed of one person on one day."""
        return uid_of("study", self.person.person_id, self.day)

    def series_uid(self, modality: str) -> str:
        """A study has one series a modality."""
        return uid_of("series", self.person.person_id, self.day, modality)


def shots_of(export: Export) -> tuple[Shot, ...]:
    """Every photo once a person, by person and time.

    A photo whose observations were given different dates or kinds is one image object for each,
    since a date and a kind belong to the whole object.
    """
    found: list[Shot] = []
    for each in export.people:
        groups: dict[tuple[CaptureTime, str, Modality | None], list[ExportObservation]] = {}
        for seen in each.observations():
            one = seen.observation
            key = (one.capture, one.photo.photo_sha256, one.modality)
            groups.setdefault(key, []).append(seen)
        found += _numbered(each.person, list(groups.values()))
    return tuple(found)


def _numbered(person: Person, groups: Sequence[Sequence[ExportObservation]]) -> list[Shot]:
    def order(group: Sequence[ExportObservation]) -> tuple[object, ...]:
        first = group[0].observation
        return first.capture.value, first.photo.photo_sha256, first.modality or ""

    numbers: dict[str, int] = {}
    shots = []
    for group in sorted(groups, key=order):
        first = group[0].observation
        shot = Shot(person, first.photo, first.capture, first.modality, tuple(group), 0)
        numbers[shot.day] = numbers.get(shot.day, 0) + 1
        number = numbers[shot.day]
        seen = tuple(sorted(group, key=lambda one: one.observation_id))
        shots.append(Shot(person, first.photo, first.capture, first.modality, seen, number))
    return shots
