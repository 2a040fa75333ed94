"""Where the tables of a vault live: in its database file, or, encrypted, in memory only."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Protocol

import duckdb

from tracker.store import reads
from tracker.store.database import (
    SETTINGS,
    Database,
    explain,
    set_database_aside,
)
from tracker.store.migrate import Migration, SchemaOlderError
from tracker.store.migrating import sweep, upgrade
from tracker.store.sealing import Sealing
from tracker.store.snapshot import restore_snapshot, worth_writing, write_snapshot

#: DuckDB would else move what does not fit in memory into files, as plain as it is.
MEMORY_SETTINGS = SETTINGS | {"temp_directory": "", "max_temp_directory_size": "0B"}
_IN_MEMORY = Path(":memory:")
_log = logging.getLogger(__name__)


class Tables(Protocol):
    """Opens the tables of one vault at the newest schema; derived, so always replaceable."""

    def open(self) -> Database:
        """The tables as they were kept, perhaps behind the journal, perhaps empty.

        Raises:
            DatabaseUnreadableError, SchemaChangedError: what was kept is no use: `set_aside`.
            SchemaNewerError: a newer program kept it. StorageFullError, VaultBusyError: see there.
        """

    def set_aside(self, reason: str) -> None:
        """Let the next `open` begin with empty tables."""

    def keep(self, database: Database, seq: int) -> None:
        """Keep the tables, level with entry `seq`, where they would else be gone."""


def tables_of(vault: Path, migrations: tuple[Migration, ...], sealing: Sealing) -> Tables:
    """The place of the tables of that vault."""
    if sealing.encrypted:
        return _InMemory(vault, migrations, sealing)
    return _InFile(vault, migrations)


class _InFile:
    def __init__(self, vault: Path, migrations: tuple[Migration, ...]) -> None:
        self._vault = vault
        self._migrations = migrations

    def open(self) -> Database:
        sweep(self._vault)
        try:
            return Database.open(self._vault, self._migrations)
        except SchemaOlderError:
            upgrade(self._vault, self._migrations)
        return Database.open(self._vault, self._migrations)

    def set_aside(self, reason: str) -> None:
        set_database_aside(self._vault, reason)

    def keep(self, database: Database, seq: int) -> None:
        """Nothing to do: they are in their file."""


class _InMemory:
    def __init__(self, vault: Path, migrations: tuple[Migration, ...], sealing: Sealing) -> None:
        self._vault = vault
        self._migrations = migrations
        self._sealing = sealing
        self._use_snapshot = True
        self._kept_seq = 0

    def open(self) -> Database:
        try:
            connection = duckdb.connect(":memory:", config=MEMORY_SETTINGS)
        except duckdb.Error as error:
            raise explain(error, _IN_MEMORY) from error
        try:
            if self._use_snapshot:
                restore_snapshot(self._vault, self._sealing, connection, self._migrations)
            database = Database(connection, _IN_MEMORY, self._migrations)
            self._kept_seq = (reads.applied(database) or (0, ""))[0]
        except BaseException:
            connection.close()
            raise
        return database

    def set_aside(self, reason: str) -> None:
        _log.warning("the tables are made again from the journal: %s", reason)
        self._use_snapshot = False

    def keep(self, database: Database, seq: int) -> None:
        if worth_writing(seq, self._kept_seq) and write_snapshot(
            self._vault, self._sealing, database, self._migrations
        ):
            self._kept_seq = seq
            self._use_snapshot = True
