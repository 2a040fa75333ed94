"""How long the worklist takes with 1,000 people and 20,000 photos, against the bare query.

python -m tests.bench.worklist FOLDER [PEOPLE]

Makes the vault in FOLDER unless it is there, with made-up numbers and no real photos. Prints, as
JSON Lines, milliseconds for information and each step as a ratio to the bare query: the statement
that lists every lesion with its photos' span of time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np

from tests.store.builders import a_comparison, an_analysis
from tracker.analysis.compare import METHOD
from tracker.domain.analysis import LesionMask
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.domain.geometry import Box
from tracker.domain.records import Lesion, LifeCycle, Observation, Person, PhotoRecord
from tracker.services import decisions, memo
from tracker.services.comparing import pairs_to_compare
from tracker.services.session import Workspace
from tracker.services.worklist import worklist
from tracker.store import Vault
from tracker.store.events import (
    ComparisonAdded,
    Event,
    LesionSaved,
    ObservationAdded,
    PersonSaved,
    PhotoKept,
)

PEOPLE, LESIONS, PHOTOS = 1000, 5, 4
START = datetime(2024, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def fill(path: Path, people: int) -> None:
    """A vault of `people`, LESIONS of each, PHOTOS of each of these, all compared.

    The events are written as such: what checks a person's input would ask the tables each time.
    """
    Vault.create(path)
    photo = PhotoRecord("0" * 64, "x.png", "image/png", 1, 640, 480)
    with Vault.open(path) as vault:
        vault._engine.write([PhotoKept(photo)])
        for number in range(people):
            person = Person(f"per_{number:04d}", f"person {number:04d}")
            events: list[Event] = [PersonSaved(person)]
            for lesion in range(LESIONS):
                events += _lesion(person, photo, f"spot {lesion}", number * LESIONS + lesion)
            vault._engine.write(events)


def _lesion(person: Person, photo: PhotoRecord, name: str, seed: int) -> Iterator[Event]:
    random = np.random.default_rng(seed)
    lesion = Lesion(
        f"les_{seed:06d}", person.person_id, person.name, name, "back", LifeCycle.ACTIVE
    )
    yield LesionSaved(lesion)
    mask = LesionMask(Box(10, 20, 20, 20), np.ones((20, 20), np.bool_))
    analysis = replace(an_analysis(seed), mask=mask, others=(), heatmap_box=None)
    seen = []
    for shot in range(PHOTOS):
        day = START + timedelta(days=100 * shot + int(random.integers(20)))
        added = ObservationAdded(
            observation_id=f"obs_{seed:06d}_{shot}",
            photo_sha256=photo.photo_sha256,
            person_id=person.person_id,
            lesion_id=lesion.lesion_id,
            capture=CaptureTime(day, "day", DateSource.GIVEN),
            modality=Modality.CLINICAL,
            requested_roi=None,
            analysis=analysis,
            note=None,
            added_at=NOW,
        )
        yield added
        seen.append(_as_read(added, photo, person, lesion))
    for earlier, later in pairs_to_compare(lesion, seen):
        pair = a_comparison(earlier, later, cosine=0.99)
        grown = float(random.normal(0, 0.15))
        yield ComparisonAdded(replace(pair, log_area_ratio=grown, method=METHOD))


def _as_read(
    added: ObservationAdded, photo: PhotoRecord, person: Person, lesion: Lesion
) -> Observation:
    return Observation(
        added.observation_id,
        photo,
        person,
        lesion,
        added.capture,
        added.modality,
        added.analysis,
        None,
        NOW,
    )


def timed(step: Callable[[], object], times: int = 5) -> float:
    """Median milliseconds of a step."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        step()
        found.append(1000 * (time.perf_counter() - start))
    return median(found)


def main(folder: Path, people: int) -> None:
    """Make the vault, and print how long each step takes."""
    path = folder / "vault"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fill(path, people)
    workspace = Workspace(path)
    workspace.noise  # noqa: B018 - loaded before anything is timed
    first = timed(lambda: worklist(workspace), 1)

    def again() -> None:
        memo.forget(path)
        worklist(workspace)

    def after_a_decision() -> None:
        row = worklist(workspace).rows[0]
        decisions.decide(workspace, row.person, row.lesion, "refer", by="Dr Ada")
        start = time.perf_counter()
        worklist(workspace)
        spent.append(1000 * (time.perf_counter() - start))

    spent: list[float] = []
    with Vault.open(path) as vault:
        bare = timed(vault.lesion_spans)
    steps = {
        "judging everybody for the first time": first,
        "first page after a start": timed(again),
        "nothing changed": timed(lambda: worklist(workspace)),
    }
    for _ in range(5):
        after_a_decision()
    steps["after a decision"] = median(spent)
    listed = worklist(workspace)
    counts = {"people": listed.people, "lesions": listed.lesions, "photos": listed.observations}
    print(json.dumps(counts | {"bare_query_ms": round(bare, 1)}))
    for name, took in steps.items():
        print(json.dumps({"step": name, "ms": round(took, 1), "ratio": round(took / bare, 2)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PEOPLE)
