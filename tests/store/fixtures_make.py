"""Makes a vault in `fixtures/`: once, when a format, a schema or a kind of event is new.

python -m tests.store.fixtures_make format-1-reanalysed

The name says what it is: `format-2…` is encrypted (with `kinds.PASSPHRASE`; its recovery key is
printed), `…-empty` has nothing in it, the other endings are in `FURTHER`.

What is there is never made again: it is what a program of its time wrote, and stands for all the
vaults that people have.
"""

from __future__ import annotations

import dataclasses
import gzip
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from tests.store.builders import OTHER_MODEL_SHA, a_capture, a_comparison, add, an_analysis
from tests.store.kinds import Kept, make_vault
from tracker.domain.analysis import Analysis, LesionMask
from tracker.domain.body import BodyPlace, BodyView, SiteMark
from tracker.domain.care import DecisionKind, DeviceProfile
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, MaskMethod, SymptomKind
from tracker.store import tables
from tracker.store.database import DATABASE_FILE
from tracker.store.doomed import doomed_person
from tracker.store.erase import erase
from tracker.store.events import JournalRepaired
from tracker.store.keys import new_recovery_key
from tracker.store.snapshot import SNAPSHOT_FILE

FIXTURES = Path(__file__).parent / "fixtures"
#: What a vault keeps that cannot be made again.
KEPT = ("vault.json", "vault.copy.json", "journal", "photos", "sealed", SNAPSHOT_FILE)
#: The database as it lay beside it, packed: it tells how a schema of that time is upgraded.
PACKED_DATABASE = DATABASE_FILE + ".gz"


def by_hand(seed: int) -> Analysis:
    """The analysis of another network, with a mask that a person drew."""
    found = an_analysis(seed, model_sha256=OTHER_MODEL_SHA)
    assert found.mask is not None
    return dataclasses.replace(found, mask=LesionMask(found.mask.box, found.mask.pixels, "person"))


def fill(path: Path, *, encrypted: bool = False) -> Kept:
    """A new vault with one event of every kind, but for those of `FURTHER`."""
    kept = make_vault(path, encrypted=encrypted)
    with kept.open() as vault:
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
    return kept


def note_repair(kept: Kept) -> None:
    """What a repaired journal ends with."""
    with kept.open() as vault:
        vault._write(JournalRepaired(datetime(2026, 5, 1, 12, tzinfo=UTC), 20, 1, 2, 0))


def delete_somebody(kept: Kept) -> None:
    """A person comes and goes."""
    with kept.open() as vault:
        add(vault, 4, person="Max")
    erase(kept.path, lambda vault: doomed_person(vault, vault.person("Max")), key=kept.key)


def take_care(kept: Kept) -> None:
    """What people decide, answer, look over and put away; the photos end as they were."""
    with kept.open() as vault:
        zoe, ben = vault.person("Zoë Å."), vault.person("Ben")
        lesion = vault.lesion(zoe, "left arm")
        (one,), (three,) = vault.observations(lesion), vault.unassigned(ben)
        vault.set_place(lesion, BodyPlace(BodyView.LEFT_PALM, 0.25, 0.5))
        vault.set_mark(lesion, SiteMark.WOUND)
        vault.set_recheck(lesion, 4)
        vault.set_life_cycle(lesion, LifeCycle.RESOLVED, "gone", on=date(2026, 2, 3))
        for method in (MaskMethod.BRUSH, MaskMethod.ORIGINAL):
            found = by_hand(3) if method is MaskMethod.BRUSH else three.analysis
            vault.correct_mask(three.observation_id, found, method, "Dr Bär")
        seen = [one.observation_id]
        vault.add_decision(
            lesion, DecisionKind.MONITOR, "Dr Bär", until=date(2026, 9, 1), observations=seen
        )
        vault.add_answer(lesion, [SymptomKind.ITCH], observation_id=one.observation_id)
        vault.save_survey(zoe, "arm", date(2026, 1, 2), [lesion], note="both sides")
        vault.save_profile(DeviceProfile("pro_1", "my lens", 0.01, 0.0001, 4000, 3000, None))
        vault.put_in_bin("photo", one.observation_id)
        vault.take_from_bin(vault.bin_items()[0])


def everything_at_once(kept: Kept) -> None:
    """All that may happen to a vault after `fill`, and a snapshot of its tables if it has one."""
    delete_somebody(kept)
    note_repair(kept)


def add_a_batch(kept: Kept) -> None:
    """A person with a spot and two photos, written as one."""
    with kept.open() as vault, vault.batch():
        for seed in (5, 6):
            add(vault, seed, person="Max", lesion="knee")


#: What else happens to a vault whose fixture's name ends so.
FURTHER: dict[str, Callable[[Kept], None]] = {
    "-repaired": note_repair,
    "-deleted": delete_somebody,
    "-full": everything_at_once,
    "-care": take_care,
    "-groups": add_a_batch,
}


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


def make(name: str) -> None:
    """Make the fixture of that name."""
    with tempfile.TemporaryDirectory() as folder:
        encrypted, path = name.startswith("format-2"), Path(folder) / "vault"
        empty = name.endswith("-empty")
        kept = make_vault(path, encrypted=encrypted) if empty else fill(path, encrypted=encrypted)
        for ending, happens in FURTHER.items():
            if name.endswith(ending):
                happens(kept)
        if kept.key is not None:
            print(new_recovery_key(path, kept.key))
            # A vault of this size would not get a snapshot: it is quick to open without.
            tables.worth_writing = lambda seq, kept_seq: seq > kept_seq  # type: ignore[attr-defined]
        with kept.open():
            pass
        pack(path, FIXTURES / name)


if __name__ == "__main__":
    (wanted,) = sys.argv[1:]
    make(wanted)
