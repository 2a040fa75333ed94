"""Numbered SQL migrations, each applied once, in a transaction with its own record."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from tracker.errors import InternalError

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_RECORD_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migration (
    number INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    applied_at_utc TIMESTAMP NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration; `sha256` is of its text with line feeds, whatever the checkout made of it."""

    number: int
    name: str
    sql: str
    sha256: str


class SchemaNewerError(Exception):
    """The database has a migration that this program does not know."""


class SchemaOlderError(Exception):
    """The database has been in use with an older schema: see `migrating.upgrade`."""


class SchemaChangedError(Exception):
    """The database was made with another text of a migration: it must be made again."""


def load_migrations(folder: Path) -> tuple[Migration, ...]:
    """The migrations of `folder`, numbered 1, 2, 3, …

    Raises:
        InternalError: none there, or a number is missing or taken twice.
    """
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise InternalError(f"'{path.name}' is no name of a migration.")
        sql = path.read_bytes().replace(b"\r\n", b"\n")
        digest = hashlib.sha256(sql).hexdigest()
        found.append(Migration(int(match[1]), match[2], sql.decode("utf-8"), digest))
    if not found or [m.number for m in found] != list(range(1, len(found) + 1)):
        raise InternalError(
            f"The migrations in '{folder}' are not numbered 1, 2, 3, ….",
            next_step="Install Moletrail again.",
        )
    return tuple(found)


def check_level(connection: duckdb.DuckDBPyConnection, migrations: tuple[Migration, ...]) -> None:
    """Pass a database that is new or up to date.

    Raises:
        SchemaOlderError: some migrations were applied and some are pending.
        SchemaNewerError, SchemaChangedError: it cannot be brought up to date.
    """
    pending = _pending(connection, migrations)
    if pending and len(pending) < len(migrations):
        raise SchemaOlderError(f"schema {pending[0].number - 1}")


def migrate(connection: duckdb.DuckDBPyConnection, migrations: tuple[Migration, ...]) -> None:
    """Bring a database to the newest schema; what was applied before is checked, not repeated.

    Raises:
        SchemaNewerError, SchemaChangedError: this database cannot be brought up to date.
        duckdb.Error: a migration failed; it was rolled back with its record.
    """
    for migration in _pending(connection, migrations):
        _apply(connection, migration)


def _pending(
    connection: duckdb.DuckDBPyConnection, migrations: tuple[Migration, ...]
) -> tuple[Migration, ...]:
    applied = _applied(connection)
    if len(applied) > len(migrations):
        raise SchemaNewerError(f"schema {len(applied)}")
    for migration, recorded in zip(migrations, applied, strict=False):
        if recorded != (migration.number, migration.sha256):
            raise SchemaChangedError(f"migration {migration.number} was another one")
    return migrations[len(applied) :]


def _applied(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    connection.execute(_RECORD_TABLE)
    return connection.execute(
        "SELECT number, sha256 FROM schema_migration ORDER BY number"
    ).fetchall()


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute("BEGIN")
    try:
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO schema_migration VALUES (?, ?, ?, ?)",
            [
                migration.number,
                migration.name,
                migration.sha256,
                datetime.now(UTC).replace(tzinfo=None),
            ],
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
