"""Kills exports of every format, in place of an earlier export and where there was none.

An export is at its place whole, or the place is empty, or holds the earlier export whole; the vault
is as it was; and the next export needs no help.

python -m tests.campaigns.kill_export --count 60 --seed 1 --out exports.json
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tests.campaigns import children, command, scripts
from tests.campaigns.children import Job
from tests.campaigns.command import Case, Outcome
from tests.campaigns.content import Content
from tests.campaigns.places import KINDS, Place, damages, new_place
from tests.campaigns.scripts import Acknowledge, MadeWorkspace
from tests.campaigns.steps import Stop
from tracker.exchange.folder import MARKER, facts_of, read_marker
from tracker.services.exporting import formats, write_export
from tracker.store import kept

TARGETS = tuple((form, kind) for form in formats() for kind in KINDS)
EXPORT = "export"


def export(place: Place, acknowledge: Acknowledge, *, form: str) -> None:
    """What `moletrail export` does; for a child."""
    write_export(MadeWorkspace(place), form, place.path.parent / EXPORT)
    acknowledge(None)


@dataclass(frozen=True)
class Rehearsal:
    """A vault with an export beside it, and what another export does. content: of the vault."""

    folder: Path
    place: Place
    content: Content
    steps: tuple[str, ...]
    took_s: float

    def begin(self, folder: Path, *, replaces: bool) -> Place:
        """A copy of it, with the earlier export if one is to be replaced."""
        place = children.copied(self.folder, self.place, folder)
        if not replaces:
            shutil.rmtree(folder / EXPORT)
        return place


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="moletrail-exports-"))


@cache
def rehearse(form: str, kind: str) -> Rehearsal:
    """An export done twice without a kill; what is compared for it is stored by then."""
    folder = _folder() / f"{form}-{kind}"
    folder.mkdir()
    place = new_place(folder / "vault", kind)
    scripts.write_manifest(folder / "photos", width_px=640, height_px=480)  # as the masks are
    scripts.import_photos(place, lambda _: None)
    export(place, lambda _: None, form=form)
    with place.open() as vault:
        vault.set_note(vault.all_observations()[0].observation_id, "since the earlier export")
    kept.forget(place.path)
    act = partial(export, form=form)
    watched = children.copied(folder, place, folder.with_name(f"{folder.name}-watched"))
    ended = children.run(Job(act, watched.path.parent, watched))
    assert not ended.error, f"{form} fails without a kill: {ended.error}"
    return Rehearsal(folder, place, place.content(), tuple(ended.steps), ended.took_s)


def attack(case: Case) -> Outcome:
    """Kill one export, look at its place and at the vault, and export again."""
    form, kind = TARGETS[case.number % len(TARGETS)]
    turn = case.number // len(TARGETS)
    rehearsal = rehearse(form, kind)
    place = rehearsal.begin(case.folder, replaces=turn % 2 == 0)
    act = partial(export, form=form)
    if turn % 4 < 2:
        at = case.random.randrange(len(rehearsal.steps))
        ended = children.run(Job(act, case.folder, place, Stop(None, at, "kill")))
    else:
        after_s = case.random.uniform(0.0, rehearsal.took_s)
        ended = children.run(Job(act, case.folder, place), after_s=after_s)
    found, wrong = state_of(case.folder / EXPORT)
    if ended.error:
        wrong = f"the child failed: {ended.error}"
    if ended.acknowledged and found != "whole":
        wrong = f"the export was acknowledged and is {found}"
    wrong = wrong or _changed(rehearsal, place) or _again(act, place)
    word = "kills" if ended.killed else "finished before the kill"
    place_word = "in place of an earlier one" if turn % 2 == 0 else "where there was none"
    detail = f"{ended.steps[-1] if ended.steps else 'start'}; the place is {found}"
    counts = {word: 1, f"then the place is {found}, {place_word}": 1}
    return Outcome(f"{form}, {kind}", found, wrong=wrong, counts=counts, detail=detail)


def state_of(out: Path) -> tuple[str, str]:
    """What lies at an export's place: "whole", "empty" or "half"; and what is wrong with it."""
    if not out.exists() or not any(out.iterdir()):
        return "empty", ""
    marker = read_marker(out)
    if marker is None:
        return "half", "there are files, and nothing says that they are not all"
    listed = marker["files"]
    found = {
        path.relative_to(out).as_posix(): facts_of(path)
        for path in out.rglob("*")
        if path.is_file() and path.name != MARKER
    }
    return ("whole", "") if found == listed else ("half", "its list does not fit its files")


def _changed(rehearsal: Rehearsal, place: Place) -> str:
    content = place.content()
    if content.exact != rehearsal.content.exact:
        return "the vault has changed"
    found = damages(place)
    return f"a deep check finds damage: {found[:3]}" if found else ""


def _again(act: Callable[[Place, Acknowledge], None], place: Place) -> str:
    """What is wrong once it is exported again, in words; empty if nothing."""
    act(place, lambda _: None)
    folder = place.path.parent
    left = [path.name for path in folder.iterdir() if path.name.startswith(".")]
    if left:
        return f"exported again, it leaves {left}"
    found, wrong = state_of(folder / EXPORT)
    return "" if found == "whole" else f"exported again, it is {found}: {wrong}"


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command.run("kill_export", attack, arguments)


if __name__ == "__main__":
    sys.exit(main())
