"""Makes a vault in `fixtures/`: once, when a format, a schema or a kind of event is new.

python -m tests.store.fixtures_make format-1-reanalysed

What is there is never made again: it is what a program of its time wrote, and stands for all the
vaults that people have. `fill` and `EMPTY` show what today's program would write.
"""

from __future__ import annotations

import dataclasses
import gzip
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.store.builders import OTHER_MODEL_SHA, a_capture, a_comparison, add, an_analysis
from tracker.domain.analysis import Analysis, LesionMask
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.store import Vault
from tracker.store.database import DATABASE_FILE
from tracker.store.doomed import doomed_person
from tracker.store.erase import erase
from tracker.store.events import JournalRepaired

FIXTURES = Path(__file__).parent / "fixtures"
#: What a vault keeps that cannot be made again.
KEPT = ("vault.json", "journal", "photos")
#: The database as it lay beside it, packed: it tells how a schema of that time is upgraded.
PACKED_DATABASE = DATABASE_FILE + ".gz"


def by_hand(seed: int) -> Analysis:
    """The analysis of another network, with a mask that a person drew."""
    found = an_analysis(seed, model_sha256=OTHER_MODEL_SHA)
    assert found.mask is not None
    return dataclasses.replace(found, mask=LesionMask(found.mask.box, found.mask.pixels, "person"))


def fill(path: Path) -> None:
    """One event of every kind."""
    Vault.create(path)
    with Vault.open(path) as vault:
        one = add(vault, 1, person="Zoë")
        two = add(vault, 2, person="Zoë", requested_roi=Box(5, 6, 70, 80))
        lesion = vault.ensure_lesion(vault.rename_person(one.person, "Zoë Å."), "left arm")
        vault.add_comparison(a_comparison(one.observation_id, two.observation_id, cosine=0.1))
        vault.add_analysis(two.observation_id, by_hand(2))
        vault.add_comparison(a_comparison(one.observation_id, two.observation_id))
        vault.add_symptom(lesion, SymptomKind.ITCH, datetime(2025, 4, 1, 12, tzinfo=UTC), "night")
        vault.set_note(one.observation_id, "seen by a clinician")
        vault.set_capture(two.observation_id, a_capture(20))
        vault.set_life_cycle(lesion, LifeCycle.RESOLVED, "gone")
        add(vault, 3, person="Ben", lesion=None)
        vault.move_observation(two.observation_id, None)


def note_repair(path: Path) -> None:
    """What a repaired journal ends with."""
    with Vault.open(path) as vault:
        vault._write(JournalRepaired(datetime(2026, 5, 1, 12, tzinfo=UTC), 20, 1, 2, 0))


def delete_somebody(path: Path) -> None:
    """A person comes and goes."""
    with Vault.open(path) as vault:
        add(vault, 4, person="Max")
    erase(path, lambda vault: doomed_person(vault, vault.person("Max")))


def pack(vault: Path, target: Path) -> None:
    """Copy what is kept of a closed vault."""
    target.mkdir(parents=True)
    for name in KEPT:
        if (vault / name).is_dir():
            shutil.copytree(vault / name, target / name, ignore=shutil.ignore_patterns("incoming"))
        elif (vault / name).exists():
            shutil.copy(vault / name, target / name)
    pack_database(vault, target)


def pack_database(vault: Path, target: Path) -> None:
    """Put the vault's database beside what is kept, if it has one on the disk."""
    if (vault / DATABASE_FILE).exists():
        content = (vault / DATABASE_FILE).read_bytes()
        (target / PACKED_DATABASE).write_bytes(gzip.compress(content, 9, mtime=0))


def unpack(name: str, path: Path) -> Path:
    """The fixture of that name as a vault at `path`, with its database where it has one."""
    shutil.copytree(FIXTURES / name, path)
    packed = path / PACKED_DATABASE
    if packed.exists():
        (path / DATABASE_FILE).write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    return path


if __name__ == "__main__":
    (wanted,) = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "vault"
        Vault.create(made) if wanted.endswith("-empty") else fill(made)
        if wanted.endswith("-repaired"):
            note_repair(made)
        if wanted.endswith("-deleted"):
            delete_somebody(made)
        with Vault.open(made):
            pass
        pack(made, FIXTURES / wanted)
