"""`Vault`: everything that is stored, behind one door.

Whatever a method has returned from is on the device. One process (and one thread) holds a vault
at a time, for the length of a `with Vault.open(...)` block: keep that short.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tracker import resources
from tracker.domain.analysis import Analysis
from tracker.domain.capture import CaptureTime
from tracker.domain.comparison import Comparison
from tracker.domain.records import (
    Lesion,
    Observation,
    PhotoRecord,
)
from tracker.errors import InternalError, UnknownNameError, UsageError
from tracker.store import conversion
from tracker.store.cache import CACHE_FOLDER
from tracker.store.create import create_encrypted_vault, create_vault
from tracker.store.disk import sweep_unfinished
from tracker.store.erasure import finish_erasure
from tracker.store.events import (
    CaptureCorrected,
    ComparisonAdded,
    NoteSet,
    ObservationAdded,
    ObservationMoved,
    ObservationReanalysed,
    PhotoKept,
    check_local,
    kept_analysis,
)
from tracker.store.header import JOURNAL_FOLDER, Header, finish_copies, read_header
from tracker.store.kept import engine_of
from tracker.store.keys import VaultKey, sealing_for
from tracker.store.locking import locked
from tracker.store.migrate import load_migrations
from tracker.store.names import clean_file_name, clean_note
from tracker.store.photos import PhotoFolder
from tracker.store.sealing import Sealing
from tracker.store.slots import DEFAULT_COST, KdfCost
from tracker.store.values import NewObservation
from tracker.store.vault_care import VaultCare
from tracker.store.vault_people import new_id


@dataclass(frozen=True, slots=True)
class Held:
    """A vault that this process alone may touch; interrupted work in it is finished or undone."""

    path: Path
    header: Header
    sealing: Sealing

    @contextmanager
    def opened(self) -> Iterator[Vault]:
        """The vault, open for the length of the block."""
        migrations = load_migrations(resources.migrations_dir())
        with engine_of(self.path, self.header, migrations, self.sealing) as engine:
            yield Vault(self.path, self.header, engine, self.sealing)


@contextmanager
def holding(
    path: Path, *, key: VaultKey | None = None, wait_s: float = 20.0, purpose: str = ""
) -> Iterator[Held]:
    """Hold a vault without opening it; arguments and errors as `Vault.open`."""
    header = read_header(path, warn=False)  # before a lock file is made in any folder
    conversion.settle(path, wait_s=wait_s)
    sealing_for(path, header, key)
    with locked(path, wait_s=wait_s, purpose=purpose, timed=not header.encrypted):
        conversion.settle_locked(path)  # begun and killed while this waited for the lock
        header = read_header(path)
        sealing = sealing_for(path, header, key)
        finish_copies(path, header)
        finish_erasure(path, sealing)
        PhotoFolder(path, sealing).sweep()
        folders = (path, path / JOURNAL_FOLDER, path / CACHE_FOLDER)
        sweep_unfinished(*folders, neutral=sealing.encrypted)
        yield Held(path, header, sealing)


class Vault(VaultCare):
    """An open vault. Make one with `create`, use it through `open`."""

    @staticmethod
    def create(
        path: Path,
        *,
        demo: bool = False,
        passphrase: str | None = None,
        cost: KdfCost = DEFAULT_COST,
    ) -> str | None:
        """Make an empty vault at `path`, which must not exist or be an empty folder.

        Args:
            passphrase: encrypts the vault; without one it lies readable on the disk.
            cost: of trying a passphrase; the usual one is RFC 9106's for little memory.

        Returns:
            The recovery key of an encrypted vault, which is kept nowhere: print it. Else None.

        Raises:
            UsageError: no possible passphrase.
            VaultError: something is there already, or cannot be written. StorageFullError: no room.
        """
        if passphrase is None:
            create_vault(path, demo=demo)
            return None
        return create_encrypted_vault(path, demo=demo, passphrase=passphrase, cost=cost)

    @classmethod
    @contextmanager
    def open(
        cls, path: Path, *, key: VaultKey | None = None, wait_s: float = 20.0, purpose: str = ""
    ) -> Iterator[Vault]:
        """Hold the vault for the length of the block.

        Args:
            key: of an encrypted vault, see `keys.unlock`; not looked at where the vault is plain.
            wait_s: seconds to wait for another process or thread that holds it.
            purpose: a few words that others are shown meanwhile, without personal data.

        Raises:
            VaultLockedError: it is encrypted, and no key was given.
            WrongPassphraseError: the key is another vault's.
            VaultNotFoundError, VaultNewerError, VaultError, StorageFullError: cannot be opened.
            VaultDamagedError: the journal is broken; the message names the repair.
            VaultBusyError: still held after `wait_s`; the message says by whom.
        """
        with (
            holding(path, key=key, wait_s=wait_s, purpose=purpose) as held,
            held.opened() as vault,
        ):
            yield vault

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Group writes: all or none, one flush; acknowledge them only after the block.

        Raises:
            StorageFullError, VaultError: nothing of the batch was stored (photos may lie in their
            folder unused).
        """
        with self._engine.batch():
            yield

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

    def mend_photo(self, data: bytes) -> None:
        """Put a recorded original back in its place if it is missing there or damaged.

        Raises:
            UnknownNameError: no such photo was ever kept. StorageFullError: no room.
        """
        digest = hashlib.sha256(data).hexdigest()
        if self.photo(digest) is None:
            raise UnknownNameError("The photo was never kept in the vault.")
        self._photos.keep(data)

    def add_observation(self, new: NewObservation) -> Observation:
        """Store one lesion on one dated photo, with its analysis.

        Raises:
            UnknownNameError: the photo, person or lesion is not in the vault.
            UsageError: the lesion is another person's, the note no possible one, the id taken.
            InternalError: the analysis holds what cannot be stored (a bug).
        """
        person = self._known_person(new.person)
        lesion = self._lesion_of(person.person_id, new.lesion)
        photo = self.photo(new.photo.photo_sha256)
        if photo is None:
            raise UnknownNameError("The photo of the observation was not kept in the vault.")
        if new.observation_id is not None and self.has_observation(new.observation_id):
            raise UsageError(f"There is already an observation {new.observation_id!a}.")
        event = ObservationAdded(
            observation_id=new.observation_id or new_id("obs"),
            photo_sha256=photo.photo_sha256,
            person_id=person.person_id,
            lesion_id=None if lesion is None else lesion.lesion_id,
            capture=_local(new.capture),
            modality=new.modality,
            requested_roi=new.requested_roi,
            analysis=new.analysis,
            note=clean_note(new.note),
            added_at=new.added_at or datetime.now(UTC),
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
            requested_roi=event.requested_roi,
        )

    def add_analysis(self, observation_id: str, analysis: Analysis) -> Observation:
        """Store a later analysis of an observation; it counts from now on, the earlier one stays.

        Comparisons of the earlier one no longer count.

        Raises:
            UnknownNameError: no such observation.
            InternalError: the analysis holds what cannot be stored (a bug).
        """
        current = self.observation(observation_id)
        self._write(ObservationReanalysed(observation_id, analysis, datetime.now(UTC)))
        return replace(current, analysis=kept_analysis(analysis))

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
            if not self.has_observation(observation_id):
                self.observation(observation_id)  # raises, with the words for it
        self._write(ComparisonAdded(comparison))


def _local(capture: CaptureTime) -> CaptureTime:
    try:
        check_local(capture)
    except ValueError as error:
        raise InternalError(f"The photo cannot be stored: {error}.") from error
    return capture
