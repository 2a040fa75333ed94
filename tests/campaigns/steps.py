"""Counts what a child process does to its disk, step by step, and stops it at a chosen one.

Runs in the child. Every call that changes a file becomes a named step such as `write journal` or
`rename photo in`, and is noted in a log before it is done. The log is written with the system's
own write, so it outlives the process that is killed.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.store import database

_RAW_WRITE, _RAW_OPEN, _RAW_CLOSE = os.write, os.open, os.close
_HEX = re.compile(r"[0-9a-f]{12,}")
_TEMPORARY = re.compile(r"^\.(?P<name>.+?)\.[0-9a-f]{6,}\.part$")
_TIME = re.compile(r"\d{8}T\d+Z")
_NUMBER = re.compile(r"\d+")
#: The folder in which something is made before it appears beside it.
_STAGING = re.compile(r"^\.(?P<name>.+?)\.[0-9a-f]{6,}\.part/")
_SHARD = re.compile(r"/[0-9a-f]{2}(?=/|$)")


@dataclass(frozen=True)
class Stop:
    """Where to stop: at the `occurrence`-th step (from 0) of that name.

    name: None for any step. how: "kill"; "half" kills after half the bytes of a write; "full"
    makes this and every later write fail as on a full disk.
    """

    name: str | None
    occurrence: int
    how: str


@dataclass
class _Probe:
    root: Path
    log: int
    stop: Stop | None
    seen: int = 0
    is_full: bool = False
    paths: dict[int, str] = field(default_factory=dict)

    def step(self, name: str) -> Stop | None:
        """Note a step; the stop that applies to it, if any."""
        _RAW_WRITE(self.log, f"S {name}\n".encode())
        stop = self.stop
        if stop is None or stop.name not in (None, name):
            return None
        self.seen += 1
        if self.seen != stop.occurrence + 1:
            return None
        if stop.how == "full":
            self.is_full = True
            return None
        if stop.how == "kill":
            die()
        return stop

    def kind(self, path: Any) -> str | None:
        """What a path is, in words; None for one outside the folder under test."""
        return kind_of(path, self.root)


def die() -> None:
    """As if the machine had taken the process away."""
    os.kill(os.getpid(), signal.SIGKILL)


def kind_of(path: Any, root: Path) -> str | None:
    """The kind of a file below `root`: its place with all that is random taken out."""
    try:
        relative = Path(os.path.abspath(os.fsdecode(path))).relative_to(root).as_posix()  # noqa: PTH100
    except (ValueError, TypeError):
        return None
    relative = _STAGING.sub(r"staged \g<name>/", relative.removeprefix("vault/"))
    folder, _, name = relative.rpartition("/")
    temporary = _TEMPORARY.match(name)
    name = temporary["name"] if temporary else name
    text = f"{folder}/{name}" if folder else name
    text = _SHARD.sub("", _TIME.sub("T", _HEX.sub("#", text)))
    return _NUMBER.sub("N", text) + (" (temporary)" if temporary else "")


def watch(root: Path, log: Path, stop: Stop | None) -> Callable[[str], None]:
    """Start counting; returns what notes an acknowledgement in the log."""
    descriptor = _RAW_OPEN(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    probe = _Probe(Path(os.path.abspath(root)), descriptor, stop)  # noqa: PTH100
    _wrap_opening(probe)
    _wrap_writing(probe)
    _wrap_naming(probe)
    _wrap_database(probe)

    def acknowledge(text: str) -> None:
        _RAW_WRITE(descriptor, f"A {text}\n".encode())

    return acknowledge


def read_log(log: Path) -> tuple[list[str], list[str]]:
    """The steps and the acknowledgements of a child, each in order."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [x[2:] for x in lines if x[:2] == "S "], [x[2:] for x in lines if x[:2] == "A "]


def _full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _wrap_opening(probe: _Probe) -> None:
    def opened(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        kind = probe.kind(path)
        if kind is not None and flags & os.O_CREAT and not os.path.lexists(path):
            probe.step(f"create {kind}")
            if probe.is_full:
                raise _full()
        descriptor = _RAW_OPEN(path, flags, *rest, **named)
        if kind is not None:
            probe.paths[descriptor] = kind
        else:
            probe.paths.pop(descriptor, None)
        return descriptor

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        # Python's own file objects do not go through `os.open`.
        if event != "open" or not isinstance(arguments[1], str):
            return
        if set(arguments[1]) & set("wax+") and not isinstance(arguments[0], int):
            kind = probe.kind(arguments[0])
            if kind is not None:
                probe.step(f"open {kind}")
                if probe.is_full:
                    raise _full()

    os.open = opened
    sys.addaudithook(audit)


def _wrap_writing(probe: _Probe) -> None:
    real = {name: getattr(os, name) for name in ("fsync", "ftruncate")}

    def write(descriptor: int, data: Any) -> int:
        kind = probe.paths.get(descriptor)
        if kind is None:
            return _RAW_WRITE(descriptor, data)
        stop = probe.step(f"write {kind}")
        if stop is not None or probe.is_full:
            if stop is not None or len(data) > 1:
                _RAW_WRITE(descriptor, bytes(data)[: len(data) // 2])
            if stop is not None:
                die()
            raise _full()
        return _RAW_WRITE(descriptor, data)

    def fsync(descriptor: int) -> None:
        kind = probe.paths.get(descriptor)
        if kind is not None:
            probe.step(f"flush {kind}")
        real["fsync"](descriptor)

    def ftruncate(descriptor: int, length: int) -> None:
        kind = probe.paths.get(descriptor)
        if kind is not None:
            probe.step(f"truncate {kind}")
        real["ftruncate"](descriptor, length)

    os.write, os.fsync, os.ftruncate = write, fsync, ftruncate


def _wrap_naming(probe: _Probe) -> None:
    def wrapped(name: str, word: str, real: Callable[..., Any]) -> None:
        def call(path: Any, *rest: Any, **named: Any) -> Any:
            kind = probe.kind(path)
            other = probe.kind(rest[0]) if rest and name in ("replace", "rename", "link") else None
            if kind is not None or other is not None:
                probe.step(f"{word} {other or kind}")
                if probe.is_full and name in ("mkdir", "link"):
                    raise _full()
            return real(path, *rest, **named)

        setattr(os, name, call)

    words = {"replace": "rename to", "rename": "rename to", "link": "link to"}
    words |= {"unlink": "remove", "remove": "remove", "rmdir": "remove", "mkdir": "make"}
    words |= {"utime": "date"}
    for name, word in words.items():
        wrapped(name, word, getattr(os, name))


def _wrap_database(probe: _Probe) -> None:
    real_run, real_close = database.Database.run, database.Database.close

    def run(self: database.Database, sql: str, parameters: Any = ()) -> None:
        probe.step(f"database {sql.split(maxsplit=1)[0].lower()}")
        real_run(self, sql, parameters)

    def close(self: database.Database) -> None:
        probe.step("database close")
        real_close(self)

    database.Database.run, database.Database.close = run, close  # type: ignore[method-assign]
