"""`Vault`: everything that is stored, behind one door.

Whatever a method has returned from is on the device. One process (and one thread) holds a vault
at a time, for the length of a `with Vault.open(...)` block: keep that short.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tracker import resources
from tracker.domain.capture import CaptureTime
from tracker.domain.comparison import Comparison
from tracker.domain.records import (
    Lesion,
    LifeCycle,
    Observation,
    Person,
    PhotoRecord,
    Symptom,
    SymptomKind,
)
from tracker.errors import InternalError, UnknownNameError, UsageError
from tracker.store import reads
from tracker.store.create import create_vault
from tracker.store.engine import Engine
from tracker.store.events import (
    CaptureCorrected,
    ComparisonAdded,
    Event,
    LesionSaved,
    NoteSet,
    ObservationAdded,
    ObservationMoved,
    PersonSaved,
    PhotoKept,
    SymptomAdded,
    check_local,
    kept_analysis,
)
from tracker.store.header import read_header
from tracker.store.locking import locked
from tracker.store.migrate import load_migrations
from tracker.store.names import clean_file_name, clean_name, clean_note, clean_optional_name
from tracker.store.photos import PhotoFolder
from tracker.store.values import NewObservation
from tracker.store.vault_reads import VaultReads


class Vault(VaultReads):
    """An open vault: the writing half. Make one with `create`, use it through `open`."""

    @staticmethod
    def create(path: Path, *, demo: bool = False) -> None:
        """Make an empty vault at `path`, which must not exist or be an empty folder.

        Raises:
            VaultError: something is there already, or cannot be written. StorageFullError: no room.
        """
        create_vault(path, demo=demo)

    @classmethod
    @contextmanager
    def open(cls, path: Path, *, wait_s: float = 20.0, purpose: str = "") -> Iterator[Vault]:
        """Hold the vault for the length of the block.

        Args:
            wait_s: seconds to wait for another process or thread that holds it.
            purpose: a few words that others are shown meanwhile, without personal data.

        Raises:
            VaultNotFoundError, VaultNewerError, VaultError, StorageFullError: cannot be opened.
            VaultDamagedError: the journal is broken; the message names the repair.
            VaultBusyError: still held after `wait_s`; the message says by whom.
        """
        read_header(path)  # before a lock file is made in a folder that is no vault
        with locked(path, wait_s=wait_s, purpose=purpose):
            header = read_header(path)
            PhotoFolder(path).sweep()
            engine = Engine(path, header, load_migrations(resources.migrations_dir()))
            try:
                yield cls(path, header, engine)
            finally:
                engine.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Group writes: all or none, one flush; acknowledge them only after the block.

        Raises:
            StorageFullError, VaultError: nothing of the batch was stored (photos may lie in their
            folder unused).
        """
        with self._engine.batch():
            yield

    def ensure_person(self, name: str) -> Person:
        """The person of that name, added if new.

        Raises:
            UsageError: no possible name (see `names.clean_name`).
        """
        clean = clean_name(name, "person")
        found = self._engine.read(lambda db: reads.person_by(db, "name", clean))
        if found is not None:
            return found
        person = Person(_new_id("per"), clean)
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
        self, person: Person, name: str, *, site: str | None = None, is_new: bool = False
    ) -> Lesion:
        """The person's lesion of that name, added if new.

        For a lesion that is there, a site is only filled in where none is known, and `is_new` only
        ever set: `set_site` corrects.

        Raises:
            UsageError: no possible name.
        """
        clean, place = clean_name(name, "lesion"), clean_optional_name(site, "site")
        owner = self._known_person(person)
        found = self._engine.read(lambda db: reads.lesion_by_name(db, owner.person_id, clean))
        if found is None:
            lesion = Lesion(
                lesion_id=_new_id("les"),
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

    def set_life_cycle(self, lesion: Lesion, life_cycle: LifeCycle, note: str | None) -> Lesion:
        """Mark a lesion as excised, resolved, merged or active again; nothing is deleted."""
        current = self._known_lesion(lesion)
        changed = replace(current, life_cycle=life_cycle)
        self._write(LesionSaved(changed, clean_note(note)))
        return changed

    def keep_photo(
        self, data: bytes, *, file_name: str, media_type: str, width: int, height: int
    ) -> PhotoRecord:
        """Store an original byte for byte; one that is there already is not stored again.

        Args:
            width, height: of the upright photo, in pixels.

        Returns:
            Its record; for a photo kept before, with the file name of that time.

        Raises:
            StorageFullError: no room, nothing was stored.
        """
        digest = self._photos.keep(data)
        found = self.photo(digest)
        if found is not None:
            return found
        record = PhotoRecord(
            digest, clean_file_name(file_name), media_type, len(data), width, height
        )
        self._write(PhotoKept(record))
        return record

    def add_observation(self, new: NewObservation) -> Observation:
        """Store one lesion on one dated photo, with its analysis.

        Raises:
            UnknownNameError: the photo, person or lesion is not in the vault.
            UsageError: the lesion is another person's, or the note no possible one.
            InternalError: the analysis holds what cannot be stored (a bug).
        """
        person = self._known_person(new.person)
        lesion = self._lesion_of(person.person_id, new.lesion)
        photo = self.photo(new.photo.photo_sha256)
        if photo is None:
            raise UnknownNameError("The photo of the observation was not kept in the vault.")
        event = ObservationAdded(
            observation_id=_new_id("obs"),
            photo_sha256=photo.photo_sha256,
            person_id=person.person_id,
            lesion_id=None if lesion is None else lesion.lesion_id,
            capture=_local(new.capture),
            modality=new.modality,
            requested_roi=new.requested_roi,
            analysis=new.analysis,
            note=clean_note(new.note),
            added_at=datetime.now(UTC),
        )
        self._write(event)
        return Observation(
            observation_id=event.observation_id,
            photo=photo,
            person=person,
            lesion=lesion,
            capture=event.capture,
            modality=event.modality,
            analysis=kept_analysis(new.analysis),
            note=event.note,
            added_at=event.added_at,
        )

    def move_observation(self, observation_id: str, lesion: Lesion | None) -> Observation:
        """Assign an observation to a lesion of the same person, or to none.

        Raises:
            UnknownNameError: no such observation or lesion. UsageError: another person's lesion.
        """
        current = self.observation(observation_id)
        target = self._lesion_of(current.person.person_id, lesion)
        lesion_id = None if target is None else target.lesion_id
        self._write(ObservationMoved(observation_id, lesion_id))
        return replace(current, lesion=target)

    def set_capture(self, observation_id: str, capture: CaptureTime) -> Observation:
        """Correct when a photo was taken; the analysis keeps what the file says.

        Raises:
            UnknownNameError: no such observation.
        """
        current = self.observation(observation_id)
        self._write(CaptureCorrected(observation_id, _local(capture)))
        return replace(current, capture=capture)

    def set_note(self, observation_id: str, note: str | None) -> Observation:
        """Write, change or remove the note of an observation.

        Raises:
            UnknownNameError: no such observation. UsageError: no possible note.
        """
        current = self.observation(observation_id)
        clean = clean_note(note)
        self._write(NoteSet(observation_id, clean))
        return replace(current, note=clean)

    def add_comparison(self, comparison: Comparison) -> None:
        """Store a comparison; a later one of the same pair and method replaces it.

        Raises:
            UnknownNameError: one of its observations is not in the vault.
        """
        for observation_id in (comparison.earlier, comparison.later):
            if not self._engine.read(partial(reads.has_observation, observation_id=observation_id)):
                self.observation(observation_id)  # raises, with the words for it
        self._write(ComparisonAdded(comparison))

    def add_symptom(
        self, lesion: Lesion, kind: SymptomKind, noted_at: datetime, note: str | None
    ) -> Symptom:
        """Store what a person reports of a lesion.

        Args:
            noted_at: when; without a zone it is this computer's local time.

        Returns:
            The symptom, its time in UTC.
        """
        current = self._known_lesion(lesion)
        symptom = Symptom(
            symptom_id=_new_id("sym"),
            lesion_id=current.lesion_id,
            kind=kind,
            noted_at=noted_at.astimezone(UTC),
            note=clean_note(note),
        )
        self._write(SymptomAdded(symptom))
        return symptom

    def _write(self, *events: Event) -> None:
        self._engine.write(events)

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


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}"


def _local(capture: CaptureTime) -> CaptureTime:
    try:
        check_local(capture)
    except ValueError as error:
        raise InternalError(f"The photo cannot be stored: {error}.") from error
    return capture
