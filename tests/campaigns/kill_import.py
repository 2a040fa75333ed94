"""Kills the real `moletrail import`, with the real networks, again and again until it is through.

Each case is one vault: the import is started, killed somewhere, started again, and so on; the last
run is left alone. Then every photo of the manifest must be there once, and all that any of the
runs had acknowledged on its output.

python -m tests.campaigns.kill_import --count 10 --seed 1 --out imports.json
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests import made_up
from tests.campaigns import command
from tests.campaigns.command import Case, Outcome
from tests.campaigns.places import KINDS, PASSPHRASE, Place, bare, damages, new_place, recover

KILLS = 6
PEOPLE = ("Ida", "Jo", "Kim")
_PHOTOS = 4
_PATIENCE_S = 300.0


@cache
def _jpegs() -> tuple[bytes, ...]:
    return tuple(photo.jpeg for photo in made_up.photos(_PHOTOS))


def _manifest(folder: Path) -> Path:
    folder.mkdir()
    lines = ["photo,person,lesion,taken_at"]
    for number, data in enumerate(_jpegs()):
        (folder / f"photo{number}.jpg").write_bytes(data)
        for person in PEOPLE:
            lines.append(f"photo{number}.jpg,{person},upper back,2024-0{number + 1}-11")
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@dataclass
class Run:
    """One start of the command. stored: ids that it acknowledged on its output."""

    killed: bool
    stored: list[str]
    duplicates: int
    refused: int


def start(place: Place, manifest: Path, before: int, chance: random.Random | None) -> Run:
    """Run the command; with `chance` kill it at its start or after some new photos.

    Args:
        before: photos that are stored already, and that it will first call duplicates.
    """
    words = [sys.executable, "-m", "tracker.cli", "--vault", str(place.path), "--json"]
    child = subprocess.Popen(
        [*words, "import", str(manifest)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"MOLETRAIL_PASSPHRASE": PASSPHRASE},
        text=True,
    )
    more = 0 if chance is None else chance.randrange(4)
    lines: list[str] = []
    enough = threading.Event()
    reader = threading.Thread(target=_read, args=(child, lines, before + more, enough))
    reader.start()
    if chance is not None:
        # Before the first answer the program starts and loads for a second or two.
        enough.wait(_PATIENCE_S if more else chance.uniform(0.0, 4.0))
        time.sleep(chance.uniform(0.0, 0.6))
        child.kill()
    child.wait(_PATIENCE_S)
    reader.join()
    found = [json.loads(line) for line in lines if line.endswith("\n")]
    kinds = Counter(each["type"] for each in found)
    return Run(
        killed=child.returncode == -signal.SIGKILL,
        stored=[each["observation_id"] for each in found if each["type"] == "stored"],
        duplicates=kinds["duplicate"],
        refused=kinds["refusal"] + kinds["error"],
    )


def _read(
    child: subprocess.Popen[str], lines: list[str], wanted: int, enough: threading.Event
) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        lines.append(line)
        if len(lines) >= wanted:
            enough.set()
    enough.set()


def attack(case: Case) -> Outcome:
    """Import with some kills on the way."""
    kind = KINDS[case.number % len(KINDS)]
    place = new_place(case.folder / "vault", kind)
    manifest = _manifest(case.folder / "photos")
    rows = _PHOTOS * len(PEOPLE)
    stored: set[str] = set()
    counts: Counter[str] = Counter()
    for chance in [case.random] * KILLS + [None]:
        run = start(place, manifest, len(stored), chance)
        stored |= set(run.stored)
        word = "after it stored photos" if run.stored else "before it stored a photo"
        counts[f"real imports killed {word}" if run.killed else "real imports ended"] += 1
        if run.refused:
            return Outcome(kind, "refused", wrong=f"{run.refused} rows were refused")
        back = recover(place)
        missing = stored - back.content.exact.keys()
        if missing or back.lost:
            return Outcome(kind, "lost", wrong=f"acknowledged and gone: {missing} {back.lost}")
        if twice := back.content.stored_twice():
            return Outcome(kind, "twice", wrong=f"stored twice: {twice}")
        if half := bare(place):
            return Outcome(kind, "half", wrong=f"stored without a photo: {half}")
        counts[f"then {back.how}"] += 1
    seen = [line for line in back.content.normal if line.startswith("observation ")]
    counts["photos acknowledged"] = len(stored)
    if len(seen) != rows:
        return Outcome(kind, "wrong", wrong=f"{len(seen)} photos are stored, of {rows}")
    return Outcome(kind, "held", wrong="; ".join(damages(place)), counts=dict(counts))


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command.run("kill_import", attack, arguments)


if __name__ == "__main__":
    sys.exit(main())
