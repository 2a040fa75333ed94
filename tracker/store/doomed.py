"""What a deletion takes with it, and which journal entries are about that alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.care import BinItem
from tracker.domain.records import Lesion, LifeCycle, Observation, Person
from tracker.errors import InternalError
from tracker.store.events import KINDS
from tracker.store.values import Use
from tracker.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Doomed:
    """Ids of what goes. photos: SHA-256 of those that no kept observation uses.

    shared_photos: how many photos of deleted observations stay, since others use them too.
    first, last: the capture times (local) that go, None where no observation does.
    """

    people: frozenset[str]
    lesions: frozenset[str]
    observations: frozenset[str]
    photos: frozenset[str]
    symptoms: int
    shared_photos: int
    first: datetime | None
    last: datetime | None

    @property
    def ids(self) -> frozenset[str]:
        """All of them."""
        return self.people | self.lesions | self.observations | self.photos


def doomed_observation(vault: Vault, seen: Observation) -> Doomed:
    """One photo of a lesion; the lesion stays, even where this was its only photo."""
    gone = [use for use in vault.uses() if use.observation_id == seen.observation_id]
    return _doomed(vault, gone)


def doomed_lesion(vault: Vault, lesion: Lesion) -> Doomed:
    """A lesion with all its photos and symptoms, and lesions that were merged into it."""
    gone = [use for use in vault.uses() if use.lesion_id == lesion.lesion_id]
    merged = _merged_into_what_goes(vault, lesion, gone)
    return _doomed(vault, gone, lesions=[lesion, *merged])


def doomed_items(vault: Vault, items: Iterable[BinItem]) -> Doomed:
    """Things of the bin: photos, and lesions as `doomed_lesion`."""
    ids = frozenset(item.item_id for item in items)
    gone = [use for use in vault.uses() if ids & {use.observation_id, use.lesion_id}]
    lesions = {each.lesion_id: each for each in vault.lesions(binned=True) if each.lesion_id in ids}
    for lesion in list(lesions.values()):
        own = [use for use in gone if use.lesion_id == lesion.lesion_id]
        lesions |= {each.lesion_id: each for each in _merged_into_what_goes(vault, lesion, own)}
    return _doomed(vault, gone, lesions=lesions.values())


def doomed_person(vault: Vault, person: Person) -> Doomed:
    """A person with everything."""
    gone = [use for use in vault.uses() if use.person_id == person.person_id]
    return _doomed(vault, gone, lesions=vault.lesions(person, binned=True), people=[person])


def _doomed(
    vault: Vault,
    gone: list[Use],
    *,
    lesions: Iterable[Lesion] = (),
    people: Iterable[Person] = (),
) -> Doomed:
    observations = frozenset(use.observation_id for use in gone)
    used = {use.photo_sha256 for use in gone}
    kept = {use.photo_sha256 for use in vault.uses() if use.observation_id not in observations}
    lesions = list(lesions)
    return Doomed(
        people=frozenset(person.person_id for person in people),
        lesions=frozenset(lesion.lesion_id for lesion in lesions),
        observations=observations,
        photos=frozenset(used - kept),
        symptoms=sum(len(vault.symptoms(lesion)) for lesion in lesions),
        shared_photos=len(used & kept),
        first=min((use.taken_at for use in gone), default=None),
        last=max((use.taken_at for use in gone), default=None),
    )


def _merged_into_what_goes(vault: Vault, into: Lesion, gone: list[Use]) -> list[Lesion]:
    """Lesions whose photos were moved into `into`; what is left of each is its name."""
    observations = {use.observation_id for use in gone}
    taken = {use.lesion_id for use in vault.uses()}
    return [
        lesion
        for lesion in vault.lesions(binned=True)
        if lesion.person_id == into.person_id
        and lesion.life_cycle is LifeCycle.MERGED
        and lesion.lesion_id not in taken | {into.lesion_id}
        and (lesion.merged_into == into.lesion_id or observations & vault.ever_assigned(lesion))
    ]


def is_about(kind: str, payload: Any, doomed: Doomed) -> bool:
    """Whether a journal entry is about what goes.

    Args:
        kind, payload: as in the journal, see `events`.

    Raises:
        InternalError: an event that nobody said anything about here (a bug).
    """
    if kind not in _ABOUT:
        raise InternalError(f"Nobody knows what a {kind!a} entry is about.")
    return _ABOUT[kind](payload, doomed)


def without(kind: str, payload: Any, doomed: Doomed) -> Any:
    """The payload of an entry that stays, without the ids of what goes.

    A decision outlives a photo it was based on, a survey a lesion that it showed, and a photo a
    lesion that it was once in.
    """
    if kind in _ASSIGNING and payload["lesion_id"] in doomed.lesions:
        return payload | {"lesion_id": None}
    if kind == "decision_made":
        return _thinned(payload, "decision", "observations", doomed)
    if kind == "survey_saved":
        return _thinned(payload, "survey", "lesions", doomed)
    if kind == "symptoms_answered" and payload["answer"]["observation_id"] in doomed.observations:
        return payload | {"answer": payload["answer"] | {"observation_id": None}}
    if kind == "lesion_saved" and payload["lesion"].get("merged_into") in doomed.lesions:
        return payload | {"lesion": payload["lesion"] | {"merged_into": None}}
    return payload


_ASSIGNING = frozenset({"observation_added", "observation_moved"})


def _thinned(payload: Any, name: str, field: str, doomed: Doomed) -> Any:
    kept = [each for each in payload[name][field] if each not in doomed.ids]
    return payload | {name: payload[name] | {field: kept}}


def _of_observation(payload: Any, doomed: Doomed) -> bool:
    return payload["observation_id"] in doomed.observations


def _of_comparison(payload: Any, doomed: Doomed) -> bool:
    comparison = payload["comparison"]
    return not doomed.observations.isdisjoint((comparison["earlier"], comparison["later"]))


def _of_none(payload: Any, doomed: Doomed) -> bool:
    return False


_ABOUT: dict[str, Callable[[Any, Doomed], bool]] = {
    "vault_created": _of_none,
    "person_saved": lambda payload, doomed: payload["person"]["person_id"] in doomed.people,
    "lesion_saved": lambda payload, doomed: payload["lesion"]["lesion_id"] in doomed.lesions,
    "photo_kept": lambda payload, doomed: payload["photo"]["photo_sha256"] in doomed.photos,
    "observation_added": _of_observation,
    "observation_reanalysed": _of_observation,
    "observation_moved": _of_observation,
    "capture_corrected": _of_observation,
    "note_set": _of_observation,
    "comparison_added": _of_comparison,
    "symptom_added": lambda payload, doomed: payload["symptom"]["lesion_id"] in doomed.lesions,
    "mask_corrected": lambda payload, doomed: _of_observation(payload["correction"], doomed),
    "decision_made": lambda payload, doomed: payload["decision"]["lesion_id"] in doomed.lesions,
    "symptoms_answered": lambda payload, doomed: payload["answer"]["lesion_id"] in doomed.lesions,
    "survey_saved": lambda payload, doomed: payload["survey"]["person_id"] in doomed.people,
    "device_profile_saved": _of_none,
    "bin_changed": lambda payload, doomed: payload["item_id"] in doomed.ids,
    "journal_repaired": _of_none,
    "deleted": _of_none,
}
assert KINDS.keys() <= _ABOUT.keys(), "each kind of event says what it is about"
