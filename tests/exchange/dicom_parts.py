"""Exports of made-up records, and what a reader and a validator say of the DICOM files."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom import config
from pydicom.dataset import Dataset

from tracker.domain.analysis import Analysis, LesionMask, Measures, ModelIdentity, Scale
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.domain.exporting import (
    Export,
    ExportLesion,
    ExportObservation,
    ExportOptions,
    ExportPerson,
    SafePhoto,
)
from tracker.domain.geometry import Box
from tracker.domain.records import Lesion, LifeCycle, Observation, Person, PhotoRecord
from tracker.exchange.dicom.writing import write
from tracker.exchange.folder import DiskFolder
from tracker.vision.placeless import placeless

DAY = CaptureTime(datetime(2024, 2, 29), "day", DateSource.GIVEN)
MODEL = ModelIdentity("lesion-vit", "1.2.3", "ab" * 32)
HEIGHT, WIDTH = 42, 65
MASK = LesionMask(Box(10, 5, 20, 11), np.tri(11, 20, 9, dtype=bool))
MEASURES = Measures(
    area_px=float(MASK.pixels.sum()),
    perimeter_px=60.5,
    diameter_px=20.25,
    perpendicular_px=11.0,
    asymmetry=0.125,
    border_irregularity=1.5,
    colours=2,
    lesion_lab=(40.0, 10.0, 12.0),
    lesion_lab_sd=(1.0, 1.0, 1.0),
    skin_lab=None,
    touches_frame=False,
    method="measure-1",
)


def picture() -> NDArray[np.uint8]:
    """Smooth colours, so that a coded picture stays close to it."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.dstack([rows * 5, columns * 3, 120 + rows]).astype(np.uint8)


def coded(form: str, **options: object) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    Image.fromarray(picture()).save(file, form, **options)
    return file.getvalue()


@dataclass
class Photos:
    """`ExportPhotos` over files in memory, decoded here."""

    files: dict[str, bytes]

    def original(self, photo: PhotoRecord) -> bytes:
        return self.files[photo.photo_sha256]

    def safe(self, photo: PhotoRecord) -> SafePhoto:
        return placeless(self.original(photo), photo.file_name)

    def upright_rgb(self, photo: PhotoRecord) -> NDArray[np.uint8]:
        from PIL import ImageOps  # noqa: PLC0415

        with Image.open(io.BytesIO(self.original(photo))) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def lesion(name: str = "mole", site: str | None = "left forearm", key: str = "les_1") -> Lesion:
    return Lesion(key, "per_1", "Ada", name, site, LifeCycle.ACTIVE)


def analysis(scale: Scale | None = None, **changes: object) -> Analysis:
    whole = Analysis(
        photo="a.jpg",
        status="measured",
        reason=None,
        advice=None,
        width=WIDTH,
        height=HEIGHT,
        capture=DAY,
        modality=None,
        roi=MASK.box,
        mask=MASK,
        measures=MEASURES,
        scale=scale,
        model=MODEL,
        gate=ModelIdentity("gate", "4", "cd" * 32),
        probabilities={"mel": 0.75, "nv": 0.25},
        label="mel",
    )
    return replace(whole, **changes)


@dataclass
class Story:
    """Collects observations of one person and writes them."""

    folder: Path
    person: str = "Ada"
    demo: bool = False

    def __post_init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.seen: list[ExportObservation] = []

    def add(
        self,
        data: bytes,
        of: Lesion | None = None,
        *,
        modality: Modality | None = None,
        capture: CaptureTime = DAY,
        found: Analysis | None = None,
        note: str | None = None,
        media_type: str = "image/jpeg",
        size: tuple[int, int] = (WIDTH, HEIGHT),
        **told: object,
    ) -> None:
        digest = f"{len(self.files):064x}"
        same = [key for key, held in self.files.items() if held == data]
        digest = same[0] if same else digest
        self.files[digest] = data
        record = PhotoRecord(digest, "a file.jpg", media_type, len(data), *size)
        observation = Observation(
            observation_id=f"obs_{len(self.seen)}",
            photo=record,
            person=Person("per_1", self.person),
            lesion=of,
            capture=capture,
            modality=modality,
            analysis=found or analysis(),
            note=note,
            added_at=datetime(2024, 3, 1, 10, 20, 30, tzinfo=UTC),
        )
        self.seen.append(ExportObservation(observation, **told))

    def export(self) -> Export:
        lesions = {each.observation.lesion for each in self.seen} - {None}
        held = tuple(
            ExportLesion(
                one,
                None,
                tuple(each for each in self.seen if each.observation.lesion == one),
                (),
                None,
                (),
            )
            for one in sorted(lesions, key=lambda one: one.lesion_id)
        )
        waiting = tuple(each for each in self.seen if each.observation.lesion is None)
        person = ExportPerson(Person("per_1", self.person), held, waiting)
        return Export("vault", self.demo, "Moletrail 9.9", None, (person,))

    def write(self) -> list[Dataset]:
        """The objects, in the order of their files."""
        self.folder.mkdir()
        self.done = write(
            self.export(), Photos(self.files), DiskFolder(self.folder), ExportOptions()
        )
        return objects(self.folder)


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.dcm"))


@contextmanager
def strict() -> Iterator[None]:
    """pydicom refuses any value that the standard does not allow."""
    before = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.RAISE
    try:
        yield
    finally:
        config.settings.reading_validation_mode = before


def objects(folder: Path) -> list[Dataset]:
    """Every object, each value of it read strictly, and checked by dciodvfy where it is there."""
    found = []
    with strict():
        for path in files_in(folder):
            dataset = pydicom.dcmread(path)
            for element in dataset.iterall():
                assert element.value is not NotImplemented
            found.append(dataset)
    errors = validator_errors(files_in(folder))
    assert not errors, "\n".join(errors)
    return found


def validator_errors(paths: Sequence[Path]) -> list[str]:
    """What dciodvfy of dicom3tools calls an error; nothing where it is not installed."""
    program = shutil.which("dciodvfy")
    if program is None:
        return []
    errors = []
    for path in paths:
        said = subprocess.run([program, "-new", path], capture_output=True, check=False)
        text = (said.stdout + said.stderr).decode("utf-8", "replace")
        assert "Warning" in text or "Error" in text or said.returncode == 0
        errors += [f"{path.name}: {line}" for line in text.splitlines() if "Error" in line]
    return errors


def of_modality(found: Sequence[Dataset], modality: str) -> list[Dataset]:
    return [each for each in found if each.Modality == modality]
