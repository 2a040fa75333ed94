"""Long random use of vaults, compared with a model in memory after every step that could tell.

python -m tests.campaigns.story --count 50 --seed 1 --out stories.json

A case is some stories of up to 50 steps each; the counts say how many steps of each kind were
taken. A story that fails is shortened by hypothesis and told.
"""

from __future__ import annotations

import sys
from collections import Counter

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaigns import command, machine
from tests.campaigns.command import Case, Outcome
from tests.campaigns.machine_upkeep import MaintainedMachine

STORIES, STEPS = 5, 50


def attack(case: Case) -> Outcome:
    """Some stories, all from the case's own random numbers."""
    machine.TAKEN.clear()
    wrong = tell(case.random.randrange(2**60), stories=STORIES, steps=STEPS)
    counts = Counter({f"steps: {name}": count for name, count in machine.TAKEN.items()})
    counts["steps in all"] = machine.TAKEN.total()
    return Outcome("stories", "wrong" if wrong else "held", wrong=wrong, counts=dict(counts))


def tell(seed: int, *, stories: int, steps: int) -> str:
    """What went wrong in stories from that seed, with the shortest one; empty if nothing."""

    class Seeded(MaintainedMachine):
        """A class of its own, since hypothesis keeps the seed on it."""

    chosen = settings(
        max_examples=stories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        run_state_machine_as_test(hypothesis.seed(seed)(Seeded), settings=chosen)
    except Exception as error:
        return "\n".join([f"{error!r}", *getattr(error, "__notes__", [])])
    return ""


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command.run("story", attack, arguments)


if __name__ == "__main__":
    sys.exit(main())
