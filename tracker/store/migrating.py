"""An existing database gets a newer schema by way of a copy, which then takes its place.

The copy is migrated, asked everything that the program ever asks, and compared with a database
made anew; only then is it renamed over the old file. A kill at any step leaves the old file or
the new one, whole. What cannot be migrated so is made again from the journal.
"""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

import duckdb

from tracker.errors import MoletrailError, StorageFullError, VaultBusyError
from tracker.store import reads_check
from tracker.store.database import (
    DATABASE_FILE,
    SETTINGS,
    Database,
    DatabaseUnreadableError,
    explain,
    write_ahead_log,
)
from tracker.store.disk import explained, flush, flush_folder, make_private
from tracker.store.migrate import Migration, migrate

#: The copy while it is migrated; what lies here when nobody holds the vault is a leftover.
COPY_FILE = DATABASE_FILE + ".migrating"
#: What another database would meet as well.
_ELSEWHERE = (StorageFullError, VaultBusyError)
_log = logging.getLogger(__name__)


def sweep(vault: Path) -> None:
    """Remove what an interrupted migration left beside the database."""
    copy = vault / COPY_FILE
    for leftover in (copy, write_ahead_log(copy)):
        with explained(leftover), suppress(FileNotFoundError):
            leftover.unlink()
            _log.info("a half-done copy of an interrupted migration was removed")


def upgrade(vault: Path, migrations: tuple[Migration, ...]) -> None:
    """Bring the database file of a vault to the newest schema; use it under the vault's lock.

    Raises:
        StorageFullError: no room for the copy; the old file is as it was.
        VaultBusyError: another program has the file open.
        DatabaseUnreadableError: it cannot be migrated, and must be made from the journal.
    """
    old, copy = vault / DATABASE_FILE, vault / COPY_FILE
    sweep(vault)
    try:
        _settle(old)
        _copy(old, copy)
        _migrate_and_check(copy, migrations)
        _swap(copy, old)
    except BaseException as error:
        with suppress(Exception):
            sweep(vault)
        if isinstance(error, _ELSEWHERE) or not isinstance(error, MoletrailError | ValueError):
            raise
        raise DatabaseUnreadableError(f"its copy could not be migrated: {error}") from error
    _log.info("the database now has schema %d", migrations[-1].number)


def _settle(file: Path) -> None:
    """Bring all that was committed into the one file, without its write-ahead log."""
    try:
        with duckdb.connect(str(file), config=SETTINGS) as connection:
            connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        raise explain(error, file, opening=True) from error
    _refuse_log(file)


def _refuse_log(file: Path) -> None:
    log = write_ahead_log(file)
    if log.exists() and log.stat().st_size:
        raise DatabaseUnreadableError(f"'{log.name}' could not be taken into the database")


def _copy(old: Path, copy: Path) -> None:
    with explained(copy):
        shutil.copyfile(old, copy)
        make_private(copy)
        if copy.stat().st_size != old.stat().st_size:
            raise DatabaseUnreadableError("its copy is shorter than it")


def _migrate_and_check(copy: Path, migrations: tuple[Migration, ...]) -> None:
    try:
        with duckdb.connect(str(copy), config=SETTINGS) as connection:
            before = row_counts(connection)
            migrate(connection, migrations)
            _check_rows(before, row_counts(connection))
            _check_schema(connection, migrations)
            reads_check.ask_everything(Database(connection, copy, migrations))
            connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        found = explain(error, copy, opening=True)
        if isinstance(found, StorageFullError):
            raise found from error
        raise DatabaseUnreadableError(f"a migration failed: {error}") from error
    _refuse_log(copy)


def _check_rows(before: dict[str, int], after: dict[str, int]) -> None:
    fewer = [name for name, count in before.items() if after.get(name, 0) < count]
    if fewer:
        raise DatabaseUnreadableError(f"a migration lost rows of {', '.join(fewer)}")


def _check_schema(connection: duckdb.DuckDBPyConnection, migrations: tuple[Migration, ...]) -> None:
    with duckdb.connect(":memory:", config=SETTINGS) as new:
        migrate(new, migrations)
        wanted = schema_of(new)
    if schema_of(connection) != wanted:
        raise DatabaseUnreadableError("the migrated schema is not that of a new database")


def row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows by table."""
    names = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_name"
    ).fetchall()
    counts = {}
    for (name,) in names:
        found = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
        counts[name] = 0 if found is None else int(found[0])
    return counts


def schema_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Every column of every table and view in its place, every view's text, every constraint."""
    columns = """
        SELECT table_name, column_index, column_name, data_type, is_nullable, column_default
        FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index
    """
    views = "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY view_name"
    rules = """
        SELECT table_name, constraint_text FROM duckdb_constraints()
        ORDER BY table_name, constraint_text
    """
    return [row for sql in (columns, views, rules) for row in connection.execute(sql).fetchall()]


def _swap(copy: Path, old: Path) -> None:
    with explained(old):
        descriptor = os.open(copy, os.O_RDWR)
        try:
            flush(descriptor)
        finally:
            os.close(descriptor)
        copy.replace(old)
        flush_folder(old.parent)
