"""Child processes that act on a vault, watched step by step, and are killed."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.campaigns import steps
from tests.campaigns.places import Place, keep_snapshots_early
from tests.campaigns.scripts import Acknowledge
from tests.campaigns.steps import Stop
from tests.store.workers import context as plain_context

PATIENCE_S = 120.0
LOG = "child.log"
_PRELOADED = ["tests.campaigns.children", "tests.campaigns.attacked", "faiss", "PIL.Image"]


@dataclass(frozen=True)
class Job:
    """What a child is to do with the place in `folder`, watched, with a stop.

    temporary: where its temporary files go; None for the system's folder.
    """

    act: Callable[[Place, Acknowledge], None]
    folder: Path
    place: Place
    stop: Stop | None = None
    temporary: Path | None = None


@dataclass(frozen=True)
class Ended:
    """How a child ended. took_s: seconds from its first step. error: class and text, if raised."""

    steps: list[str]
    acknowledged: int
    killed: bool
    took_s: float
    error: str


def run(job: Job, *, after_s: float | None = None) -> Ended:
    """Run a job in a child; with `after_s` it is killed so long after its first step."""
    log = job.folder / LOG
    log.unlink(missing_ok=True)
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(job, theirs), daemon=True)
    child.start()
    theirs.close()
    started = _wait_for_start(ours)
    child.join(PATIENCE_S if after_s is None else after_s)
    took_s = time.perf_counter() - started
    child.kill()
    child.join()
    error = _error(ours)
    made, acknowledged = steps.read_log(log)
    log.unlink(missing_ok=True)
    return Ended(made, len(acknowledged), child.exitcode == -9, took_s, error)


def copied(template: Path, place: Place, folder: Path) -> Place:
    """A copy of a prepared folder, and the place in it."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return replace(place, path=folder / place.path.relative_to(template))


def _context() -> Any:
    context = plain_context()
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(_PRELOADED)
    return context


def _work(job: Job, ready: Connection) -> None:
    keep_snapshots_early()
    logging.getLogger("tracker").setLevel(logging.CRITICAL)
    if job.temporary is not None:
        os.environ["TMPDIR"] = tempfile.tempdir = str(job.temporary)
    note = steps.watch(job.folder, job.folder / LOG, job.stop)
    ready.send_bytes(b"go")
    try:
        job.act(job.place, lambda _: note("done"))
    except Exception as error:  # the parent decides what it means
        ready.send_bytes(f"{type(error).__name__}: {error}".encode())
    ready.close()


def _wait_for_start(ours: Connection) -> float:
    if ours.poll(PATIENCE_S):
        ours.recv_bytes()
    return time.perf_counter()


def _error(ours: Connection) -> str:
    try:
        return ours.recv_bytes().decode() if ours.poll(0) else ""
    except (EOFError, OSError):
        return ""
