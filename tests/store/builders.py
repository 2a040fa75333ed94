"""Values for store tests: everything filled in, nothing special about the numbers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import (
    CLASSES,
    EMBEDDING_DIM,
    Analysis,
    LesionMask,
    Measures,
    ModelIdentity,
    OtherLesion,
    Scale,
    ScaleSource,
)
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.domain.comparison import Comparison, Registration, RegistrationMethod
from tracker.domain.geometry import Box
from tracker.domain.quality import Quality, QualityCode, QualityIssue
from tracker.domain.records import Observation
from tracker.store import NewObservation, Vault, kept
from tracker.store.database import DATABASE_FILE
from tracker.store.keys import VaultKey, unlock
from tracker.store.slots import KdfCost
from tracker.store.snapshot import SNAPSHOT_FILE

MODEL_SHA = "a" * 64
OTHER_MODEL_SHA = "b" * 64


def unit_vector(seed: int) -> NDArray[np.float32]:
    vector = np.random.default_rng(seed).normal(size=EMBEDDING_DIM).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def a_capture(day: int = 1) -> CaptureTime:
    return CaptureTime(datetime(2025, 3, 1 + day % 28), "day", DateSource.GIVEN)


def an_analysis(
    seed: int = 0, *, model_sha256: str = MODEL_SHA, embedding: NDArray[np.float32] | None = None
) -> Analysis:
    random = np.random.default_rng(seed)
    w, h = int(random.integers(5, 60)), int(random.integers(5, 60))
    chances = random.dirichlet(np.ones(len(CLASSES)))
    return Analysis(
        photo=f"photo {seed}.jpg",
        status="measured",
        reason=None,
        advice=None,
        width=640,
        height=480,
        capture=CaptureTime(datetime(2025, 3, 1, 10, 20, 30, 123456), "second", DateSource.EXIF),
        modality=Modality.DERMOSCOPIC,
        roi=Box(10, 20, w, h),
        quality=Quality(
            sharpness=float(random.random()),
            exposure=0.1 + 0.2,
            dark_fraction=0.0,
            glare_fraction=1 / 3,
            lesion_px=max(w, h),
            issues=(QualityIssue(QualityCode.GLARE, "warn", "Glare covers a third.", "Tilt it."),),
        ),
        mask=LesionMask(Box(10, 20, w, h), random.random((h, w)) > 0.5),
        measures=Measures(
            area_px=float(random.random() * 1e4),
            perimeter_px=301.7,
            diameter_px=77.25,
            perpendicular_px=60.1,
            asymmetry=0.21,
            border_irregularity=1.31,
            colours=3,
            lesion_lab=(50.1, 12.2, 20.3),
            lesion_lab_sd=(4.1, 2.2, 3.3),
            skin_lab=(70.5, 8.25, 15.125),
            touches_frame=False,
            method="measure 1",
        ),
        scale=Scale(0.0213, 0.0004, ScaleSource.CARD),
        probabilities=dict(zip(CLASSES, map(float, chances), strict=True)),
        label="nv",
        certain=True,
        unlike_training=0.7,
        unlike_training_limit=1.5,
        embedding=unit_vector(seed) if embedding is None else embedding,
        heatmap_box=Box(-5, -6, 80, 80),
        model=ModelIdentity("moletrail-vit", "1.0.0", model_sha256),
        gate=ModelIdentity("moletrail-gate", "1.0.0", "c" * 64),
        others=(OtherLesion(Box(200, 210, 30, 31), 512.0),),
    )


def add(
    vault: Vault,
    seed: int,
    person: str = "Ada",
    lesion: str | None = "left arm",
    analysis: Analysis | None = None,
    requested_roi: Box | None = None,
) -> Observation:
    """Store the made-up photo `seed` and an observation of it."""
    photo = vault.keep_photo(
        photo_data(seed),
        file_name=f"{seed}.jpg",
        media_type="image/jpeg",
        width=640,
        height=480,
    )
    who = vault.ensure_person(person)
    return vault.add_observation(
        NewObservation(
            photo=photo,
            person=who,
            lesion=None if lesion is None else vault.ensure_lesion(who, lesion, site="arm"),
            capture=a_capture(seed),
            modality=Modality.DERMOSCOPIC,
            analysis=an_analysis(seed) if analysis is None else analysis,
            note=f"note {seed}",
            requested_roi=requested_roi,
        )
    )


def photo_data(seed: int) -> bytes:
    return np.random.default_rng(seed).bytes(2000 + seed % 7)


def a_comparison(earlier: str, later: str, *, cosine: float = 0.9) -> Comparison:
    return Comparison(
        earlier=earlier,
        later=later,
        same_lesion=True,
        registration=Registration(
            RegistrationMethod.SKIN_SIMILARITY,
            (1.0, 0.01, 3.5, -0.01, 1.0, 2.25, 0.0, 0.0, 1.0),
            42,
            0.013,
        ),
        size_source="skin",
        size_why_not=None,
        log_area_ratio=0.1,
        log_diameter_ratio=0.05,
        size_sigma_log=0.02,
        delta_asymmetry=-0.01,
        log_irregularity_ratio=0.003,
        colour_delta_e=2.5,
        colour_overall_delta_e=0.5,
        delta_lab=(0.1, -0.2, 0.3),
        colour_constancy="registered_skin",
        cosine=cosine,
        method="compare 1",
        focal_delta_e=4.5,
        focal_delta_lab=(-6.0, 0.5, -1.5),
    )


#: The cheapest that argon2id can do, so that tests do not wait for it.
CHEAP = KdfCost(memory_kib=8, passes=1, lanes=1)
SECRET = "correct horse battery staple"


def new_sealed_vault(folder: Path) -> tuple[Path, VaultKey, str]:
    """An empty encrypted vault, its key, and its recovery key; `SECRET` opens it."""
    path = folder / "sealed-vault"
    recovery_key = Vault.create(path, passphrase=SECRET, cost=CHEAP)
    assert recovery_key is not None
    return path, unlock(path, recovery_key), recovery_key


def lose_tables(path: Path) -> None:
    """Take away all that a vault can make again from its journal."""
    kept.forget(path)
    for name in (DATABASE_FILE, DATABASE_FILE + ".wal", SNAPSHOT_FILE):
        (path / name).unlink(missing_ok=True)


def new_vault(folder: Path) -> Path:
    path = folder / "vault"
    Vault.create(path)
    return path
