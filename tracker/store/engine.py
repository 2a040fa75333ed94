"""Journal and database as one: opening, catching up, and writing to both in the right order.

A write goes: rows into an open transaction (which proves that they fit) -> journal, one group of
lines, flushed to the device -> commit. A crash between any two steps leaves the database behind the
journal, never ahead, and the next open replays what is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

from tracker.errors import InternalError, MoletrailError, VaultError
from tracker.store import reads
from tracker.store.apply import apply_entries, apply_rows, note_applied
from tracker.store.database import Database, DatabaseUnreadableError
from tracker.store.disk import damaged
from tracker.store.entry import Draft
from tracker.store.events import Event, VaultCreated
from tracker.store.header import Header, newer
from tracker.store.index import EmbeddingIndex
from tracker.store.journal import Head, Journal
from tracker.store.migrate import Migration, SchemaChangedError, SchemaNewerError
from tracker.store.sealing import PLAIN, Sealing
from tracker.store.tables import tables_of

_REPLAY_AT_ONCE = 500
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Engine:
    """The open journal and database of one vault; use it under the vault's lock.

    Raises:
        VaultDamagedError: the journal is broken or shorter than it was. VaultNewerError: written
        by a newer program. StorageFullError, VaultBusyError, VaultError: see there.
    """

    def __init__(
        self,
        vault: Path,
        header: Header,
        migrations: tuple[Migration, ...],
        sealing: Sealing = PLAIN,
    ) -> None:
        self._vault = vault
        self.header = header
        #: Made by whoever searches; see `VaultReads.nearest`.
        self.embedding_index: EmbeddingIndex | None = None
        self._tables = tables_of(vault, migrations, sealing)
        self._pending: list[Draft] = []
        self._in_batch = False
        self._failed = False
        self._journal = Journal(vault, sealing)
        try:
            self._check_first_entry()
            self._database = self._open_database()
        except BaseException:
            self._journal.close()
            raise

    def close(self) -> None:
        """Let go of journal and database."""
        self._database.close()
        self._journal.close()

    def rest(self) -> None:
        """Let go of the journal, and keep the tables in memory; `resume` goes on from there."""
        try:
            self._tables.keep(self._database, self._journal.head.seq)
        finally:
            self._journal.close()

    def resume(self) -> None:
        """Open the journal again and take in what others appended.

        Raises:
            JournalReplacedError: it does not go on from what is in the tables. Else as opening.
        """
        self._journal.resume()
        try:
            self._replay(self._database, after=self._level(self._database))
        except BaseException:
            self._journal.close()
            raise

    @property
    def head(self) -> Head:
        """The last entry. Those of an open batch are counted, and have no hash yet: there the hash
        is that of the entry before the batch.
        """
        return Head(self._journal.head.seq + len(self._pending), self._journal.head.hash)

    @property
    def has_uncommitted(self) -> bool:
        """Whether an open batch has written what may still be undone."""
        return bool(self._pending)

    @property
    def schema_version(self) -> int:
        """Number of the newest migration."""
        return self._database.schema_version

    def read(self, question: Callable[[Database], _T]) -> _T:
        """Ask the database; if its file turns out damaged, make it again and ask once more.

        Within a batch the error goes on to `batch`, since what it has written is gone with the
        file.
        """
        try:
            return question(self._database)
        except DatabaseUnreadableError as error:
            if self._in_batch:
                raise
            self._remake(str(error))
            return question(self._database)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Group writes: one flush for all, all or none; they are durable when the block ends.

        Batches within a batch join it.

        Raises:
            StorageFullError, VaultError: nothing of the batch was stored.
        """
        if self._in_batch:
            yield
            return
        self._in_batch, self._failed = True, False
        before = self._journal.head.seq
        try:
            self._database.run("BEGIN")
            yield
            if self._failed:
                raise InternalError("A write within the batch failed; nothing of it was stored.")
            sealed = self._journal.seal(self._pending)
            note_applied(self._database, (entry for _, entry in sealed))
            self._journal.append(sealed)
            self._database.run("COMMIT")
        except BaseException as error:
            if self._journal.head.seq > before:
                self._catch_up(error)
                if isinstance(error, Exception):
                    return  # it is durable in the journal and in the reopened database
            else:
                self._give_up(error)
            raise
        finally:
            self._in_batch = False
            self._pending = []

    def write(self, events: Sequence[Event]) -> None:
        """Record events: durable on return, or, within a batch, when the batch ends.

        Raises:
            InternalError: an event does not fit its type (a bug). Else as `batch`.
        """
        with self.batch():
            try:
                drafts = self._journal.draft(events, after=self.head.seq)
                apply_rows(self._database, (each.entry for each in drafts))
            except BaseException:
                self._failed = True
                raise
            self._pending.extend(drafts)

    def _give_up(self, error: BaseException) -> None:
        """Undo a batch of which the journal holds nothing."""
        self._database.roll_back()
        if isinstance(error, DatabaseUnreadableError):
            self._remake(str(error))
            raise VaultError(
                f"The database of the vault '{self._vault}' was damaged, and was made again from "
                "the journal. Nothing of the last step was stored.",
                next_step="Try again.",
            ) from error

    def _catch_up(self, error: BaseException) -> None:
        """Open the database again: the journal holds a batch that was not committed to it."""
        _log.warning("the database is opened again after a failed commit: %s", error)
        self._database.close()
        try:
            self._database = self._open_database()
        except MoletrailError as again:
            again.message += " What was just stored is safe in the journal."
            raise

    def _remake(self, reason: str) -> None:
        self._database.close()
        self._tables.set_aside(reason)
        self._database = self._open_database()

    def _check_first_entry(self) -> None:
        first = next(self._journal.entries(), None)
        if first is None or not isinstance(first.event, VaultCreated):
            raise damaged(
                self._vault, f"The journal '{self._journal.path}' is missing its beginning."
            )
        if first.event.vault_id != self.header.vault_id:
            raise damaged(
                self._vault, f"The journal '{self._journal.path}' belongs to another vault."
            )
        if first.event.demo != self.header.demo:
            raise damaged(
                self._vault, f"The head of the vault '{self._vault}' and its journal differ."
            )

    def _open_database(self) -> Database:
        """The database, level with the journal; one that does not fit is made again."""
        try:
            return self._caught_up(self._tables.open())
        except SchemaNewerError as error:
            raise newer(self._vault, str(error)) from error
        except (DatabaseUnreadableError, SchemaChangedError) as error:
            self._tables.set_aside(str(error).partition("\n")[0])
        try:
            return self._caught_up(self._tables.open())
        except (DatabaseUnreadableError, SchemaChangedError) as error:
            raise damaged(self._vault, f"The database cannot be made again: {error}.") from error

    def _caught_up(self, database: Database) -> Database:
        try:
            self._replay(database, after=self._level(database))
        except BaseException:
            database.roll_back()
            database.close()
            raise
        return database

    def _level(self, database: Database) -> int:
        """How many journal entries the database holds.

        Raises:
            DatabaseUnreadableError: it was not made from this journal.
            VaultDamagedError: the journal has lost entries that were stored.
        """
        applied = reads.applied(database)
        if applied is None:
            return 0
        seq, digest = applied
        if reads.vault_id(database) != self.header.vault_id:
            raise DatabaseUnreadableError("it belongs to another vault")
        if seq > self._journal.head.seq:
            raise damaged(
                self._vault,
                f"The journal '{self._journal.path}' ends at entry {self._journal.head.seq}, but "
                f"{seq} were stored. The database still holds what is missing.",
            )
        if self._journal.hash_of(seq) != digest or reads.applied_count(database) != seq:
            raise DatabaseUnreadableError("it does not agree with the journal")
        return seq

    def _replay(self, database: Database, *, after: int) -> None:
        entries = self._journal.entries(after)
        while some := list(islice(entries, _REPLAY_AT_ONCE)):
            database.run("BEGIN")
            apply_entries(database, some)
            database.run("COMMIT")
