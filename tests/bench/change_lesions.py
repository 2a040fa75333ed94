"""Which lesions the change benchmark photographs: real ones with a mask, or rendered ones."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.bench.change_simulator.scene import Scene, scene_of
from tracker.analysis.colour import srgb_to_lab
from tracker.analysis.render import Camera, RenderedLesion, Skin, draw_skin, render_photo
from tracker.domain.capture import Modality

#: The lesion must leave skin around it, or nothing can grow and nothing can be lined up: its
#: longer side over the frame's shorter, and the least distance to an edge over that.
LARGEST, LEAST_MARGIN = 0.5, 0.12
LEAST_PX = 50
#: Diameters drawn for lesions whose true size is not published, in mm.
DIAMETERS_MM = (4.0, 10.0)
DATASETS = ("ham10000", "isic2018_task1", "padufes20")
#: Bands of the individual typology angle (Chardon 1991), degrees, from the lightest.
ITA_BANDS = ((55, "very light"), (41, "light"), (28, "intermediate"), (10, "tan"), (-30, "brown"))


@dataclass(frozen=True, eq=False)
class SourceLesion:
    """One lesion to be photographed again and again.

    mm_per_scene_px: made up for corpus pictures, since their true size is not published.
    """

    name: str
    dataset: str
    modality: Modality
    scene: Scene
    mm_per_scene_px: float
    ita_band: str


def corpus_lesions(root: Path, split: str, dermoscopic: int, clinical: int) -> list[dict[str, str]]:
    """Manifest rows of a seeded choice of lesions with skin around them, one picture a lesion."""
    kinds: dict[str, list[dict[str, str]]] = {"dermoscopic": [], "clinical": []}
    seen: set[str] = set()
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if r["split"] == split and r["mask_path"]]
    random.Random(11).shuffle(rows)
    for row in rows:
        lesion = row["lesion_id"] or row["id"]
        if row["dataset"] not in DATASETS or lesion in seen:
            continue
        if _has_skin_around(_mask(root, row)):
            seen.add(lesion)
            kinds[row["modality"]].append(row)
    return kinds["dermoscopic"][:dermoscopic] + kinds["clinical"][:clinical]


def corpus_lesion(root: Path, row: dict[str, str]) -> SourceLesion:
    """A row of the manifest as a scene."""
    picture = cv2.imread(str(root / row["path"]))
    if picture is None:
        raise OSError(f"cannot read {row['path']}")
    rgb = np.ascontiguousarray(picture[..., ::-1]).astype(np.uint8)
    return _source(row["id"], row["dataset"], Modality(row["modality"]), rgb, _mask(root, row))


def rendered_lesions(count: int) -> Iterator[SourceLesion]:
    """Made-up lesions, for where there is no corpus: they show that the benchmark runs."""
    dice = random.Random(5)
    for seed in range(count):
        world = draw_skin(Skin(seed=seed + 1, extent_mm=(16.0, 16.0), grid_mm_per_px=0.03))
        lesion = RenderedLesion(
            seed=seed + 40,
            radius_mm=dice.uniform(1.8, 3.0),
            irregularity=dice.uniform(0.2, 0.6),
            melanin=dice.uniform(1.2, 2.2),
        )
        camera = Camera(
            seed, mm_per_px=0.04, size_px=(384, 384), stamp_corner=None, noise=0.002, blur_px=0.4
        )
        photo = render_photo(world, [lesion], camera)
        name = f"rendered {seed + 1}"
        yield _source(name, "rendered", Modality.DERMOSCOPIC, photo.rgb, photo.mask)


def _source(
    name: str,
    dataset: str,
    modality: Modality,
    rgb: NDArray[np.uint8],
    mask: NDArray[np.bool_],
) -> SourceLesion:
    scene = scene_of(rgb, mask)
    low, high = DIAMETERS_MM
    diameter_mm = random.Random(name).uniform(low, high)
    band = ita_band(rgb, mask)
    return SourceLesion(name, dataset, modality, scene, diameter_mm / scene.diameter_px, band)


def ita_band(rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> str:
    """Band of the individual typology angle of the skin in the picture, as it was lit."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    skin = srgb_to_lab(rgb)[np.asarray(away) > 0.1 * math.sqrt(float(mask.sum()))]
    light, _, yellow = (float(np.median(skin[:, k])) for k in range(3))
    angle = math.degrees(math.atan2(light - 50.0, max(yellow, 1e-3)))
    return next((name for least, name in ITA_BANDS if angle > least), "dark")


def _mask(root: Path, row: dict[str, str]) -> NDArray[np.bool_]:
    mask = cv2.imread(str(root / row["mask_path"]), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise OSError(f"cannot read {row['mask_path']}")
    return np.asarray(mask > 127)


def _has_skin_around(mask: NDArray[np.bool_]) -> bool:
    ys, xs = np.nonzero(mask)
    if ys.size == 0:
        return False
    height, width = mask.shape
    short, across = min(height, width), max(int(np.ptp(xs)), int(np.ptp(ys))) + 1
    margin = min(xs.min(), ys.min(), width - 1 - xs.max(), height - 1 - ys.max())
    return across >= LEAST_PX and across <= LARGEST * short and margin >= LEAST_MARGIN * short
