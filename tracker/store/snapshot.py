"""`snapshot.sealed`: the tables of an encrypted vault at some entry, so that opening is quick.

Without it every entry would have to be read again each time a program starts. It is derived: one
that is missing, damaged, or of another history is not used, and made again; one of an older schema
is filled into that and migrated. It is a line of JSON (the migrations, and each table with its
length) followed by the tables as Arrow streams, all sealed in one piece; Arrow and DuckDB share
the memory layout, which is what makes it quick.

It holds what the journal held then. Whoever rewrites the journal drops it first.
"""

from __future__ import annotations

import io
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tracker.store.database import Database, DatabaseUnreadableError
from tracker.store.disk import explained, write_atomic
from tracker.store.migrate import Migration, migrate
from tracker.store.sealing import SNAPSHOT, SealBrokenError, Sealing

SNAPSHOT_FILE = "snapshot.sealed"
_NAME = "snapshot"
#: The tables that migrations fill themselves.
_OF_MIGRATIONS = frozenset({"schema_migration"})
_log = logging.getLogger(__name__)


def worth_writing(seq: int, kept_seq: int) -> bool:
    """Whether so many entries came after the kept one that replaying them would be felt.

    An entry takes about a millisecond to replay, and a snapshot of `seq` entries about `seq` / 40
    of them to write: this keeps both below a second for tens of thousands of entries.
    """
    return seq - kept_seq > 200 + seq // 50


def write_snapshot(
    vault: Path, sealing: Sealing, database: Database, migrations: tuple[Migration, ...]
) -> bool:
    """Keep the tables as they are now; a disk that takes none only makes opening slower.

    Returns:
        Whether they were kept.
    """
    path = vault / SNAPSHOT_FILE
    try:
        tables = [(name, _packed(database, name)) for name in _table_names(database)]
        index = {
            "migrations": [migration.sha256 for migration in migrations],
            "tables": [[name, len(data)] for name, data in tables],
        }
        content = b"".join((json.dumps(index).encode(), b"\n", *(data for _, data in tables)))
        sealed = sealing.seal(SNAPSHOT, _NAME, content)
        write_atomic(path, sealed, durable=False, neutral=True)
    except Exception as error:  # whatever it was: the journal has it all
        _log.warning("the state of the vault could not be kept for a quick start: %s", error)
        return False
    return True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An opened snapshot. migrations: the hashes of those that made its tables."""

    migrations: tuple[str, ...]
    tables: tuple[tuple[str, int], ...]
    body: bytes

    def level(self, migrations: tuple[Migration, ...]) -> int:
        """How many of the program's migrations it was made with; 0 if it was made with others."""
        ours = tuple(migration.sha256 for migration in migrations)
        count = len(self.migrations)
        return count if self.migrations == ours[:count] else 0

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Put the rows into the (empty) tables of just those migrations.

        Raises:
            duckdb.Error, ValueError: they do not fit.
        """
        rest = memoryview(self.body)
        connection.execute("BEGIN")
        for name, length in self.tables:
            connection.register("arriving", _unpacked(rest[:length]))
            connection.execute(f'INSERT INTO "{name}" SELECT * FROM arriving')
            connection.unregister("arriving")
            rest = rest[length:]
        connection.execute("COMMIT")


def read_snapshot(vault: Path, sealing: Sealing) -> Snapshot | None:
    """The snapshot of a vault, None if there is none.

    Raises:
        DatabaseUnreadableError: it is not what was sealed. VaultError: the disk refuses.
    """
    path = vault / SNAPSHOT_FILE
    with explained(path):
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        head, _, body = sealing.unseal(SNAPSHOT, _NAME, sealed).partition(b"\n")
        found = json.loads(head)
        tables = tuple((str(name), int(length)) for name, length in found["tables"])
        return Snapshot(tuple(found["migrations"]), tables, body)
    except (SealBrokenError, ValueError, KeyError, TypeError) as error:
        raise DatabaseUnreadableError(f"'{path.name}' is damaged: {error}") from error


def restore_snapshot(
    vault: Path,
    sealing: Sealing,
    connection: duckdb.DuckDBPyConnection,
    migrations: tuple[Migration, ...],
) -> bool:
    """Make the tables of the snapshot in an empty database, and bring them to the newest schema.

    Returns:
        False, and the database is still empty, where there is no snapshot, or one of a schema
        that is none of ours.

    Raises:
        DatabaseUnreadableError: it cannot be used, and the database may be half full.
        VaultError: the disk refuses.
    """
    snapshot = read_snapshot(vault, sealing)
    level = 0 if snapshot is None else snapshot.level(migrations)
    if snapshot is None or not level:
        return False
    try:
        migrate(connection, migrations[:level])
        snapshot.fill(connection)
        migrate(connection, migrations)
    except (duckdb.Error, ValueError) as error:
        raise DatabaseUnreadableError(f"the snapshot cannot be used: {error}") from error
    return True


def drop_snapshot(vault: Path) -> None:
    """Remove the snapshot, before the journal that it was made from is written anew.

    Raises:
        VaultError: the disk refuses.
    """
    path = vault / SNAPSHOT_FILE
    with explained(path), suppress(FileNotFoundError):
        path.unlink()


def _table_names(database: Database) -> list[str]:
    rows = database.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1")
    return [row["table_name"] for row in rows if row["table_name"] not in _OF_MIGRATIONS]


def _packed(database: Database, name: str) -> bytes:
    # Only encrypted vaults need Arrow, and it takes a moment to load.
    import pyarrow as pa  # noqa: PLC0415

    table = database.arrow(name)
    stream = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
    with pa.ipc.new_stream(stream, table.schema, options=options) as writer:
        writer.write_table(table)
    return stream.getvalue()


def _unpacked(data: memoryview) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    options = pa.ipc.IpcReadOptions(use_threads=False)
    return pa.ipc.open_stream(pa.py_buffer(data), options=options).read_all()
