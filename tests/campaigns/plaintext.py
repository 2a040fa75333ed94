"""Searches encrypted vaults for anything readable: after use, after kills, and once encrypted.

python -m tests.campaigns.plaintext --count 100 --seed 1 --out plaintext.json
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.campaigns import children, command
from tests.campaigns.attacked import BY_NAME, OPERATIONS
from tests.campaigns.children import Job
from tests.campaigns.command import Case, Outcome
from tests.campaigns.kill import rehearse, step_names
from tests.campaigns.operations import Operation
from tests.campaigns.places import ENCRYPTED, Place, recover
from tests.campaigns.steps import Stop
from tests.campaigns.traces import Needles, needles_of, search, telling_times
from tests.campaigns.upkeep import BACKUP_FILE

#: Everything that an encrypted vault goes through, and what makes a plain one encrypted.
TARGETS = tuple(
    (each.name, kind)
    for each in OPERATIONS
    for kind in each.kinds
    if kind == ENCRYPTED or each.name == "encrypt"
)
#: What operations on an encrypted vault make beside it: backups, and what is being made.
_MADE = (".", BACKUP_FILE)


def attack(case: Case) -> Outcome:
    """One operation, whole or killed; then a search, a recovery, and another search."""
    name, kind = TARGETS[case.number % len(TARGETS)]
    operation, rehearsal = BY_NAME[name], rehearse(name, kind)
    place = children.copied(rehearsal.template.folder, rehearsal.template.place, case.folder)
    temporary = case.folder / "temporary"
    temporary.mkdir()
    stop = None
    if case.number // len(TARGETS) % 3:
        names = step_names(rehearsal)
        stop = Stop(names[case.number // len(TARGETS) % len(names)], 0, "kill")
    ended = children.run(Job(operation.act, case.folder, place, stop, temporary))
    assert not ended.error, ended.error
    outcome = _searched(operation, place, temporary)
    outcome.stratum = f"{name}, {'killed' if ended.killed else 'finished'}"
    return outcome


def _searched(operation: Operation, place: Place, temporary: Path) -> Outcome:
    if not operation.contents_are_there(place):
        return Outcome("", "no vault yet", wrong=_found(place, temporary, None))
    place = operation.find(place)
    if place.data_key is None:
        return Outcome("", "still plain")
    # Before the next use: what the killed process has left is what somebody else would find.
    copy = children.copied(place.path, place, place.path.with_name("as-left"))
    recover(place)
    needles = needles_of(place)
    wrong = _found(copy, temporary, needles) or _found(place, temporary, needles)
    counts = Counter(f"needles: {name}" for name, each in needles.by_category.items() for _ in each)
    counts["folders searched"] = 2
    now = datetime.now(UTC)
    # A process that is killed cannot set the times of what it leaves; the next use has to.
    counts["killed processes left telling times"] = bool(telling_times(copy.path, now))
    if telling := telling_times(place.path, now):
        wrong = wrong or f"after the next use times tell when that was: {telling[:5]}"
    return Outcome("", "nothing found", wrong=wrong, counts=dict(counts))


def _found(place: Place, temporary: Path, needles: Needles | None) -> str:
    made = [each for each in place.path.parent.iterdir() if each.name.startswith(_MADE)]
    if needles is not None and (hits := search([place.path, temporary, *made], needles)):
        return f"readable without the key: {dict(hits)}"
    left = [file.name for file in temporary.rglob("*") if file.is_file()]
    if left:
        return f"left in the folder for temporary files: {left[:5]}"
    return ""


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command.run("plaintext", attack, arguments)


if __name__ == "__main__":
    sys.exit(main())
