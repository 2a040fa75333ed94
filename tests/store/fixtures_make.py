"""Makes `fixtures/format-1`: run once when a format was new, never again for the same number.

python -m tests.store.fixtures_make tests/store/fixtures/format-1
"""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.store.builders import a_capture, a_comparison, add
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.store import Vault

#: What a vault keeps that cannot be made again.
KEPT = ("vault.json", "journal", "photos")


def fill(path: Path) -> None:
    """One event of every kind."""
    Vault.create(path)
    with Vault.open(path) as vault:
        one = add(vault, 1, person="Zoë")
        two = add(vault, 2, person="Zoë", requested_roi=Box(5, 6, 70, 80))
        lesion = vault.ensure_lesion(vault.rename_person(one.person, "Zoë Å."), "left arm")
        vault.add_comparison(a_comparison(one.observation_id, two.observation_id))
        vault.add_symptom(lesion, SymptomKind.ITCH, datetime(2025, 4, 1, 12, tzinfo=UTC), "night")
        vault.set_note(one.observation_id, "seen by a clinician")
        vault.set_capture(two.observation_id, a_capture(20))
        vault.set_life_cycle(lesion, LifeCycle.RESOLVED, "gone")
        add(vault, 3, person="Ben", lesion=None)
        vault.move_observation(two.observation_id, None)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    fill(target)
    for entry in target.iterdir():
        if entry.name not in KEPT:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
