"""Lets the disk run full at any write of every operation, and on a small real file system.

python -m tests.campaigns.full --count 240 --seed 1 --out full.json
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaigns import children, command
from tests.campaigns.attacked import BY_NAME
from tests.campaigns.children import Ended, Job
from tests.campaigns.command import Case, Outcome
from tests.campaigns.kill import TARGETS, Rehearsal, done_again, recovered, rehearse
from tests.campaigns.operations import Operation
from tests.campaigns.places import Place
from tests.campaigns.steps import Stop

#: Steps at which a system can say that there is no room.
_WRITES = ("write ", "create ", "open ", "make ")
_MIB = 1 << 20
_SPARE_BYTES = 24 * _MIB


def attack(case: Case) -> Outcome:
    """Run one operation out of room once."""
    name, kind = TARGETS[case.number // 2 % len(TARGETS)]
    rehearsal = rehearse(name, kind)
    if case.number % 2 and can_mount():
        outcome = _on_a_small_disk(case, BY_NAME[name], rehearsal)
    else:
        outcome = _at_a_step(case, BY_NAME[name], rehearsal)
    outcome.stratum = f"{name}, {kind}"
    return outcome


def _at_a_step(case: Case, operation: Operation, rehearsal: Rehearsal) -> Outcome:
    place = children.copied(rehearsal.template.folder, rehearsal.template.place, case.folder)
    writes = sorted({step for step in rehearsal.steps if step.startswith(_WRITES)})
    chosen = writes[case.number // (2 * len(TARGETS)) % len(writes)]
    stop = Stop(chosen, case.random.randrange(rehearsal.steps.count(chosen)), "full")
    ended = children.run(Job(operation.act, case.folder, place, stop))
    outcome = examine(operation, place, rehearsal, ended)
    outcome.counts[f"full at: {chosen}"] = 1
    outcome.detail = f"full at {chosen}; {ended.error[:160]}"
    return outcome


def _on_a_small_disk(case: Case, operation: Operation, rehearsal: Rehearsal) -> Outcome:
    used = sum(f.stat().st_size for f in rehearsal.template.folder.rglob("*") if f.is_file())
    with small_disk(case.folder / "disk", 2 * used + _SPARE_BYTES) as disk:
        place = children.copied(rehearsal.template.folder, rehearsal.template.place, disk)
        room = os.statvfs(disk)
        left = case.random.randrange(_most_left(operation, used))
        filler = disk / "filler"
        filler.write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - left))
        ended = children.run(Job(operation.act, disk, place))
        filler.unlink()
        outcome = examine(operation, place, rehearsal, ended)
    outcome.counts["on a small real disk"] = 1
    outcome.detail = f"{left} bytes of room; {ended.error[:160]}"
    return outcome


def _most_left(operation: Operation, used: int) -> int:
    """Room that an operation may have and still run out of it; encrypting keeps some in reserve."""
    return _SPARE_BYTES if operation.name == "encrypt" else max(used, _MIB)


def examine(operation: Operation, place: Place, rehearsal: Rehearsal, ended: Ended) -> Outcome:
    """What a full disk left, once there is room again."""
    how = "refused" if ended.error else "finished"
    if ended.error and not ended.error.startswith("StorageFullError"):
        return Outcome("", how, wrong=f"another error than a full disk's: {ended.error}")
    if ended.error and not ("disk is full" in ended.error or " are free" in ended.error):
        return Outcome("", how, wrong=f"an unclear message: {ended.error}")
    if ended.killed:
        return Outcome("", how, wrong="the child did not end by itself")
    place = operation.find(place)
    known = rehearsal.states
    done = len(known) - 1 if not ended.error else ended.acknowledged
    came_back, wrong = recovered(operation, place, known[done : done + 2])
    outcome = Outcome("", how, wrong=wrong or done_again(operation, place, known[-1]))
    outcome.counts[f"afterwards: {came_back}"] = 1
    return outcome


def can_mount() -> bool:
    """Whether this process may mount a small disk."""
    return sys.platform.startswith("linux") and os.geteuid() == 0


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """A file system of its own of that size, for as long as the block takes.

    Raises:
        subprocess.CalledProcessError: the system does not allow it.
    """
    folder.mkdir(parents=True)
    size = f"size={size_bytes}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    if not can_mount():
        print("No small disks are mounted: that needs root on Linux. Writes fail by injection.")
    return command.run("full", attack, arguments)


if __name__ == "__main__":
    sys.exit(main())
