"""Deleting for good: a journal without what goes, and none of its files left in the vault."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from tracker.errors import MoletrailError
from tracker.store.disk import PRIVATE_FILE, damaged, explained, flush, neutral_times, write_all
from tracker.store.doomed import Doomed, is_about, without
from tracker.store.entry import Head, seal
from tracker.store.erasure import Erasure, carry_out, may_go, new_journal
from tracker.store.events import Deleted
from tracker.store.header import JOURNAL_FOLDER
from tracker.store.kept import forget
from tracker.store.keys import VaultKey
from tracker.store.lines import GENESIS, Line, LineCodec, LineUnreadableError, lines_of
from tracker.store.remains import remains
from tracker.store.sealing import Sealing
from tracker.store.vault import Vault, holding

_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def erase(
    path: Path,
    choose: Callable[[Vault], Doomed],
    *,
    key: VaultKey | None = None,
    wait_s: float = 20.0,
) -> Doomed:
    """Delete what `choose` names, so that nothing in the vault's folder holds it any more.

    It has happened as a whole or not at all, whenever the program is stopped; the next use of the
    vault finishes or undoes it. Other vaults, exports and backups are not touched.

    Args:
        choose: looks at the open vault; what it raises leaves the vault as it is.

    Raises:
        StorageFullError, VaultError and its kin: nothing was deleted, or, where the disk refuses
        halfway, the next use of the vault finishes it.
    """
    with holding(path, key=key, wait_s=wait_s, purpose="delete") as held:
        with held.opened() as vault:
            doomed = choose(vault)
            names = {person.name for person in vault.people() if person.person_id in doomed.people}
        forget(path)
        new = new_journal(path, held.sealing)
        try:
            with explained(new):
                head = _write_without(path, held.sealing, doomed, new)
            files = remains(path, held.sealing, doomed, names)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        carry_out(path, held.sealing, Erasure(head, tuple(filter(may_go, files))))
        with suppress(MoletrailError), held.opened():
            pass  # what is derived is made again now, so that a check finds nothing missing
    return doomed


def _write_without(vault: Path, sealing: Sealing, doomed: Doomed, new: Path) -> Head:
    """Write the journal without what goes, and with a last entry that says how much went."""
    codec = lines_of(sealing)
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, PRIVATE_FILE)
    try:
        head, entries = Head(0, GENESIS), 0
        for group in _groups(_lines(vault, codec)):
            entries = group[-1].seq
            kept = [line for line in group if not is_about(line.kind, line.payload, doomed)]
            for more, line in zip(reversed(range(len(kept))), kept, strict=True):
                payload = without(line.kind, line.payload, doomed)
                raw, digest = codec.encode(
                    head.seq + 1, head.hash, line.time, line.kind, payload, more
                )
                write_all(descriptor, raw)
                head = Head(head.seq + 1, digest)
        now = datetime.now(UTC)
        raw, last = seal(head.seq + 1, now, _deleted(doomed, now, entries), head.hash, codec)
        write_all(descriptor, raw)
        flush(descriptor)
    finally:
        os.close(descriptor)
    if sealing.encrypted:
        neutral_times(new)
    return Head(last.seq, last.hash)


def _groups(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The entries by the groups in which they were written."""
    group: list[Line] = []
    for line in lines:
        group.append(line)
        if not line.more:
            yield group
            group = []


def _lines(vault: Path, codec: LineCodec) -> Iterator[Line]:
    """The entries of a journal whose chain was checked when the vault was opened."""
    path = vault / JOURNAL_FOLDER / codec.file_name
    with path.open("rb") as file:
        for seq, raw in enumerate(file, start=1):
            try:
                yield codec.decode(raw)
            except LineUnreadableError as error:
                raise damaged(
                    vault,
                    f"Entry {seq} of the journal '{path}' is unreadable; nothing was deleted.",
                ) from error


def _deleted(doomed: Doomed, now: datetime, entries: int) -> Deleted:
    return Deleted(
        deleted_at=now,
        people=len(doomed.people),
        lesions=len(doomed.lesions),
        observations=len(doomed.observations),
        photos=len(doomed.photos),
        symptoms=doomed.symptoms,
        entries=entries,
    )
