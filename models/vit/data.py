"""The corpus as the trainer sees it: a manifest, and a decoded memory-mapped picture cache.

Decoding JPEGs costs more than a training step on a laptop, so every picture is decoded once to
at most ``CACHE_SIDE_PX`` and read back through a memory map afterwards.
"""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .network import CLASSES

CACHE_SIDE_PX = 320
NO_CLASS = -1
"""Label of a lesion whose diagnosis is unknown or not among the classes."""
NOT_A_LESION = -2
"""Label of plain skin and of objects: known to be none of the classes."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """One manifest row; box is x, y, w, h px.

    ``label`` indexes ``CLASSES``, or is ``NO_CLASS`` or ``NOT_A_LESION``.
    """

    name: str
    dataset: str
    split: str
    modality: str
    path: str
    mask_path: str
    diagnosis: str
    label: int
    lesion: str
    height: int = 0
    width: int = 0
    offset: int = 0
    mask_offset: int = -1
    box: tuple[int, int, int, int] | None = None


def corpus_root(argument: str | None) -> Path:
    """Return the corpus folder from ``--data`` or ``MOLETRAIL_DATA``; SystemExit if neither is."""
    value = argument or os.environ.get("MOLETRAIL_DATA")
    if not value or not (Path(value) / "manifest.csv").is_file():
        raise SystemExit("no corpus: give --data DIR (or MOLETRAIL_DATA) with a manifest.csv in it")
    return Path(value)


def read_manifest(root: Path) -> list[Picture]:
    """Read every row of ``manifest.csv``; pictures without a lesion id are their own lesion."""
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        return [_picture(row) for row in csv.DictReader(stream)]


def _picture(row: dict[str, str]) -> Picture:
    diagnosis = row["diagnosis"]
    unlabelled = NOT_A_LESION if row["modality"] == "nonlesion" else NO_CLASS
    return Picture(
        name=row["id"],
        dataset=row["dataset"],
        split=row["split"],
        modality=row["modality"],
        path=row["path"],
        mask_path=row["mask_path"],
        diagnosis=diagnosis,
        label=CLASSES.index(diagnosis) if diagnosis in CLASSES else unlabelled,
        lesion=row["lesion_id"] or row["id"],
    )


def read_rgb(path: Path) -> Pixels:
    """Decode a picture to uint8 RGB (H, W, 3); OSError when it cannot be read."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"cannot decode {path}")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def read_mask(path: Path) -> Pixels:
    """Decode a 0/255 mask (H, W); OSError when it cannot be read."""
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise OSError(f"cannot decode {path}")
    return np.asarray(mask, np.uint8)


def mask_box(mask: Pixels) -> tuple[int, int, int, int] | None:
    """Bounding box x, y, w, h in pixels of the set pixels, or None for an empty mask."""
    x, y, w, h = cv2.boundingRect((mask > 127).astype(np.uint8))
    return (x, y, w, h) if w and h else None


def _shrunk(picture: Pixels) -> Pixels:
    scale = CACHE_SIDE_PX / max(picture.shape[:2])
    if scale >= 1.0:
        return picture
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


class Corpus:
    """Pictures and masks of every manifest row except artefact cut-outs, memory-mapped."""

    def __init__(self, root: Path, cache: Path) -> None:
        index = cache / "index.json"
        if not index.is_file():
            _build_cache(root, cache)
        rows = json.loads(index.read_text(encoding="utf-8"))
        self.root = root
        self.pictures = [
            Picture(**{**row, "box": tuple(row["box"]) if row["box"] else None}) for row in rows
        ]
        self._images = np.memmap(cache / "images.bin", np.uint8, "r")
        self._masks = np.memmap(cache / "masks.bin", np.uint8, "r")

    def image(self, picture: Picture) -> Pixels:
        """uint8 RGB (H, W, 3), read-only view."""
        shape = (picture.height, picture.width, 3)
        return self._images[picture.offset : picture.offset + int(np.prod(shape))].reshape(shape)

    def mask(self, picture: Picture) -> Pixels | None:
        """uint8 0..255 (H, W), or None where the corpus has no mask."""
        if picture.mask_offset < 0:
            return None
        shape = (picture.height, picture.width)
        start = picture.mask_offset
        return self._masks[start : start + shape[0] * shape[1]].reshape(shape)

    def select(self, split: str) -> list[Picture]:
        """Pictures of one split."""
        return [picture for picture in self.pictures if picture.split == split]


def _build_cache(root: Path, cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, object]] = []
    with (cache / "images.bin").open("wb") as images, (cache / "masks.bin").open("wb") as masks:
        for picture in read_manifest(root):
            if picture.modality == "artefact":
                continue
            pixels = _shrunk(read_rgb(root / picture.path))
            row: dict[str, object] = dict(vars(picture))
            row.update(height=pixels.shape[0], width=pixels.shape[1], offset=images.tell())
            images.write(pixels.tobytes())
            if picture.mask_path:
                mask = _shrunk(read_mask(root / picture.mask_path))
                if mask.shape != pixels.shape[:2]:
                    raise ValueError(f"mask and picture differ in size: {picture.name}")
                row.update(mask_offset=masks.tell(), box=mask_box(mask))
                masks.write(mask.tobytes())
            rows.append(row)
    # The index is written last: a cache cut short is simply built again.
    partial = cache / "index.json.part"
    partial.write_text(json.dumps(rows), encoding="utf-8")
    partial.replace(cache / "index.json")
