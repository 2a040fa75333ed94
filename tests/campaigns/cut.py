"""Cuts, empties, overwrites or deletes a file of a vault.

A lost or cut journal, header, photo or snapshot must be found; what is derived and simply made
again need not be, if nothing that is shown changes.

python -m tests.campaigns.cut --count 600 --seed 1 --out cuts.json
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from tests.campaigns import command
from tests.campaigns.command import Case, Outcome
from tests.campaigns.mutations import examine, samples

WAYS = ("cut", "cut at a line", "delete", "zeros at the end", "empty")
#: What cannot be made again: damage to it has to be found even where all values are still there.
SOURCES = ("vault.json", "vault.copy.json", "journal/events.jsonl", "journal/events.sealed")


@cache
def targets() -> tuple[tuple[int, str], ...]:
    """Each kind of file in each sample, by the sample's number."""
    return tuple((n, kind) for n, sample in enumerate(samples()) for kind in sample.files)


def attack(case: Case) -> Outcome:
    """Damage one file in one way."""
    number, kind = targets()[case.number % len(targets())]
    sample, random = samples()[number], case.random
    way = WAYS[case.number // len(targets()) % len(WAYS)]
    name = random.choice(sample.files[kind])
    size = (sample.place.path / name).stat().st_size
    kept = random.randrange(size)

    def damage(vault: Path) -> str:
        file = vault / name
        data = file.read_bytes()
        if way == "delete":
            file.unlink()
        elif way == "zeros at the end":
            file.write_bytes(data[:kept] + b"\0" * (size - kept))
        else:
            file.write_bytes(data[: _length(data, way, kept)])
        return f"{way} {name} at {kept} of {size}"

    outcome = examine(case, sample, damage, must_find=kind in SOURCES)
    outcome.stratum = f"{sample.name}: {kind}"
    outcome.counts[f"way: {way}"] = 1
    return outcome


def _length(data: bytes, way: str, kept: int) -> int:
    if way == "empty":
        return 0
    if way == "cut at a line":
        return data.rfind(b"\n", 0, kept) + 1 or kept
    return kept


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command.run("cut", attack, arguments)


if __name__ == "__main__":
    sys.exit(main())
