"""Shut a process in that runs foreign codecs: little memory, no files, no network.

What the system offers is used, and what it lacks is left out: the limits are defence in depth,
and a photo is decoded without them all the same. On Linux all of them hold; macOS has those on
files and core dumps; Windows none. The memory limit is Linux's alone, since elsewhere a process
cannot tell how much of the limited kind it holds; the limits on sizes and time hold everywhere.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from tracker.vision.decoding import seccomp

if sys.platform != "win32":
    import resource
else:
    resource = None

#: The kernel ends this process first when the computer runs out of memory (choom(1)).
_OOM_SCORE = "1000"


def confine() -> None:
    """Give up what decoding does not need; called once, after everything is imported.

    No file can be written or changed and no core dump made: nothing of a photo may reach the
    disk. Where seccomp is known, no socket can be opened and no program started.
    """
    if resource is not None:
        _limit("RLIMIT_CORE", 0)
        _limit("RLIMIT_FSIZE", 0)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")
    seccomp.forbid()


def limit_memory(more_bytes: int) -> None:
    """Allow this process `more_bytes` of private memory beyond what it has now (Linux)."""
    if resource is None:
        return
    used = _data_bytes()
    if used is not None:
        _limit("RLIMIT_DATA", used + more_bytes, keep_hard=True)


def lift_memory_limit() -> None:
    """Back to what the process was started with."""
    if resource is not None:
        _limit("RLIMIT_DATA", None, keep_hard=True)


def _limit(name: str, value: int | None, *, keep_hard: bool = False) -> None:
    """Set a soft limit (None: as high as allowed), and the hard one with it unless kept."""
    assert resource is not None
    kind = getattr(resource, name, None)
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    unlimited = hard == resource.RLIM_INFINITY
    soft = hard if value is None else value if unlimited else min(value, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (soft, hard if keep_hard else soft))


def _data_bytes() -> int | None:
    """Private writable memory of this process, None where the system does not tell."""
    try:
        fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
        return int(fields[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
