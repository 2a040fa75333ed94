"""The reading half of `Vault`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import EMBEDDING_DIM
from tracker.domain.comparison import Comparison
from tracker.domain.geometry import Box
from tracker.domain.records import Lesion, Observation, Person, PhotoRecord, Symptom
from tracker.errors import InternalError, UnknownNameError
from tracker.store import cache, reads, reads_care
from tracker.store.database import Database
from tracker.store.engine import Engine
from tracker.store.header import Header
from tracker.store.index import EmbeddingIndex
from tracker.store.names import clean_name
from tracker.store.photos import PhotoFolder
from tracker.store.sealing import PLAIN, Sealing
from tracker.store.values import Use, VaultInfo

_T = TypeVar("_T")


class VaultReads:
    """What can be asked of an open vault. Lists are complete and in a stated order."""

    def __init__(
        self, path: Path, header: Header, engine: Engine, sealing: Sealing = PLAIN
    ) -> None:
        self.path = path
        self._header = header
        self._engine = engine
        self._sealing = sealing
        self._photos = PhotoFolder(path, sealing)
        self._index: tuple[int, EmbeddingIndex] | None = None

    @property
    def header(self) -> Header:
        """What the vault says of itself."""
        return self._header

    @property
    def position(self) -> str:
        """Names the state of the vault: equal as long as nothing is written to its journal."""
        head = self._engine.head
        return f"{head.seq}-{head.hash}"

    @property
    def originals(self) -> PhotoFolder:
        """The files of the photos, which never change: they may be read with the vault shut."""
        return self._photos

    def people(self) -> list[Person]:
        """Everybody in the vault, by name."""
        return self._engine.read(reads.people)

    def person(self, name: str) -> Person:
        """The person of that name (equal up to Unicode normalisation).

        Raises:
            UnknownNameError: nobody is called so. UsageError: no possible name.
        """
        clean = clean_name(name, "person")
        found = self._engine.read(lambda db: reads.person_by(db, "name", clean))
        if found is None:
            known = ", ".join(f"'{person.name}'" for person in self.people()[:10])
            raise UnknownNameError(
                f"There is nobody called '{clean}' in the vault '{self.path}'.",
                next_step=f"Known: {known}." if known else "The vault has no people yet.",
            )
        return found

    def lesions(self, person: Person | None = None, *, binned: bool = False) -> list[Lesion]:
        """Lesions of one person or of all, by person and name, in every life cycle.

        Args:
            binned: those in the bin as well.
        """
        identity = None if person is None else person.person_id
        return self._engine.read(lambda db: reads.lesions(db, identity, binned=binned))

    def lesion(self, person: Person, name: str) -> Lesion:
        """The lesion of that name.

        Raises:
            UnknownNameError: the person has no such lesion. UsageError: no possible name.
        """
        clean = clean_name(name, "lesion")
        found = self._engine.read(lambda db: reads.lesion_by_name(db, person.person_id, clean))
        if found is None:
            known = ", ".join(f"'{lesion.name}'" for lesion in self.lesions(person)[:10])
            raise UnknownNameError(
                f"'{person.name}' has no lesion called '{clean}'.",
                next_step=f"Known: {known}." if known else "There are no lesions yet.",
            )
        return found

    def observations(self, lesion: Lesion) -> list[Observation]:
        """A lesion's observations, by capture time, then by when they were added."""
        return self._observations("t.lesion_id = ?", lesion.lesion_id)

    def all_observations(self, person: Person | None = None) -> list[Observation]:
        """Observations of one person or of all, assigned or not, by capture time."""
        if person is None:
            return self._observations("")
        return self._observations("o.person_id = ?", person.person_id)

    def unassigned(self, person: Person | None = None) -> list[Observation]:
        """Observations that wait for a lesion, by capture time."""
        if person is None:
            return self._observations("t.lesion_id IS NULL")
        return self._observations("t.lesion_id IS NULL AND o.person_id = ?", person.person_id)

    def observation(self, observation_id: str) -> Observation:
        """One observation.

        Raises:
            UnknownNameError: there is none of that id.
        """
        found = self._observations("o.observation_id = ?", observation_id)
        if not found:
            raise UnknownNameError(
                f"There is no observation {observation_id!a} in the vault '{self.path}'.",
                next_step="See the ids with: moletrail timeline LESION",
            )
        return found[0]

    def uses(self) -> list[Use]:
        """All observations in the order they were added, without what was seen on them."""
        return self._engine.read(reads.uses)

    def ever_assigned(self, lesion: Lesion) -> set[str]:
        """Ids of the observations that were of that lesion at some time."""
        return self._engine.read(lambda db: reads.ever_assigned(db, lesion.lesion_id))

    def entries_before_deletion(self) -> int:
        """How many entries the journal had when last something was deleted; 0 if never."""
        return self._engine.read(reads.entries_before_deletion)

    def has_observation(self, observation_id: str) -> bool:
        """Whether there is an observation of that id."""
        return self._engine.read(lambda db: reads.has_observation(db, observation_id))

    def find_duplicate(
        self, photo_sha256: str, person: Person, lesion: Lesion | None, roi: Box | None
    ) -> Observation | None:
        """The observation of the same photo, person, lesion and requested region, if any.

        Args:
            lesion: None looks among all of the person's observations, assigned or not.
            roi: the region the person points at, as in `NewObservation.requested_roi`.
        """
        lesion_id = None if lesion is None else lesion.lesion_id
        found = self._engine.read(
            lambda db: reads.duplicate_id(db, photo_sha256, person.person_id, lesion_id, roi)
        )
        return None if found is None else self.observation(found)

    def analysis_marks(self, observation_ids: Sequence[str]) -> dict[str, str]:
        """By observation id, something that changes whenever its current analysis does.

        It tells whether what was computed from an analysis with the vault closed still holds. Ids
        of no observation are left out.
        """
        return self._engine.read(lambda db: reads.analysis_marks(db, observation_ids))

    def networks_used(self) -> dict[tuple[str | None, str | None], int]:
        """How many photos now count with an analysis by which networks (SHA-256 of ViT, gate)."""
        return self._engine.read(reads.networks_used)

    def comparisons(self, lesion: Lesion) -> tuple[Comparison, ...]:
        """The latest comparison for each (earlier, later, method) of the lesion's observations.

        One that was stored before a photo of it was analysed again no longer counts.
        """
        return tuple(self._engine.read(lambda db: reads.comparisons(db, lesion.lesion_id)))

    def life_cycle_notes(self) -> dict[str, str]:
        """By lesion id: the note of its present life cycle (of an excision: the pathology)."""
        return self._engine.read(reads_care.life_cycle_notes)

    def symptoms(self, lesion: Lesion) -> list[Symptom]:
        """Reported symptoms, by when they were noted."""
        return self._engine.read(lambda db: reads_care.symptoms(db, lesion.lesion_id))

    def photos(self) -> list[PhotoRecord]:
        """All kept photos, in the order in which they were recorded."""
        return self._engine.read(reads.photos)

    def photo(self, photo_sha256: str) -> PhotoRecord | None:
        """The record of a kept photo, None if the vault has none of that hash."""
        return self._engine.read(lambda db: reads.photo(db, photo_sha256))

    def photo_bytes(self, photo_sha256: str) -> bytes:
        """An original, byte for byte as it was stored.

        Raises:
            UnknownNameError: no photo of that hash was stored.
            VaultDamagedError: it is missing, or is not what was stored.
        """
        if self.photo(photo_sha256) is None:
            raise UnknownNameError(
                f"There is no photo {photo_sha256!a} in the vault '{self.path}'."
            )
        return self._photos.read(photo_sha256)

    def nearest(
        self, embedding: NDArray[np.float32], *, person: Person, model_sha256: str, k: int
    ) -> list[tuple[str, float]]:
        """The person's observations most like `embedding`.

        Args:
            embedding: (128,) float32, unit length. model_sha256: the network it comes from; only
                embeddings of the same network are compared.

        Returns:
            (observation id, cosine similarity -1..1), best first, `k` at most.
        """
        if embedding.shape != (EMBEDDING_DIM,) or not np.isfinite(embedding).all():
            raise InternalError(f"An embedding of shape {embedding.shape} cannot be searched.")
        among = self._engine.read(lambda db: reads.searchable(db, person.person_id, model_sha256))
        found = self._current_index().nearest(embedding, among.keys(), k)
        return [(among[number], cosine) for number, cosine in found]

    def cached(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Derived bytes kept under `key`; made by `make` where they are not there (any more)."""
        return cache.cached(self.path, key, make, self._sealing)

    def keep_cached(self, key: str, data: bytes) -> None:
        """Keep derived bytes under `key` in place of what was kept there."""
        cache.keep(self.path, key, data, self._sealing)

    def info(self) -> VaultInfo:
        """Versions and counts."""
        counts = self._engine.read(reads.counts)
        return VaultInfo(
            vault_id=self._header.vault_id,
            format=self._header.format,
            schema_version=self._engine.schema_version,
            journal_entries=self._engine.head.seq,
            created_at=self._engine.read(reads.created_at),
            demo=self._header.demo,
            **counts,
        )

    def _observations(self, where: str, *parameters: str) -> list[Observation]:
        return self._engine.read(lambda db: reads.observations(db, where, parameters))

    def _current_index(self) -> EmbeddingIndex:
        if self._engine.has_uncommitted:
            # A batch may still fail: what it added must not stay in an index that is kept.
            return self._engine.read(lambda db: EmbeddingIndex(self.path, db, on_disk=False))
        seq = self._engine.head.seq
        if self._index is None or self._index[0] != seq:
            self._index = (seq, self._engine.read(self._index_of))
        return self._index[1]

    def _index_of(self, database: Database) -> EmbeddingIndex:
        """The index level with the database; an encrypted vault's is kept in memory only."""
        if not self._sealing.encrypted:
            return EmbeddingIndex(self.path, database)
        kept = self._engine.embedding_index
        if kept is None or not kept.update(database):
            kept = EmbeddingIndex(self.path, database, on_disk=False)
            self._engine.embedding_index = kept
        return kept
