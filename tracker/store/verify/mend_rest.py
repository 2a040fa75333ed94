"""Repairing what is derived or says little: header, tables, index, pictures, leftovers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tracker.store.database import set_database_aside
from tracker.store.disk import explained, move_aside
from tracker.store.engine import Engine
from tracker.store.header import PLAIN_FORMAT, Header, write_header_file
from tracker.store.heads import sealed_headers
from tracker.store.index import INDEX_FILE, STAMP_FILE, EmbeddingIndex
from tracker.store.snapshot import drop_snapshot
from tracker.store.verify.database_check import check_database
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Repair, relative
from tracker.store.verify.header_check import check_header
from tracker.store.verify.index_check import check_index
from tracker.store.verify.leftover_check import cached_files, is_whole_cache, unfinished
from tracker.store.verify.lost_found import to_lost_and_found

#: Half-written files whose whole form can be made again from something else.
_REPLACEABLE = re.compile(
    r"\.(vault\.json|vault\.copy\.json|events\.(jsonl|sealed)|index\.(faiss|json)|snapshot\.sealed"
    r"|lock-holder\.json|head\.sealed|erasure\.json|encrypting\.json|[0-9a-f]{40})\.[0-9a-f]+\.part"
    r"|events\.(jsonl|sealed)\.(erasing|new)|moletrail\.duckdb\.migrating(\.wal)?"
)


def mend_header(seen: Evidence) -> Iterator[Repair]:
    """Write the header again: from the journal, in an encrypted vault from its other copy."""
    if not any(True for _ in check_header(seen)):
        return
    header = seen.header
    if not seen.sealing.encrypted:
        if seen.first is None:
            return
        header = Header(PLAIN_FORMAT, seen.first.vault_id, seen.first.created_at, seen.first.demo)
    elif header is not None and seen.first is not None:
        header = replace(header, demo=seen.first.demo)
    if header is None:
        return
    others = sealed_headers(seen.vault)
    for name, found in seen.headers.items():
        if found != header:
            if found is None and any(other.vault_id != header.vault_id for other in others):
                move_aside(seen.vault / name, "foreign")  # perhaps the only keys of that vault
            write_header_file(seen.vault / name, header)
            yield Repair("header_damaged", name, f"'{name}' was written again.")


def mend_tables(seen: Evidence) -> Iterator[Repair]:
    """Make database and search index level with the journal; what does not fit is set aside."""
    findings = list(check_database(seen, deep=True))
    header = seen.header
    if header is None or seen.first is None:
        return
    useless = [each for each in findings if each.severity == "damage"]
    if useless:
        drop_snapshot(seen.vault)
        if not seen.sealing.encrypted:
            set_database_aside(seen.vault, useless[0].code)
    index = list(check_index(seen, deep=True))
    for name in (STAMP_FILE, INDEX_FILE) if index else ():
        with explained(seen.vault / name):
            (seen.vault / name).unlink(missing_ok=True)
    if findings or index:
        _open_once(seen, header, with_index=bool(index))
    for finding in findings:
        yield Repair(finding.code, finding.file, "The database is level with the journal again.")
    if index:
        yield Repair(index[0].code, INDEX_FILE, "The search index was made again.")


def _open_once(seen: Evidence, header: Header, *, with_index: bool) -> None:
    """Opening the vault makes the tables from the journal, or brings them up to it."""
    engine = Engine(seen.vault, header, seen.migrations, seen.sealing)
    try:
        if with_index:
            engine.read(lambda database: EmbeddingIndex(seen.vault, database))
    finally:
        engine.close()


def mend_leftovers(seen: Evidence) -> Iterator[Repair]:
    """Remove derived pictures that are damaged, and half-written files of what can be remade."""
    for path in cached_files(seen):
        if not is_whole_cache(seen, path):
            yield _remove(seen, path, "cache_damaged", "It is made again when it is next shown.")
    for path in unfinished(seen):
        if _REPLACEABLE.fullmatch(path.name):
            yield _remove(seen, path, "file_unfinished", "It was an unfinished copy.")
        else:
            where = to_lost_and_found(seen.vault, path)
            name = relative(seen.vault, path)
            yield Repair("file_unfinished", name, f"'{name}' was moved to '{where}'.")


def _remove(seen: Evidence, path: Path, code: str, why: str) -> Repair:
    with explained(path):
        path.unlink(missing_ok=True)
    name = relative(seen.vault, path)
    return Repair(code, name, f"'{name}' was removed. {why}")
