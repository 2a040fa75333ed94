"""The database file of a vault, opened only to look: nothing in it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from tracker.errors import MoletrailError
from tracker.store.database import (
    DATABASE_FILE,
    SETTINGS,
    DatabaseUnreadableError,
    Row,
    explain,
)
from tracker.store.migrate import Migration, migrate
from tracker.store.sealing import Sealing
from tracker.store.snapshot import SNAPSHOT_FILE, read_snapshot
from tracker.store.tables import MEMORY_SETTINGS

#: Tables that say how the database was made, not what is in the vault.
_OWN_TABLES = frozenset({"schema_migration", "applied_entry"})
_TABLES = """
SELECT DISTINCT table_name FROM duckdb_columns()
WHERE NOT internal AND column_name = 'seq'
    AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT internal)
ORDER BY table_name
"""


class UnreadableError(Exception):
    """The database does not answer; the message says why, without values from it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A journal entry as the database remembers it; `time` is UTC."""

    seq: int
    hash: str
    kind: str
    time: datetime


class Look:
    """A database that can be asked; every answer may raise `UnreadableError`.

    Args:
        file: name of what it was read from, for findings.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: str) -> None:
        self._connection = connection
        self.file = file

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> Iterator[Row]:
        """The answer to a query, each row by column name."""
        try:
            cursor = self._connection.execute(sql, list(parameters))
            names = [column[0] for column in cursor.description or ()]
            while some := cursor.fetchmany(500):
                for values in some:
                    yield dict(zip(names, values, strict=True))
        except duckdb.Error as error:
            raise UnreadableError(type(error).__name__) from error
        except (ValueError, OverflowError) as error:  # a value that is none of its column's type
            raise UnreadableError(type(error).__name__) from error

    def tables(self) -> list[str]:
        """Names of the tables that hold what is in the vault."""
        found = [row["table_name"] for row in self.rows(_TABLES)]
        return [name for name in found if name not in _OWN_TABLES]

    def applied(self) -> list[Applied]:
        """The journal entries that the database holds, by number."""
        rows = self.rows("SELECT seq, hash, kind, recorded_at_utc FROM applied_entry ORDER BY seq")
        return [
            Applied(r["seq"], r["hash"], r["kind"], r["recorded_at_utc"].replace(tzinfo=UTC))
            for r in rows
        ]

    def vault_id(self) -> str | None:
        """Which vault it was made for."""
        row = next(self.rows("SELECT vault_id FROM vault ORDER BY seq LIMIT 1"), None)
        return None if row is None else row["vault_id"]

    def migrations(self) -> list[tuple[int, str]]:
        """Number and hash of every migration it has been through."""
        rows = self.rows("SELECT number, sha256 FROM schema_migration ORDER BY number")
        return [(row["number"], row["sha256"]) for row in rows]

    def rows_of_table(self, table: str, first: int, last: int) -> Iterator[tuple[int, Row]]:
        """Rows of journal entries `first` … `last` in one table, with their entries' numbers."""
        sql = f'SELECT * FROM "{table}" WHERE seq BETWEEN ? AND ?'
        return ((row["seq"], row) for row in self.rows(sql, (first, last)))


@contextmanager
def look(vault: Path, sealing: Sealing, migrations: tuple[Migration, ...]) -> Iterator[Look | None]:
    """The tables of a vault as they were kept, to be read only; None where none were.

    Raises:
        UnreadableError: what was kept cannot be read as tables.
        VaultBusyError: another program has the file open.
    """
    connection = _sealed(vault, sealing, migrations) if sealing.encrypted else _plain(vault)
    if connection is None:
        yield None
        return
    try:
        yield Look(connection, SNAPSHOT_FILE if sealing.encrypted else DATABASE_FILE)
    finally:
        with suppress(duckdb.Error):
            connection.close()


def _plain(vault: Path) -> duckdb.DuckDBPyConnection | None:
    path = vault / DATABASE_FILE
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return None
    try:
        return duckdb.connect(str(path), read_only=True, config=SETTINGS)
    except duckdb.Error as error:
        found = explain(error, path, opening=True)
        if isinstance(found, MoletrailError):
            raise found from error
        raise UnreadableError(type(error).__name__) from error


def _sealed(
    vault: Path, sealing: Sealing, migrations: tuple[Migration, ...]
) -> duckdb.DuckDBPyConnection | None:
    try:
        snapshot = read_snapshot(vault, sealing)
    except DatabaseUnreadableError as error:
        raise UnreadableError("SealBroken") from error
    level = 0 if snapshot is None else snapshot.level(migrations)
    if snapshot is None or not level:
        return None
    connection = duckdb.connect(":memory:", config=MEMORY_SETTINGS)
    try:
        migrate(connection, migrations[:level])
        snapshot.fill(connection)
    except (duckdb.Error, ValueError) as error:
        connection.close()
        raise UnreadableError(type(error).__name__) from error
    return connection


def is_newer(found: list[tuple[int, str]], migrations: tuple[Migration, ...]) -> bool:
    """Whether a newer program has migrated the database."""
    return len(found) > len(migrations)
