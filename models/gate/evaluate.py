"""Measure the released gate on the val split: ``python models/gate/evaluate.py``.

Prints one JSON object per set. Runs the whole of tracker.vision.gate, not only the network.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from compose import Composer
from corpus import Image, Row, corpus_root, read_mask, read_rgb, read_rows
from parts import limb_shape, spin
from textures import ALL

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tracker.domain.geometry import Box
from tracker.vision.gate import Gate, GateResult, load_gate

CONTAINED = 0.9
DOT_SIDE_PX = 1400
DOT_FRACTIONS = (0.01, 0.02, 0.04, 0.08)


@dataclass
class Tally:
    """Counts of one set."""

    verdicts: Counter[str] = field(default_factory=Counter)
    contained: list[float] = field(default_factory=list)
    overlaps: list[float] = field(default_factory=list)
    anywhere: list[float] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """Shares and medians of the set."""
        count = sum(self.verdicts.values())
        out: dict[str, object] = {"n": count}
        out |= {k: round(v / count, 4) for k, v in sorted(self.verdicts.items())}
        if self.contained:
            hits = np.array(self.contained)
            out["found"] = round(float((hits >= CONTAINED).mean()), 4)
            out["found_half"] = round(float((hits >= 0.5).mean()), 4)
            out["found_any"] = round(float((np.array(self.anywhere) >= CONTAINED).mean()), 4)
            out["box_iou_mean"] = round(float(np.mean(self.overlaps)), 3)
            out["box_iou_median"] = round(float(np.median(self.overlaps)), 3)
        out["others_mean"] = round(float(np.mean(self.others)), 2)
        out["ms_median"] = round(float(np.median(self.seconds)) * 1e3, 1)
        return out


def judge(gate: Gate, tally: Tally, name: str, rgb: Image, mask: Image | None) -> GateResult:
    """Run the gate on one picture and count it; mask (H, W) 0/1 or None."""
    started = time.perf_counter()
    result = gate.find(rgb)
    tally.seconds.append(time.perf_counter() - started)
    tally.verdicts[result.verdict] += 1
    tally.others.append(max(0, len(result.regions) - 1))
    if mask is not None:
        box = result.regions[0].roi_box if result.regions else None
        tally.contained.append(contained(mask, box))
        tally.overlaps.append(overlap(mask, box))
        tally.anywhere.append(max((contained(mask, r.roi_box) for r in result.regions), default=0))
        if tally.contained[-1] < CONTAINED:
            tally.odd.append(name)
    elif result.verdict == "lesion":
        tally.odd.append(name)
    return result


def contained(mask: Image, box: Box | None) -> float:
    """Share of the true lesion's pixels that lie in the box."""
    if box is None:
        return 0.0
    return float(mask[box.y : box.y + box.h, box.x : box.x + box.w].sum() / max(mask.sum(), 1))


def overlap(mask: Image, box: Box | None) -> float:
    """Intersection over union of the true tight box and the box found."""
    ys, xs = np.nonzero(mask)
    if box is None or len(ys) == 0:
        return 0.0
    x0, y0, x1, y1 = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
    w = min(x1, box.x + box.w) - max(x0, box.x)
    h = min(y1, box.y + box.h) - max(y0, box.y)
    shared = max(0, w) * max(0, h)
    return float(shared / ((x1 - x0) * (y1 - y0) + box.area_px - shared))


def corpus_sets(root: Path, limit: int) -> dict[str, list[Row]]:
    """Named sets of rows; masked sets hold only pictures with a mask."""
    rows = read_rows(root)
    sets: dict[str, list[Row]] = {}
    for dataset in ("ham10000", "isic2018_task1", "padufes20"):
        val = [r for r in rows if r.dataset == dataset and r.split == "val" and r.mask_path]
        sets[f"{dataset}/val"] = val[:limit]
    train = [r for r in rows if r.dataset == "padufes20" and r.split == "train" and r.mask_path]
    sets["padufes20/train"] = train[:limit]
    for dataset in ("neg_imagenet", "neg_skimage", "neg_mediapipe", "plain_skin"):
        for split in ("val", "train"):
            sets[f"{dataset}/{split}"] = [
                r for r in rows if r.dataset == dataset and r.split == split
            ]
    sets["nci_series/val"] = [r for r in rows if r.dataset == "nci_series"]
    return sets


def spotless(skin: Image) -> Image:
    """Skin with its own spots and hairs flattened, so that the pasted lesion is the only one."""
    base = cv2.GaussianBlur(skin, (0, 0), skin.shape[0] / 20).astype(np.float32)
    return (base + (skin - base).clip(-8, 8)).clip(0, 255).astype(np.uint8)


def dot_picture(
    composer: Composer, rng: np.random.Generator, fraction: float
) -> tuple[Image, Image] | None:
    """A phone-like frame with one lesion of fraction x the frame's longest side, and its mask."""
    height, width = int(composer.side * 0.75), composer.side
    image = spotless(composer.skin(rng))
    lesion, alpha, around = composer.lesion(rng, fraction * composer.side)
    lesion, alpha = spin(rng, lesion, alpha)
    if np.linalg.norm(lesion[alpha > 0.7].mean(axis=0) - around) < 30:
        return None
    h, w = alpha.shape
    limb = limb_shape(rng, composer.side) if rng.random() < 0.5 else np.ones(image.shape[:2])
    room = cv2.erode(limb[:height].astype(np.float32), np.ones((h + 9, w + 9)))
    inside = np.argwhere(room > 0.9)
    inside = inside[
        (abs(inside - [height / 2, width / 2]) < [height / 2 - h, width / 2 - w]).all(1)
    ]
    if len(inside) == 0:
        return None
    cy, cx = inside[int(rng.integers(len(inside)))]
    rows, columns = slice(cy - h // 2, cy - h // 2 + h), slice(cx - w // 2, cx - w // 2 + w)
    view = image[rows, columns]
    gain = ((view.reshape(-1, 3).mean(axis=0) + 1) / (around + 1)).clip(0.3, 1.6)
    view[:] = (lesion * gain * alpha[..., None] + view * (1 - alpha[..., None])).clip(0, 255)
    mask = np.zeros(image.shape[:2], np.uint8)
    mask[rows, columns] = alpha > 0.5
    behind = composer.no_skin(rng)
    image = (image * limb[..., None] + behind * (1 - limb[..., None])).astype(np.uint8)
    return image[:height], mask[:height]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    release = Path(__file__).resolve().parents[1] / "release"
    parser.add_argument("--release", type=Path, default=release)
    parser.add_argument("--backend", default="onnx")
    parser.add_argument("--limit", type=int, default=10_000)
    parser.add_argument("--dots", type=int, default=60)
    parser.add_argument("--names", action="store_true", help="list the pictures that went wrong")
    parser.add_argument("--only", default="", help="sets whose name holds this")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    gate = load_gate(args.release, args.backend)
    root = corpus_root()
    for name, rows in corpus_sets(root, args.limit).items():
        if args.only not in name:
            continue
        tally = Tally()
        for row in rows:
            mask = read_mask(row.mask_path) if row.mask_path else None
            judge(gate, tally, row.id, read_rgb(row.path), mask)
        report(name, tally, args.names)
    composer = Composer(read_rows(root, "val"), DOT_SIDE_PX)
    for fraction in DOT_FRACTIONS if args.only in "dots" else ():
        rng, tally = np.random.default_rng(5), Tally()
        while sum(tally.verdicts.values()) < args.dots:
            picture = dot_picture(composer, rng, fraction)
            if picture is not None:
                judge(gate, tally, "", *picture)
        report(f"dots/{fraction:.0%}", tally, False)
    rng, tally = np.random.default_rng(6), Tally()
    for kind in ALL if args.only in "surfaces" else ():
        for _ in range(12):
            judge(gate, tally, kind.__name__, kind(rng, 600), None)
    report("surfaces", tally, args.names)


def report(name: str, tally: Tally, names: bool) -> None:
    """One JSON line."""
    if tally.verdicts:
        line = {"set": name} | tally.summary()
        print(json.dumps(line | ({"odd": tally.odd} if names else {})), flush=True)


if __name__ == "__main__":
    main()
