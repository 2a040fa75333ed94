"""A time limit for a child process that does not blame the child for a busy computer."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType

#: States of proc(5) in which a task wants the processor or the disk.
_WAITS_ITS_TURN = frozenset("RD")


class Deadline:
    """Kills the child when its time is over.

    On Linux the clock runs on, up to `busy_limit_s`, while the child has used less than `limit_s`
    of the processor and still wants it: a busy computer is no fault of the photo. One that sleeps
    is ended at `limit_s` all the same. Elsewhere the clock alone decides.
    """

    def __init__(self, child: subprocess.Popen[bytes], limit_s: float, busy_limit_s: float) -> None:
        self._child = child
        self._limit_s = limit_s
        self._busy_limit_s = max(limit_s, busy_limit_s)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="photo-deadline", daemon=True)
        self.has_passed = False

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        started, used_s = monotonic(), processor_seconds(self._child.pid)
        # Halfway is looked for the first time, so that at the limit there is something to compare.
        seen: str | None = None
        while not self._done.wait(self._limit_s / 2):
            before, seen = seen, activity(self._child.pid)
            elapsed_s = monotonic() - started
            if elapsed_s < self._limit_s:
                continue
            now_s = processor_seconds(self._child.pid)
            is_busy = used_s is not None and now_s is not None and now_s - used_s < self._limit_s
            is_alive = seen is not None and (seen != before or not _WAITS_ITS_TURN.isdisjoint(seen))
            if is_busy and is_alive and elapsed_s < self._busy_limit_s:
                continue
            self.has_passed = True
            with suppress(OSError):
                self._child.kill()
            return


def processor_seconds(pid: int) -> float | None:
    """Processor time a process has used; None where the system does not tell (see proc(5))."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def activity(pid: int) -> str | None:
    """State letter and running time of each task: another text where something ran in between.

    None where the system does not tell.
    """
    parts = []
    try:
        for task in sorted(Path(f"/proc/{pid}/task").iterdir()):
            stat = (task / "stat").read_text(encoding="ascii", errors="replace")
            parts.append(stat.rpartition(")")[2].split()[0])
            with suppress(OSError):  # counts nanoseconds, where the kernel was built with it
                parts.append((task / "schedstat").read_text(encoding="ascii"))
    except (OSError, IndexError):
        return None if not parts else "".join(parts)
    return "".join(parts)
