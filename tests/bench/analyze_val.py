"""How well `Analyzer` outlines the validation pictures that have a mask.

    MOLETRAIL_DATA=DIR python -m tests.bench.analyze_val --out result.json [--limit 300]

Every picture goes through the whole passage: bytes, gate, crop, ViT, cleaned mask. Dice and
Jaccard are taken on the photo's own pixels. A refused picture has no mask: it is counted apart and
as Dice 0 in `dice_with_refused`. `--sheet FILE.png` draws the worst pictures, and a sample.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import Analysis
from tracker.resources import models_dir
from tracker.vision.analyzer import AnalyzeOptions, Analyzer
from tracker.vision.decode import DecodedPhoto

TILE_PX = 260
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """A row of the corpus."""

    name: str
    dataset: str
    path: Path
    mask_path: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture through the analyzer; dice and jaccard are None where it was refused."""

    name: str
    dataset: str
    dice: float | None
    jaccard: float | None
    truth_share: float
    reason: str | None
    others: int
    timings_ms: dict[str, float]


def pictures(root: Path, split: str) -> list[Picture]:
    """Pictures of a split that have a mask, in a fixed shuffled order."""
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["split"] == split and row["mask_path"]]
    found = [Picture(r["id"], r["dataset"], root / r["path"], root / r["mask_path"]) for r in rows]
    order = np.random.default_rng(20261120).permutation(len(found))
    return [found[i] for i in order]


def balanced(found: list[Picture], limit: int) -> list[Picture]:
    """All of the small sets and an even share of the large ones, at most `limit`."""
    by_set: dict[str, list[Picture]] = {}
    for picture in found:
        by_set.setdefault(picture.dataset, []).append(picture)
    chosen: list[Picture] = []
    sets = sorted(by_set.values(), key=len)
    for left, group in zip(range(len(sets), 0, -1), sets, strict=True):
        chosen += group[: (limit - len(chosen)) // left]
    return chosen


def judge(analyzer: Analyzer, picture: Picture) -> tuple[Outcome, Analysis, DecodedPhoto]:
    """Analyse one picture and hold its mask against the truth."""
    analysis, decoded = analyzer.analyze(
        picture.path.read_bytes(), picture.path.name, AnalyzeOptions()
    )
    assert decoded is not None, picture.path
    truth = read_mask(picture.mask_path)
    dice = jaccard = None
    if analysis.mask is not None:
        dice, jaccard = agreement(analysis.mask.on_photo(decoded.width, decoded.height), truth)
    outcome = Outcome(
        picture.name,
        picture.dataset,
        dice,
        jaccard,
        float(truth.mean()),
        analysis.reason,
        len(analysis.others),
        dict(analysis.timings_ms),
    )
    return outcome, analysis, decoded


def read_mask(path: Path) -> NDArray[np.bool_]:
    """The truth, (H, W) bool."""
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert mask is not None, path
    return np.asarray(mask) > 127


def agreement(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Dice and Jaccard of two masks of one size."""
    both = float((found & truth).sum())
    total = float(found.sum() + truth.sum())
    return 2 * both / total, both / (total - both)


def summary(outcomes: Iterable[Outcome]) -> dict[str, object]:
    """Means of a set of outcomes."""
    rows = list(outcomes)
    dice = [row.dice for row in rows if row.dice is not None]
    jaccard = [row.jaccard for row in rows if row.jaccard is not None]
    stages = {stage for row in rows for stage in row.timings_ms}
    return {
        "pictures": len(rows),
        "refused": len(rows) - len(dice),
        "reasons": dict(Counter(row.reason for row in rows if row.reason)),
        "dice": _mean(dice),
        "dice_median": round(statistics.median(dice), 4) if dice else None,
        "jaccard": _mean(jaccard),
        "dice_with_refused": _mean([row.dice or 0.0 for row in rows]),
        "below_half": sum(d < 0.5 for d in dice),
        "with_others": sum(row.others > 0 for row in rows),
        "median_ms": {
            stage: round(
                statistics.median(r.timings_ms[stage] for r in rows if stage in r.timings_ms), 1
            )
            for stage in sorted(stages)
        },
    }


def _mean(values: list[float]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None


def tile(
    outcome: Outcome, analysis: Analysis, decoded: DecodedPhoto, truth: Path
) -> NDArray[np.uint8]:
    """The picture with the truth in green and the found outline in red."""
    drawn = cv2.cvtColor(decoded.rgb, cv2.COLOR_RGB2BGR)
    _outline(drawn, read_mask(truth), (60, 220, 60))
    if analysis.mask is not None:
        found = analysis.mask.on_photo(decoded.width, decoded.height)
        _outline(drawn, found, (40, 40, 255))
    if analysis.heatmap_box is not None:
        b = analysis.heatmap_box
        cv2.rectangle(drawn, (b.x, b.y), (b.x + b.w, b.y + b.h), (255, 160, 40), 1)
    scale = TILE_PX / max(drawn.shape[:2])
    small = cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((TILE_PX + 18, TILE_PX, 3), np.uint8)
    canvas[18 : 18 + small.shape[0], : small.shape[1]] = small
    score = "refused" if outcome.dice is None else f"{outcome.dice:.2f}"
    text = f"{score} {outcome.name} {(outcome.reason or '')[:20]}"
    cv2.putText(canvas, text, (2, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (255, 255, 255), 1)
    return canvas


def _outline(drawn: NDArray[np.uint8], mask: NDArray[np.bool_], colour: tuple[int, ...]) -> None:
    lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, lines, -1, colour, 1)


def sheet(tiles: list[NDArray[np.uint8]], columns: int = 7) -> NDArray[np.uint8]:
    """Tiles in rows."""
    blank = np.zeros_like(tiles[0])
    padded = tiles + [blank] * (-len(tiles) % columns)
    rows = [np.hstack(padded[i : i + columns]) for i in range(0, len(padded), columns)]
    return np.vstack(rows)


def run(analyzer: Analyzer, chosen: list[Picture]) -> Iterator[tuple[Outcome, Picture]]:
    """Outcomes one by one; nothing of a picture is kept."""
    for picture in chosen:
        yield judge(analyzer, picture)[0], picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", default="val")
    parser.add_argument("--limit", type=int, help="at most so many, small sets whole")
    parser.add_argument("--dataset", help="only this set")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    root = os.environ.get("MOLETRAIL_DATA")
    if not root:
        parser.error("set MOLETRAIL_DATA to the folder that holds manifest.csv")
    chosen = [p for p in pictures(Path(root), args.split) if args.dataset in (None, p.dataset)]
    if args.limit:
        chosen = balanced(chosen, args.limit)
    analyzer = Analyzer.load(models_dir())
    done = list(run(analyzer, chosen))
    outcomes = [outcome for outcome, _ in done]
    sets = sorted({outcome.dataset for outcome in outcomes})
    result = {
        "model": asdict(analyzer.vit.identity),
        "gate": asdict(analyzer.gate.identity),
        "split": args.split,
        "sets": {name: summary(o for o in outcomes if o.dataset == name) for name in sets},
        "all": summary(outcomes),
        "worst": [o.name for o in sorted(outcomes, key=lambda o: o.dice or 0.0)[:SAMPLE]],
    }
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if args.sheet:
        worst = sorted(done, key=lambda pair: pair[0].dice or 0.0)[: 2 * SAMPLE]
        tiles = [
            tile(*judge(analyzer, picture), picture.mask_path)
            for _, picture in worst + done[:SAMPLE]
        ]
        cv2.imwrite(str(args.sheet), sheet(tiles))


if __name__ == "__main__":
    main()
