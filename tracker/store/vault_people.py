"""The half of `Vault` that keeps people, their lesions, and what they report of them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

from tracker.domain.records import Lesion, LifeCycle, Person, Symptom, SymptomKind
from tracker.errors import UnknownNameError, UsageError
from tracker.store import reads
from tracker.store.events import Event, LesionSaved, PersonSaved, SymptomAdded
from tracker.store.names import clean_name, clean_note, clean_optional_name
from tracker.store.vault_reads import VaultReads


def new_id(prefix: str) -> str:
    """A fresh id such as `obs_0123456789abcdef`."""
    return f"{prefix}_{secrets.token_hex(8)}"


class VaultPeople(VaultReads):
    """Writes about people and lesions; each returns the new state."""

    def ensure_person(self, name: str, *, person_id: str | None = None) -> Person:
        """The person of that name, added if new.

        Args:
            person_id: the id to give a new one, unless somebody has it; of an export read back.

        Raises:
            UsageError: no possible name (see `names.clean_name`).
        """
        clean = clean_name(name, "person")
        found = self._engine.read(lambda db: reads.person_by(db, "name", clean))
        if found is not None:
            return found
        if person_id is not None and self._knows_person(person_id):
            person_id = None
        person = Person(person_id or new_id("per"), clean)
        self._write(PersonSaved(person))
        return person

    def rename_person(self, person: Person, name: str) -> Person:
        """Give a person another name.

        Raises:
            UsageError: no possible name, or somebody else's.
        """
        clean = clean_name(name, "person")
        current = self._known_person(person)
        other = self._engine.read(lambda db: reads.person_by(db, "name", clean))
        if other is not None and other.person_id != current.person_id:
            raise UsageError(f"There is already a '{clean}'.", next_step="Give another name.")
        renamed = replace(current, name=clean)
        if renamed != current:
            self._write(PersonSaved(renamed))
        return renamed

    def ensure_lesion(
        self,
        person: Person,
        name: str,
        *,
        site: str | None = None,
        is_new: bool = False,
        lesion_id: str | None = None,
    ) -> Lesion:
        """The person's lesion of that name, added if new.

        For a lesion that is there, a site is only filled in where none is known, and `is_new` only
        ever set: `set_site` corrects.

        Args:
            lesion_id: the id to give a new one, unless another has it; of an export read back.

        Raises:
            UsageError: no possible name.
        """
        clean, place = clean_name(name, "lesion"), clean_optional_name(site, "site")
        owner = self._known_person(person)
        found = self._engine.read(lambda db: reads.lesion_by_name(db, owner.person_id, clean))
        if found is None:
            if lesion_id is not None and self._knows_lesion(lesion_id):
                lesion_id = None
            lesion = Lesion(
                lesion_id=lesion_id or new_id("les"),
                person_id=owner.person_id,
                person=owner.name,
                name=clean,
                site=place,
                life_cycle=LifeCycle.ACTIVE,
                is_new=is_new,
            )
            self._write(LesionSaved(lesion))
            return lesion
        return self._save_lesion(
            found, replace(found, site=found.site or place, is_new=found.is_new or is_new)
        )

    def rename_lesion(self, lesion: Lesion, name: str) -> Lesion:
        """Give a lesion another name.

        Raises:
            UsageError: no possible name, or that of another lesion of the person.
        """
        clean, current = clean_name(name, "lesion"), self._known_lesion(lesion)
        other = self._engine.read(lambda db: reads.lesion_by_name(db, current.person_id, clean))
        if other is not None and other.lesion_id != current.lesion_id:
            raise UsageError(
                f"'{current.person}' already has a lesion called '{clean}'.",
                next_step="Give another name, or move the photos to that lesion.",
            )
        return self._save_lesion(current, replace(current, name=clean))

    def set_site(self, lesion: Lesion, site: str | None) -> Lesion:
        """Say where on the body a lesion is; None or blank for unknown."""
        current = self._known_lesion(lesion)
        return self._save_lesion(current, replace(current, site=clean_optional_name(site, "site")))

    def set_life_cycle(
        self,
        lesion: Lesion,
        life_cycle: LifeCycle,
        note: str | None,
        *,
        on: date | None = None,
        into: Lesion | None = None,
    ) -> Lesion:
        """Mark a lesion as excised, resolved, merged or active again; nothing is deleted.

        Args:
            on: the day of it. into: the lesion that a merged one became part of.
        """
        current = self._known_lesion(lesion)
        merged_into = None if into is None else into.lesion_id
        changed = replace(current, life_cycle=life_cycle, stage_on=on, merged_into=merged_into)
        self._write(LesionSaved(changed, clean_note(note)))
        return changed

    def add_symptom(
        self,
        lesion: Lesion,
        kind: SymptomKind,
        noted_at: datetime,
        note: str | None,
        *,
        symptom_id: str | None = None,
    ) -> Symptom:
        """Store what a person reports of a lesion.

        Args:
            noted_at: when; without a zone it is this computer's local time.
            symptom_id: of an export read back; the caller knows that it is free.

        Returns:
            The symptom, its time in UTC.
        """
        current = self._known_lesion(lesion)
        symptom = Symptom(
            symptom_id=symptom_id or new_id("sym"),
            lesion_id=current.lesion_id,
            kind=kind,
            noted_at=noted_at.astimezone(UTC),
            note=clean_note(note),
        )
        self._write(SymptomAdded(symptom))
        return symptom

    def _write(self, *events: Event) -> None:
        self._engine.write(events)

    def _knows_person(self, person_id: str) -> bool:
        found = self._engine.read(partial(reads.person_by, column="person_id", value=person_id))
        return found is not None

    def _knows_lesion(self, lesion_id: str) -> bool:
        return self._engine.read(partial(reads.lesion_by_id, lesion_id=lesion_id)) is not None

    def _save_lesion(self, current: Lesion, changed: Lesion) -> Lesion:
        if changed != current:
            self._write(LesionSaved(changed))
        return changed

    def _known_person(self, person: Person) -> Person:
        found = self._engine.read(lambda db: reads.person_by(db, "person_id", person.person_id))
        if found is None:
            raise UnknownNameError(f"'{person.name}' is not in the vault '{self.path}'.")
        return found

    def _known_lesion(self, lesion: Lesion) -> Lesion:
        found = self._engine.read(lambda db: reads.lesion_by_id(db, lesion.lesion_id))
        if found is None:
            raise UnknownNameError(f"'{lesion.name}' is not in the vault '{self.path}'.")
        return found

    def _lesion_of(self, person_id: str, lesion: Lesion | None) -> Lesion | None:
        if lesion is None:
            return None
        found = self._known_lesion(lesion)
        if found.person_id != person_id:
            raise UsageError(
                f"The lesion '{found.name}' is of '{found.person}', the photo of somebody else.",
                next_step="Choose a lesion of the same person.",
            )
        return found
