"""A little of each campaign, so that none of them rots, and that each can fail at all."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns import (
    children,
    command,
    cut,
    flip,
    full,
    kill,
    kill_export,
    machine,
    plaintext,
    story,
)
from tests.campaigns.children import Job
from tests.campaigns.command import Attack, Case, Outcome
from tests.campaigns.kill import Rehearsal, examine
from tests.campaigns.machine_upkeep import MaintainedMachine
from tests.campaigns.operations import Add, Template
from tests.campaigns.places import ENCRYPTED, PLAIN, Place, fill, new_place
from tests.campaigns.scripts import Acknowledge
from tests.campaigns.steps import Stop
from tests.campaigns.traces import needles_of, search
from tests.store.builders import add
from tracker.store import tables

# One worker: what the attacks prepare is made once a process.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("campaigns")]
SEED = 20261121


@pytest.fixture(autouse=True)
def as_in_the_commands(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Early snapshots (see `places.keep_snapshots_early`); what a command changes is put back."""
    monkeypatch.setattr(tables, "worth_writing", lambda seq, kept_seq: seq > kept_seq + 3)
    logger = logging.getLogger("tracker")
    level = logger.level
    yield
    logger.setLevel(level)


def hold(attack: Attack, numbers: range, folder: Path) -> None:
    """Run these cases; nothing may be wrong in any."""
    results = [command.attempt(attack, number, SEED, folder) for number in numbers]
    assert [each for each in results if each.get("wrong")] == []


def test_kills(tmp_path: Path) -> None:
    """Each operation once, in turn on a plain and on an encrypted vault."""
    numbers: dict[str, list[int]] = {}
    for number, (name, _) in enumerate(kill.TARGETS):
        numbers.setdefault(name, []).append(number)
    hold(kill.attack, [each[i % len(each)] for i, each in enumerate(numbers.values())], tmp_path)


def test_flips(tmp_path: Path) -> None:
    hold(flip.attack, range(0, 29, 3), tmp_path)


def test_cuts(tmp_path: Path) -> None:
    hold(cut.attack, range(1, 40, 5), tmp_path)


def test_full_disks(tmp_path: Path) -> None:
    if not full.can_mount():
        hold(full.attack, range(0, 8, 2), tmp_path)
        pytest.skip("small real disks can only be mounted by root on Linux; the rest has passed")
    hold(full.attack, range(4), tmp_path)


def test_killed_exports(tmp_path: Path) -> None:
    """Killed at a step, in place of an earlier export and where there was none."""
    hold(kill_export.attack, range(0, 2 * len(kill_export.TARGETS), 10), tmp_path)


def test_stories() -> None:
    assert story.tell(SEED, stories=3, steps=25) == ""
    assert machine.TAKEN.total() > 20


def test_searches_for_plain_text(tmp_path: Path) -> None:
    hold(plaintext.attack, range(0, 2 * len(plaintext.TARGETS), 5), tmp_path)


def test_a_search_finds_what_lies_open(tmp_path: Path) -> None:
    place = new_place(tmp_path / "vault", PLAIN)
    fill(place)
    needles = needles_of(place)
    hits = search([place.path], needles)
    assert {each.split(" in ")[0] for each in hits} == set(needles.by_category)


class Liar(Add):
    """Acknowledges a photo before it is stored."""

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        acknowledge(None)
        with place.open() as vault:
            add(vault, 5)


@pytest.mark.parametrize("kind", [PLAIN, ENCRYPTED])
def test_a_lost_photo_is_noticed(tmp_path: Path, kind: str) -> None:
    place = new_place(tmp_path / "vault", kind)
    fill(place)
    before = place.content()
    copy = children.copied(tmp_path, place, tmp_path / "copy")
    Liar().act(copy, lambda _: None)
    rehearsal = Rehearsal(Template(tmp_path, place), (before, copy.content()), ())
    journal = "journal/events.jsonl" if kind == PLAIN else "journal/events.sealed"
    stop = Stop(f"write {journal}", 0, "half")
    ended = children.run(Job(Liar().act, tmp_path, place, stop))
    assert ended.killed
    assert ended.acknowledged == 1
    assert "may be in" in examine(Liar(), place, rehearsal, ended).wrong


def test_a_vault_that_differs_from_its_model_is_noticed() -> None:
    used = MaintainedMachine()
    used.create(PLAIN)
    used.add_photo("Adelheid", "knee", pointed=False)
    used.agree()
    (identity,) = used.model.seen
    used.model.seen.pop(identity)
    with pytest.raises(AssertionError):
        used.teardown()


def test_results_are_continued_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[int] = []

    def attack(case: Case) -> Outcome:
        seen.append(case.number)
        assert case.random.random() == random.Random(f"3/{case.number}").random()
        wrong = "lost" if case.number == 2 else ""
        return Outcome("all", "held", wrong=wrong, counts={"kills": 2})

    words = ["--seed", "3", "--out", str(tmp_path / "out.json")]
    assert command.run("test", attack, ["--count", "2", *words]) == 0
    assert command.run("test", attack, ["--count", "4", *words]) == 1
    assert seen == [0, 1, 2, 3]
    assert "8  kills" in capsys.readouterr().out
    stored = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [each["case"] for each in stored["cases"]] == [0, 1, 2, 3]
    with pytest.raises(SystemExit):
        command.run("test", attack, ["--count", "1", "--seed", "4", "--out", words[-1]])
