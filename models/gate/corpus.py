"""Reading the training corpus for the gate: pictures, masks and lesion-free skin strips."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
LESION_SETS = ("ham10000", "isic2018_task1", "padufes20")
OBJECT_SETS = ("neg_imagenet", "neg_skimage")


@dataclass(frozen=True)
class Row:
    """One picture of the corpus manifest."""

    id: str
    dataset: str
    split: str
    path: Path
    mask_path: Path | None


def corpus_root() -> Path:
    """Folder named by MOLETRAIL_DATA; raises RuntimeError when it is not set."""
    root = os.environ.get("MOLETRAIL_DATA")
    if not root:
        raise RuntimeError("set MOLETRAIL_DATA to the folder that holds manifest.csv")
    return Path(root)


def read_rows(root: Path, split: str | None = None, datasets: Iterable[str] = ()) -> list[Row]:
    """Rows of manifest.csv, optionally of one split and of some data sets only."""
    wanted = set(datasets)
    rows = []
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            if (split and line["split"] != split) or (wanted and line["dataset"] not in wanted):
                continue
            mask = root / line["mask_path"] if line["mask_path"] else None
            rows.append(Row(line["id"], line["dataset"], line["split"], root / line["path"], mask))
    return rows


def read_rgb(path: Path, max_side_px: int | None = None) -> Image:
    """RGB picture (H, W, 3) uint8, shrunk so that the longest side is at most max_side_px."""
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise OSError(f"cannot read {path}")
    return shrink(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), max_side_px)


def read_mask(path: Path, max_side_px: int | None = None) -> Image:
    """Lesion mask (H, W) uint8 of 0/1, same size as read_rgb gives for its picture."""
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise OSError(f"cannot read {path}")
    return (shrink(grey, max_side_px) > 127).astype(np.uint8)


def shrink(image: Image, max_side_px: int | None) -> Image:
    """The image with its longest side at most max_side_px (area averaging), else unchanged."""
    side = max(image.shape[:2])
    if max_side_px is None or side <= max_side_px:
        return image
    scale = max_side_px / side
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def dark_surround(rgb: Image, mask: Image) -> NDArray[np.bool_]:
    """A dermoscope's black surround: dark, connected with a corner, outside the lesion."""
    dark = ((rgb.max(axis=2) < 45) & (mask == 0)).astype(np.uint8)
    if not dark.any():
        return dark.astype(bool)
    _, labels = cv2.connectedComponents(dark)
    corners = {labels[0, 0], labels[0, -1], labels[-1, 0], labels[-1, -1]} - {0}
    return np.isin(labels, list(corners)) if corners else np.zeros(mask.shape, bool)


def skin_strip(rgb: Image, mask: Image, min_side_px: int = 40) -> Image | None:
    """The largest rectangle beside the lesion's widened box, or None when it is too thin."""
    height, width = mask.shape
    ys, xs = np.nonzero(mask)
    if len(ys) == 0:
        return None
    pad = 6 + int(0.06 * max(height, width))
    y0, y1 = max(0, ys.min() - pad), min(height, ys.max() + 1 + pad)
    x0, x1 = max(0, xs.min() - pad), min(width, xs.max() + 1 + pad)
    strips = [rgb[:y0], rgb[y1:], rgb[:, :x0], rgb[:, x1:]]
    strips = [s for s in strips if min(s.shape[:2]) >= min_side_px]
    if not strips:
        return None
    best = max(strips, key=lambda s: s.shape[0] * s.shape[1])
    # A strip that reaches into the dermoscope's black surround is no skin.
    return best if np.percentile(best.max(axis=2), 3) > 60 else None
