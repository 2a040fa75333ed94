"""What children do to a vault while they are killed: every write the store has, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.campaigns.places import Place, search
from tests.store.builders import a_capture, a_comparison, add, an_analysis, photo_data
from tracker.domain.capture import Modality
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.services.importing import import_manifest
from tracker.services.manifest import ManifestRow, read_manifest
from tracker.services.session import Workspace
from tracker.store import NewObservation, Vault

#: Called after each write that returned, with the open vault if there is one.
Acknowledge = Callable[[Vault | None], None]
IMPORTED = 4


def add_everything(place: Place, acknowledge: Acknowledge) -> None:
    """A batch of photos, one photo write by write, and every kind of correction."""
    with place.open() as vault:
        with vault.batch():
            one, two = add(vault, 101), add(vault, 102)
        acknowledge(vault)
        _add_slowly(vault, acknowledge)
    with place.open() as vault:
        assert one.lesion is not None
        for write in (
            lambda: vault.set_note(one.observation_id, "a new note"),
            lambda: vault.set_capture(two.observation_id, a_capture(9)),
            lambda: vault.add_comparison(a_comparison(one.observation_id, two.observation_id)),
            lambda: vault.move_observation(two.observation_id, None),
            lambda: vault.rename_lesion(one.lesion, "upper left arm"),
            lambda: vault.set_site(one.lesion, "arm, outer side"),
            lambda: vault.set_life_cycle(one.lesion, LifeCycle.RESOLVED, "gone"),
            lambda: vault.add_symptom(
                one.lesion, SymptomKind.ITCH, datetime(2025, 5, 1, tzinfo=UTC), None
            ),
            lambda: vault.rename_person(one.person, "Ada L."),
        ):
            write()
            acknowledge(vault)
    with place.open() as vault:
        search(vault)
        vault.cached("thumbnail 3", lambda: b"another thumbnail" * 50)
        acknowledge(vault)


def _add_slowly(vault: Vault, acknowledge: Acknowledge) -> None:
    photo = vault.keep_photo(
        photo_data(103), file_name="103.jpg", media_type="image/jpeg", width=640, height=480
    )
    acknowledge(vault)
    person = vault.ensure_person("Grace")
    acknowledge(vault)
    lesion = vault.ensure_lesion(person, "knee")
    acknowledge(vault)
    vault.add_observation(
        NewObservation(
            photo=photo,
            person=person,
            lesion=lesion,
            capture=a_capture(3),
            modality=Modality.CLINICAL,
            analysis=an_analysis(103),
            note="slowly",
        )
    )
    acknowledge(vault)


class _MadeAnalyzer:
    """Stands in for the networks: the vault is what is tested."""

    def analyze_decoded(self, photo: Any, options: Any) -> Any:
        return an_analysis(int(photo.rgb.sum()) % 1000)


class MadeWorkspace(Workspace):
    """A workspace on a place, with ready-made analyses."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.path)
        self._place = place

    @property
    def analyzer(self) -> Any:
        return _MadeAnalyzer()

    @contextmanager
    def open(self, purpose: str = "") -> Iterator[Vault]:  # type: ignore[override]
        with self._place.open() as vault:
            yield vault


@cache
def _jpegs(width_px: int, height_px: int) -> tuple[bytes, ...]:
    made, shape = [], (height_px, width_px, 3)
    for seed in range(IMPORTED):
        pixels = np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)
        file = BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=80)
        made.append(file.getvalue())
    return tuple(made)


def write_manifest(folder: Path, *, width_px: int = 64, height_px: int = 48) -> Path:
    """A manifest of `IMPORTED` photos of that size beside it, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["photo,person,lesion,taken_at,note"]
    for number, data in enumerate(_jpegs(width_px, height_px)):
        (folder / f"imported{number}.jpg").write_bytes(data)
        lines.append(f"imported{number}.jpg,Ida,lesion {number % 2},2024-05-0{number + 1},row")
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def import_photos(place: Place, acknowledge: Acknowledge) -> None:
    """What `moletrail import` does, row by row."""
    rows: list[ManifestRow] = list(read_manifest(place.path.parent / "photos" / "manifest.csv"))
    for step in import_manifest(MadeWorkspace(place), rows):
        assert type(step.result).__name__ in ("Stored", "Duplicate"), step.result
        acknowledge(None)
