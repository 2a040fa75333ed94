"""The database against the journal: the same entries, and in a deep check the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress

import duckdb

from tracker.store.apply import apply_entries
from tracker.store.database import DATABASE_FILE, Database, Row, write_ahead_log
from tracker.store.header import newer
from tracker.store.journal import Entry
from tracker.store.snapshot import SNAPSHOT_FILE
from tracker.store.tables import MEMORY_SETTINGS
from tracker.store.verify.databases import Applied, Look, UnreadableError, is_newer, look
from tracker.store.verify.entries import read_entry
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Finding

_AT_ONCE = 200
_MADE_AGAIN = "It is set aside and made again from the journal."
_MADE_AT_OPENING = "It is made from the journal, as it would be when the vault is next opened."


def check_database(seen: Evidence, *, deep: bool) -> Iterator[Finding]:
    """Findings about the database file, or the snapshot that an encrypted vault has instead.

    Raises:
        VaultNewerError: a newer program has migrated it. VaultBusyError: a program has it open.
    """
    file = SNAPSHOT_FILE if seen.sealing.encrypted else DATABASE_FILE
    try:
        with look(seen.vault, seen.sealing, seen.migrations) as database:
            if database is None:
                yield from _missing(seen)
            else:
                yield from _check(seen, database, deep=deep)
    except UnreadableError as error:
        yield Finding(
            "database_unreadable",
            "damage",
            file,
            f"The database '{file}' is damaged and cannot be read ({error}).",
            _MADE_AGAIN,
        )


def _missing(seen: Evidence) -> Iterator[Finding]:
    if len(seen.scan.sound) > 1 and not seen.sealing.encrypted:
        yield Finding(
            "database_missing",
            "leftover",
            DATABASE_FILE,
            "There is no database; nothing is lost, since the journal holds all that was in it.",
            _MADE_AT_OPENING,
        )


def _check(seen: Evidence, database: Look, *, deep: bool) -> Iterator[Finding]:
    migrated = database.migrations()
    if is_newer(migrated, seen.migrations):
        raise newer(seen.vault, f"schema {len(migrated)}")
    if any(
        (ours.number, ours.sha256) != theirs
        for ours, theirs in zip(seen.migrations, migrated, strict=False)
    ):
        yield Finding(
            "database_other_schema",
            "leftover",
            DATABASE_FILE,
            "The database was made by a version of the program that was never released.",
            _MADE_AT_OPENING,
        )
        return
    applied = database.applied()
    if not applied:
        yield from _missing(seen)
        return
    disagreement = _disagreement(seen, database, applied)
    if disagreement is not None:
        yield Finding("database_differs", "damage", database.file, disagreement, _MADE_AGAIN)
        return
    yield from _level(seen, applied)
    if deep:
        yield from _compare(seen, database, len(applied))


def _disagreement(seen: Evidence, database: Look, applied: Sequence[Applied]) -> str | None:
    """Why the database is not one of this journal, in words."""
    if seen.vault_id is not None and database.vault_id() != seen.vault_id:
        return "The database belongs to another vault."
    if [one.seq for one in applied] != list(range(1, len(applied) + 1)):
        return "The database has gaps: entries that were stored are missing from it."
    for one, line in zip(applied, seen.scan.sound, strict=False):
        if one.hash != line.hash:
            return f"The database and the journal differ from entry {one.seq} on."
    return None


def _level(seen: Evidence, applied: Sequence[Applied]) -> Iterator[Finding]:
    head, count = len(seen.scan.sound), len(applied)
    if count > head and head:
        yield Finding(
            "journal_cut",
            "damage",
            seen.journal.relative_to(seen.vault).as_posix(),
            f"The journal ends at entry {head}, but {count} were stored.",
            "What is missing is restored from the database.",
        )
    elif seen.sealing.encrypted:
        return  # a snapshot is of some earlier entry
    elif count < head:
        yield Finding(
            "database_behind",
            "leftover",
            DATABASE_FILE,
            f"The database holds {count} of the {head} entries of the journal: the program was "
            f"stopped while it wrote, or the write-ahead log '{DATABASE_FILE}.wal' was lost.",
            "The entries are replayed from the journal, as when the vault is next opened.",
        )
    elif not write_ahead_log(seen.vault / DATABASE_FILE).exists():
        return
    else:
        yield Finding(
            "database_open",
            "leftover",
            f"{DATABASE_FILE}.wal",
            "The database was not closed: the program was stopped.",
            "What is in the log is taken into the database, as when the vault is next opened.",
        )


def _compare(seen: Evidence, database: Look, count: int) -> Iterator[Finding]:
    """Every row of every table against the one that the journal gives."""
    memory = duckdb.connect(":memory:", config=MEMORY_SETTINGS)
    with closing(Database(memory, seen.vault / DATABASE_FILE, seen.migrations)) as rebuilt:
        tables = _columns(database, rebuilt)
        for start in range(0, count, _AT_ONCE):
            lines = seen.scan.sound[start : min(start + _AT_ONCE, count)]
            read = (read_entry(seen.vault, seen.codec, line) for line in lines)
            some = [entry for entry in read if entry is not None]
            if not some:
                continue
            wrong = _first_difference(database, rebuilt, tables, some)
            if wrong is not None:
                yield _differing_row(database.file, *wrong)
                return
    for table in tables:
        rows = database.rows(
            f'SELECT seq FROM "{table}" WHERE seq < 1 OR seq > ? LIMIT 1', (count,)
        )
        extra = next(rows, None)
        if extra is not None:
            yield _differing_row(database.file, table, extra["seq"])
            return


def _columns(database: Look, rebuilt: Database) -> dict[str, str]:
    """The columns, by table, that both have: the file may be of an older schema."""
    sql = (
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal "
        "ORDER BY table_name, column_index"
    )
    ours = [(row["table_name"], row["column_name"]) for row in rebuilt.rows(sql)]
    theirs = {(row["table_name"], row["column_name"]) for row in database.rows(sql)}
    tables: dict[str, list[str]] = {name: [] for name in database.tables()}
    for table, column in ours:
        if table in tables and (table, column) in theirs:
            tables[table].append(f'"{column}"')
    return {table: ", ".join(columns) for table, columns in tables.items() if columns}


def _first_difference(
    database: Look, rebuilt: Database, tables: dict[str, str], entries: list[Entry]
) -> tuple[str, int] | None:
    between = (entries[0].seq, entries[-1].seq)
    rebuilt.run("BEGIN")
    try:
        apply_entries(rebuilt, entries)
        for table, columns in tables.items():
            sql = f'SELECT {columns} FROM "{table}" WHERE seq BETWEEN ? AND ? ORDER BY seq'
            wanted, found = rebuilt.rows(sql, between), list(database.rows(sql, between))
            if wanted != found:
                return table, _first_seq(wanted, found)
    finally:
        with suppress(Exception):
            rebuilt.roll_back()
    return None


def _first_seq(wanted: list[Row], found: list[Row]) -> int:
    for ours, theirs in zip(wanted, found, strict=False):
        if ours != theirs:
            return int(min(ours["seq"], theirs["seq"]))
    longer = max(wanted, found, key=len)
    return int(longer[min(len(wanted), len(found))]["seq"])


def _differing_row(file: str, table: str, seq: int) -> Finding:
    return Finding(
        "database_differs",
        "damage",
        file,
        f"The database's table '{table}' does not hold what journal entry {seq} says.",
        _MADE_AGAIN,
    )
