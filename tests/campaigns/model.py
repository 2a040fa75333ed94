"""What a vault should hold, kept in memory as the domain's own values.

It knows nothing of journals, databases or files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.store.same import assert_same
from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation, Symptom
from tracker.store import Vault


@dataclass
class Model:
    """The contents of one vault, each thing by its id, in the order in which they were added."""

    people: dict[str, str] = field(default_factory=dict)
    lesions: dict[str, Lesion] = field(default_factory=dict)
    seen: dict[str, Observation] = field(default_factory=dict)
    symptoms: dict[str, Symptom] = field(default_factory=dict)
    comparisons: dict[tuple[str, str], Comparison] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)

    def take(self, observation: Observation, data: bytes) -> None:
        """An observation was added, and with it perhaps its photo, person and lesion."""
        assert observation.observation_id not in self.seen, "an id was given twice"
        self.photos[observation.photo.photo_sha256] = data
        self.people.setdefault(observation.person.person_id, observation.person.name)
        if observation.lesion is not None:
            self.lesions.setdefault(observation.lesion.lesion_id, observation.lesion)
        self.seen[observation.observation_id] = observation

    def change(self, observation: Observation) -> None:
        """An observation has other properties now."""
        self.seen[observation.observation_id] = observation

    def change_lesion(self, lesion: Lesion) -> None:
        """A lesion has other properties now, in each of its observations too."""
        self.lesions[lesion.lesion_id] = lesion
        for each in self.of_lesion(lesion.lesion_id):
            self.change(replace(each, lesion=lesion))

    def rename_person(self, person_id: str, name: str) -> None:
        """A person has another name now, and so have the owners of lesions and observations."""
        self.people[person_id] = name
        for lesion in list(self.lesions.values()):
            if lesion.person_id == person_id:
                self.change_lesion(replace(lesion, person=name))
        for each in list(self.seen.values()):
            if each.person.person_id == person_id:
                self.change(replace(each, person=replace(each.person, name=name)))

    def forget_comparisons(self, observation_id: str) -> None:
        """An observation was analysed again or deleted: its comparisons no longer count."""
        for pair in [pair for pair in self.comparisons if observation_id in pair]:
            del self.comparisons[pair]

    def delete(self, gone: Callable[[Observation], bool]) -> None:
        """Observations were deleted for good."""
        for each in [each for each in self.seen.values() if gone(each)]:
            del self.seen[each.observation_id]
            self.forget_comparisons(each.observation_id)
        used = {each.photo.photo_sha256 for each in self.seen.values()}
        self.photos = {sha: data for sha, data in self.photos.items() if sha in used}

    def delete_lesion(self, lesion_id: str) -> None:
        """A lesion was deleted for good, with its observations and symptoms."""
        self.delete(lambda each: each.lesion is not None and each.lesion.lesion_id == lesion_id)
        del self.lesions[lesion_id]
        for symptom in [s for s in self.symptoms.values() if s.lesion_id == lesion_id]:
            del self.symptoms[symptom.symptom_id]

    def delete_person(self, person_id: str) -> None:
        """A person was deleted for good, with everything."""
        self.delete(lambda each: each.person.person_id == person_id)
        for lesion in [each for each in self.lesions.values() if each.person_id == person_id]:
            self.delete_lesion(lesion.lesion_id)
        del self.people[person_id]

    def of_lesion(self, lesion_id: str) -> list[Observation]:
        """The observations that are in a lesion now."""
        return [
            each
            for each in self.seen.values()
            if each.lesion is not None and each.lesion.lesion_id == lesion_id
        ]

    def in_order(self) -> list[Observation]:
        """All observations as the vault lists them."""
        return sorted(self.seen.values(), key=lambda each: (each.capture.value, each.added_at))

    def pairs_of(self, lesion_id: str) -> list[Comparison]:
        """Comparisons of two observations that are both in the lesion now."""
        here = {each.observation_id for each in self.of_lesion(lesion_id)}
        return [c for (a, b), c in self.comparisons.items() if {a, b} <= here]

    def agrees(self, vault: Vault) -> None:
        """Fail where the vault differs in any bit, or holds more or less.

        Raises:
            AssertionError: it does; says where.
        """
        assert {p.person_id: p.name for p in vault.people()} == self.people
        lesions = vault.lesions()
        assert {each.lesion_id: each for each in lesions} == self.lesions
        assert_same(vault.all_observations(), self.in_order())
        for lesion in lesions:
            found = sorted(vault.comparisons(lesion), key=lambda c: (c.earlier, c.later))
            wanted = sorted(self.pairs_of(lesion.lesion_id), key=lambda c: (c.earlier, c.later))
            assert_same(found, wanted)
            symptoms = {each.symptom_id: each for each in vault.symptoms(lesion)}
            mine = {k: v for k, v in self.symptoms.items() if v.lesion_id == lesion.lesion_id}
            assert symptoms == mine
        for photo_sha256, data in self.photos.items():
            assert vault.photo_bytes(photo_sha256) == data
