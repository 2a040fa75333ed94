"""The engine of an encrypted vault stays in memory between two uses in one process.

Its tables are nowhere on the disk, so they would else be made again for each short operation.
What other processes appended meanwhile is replayed; a journal that was replaced or written anew,
or a header that changed, makes a new engine. All of it is under the vault's lock; what is here
rests, with no file open. `forget` drops the readable tables when a vault is locked.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.errors import InputError, UsageError
from tracker.store.engine import Engine
from tracker.store.header import Header
from tracker.store.journal import JournalReplacedError
from tracker.store.migrate import Migration
from tracker.store.sealing import Sealing

#: Vaults of one process whose tables stay in memory.
_MAX_KEPT = 2
#: Answers to a person, after which the tables are as they were.
_HARMLESS = (UsageError, InputError)
_log = logging.getLogger(__name__)

_guard = threading.Lock()
_resting: dict[tuple[int, str], Engine] = {}
_forgotten: dict[tuple[int, str], int] = {}


@contextmanager
def engine_of(
    vault: Path, header: Header, migrations: tuple[Migration, ...], sealing: Sealing
) -> Iterator[Engine]:
    """The engine of a vault for the length of the block; hold the vault's lock around it.

    Raises:
        As `Engine`.
    """
    if not sealing.encrypted:
        engine = Engine(vault, header, migrations)
        try:
            yield engine
        finally:
            engine.close()
        return
    place = _place(vault)
    before = _forgotten.get(place, 0)
    engine = _resumed(place, header) or Engine(vault, header, migrations, sealing)
    try:
        yield engine
        engine.rest()
    except _HARMLESS:
        engine.rest()
        _put_away(place, engine, before)
        raise
    except BaseException:
        engine.close()  # whatever it was, the next use begins from what is on the disk
        raise
    _put_away(place, engine, before)


def forget(vault: Path) -> None:
    """Drop what this process has kept of a vault, for example when it is locked.

    An engine that is in use just now is dropped when that use ends.
    """
    place = _place(vault)
    with _guard:
        _forgotten[place] = _forgotten.get(place, 0) + 1
        engine = _resting.pop(place, None)
    if engine is not None:
        engine.close()


def _place(vault: Path) -> tuple[int, str]:
    """A forked process must not touch its parent's database."""
    return os.getpid(), os.path.realpath(vault)


def _resumed(place: tuple[int, str], header: Header) -> Engine | None:
    with _guard:
        engine = _resting.pop(place, None)
    if engine is None:
        return None
    try:
        if engine.header == header:
            engine.resume()
            return engine
    except JournalReplacedError:
        _log.info("the journal was replaced; the vault is read anew")
    except BaseException:
        engine.close()
        raise
    engine.close()
    return None


def _put_away(place: tuple[int, str], engine: Engine, before: int) -> None:
    dropped: list[Engine] = []
    with _guard:
        if _forgotten.get(place, 0) != before:
            dropped.append(engine)
        else:
            _resting[place] = engine
            while len(_resting) > _MAX_KEPT:
                dropped.append(_resting.pop(next(iter(_resting))))
    for one in dropped:
        one.close()
