"""`snapshot.sealed`: the tables of an encrypted vault at some entry, so that opening is quick.

Without it every entry would have to be read again each time a program starts. It is derived: one
that is missing, damaged, or of another schema or history is not used, and made again. It is a line
of JSON (schema, and each table with its length) followed by the tables as Arrow streams, all
sealed in one piece; Arrow and DuckDB share the memory layout, which is what makes it quick.

It holds what the journal held then. Whoever rewrites the journal drops it first.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tracker.errors import InternalError
from tracker.store.database import Database, DatabaseUnreadableError
from tracker.store.disk import explained, write_atomic
from tracker.store.migrate import Migration
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
        index = {"schema": _schema(migrations), "tables": [[name, len(d)] for name, d in tables]}
        content = b"".join((json.dumps(index).encode(), b"\n", *(data for _, data in tables)))
        sealed = sealing.seal(SNAPSHOT, _NAME, content)
        write_atomic(path, sealed, durable=False, neutral=True)
    except Exception as error:  # whatever it was: the journal has it all
        _log.warning("the state of the vault could not be kept for a quick start: %s", error)
        return False
    return True


def restore_snapshot(
    vault: Path, sealing: Sealing, database: Database, migrations: tuple[Migration, ...]
) -> bool:
    """Fill empty tables from the snapshot; whether there was one to use.

    Raises:
        DatabaseUnreadableError: it is not what was sealed, and the tables may be half full.
        VaultError: the disk refuses.
    """
    path = vault / SNAPSHOT_FILE
    with explained(path):
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return False
    try:
        content = sealing.unseal(SNAPSHOT, _NAME, sealed)
    except SealBrokenError as error:
        raise DatabaseUnreadableError(f"'{path.name}' is damaged: {error}") from error
    head, _, body = content.partition(b"\n")
    try:
        index = json.loads(head)
        if index["schema"] != _schema(migrations):
            return False
        database.run("BEGIN")
        for name, data in _parts(index["tables"], body):
            database.insert_arrow(name, _unpacked(data))
        database.run("COMMIT")
    except (ValueError, KeyError, TypeError, InternalError) as error:
        raise DatabaseUnreadableError(f"'{path.name}' cannot be used: {error}") from error
    return True


def drop_snapshot(vault: Path) -> None:
    """Remove the snapshot, before the journal that it was made from is written anew.

    Raises:
        VaultError: the disk refuses.
    """
    path = vault / SNAPSHOT_FILE
    with explained(path), suppress(FileNotFoundError):
        path.unlink()


def _schema(migrations: tuple[Migration, ...]) -> str:
    return hashlib.sha256("".join(m.sha256 for m in migrations).encode()).hexdigest()


def _table_names(database: Database) -> list[str]:
    rows = database.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1")
    return [row["table_name"] for row in rows if row["table_name"] not in _OF_MIGRATIONS]


def _parts(tables: list[tuple[str, int]], body: bytes) -> Iterator[tuple[str, memoryview]]:
    rest = memoryview(body)
    for name, length in tables:
        yield name, rest[:length]
        rest = rest[length:]


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
