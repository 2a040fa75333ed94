"""Flips one byte in a file of a vault; a check must find it, or it must change nothing.

python -m tests.campaigns.flip --count 2400 --seed 1 --out flips.json
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from tests.campaigns import command
from tests.campaigns.command import Case, Outcome
from tests.campaigns.mutations import examine, samples


@cache
def targets() -> tuple[tuple[int, str], ...]:
    """Each kind of file in each sample, by the sample's number."""
    return tuple((n, kind) for n, sample in enumerate(samples()) for kind in sample.files)


def attack(case: Case) -> Outcome:
    """Flip one byte of one file."""
    number, kind = targets()[case.number % len(targets())]
    sample, random = samples()[number], case.random
    name = random.choice(sample.files[kind])
    position = random.randrange((sample.place.path / name).stat().st_size)
    mask = 1 << random.randrange(8) if random.random() < 0.5 else random.randrange(1, 256)

    def damage(vault: Path) -> str:
        data = bytearray((vault / name).read_bytes())
        data[position] ^= mask
        (vault / name).write_bytes(data)
        return f"byte {position} of {name} ^ {mask:#04x}"

    # Repairs take most of the time; the cuts repair every time.
    rarely = 3 if kind.startswith(("journal", "vault.")) else 9
    and_repair = case.number // len(targets()) % rarely == 0
    outcome = examine(case, sample, damage, must_find=False, and_repair=and_repair)
    outcome.stratum = f"{sample.name}: {kind}"
    return outcome


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command.run("flip", attack, arguments)


if __name__ == "__main__":
    sys.exit(main())
