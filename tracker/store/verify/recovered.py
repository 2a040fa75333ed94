"""Stand-ins for people, lesions and photo records whose own entries are lost.

Without them what refers to them would be in the vault and never be seen again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from tracker.domain.records import Lesion, LifeCycle, Person, PhotoRecord
from tracker.store.events import (
    Event,
    LesionSaved,
    ObservationAdded,
    ObservationMoved,
    PersonSaved,
    PhotoKept,
)
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.photo_check import content_hash
from tracker.store.verify.picture_kinds import START_BYTES, kind_of


class References:
    """Who and what a history names, and what of it has an entry."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.people: dict[str, str] = {}
        self.lesions: dict[str, Lesion] = {}
        self.photos: set[str] = set()
        self.observations: dict[str, ObservationAdded] = {}
        #: Lesion id by observation, of every assignment.
        self.assigned: list[tuple[str, str]] = []
        for event in events:
            self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case PersonSaved(person):
                self.people[person.person_id] = person.name
            case LesionSaved(lesion):
                self.lesions[lesion.lesion_id] = lesion
            case PhotoKept(photo):
                self.photos.add(photo.photo_sha256)
            case ObservationAdded():
                self.observations[event.observation_id] = event
                if event.lesion_id is not None:
                    self.assigned.append((event.observation_id, event.lesion_id))
            case ObservationMoved(observation_id, lesion_id) if lesion_id is not None:
                self.assigned.append((observation_id, lesion_id))
            case _:
                pass

    def lost_people(self) -> list[str]:
        """Ids of people that lesions and observations name, and that have no entry."""
        named = [lesion.person_id for lesion in self.lesions.values()]
        named += [seen.person_id for seen in self.observations.values()]
        return [each for each in dict.fromkeys(named) if each not in self.people]

    def lost_lesions(self) -> dict[str, str]:
        """Ids of lesions without an entry, and the person of the observations in each."""
        return {
            lesion_id: self.observations[observation_id].person_id
            for observation_id, lesion_id in self.assigned
            if lesion_id not in self.lesions and observation_id in self.observations
        }

    def lost_photos(self) -> dict[str, ObservationAdded]:
        """Hashes of photos without an entry, and an observation of each."""
        return {
            seen.photo_sha256: seen
            for seen in self.observations.values()
            if seen.photo_sha256 not in self.photos
        }


def placeholders(seen: Evidence, events: Iterable[Event]) -> Iterator[Event]:
    """An entry for each thing that `events` refer to and do not have."""
    known = References(events)
    people = dict(known.people)
    for person_id in known.lost_people():
        people[person_id] = _free_name("Recovered person", people.values())
        yield PersonSaved(Person(person_id, people[person_id]))
    lesions = {(lesion.person_id, lesion.name) for lesion in known.lesions.values()}
    for lesion_id, person_id in known.lost_lesions().items():
        name = _free_name("Recovered lesion", [n for owner, n in lesions if owner == person_id])
        lesions.add((person_id, name))
        yield LesionSaved(
            Lesion(lesion_id, person_id, people[person_id], name, None, LifeCycle.ACTIVE)
        )
    for photo_sha256, added in known.lost_photos().items():
        yield PhotoKept(_photo(seen, photo_sha256, added))


def _free_name(stem: str, taken: Iterable[str]) -> str:
    names = set(taken)
    return next(f"{stem} {n}" for n in count(1) if f"{stem} {n}" not in names)


def _photo(seen: Evidence, photo_sha256: str, added: ObservationAdded) -> PhotoRecord:
    """The record of a photo from its file; size 0 stands for one that is not known."""
    path = seen.photo_path(photo_sha256)
    size_bytes, media_type = 0, "image/jpeg"
    if path.is_file() and content_hash(seen, path) == photo_sha256:
        size_bytes = path.stat().st_size - seen.stored_size(0)
        if not seen.sealing.encrypted:
            with path.open("rb") as file:
                kind = kind_of(file.read(START_BYTES))
            media_type = media_type if kind is None else kind.media_type
    width, height = added.analysis.width or 0, added.analysis.height or 0
    return PhotoRecord(photo_sha256, "recovered", media_type, size_bytes, width, height)
