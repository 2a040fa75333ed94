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
from tracker.store.migrate import Migration, migrate

DATABASE_FILE = "moletrail.duckdb"
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
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
    """One open connection. Everything in it is derived from the journal.

    Raises:
        DatabaseUnreadableError: the file is damaged. SchemaNewerError, SchemaChangedError: its
        schema is not ours. StorageFullError, VaultBusyError: see there.
    """

    def __init__(self, vault: Path, migrations: tuple[Migration, ...]) -> None:
        self.path = vault / DATABASE_FILE
        self.schema_version = migrations[-1].number
        try:
            self._connection = duckdb.connect(str(self.path), config=_SETTINGS)
        except duckdb.Error as error:
            raise self._explain(error, opening=True) from error
        make_private(self.path)
        try:
            migrate(self._connection, migrations)
            self._connection.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            self.close()
            raise self._explain(error, opening=True) from error
        except BaseException:
            self.close()
            raise

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
            raise self._explain(error) from error

    def columns(self, sql: str, parameters: Sequence[Any] = ()) -> dict[str, Any]:
        """The answer to a query as one numpy array a column, for many numbers at once.

        Raises:
            DatabaseUnreadableError: the file is damaged.
        """
        try:
            found: dict[str, Any] = self._connection.execute(sql, list(parameters)).fetchnumpy()
        except duckdb.Error as error:
            raise self._explain(error) from error
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
            raise self._explain(error) from error

    def roll_back(self) -> None:
        """Undo the open transaction, if there is one and the file still answers."""
        with suppress(duckdb.Error):
            self._connection.execute("ROLLBACK")

    def _explain(self, error: duckdb.Error, *, opening: bool = False) -> Exception:
        """What a DuckDB error means; the texts are those of DuckDB 2.0 and of the systems."""
        text = str(error)
        if "No space left" in text or "quota exceeded" in text.lower():
            return StorageFullError(
                f"The disk is full: '{self.path}' could not be written. "
                "Everything stored before is safe.",
                next_step="Make room and try again.",
            )
        if "lock on file" in text or "being used by another process" in text:
            return VaultBusyError(
                f"Another program has '{self.path}' open: {text.splitlines()[0]}",
                next_step="Close that program and try again.",
            )
        # A failed checksum comes as the base class, and while opening no error is a question's.
        if opening or type(error) is duckdb.Error or isinstance(error, _FILE_ERRORS):
            return DatabaseUnreadableError(text)
        return InternalError(
            f"The database refused a statement: {text}", next_step="Please report this."
        )


def set_database_aside(vault: Path, reason: str) -> None:
    """Move a database that cannot be used out of the way; it is never deleted."""
    path = vault / DATABASE_FILE
    moved = move_aside(path, "replaced")
    move_aside(path.with_name(path.name + ".wal"), "replaced")
    if moved is not None:
        _log.warning(
            "the database is made again from the journal (%s); the old file is kept as '%s'",
            reason,
            moved.name,
        )
