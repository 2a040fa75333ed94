"""The DuckDB file: opening it safely, asking it, and telling what its errors mean."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from tracker.errors import InternalError, StorageFullError, VaultBusyError
from tracker.store.disk import make_private, move_aside
from tracker.store.migrate import Migration, check_level, migrate

DATABASE_FILE = "moletrail.duckdb"
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # A vault is small; a second thread only competes with the network's.
    "threads": "1",
}
#: Errors after which the file, not the question, is to be doubted.
_FILE_ERRORS = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
)
_log = logging.getLogger(__name__)

Row = dict[str, Any]


class DatabaseUnreadableError(Exception):
    """The file does not answer; it can be made again from the journal."""


class Database:
    """One open connection, brought to the newest schema. Everything in it comes from the journal.

    Args:
        path: of the file, for messages.

    Raises:
        SchemaNewerError, SchemaChangedError: its schema is not ours.
        DatabaseUnreadableError: the file is damaged. StorageFullError: no room.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, path: Path, migrations: tuple[Migration, ...]
    ) -> None:
        self.path = path
        self.schema_version = migrations[-1].number
        self._connection = connection
        try:
            migrate(connection, migrations)
            connection.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            self.close()
            raise explain(error, path, opening=True) from error
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, vault: Path, migrations: tuple[Migration, ...]) -> Database:
        """The database file of a vault, made if it is not there.

        Raises:
            SchemaOlderError: see `migrating.upgrade`. VaultBusyError: another program has it open.
            Else as the constructor.
        """
        path = vault / DATABASE_FILE
        try:
            connection = duckdb.connect(str(path), config=SETTINGS)
            make_private(path)
            try:
                check_level(connection, migrations)
            except BaseException:
                connection.close()
                raise
        except duckdb.Error as error:
            raise explain(error, path, opening=True) from error
        return cls(connection, path, migrations)

    def close(self) -> None:
        """Close the file; what was committed stays, whether or not this succeeds."""
        try:
            self._connection.close()
        except duckdb.Error as error:
            _log.warning("the database could not be closed tidily: %s", error)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The answer to a query, each row by column name.

        Raises:
            DatabaseUnreadableError: the file is damaged.
        """
        try:
            cursor = self._connection.execute(sql, list(parameters))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        except duckdb.Error as error:
            raise explain(error, self.path) from error

    def columns(self, sql: str, parameters: Sequence[Any] = ()) -> dict[str, Any]:
        """The answer to a query as one numpy array a column, for many numbers at once.

        Raises:
            DatabaseUnreadableError: the file is damaged.
        """
        try:
            found: dict[str, Any] = self._connection.execute(sql, list(parameters)).fetchnumpy()
        except duckdb.Error as error:
            raise explain(error, self.path) from error
        return found

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute a statement without an answer.

        Raises:
            StorageFullError: no room. DatabaseUnreadableError: the file is damaged.
            InternalError: the statement is wrong, which is a bug.
        """
        try:
            self._connection.execute(sql, list(parameters))
        except duckdb.Error as error:
            raise explain(error, self.path) from error

    def arrow(self, table: str) -> Any:
        """All rows of a table, in the order they were added, as a `pyarrow.Table`.

        Raises:
            DatabaseUnreadableError: the file is damaged.
        """
        try:
            return self._connection.sql(f'SELECT * FROM "{table}"').to_arrow_table()
        except duckdb.Error as error:
            raise explain(error, self.path) from error

    def roll_back(self) -> None:
        """Undo the open transaction, if there is one and the file still answers."""
        with suppress(duckdb.Error):
            self._connection.execute("ROLLBACK")


def explain(error: duckdb.Error, path: Path, *, opening: bool = False) -> Exception:
    """What a DuckDB error means; the texts are those of DuckDB 2.0 and of the systems.

    Args:
        opening: no question was asked yet, so that every error is the file's.
    """
    text = str(error)
    if "No space left" in text or "quota exceeded" in text.lower():
        return StorageFullError(
            f"The disk is full: '{path}' could not be written. Everything stored before is safe.",
            next_step="Make room and try again.",
        )
    if "lock on file" in text or "being used by another process" in text:
        return VaultBusyError(
            f"Another program has '{path}' open: {text.splitlines()[0]}",
            next_step="Close that program and try again.",
        )
    # A failed checksum comes as the base class.
    if opening or type(error) is duckdb.Error or isinstance(error, _FILE_ERRORS):
        return DatabaseUnreadableError(text)
    return InternalError(
        f"The database refused a statement: {text}", next_step="Please report this."
    )


def write_ahead_log(database: Path) -> Path:
    """Where DuckDB keeps what is committed and not yet in the file itself."""
    return database.with_name(database.name + ".wal")


def set_database_aside(vault: Path, reason: str) -> None:
    """Move a database that cannot be used out of the way; it is never deleted."""
    path = vault / DATABASE_FILE
    moved = move_aside(path, "replaced")
    move_aside(write_ahead_log(path), "replaced")
    if moved is not None:
        _log.warning(
            "the database is made again from the journal (%s); the old file is kept as '%s'",
            reason,
            moved.name,
        )
