"""Kills processes at random moments and between any two steps of everything that writes.

python -m tests.campaigns.kill --count 1200 --seed 1 --out kills.json
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from tests.campaigns import children, command
from tests.campaigns.attacked import BY_NAME, OPERATIONS
from tests.campaigns.children import Ended, Job
from tests.campaigns.command import Case, Outcome
from tests.campaigns.content import Content, content_of
from tests.campaigns.operations import Operation, Template, prepared
from tests.campaigns.places import Place, damages, recover
from tests.campaigns.steps import Stop
from tracker.store import Vault

#: Each operation on each kind of vault, in turn.
TARGETS = tuple((each.name, kind) for each in OPERATIONS for kind in each.kinds)

#: After this share of the kills the operation is done again, and a deep check made of the result.
GOES_ON = 0.25
_AGAIN = "done again after the kill, then checked deeply"


@dataclass(frozen=True)
class Rehearsal:
    """An operation done once without a kill. states: contents before, and after each write."""

    template: Template
    states: tuple[Content | None, ...]
    steps: tuple[str, ...]


@cache
def _templates() -> Path:
    return Path(tempfile.mkdtemp(prefix="moletrail-campaign-"))


@cache
def rehearse(name: str, kind: str) -> Rehearsal:
    """The operation's steps, time and acknowledged states, each from a run of its own."""
    operation = BY_NAME[name]
    template = prepared(operation, kind, _templates() / f"{name}-{kind}".replace(" ", "-"))
    ended = _watched(name, template)
    folder = template.folder.with_name(template.folder.name + "-states")
    place = children.copied(template.folder, template.place, folder)
    states = [operation.contents(place)]
    operation.act(place, lambda vault: states.append(_state(operation, place, vault)))
    assert len(states) == ended.acknowledged + 1
    return Rehearsal(template, tuple(states), tuple(ended.steps))


@cache
def time_of(name: str, kind: str) -> float:
    """Seconds that the operation takes once all that loads late is loaded."""
    return _watched(name, rehearse(name, kind).template).took_s


def _watched(name: str, template: Template) -> Ended:
    folder = template.folder.with_name(template.folder.name + "-watched")
    shutil.rmtree(folder, ignore_errors=True)
    place = children.copied(template.folder, template.place, folder)
    ended = children.run(Job(BY_NAME[name].act, folder, place))
    assert not ended.error, f"{name} fails without a kill: {ended.error}"
    return ended


def step_names(rehearsal: Rehearsal) -> list[str]:
    """The different steps, in an order that is always the same and mixes early and late ones."""
    return sorted(set(rehearsal.steps), key=lambda name: sha256(name.encode()).digest())


def _state(operation: Operation, place: Place, vault: object) -> Content | None:
    if isinstance(vault, Vault):
        return content_of(vault)
    return operation.contents(operation.find(place))


def attack(case: Case) -> Outcome:
    """Kill one operation once, then see what is left of the vault."""
    name, kind = TARGETS[case.number % len(TARGETS)]
    stopped_at_step = (case.number // len(TARGETS)) % 2 == 0
    rehearsal = rehearse(name, kind)
    place = children.copied(rehearsal.template.folder, rehearsal.template.place, case.folder)
    if stopped_at_step:
        names = step_names(rehearsal)
        chosen = names[(case.number // len(TARGETS) // 2) % len(names)]
        how = "half" if chosen.startswith("write ") and case.random.random() < 0.5 else "kill"
        stop = Stop(chosen, case.random.randrange(rehearsal.steps.count(chosen)), how)
        ended = children.run(Job(BY_NAME[name].act, case.folder, place, stop))
        where = f"{how} {chosen}"
    else:
        after_s = case.random.uniform(0.0, time_of(name, kind))
        ended = children.run(Job(BY_NAME[name].act, case.folder, place), after_s=after_s)
        where = f"{ended.steps[-1] if ended.steps else 'start'}, at random"
    outcome = examine(BY_NAME[name], place, rehearsal, ended, go_on=case.random.random() < GOES_ON)
    outcome.stratum = f"{name}, {kind}"
    outcome.counts[f"kills at: {where}" if ended.killed else "finished before the kill"] = 1
    outcome.detail = f"{where}; {ended.acknowledged} acknowledged"
    return outcome


def examine(
    operation: Operation,
    place: Place,
    rehearsal: Rehearsal,
    ended: Ended,
    *,
    go_on: bool = True,
) -> Outcome:
    """What the kill has left; with `go_on` the operation is then done again."""
    if ended.error:
        return Outcome("", "error", wrong=f"the child failed: {ended.error}")
    place = operation.find(place)
    known = rehearsal.states
    how, wrong = recovered(operation, place, known[ended.acknowledged : ended.acknowledged + 2])
    wrong = wrong or operation.flaw(place, finished=ended.acknowledged == len(known) - 1)
    if wrong or not go_on:
        return Outcome("", how, wrong=wrong)
    return Outcome("", how, wrong=done_again(operation, place, known[-1]), counts={_AGAIN: 1})


def recovered(
    operation: Operation, place: Place, allowed: tuple[Content | None, ...]
) -> tuple[str, str]:
    """How the vault came back, and what is wrong with it, in words; empty if nothing."""
    if not operation.contents_are_there(place):
        return "not there yet", "" if None in allowed else "an acknowledged vault is not there"
    back = recover(place)
    wrong = ""
    if back.lost:
        wrong = f"{len(back.lost)} photos are lost"
    elif back.content.normal not in [each.normal for each in allowed if each is not None]:
        wrong = _unlike(back.content, allowed)
    elif twice := back.content.stored_twice():
        wrong = f"stored twice: {twice}"
    return back.how, wrong


def _unlike(content: Content, allowed: tuple[Content | None, ...]) -> str:
    for each in allowed:
        if each is not None:
            gone = sorted(set(each.normal) - set(content.normal))
            more = sorted(set(content.normal) - set(each.normal))
            return f"the vault is in no state it may be in; missing {gone[:3]}, extra {more[:3]}"
    return "a vault is there before it may be"


def done_again(operation: Operation, place: Place, last: Content | None) -> str:
    """What is wrong after the operation was done again, in words; empty if nothing."""
    place = operation.resume(place)
    content = operation.contents(place)
    assert content is not None
    if operation.ends_alike and (last is None or content.normal != last.normal):
        return "done again after the kill, it ends otherwise: " + _unlike(content, (last,))
    if twice := content.stored_twice():
        return f"done again after the kill, it is stored twice: {twice}"
    if found := damages(place):
        return f"a deep check finds damage: {found[:3]}"
    return ""


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command.run("kill", attack, arguments)


if __name__ == "__main__":
    sys.exit(main())
