"""Registration with masks made by the model: why pairs fail, and that other lesions are refused.

    MOLETRAIL_DATA=DIR python -m tests.bench.registration_causes [--split val] [--pairs 200]
        [--queries 100] [--wrong 500] [--hide 0]

HAM10000 photos as `analyze` measures them. One pair a lesion: each pair has one cause for not
being comparable in size, and |ln area ratio| is the error where it is (the lesions did not change).
Queries: the most alike lesions of the split, by embedding, held against a photo until one is
confirmed. Wrong pairs: half of them among the most alike by embedding, half at random. `--hide`
takes that many directions out of whole lesions, to see what the visible part alone would read.
Thresholds were chosen on the split `train`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from tests.bench.registration_pairs import percentiles
from tracker.analysis.compare import Subject
from tracker.analysis.registration import align
from tracker.analysis.registration.alignment import Alignment
from tracker.analysis.registration.extent import log_area_ratio
from tracker.analysis.registration.visible import WEDGES, visible_area
from tracker.resources import models_dir
from tracker.services.subjects import subject_of_pixels
from tracker.vision.analyzer import AnalyzeOptions, Analyzer

#: Lesions lined up for a query, as `match` does.
DEPTH = 12
#: A view with less skin than this, or fewer features on it, has little to line up on.
LITTLE_SKIN_SHARE, FEW_FEATURES = 0.25, 300

_Reader = Callable[[Path], Subject | None]


def lesions(root: Path, split: str) -> dict[str, list[Path]]:
    """Photos of each HAM10000 lesion of a split."""
    found: dict[str, list[Path]] = defaultdict(list)
    with (root / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["dataset"], row["split"]) == ("ham10000", split) and row["lesion_id"]:
                found[row["lesion_id"]].append(root / row["path"])
    return dict(sorted(found.items()))


def reader() -> _Reader:
    """Measures a photo with the shipped model; None where it is refused. Keeps the last ones."""
    analyzer = Analyzer.load(models_dir())

    @lru_cache(maxsize=400)
    def read(path: Path) -> Subject | None:
        analysis, photo = analyzer.analyze(path.read_bytes(), path.name, AnalyzeOptions())
        return None if photo is None else subject_of_pixels(path.name, analysis, photo.rgb)

    return read


def log_area(a: Subject, b: Subject, lined: Alignment) -> float | None:
    """ln area ratio by the skin: of the visible part where the frame cuts one of them."""
    if lined.skin is None:
        return None
    matrix = lined.skin.fit.matrix
    if is_cut(a, b):
        visible = visible_area(a.view, b.view, matrix)
        return None if visible is None else visible.log_ratio
    return log_area_ratio(a.view, b.view, matrix, a.measures.area_px, b.measures.area_px)


def is_cut(a: Subject, b: Subject) -> bool:
    """Whether the frame cuts either lesion."""
    return a.measures.touches_frame or b.measures.touches_frame


def cause(a: Subject, b: Subject, lined: Alignment, ratio: float | None) -> str:
    """Why sizes cannot be compared, or by what they are."""
    how = "cut" if is_cut(a, b) else "whole"
    if lined.same_lesion is not True:
        return f"identity not confirmed, {how}"
    if lined.skin is not None:
        if ratio is None:
            return "cut, too much of it outside"
        return f"compared, {how}, {lined.skin.method.value}"
    both = (a.features, b.features)
    if min(float(each.skin_area.mean()) for each in both) < LITTLE_SKIN_SHARE:
        return f"little skin in view, {how}"
    if min(sum(map(len, each.skin)) for each in both) < FEW_FEATURES:
        return f"too few features on the skin, {how}"
    return f"the skin does not agree, {how}"


def bench_same(read: _Reader, groups: list[list[Path]], hide: int) -> dict[str, object]:
    """Causes and errors of same-lesion pairs; differences when directions are hidden."""
    rng = random.Random(1)
    causes: Counter[str] = Counter()
    errors: dict[str, list[float]] = {"all": [], "whole": [], "visible part": []}
    hidden: list[float] = []
    for group in groups:
        first, second = (read(path) for path in rng.sample(group, 2))
        if first is None or second is None:
            causes["a photo was refused"] += 1
            continue
        lined = align(first.features, second.features)
        ratio = log_area(first, second, lined)
        causes[cause(first, second, lined, ratio)] += 1
        if ratio is None:
            continue
        cut = is_cut(first, second)
        for name in ("all", "visible part" if cut else "whole"):
            errors[name].append(abs(ratio))
        if hide and not cut and lined.skin is not None:
            start = rng.randrange(WEDGES)
            out = (np.arange(WEDGES) - start) % WEDGES < hide
            ratios = [
                visible_area(first.view, second.view, lined.skin.fit.matrix, each)
                for each in (None, out)
            ]
            if ratios[0] is not None and ratios[1] is not None:
                hidden.append(ratios[1].log_ratio - ratios[0].log_ratio)
    return {
        "pairs": len(groups),
        "comparable_share": round(len(errors["all"]) / max(1, len(groups)), 3),
        "abs_log_area": {name: percentiles(values) for name, values in errors.items()},
        "causes": dict(causes.most_common()),
        "hidden_directions": hide,
        "sd_of_hiding": round(float(np.std(hidden)), 4) if hidden else None,
    }


def bench_match(
    read: _Reader, by_lesion: dict[str, list[Path]], count: int, wrong: int
) -> dict[str, object]:
    """Rank of the right lesion, by embedding and after lining up; wrong pairs accepted."""
    known = [
        (name, path, seen.embedding)
        for name, paths in by_lesion.items()
        for path in paths
        if (seen := read(path)) is not None and seen.embedding is not None
    ]
    names = [name for name, _, _ in known]
    vectors = np.stack([vector for _, _, vector in known])
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    rng = random.Random(2)
    askable = [i for i, name in enumerate(names) if names.count(name) > 1]
    asked = rng.sample(askable, min(count, len(askable)))
    first_alike = first_lined = 0
    tried: Counter[str] = Counter()
    accepted: list[tuple[str, str]] = []

    def confirmed(i: int, j: int, kind: str) -> bool:
        a, b = read(known[i][1]), read(known[j][1])
        same = a is not None and b is not None and align(b.features, a.features).same_lesion is True
        if names[i] != names[j]:
            tried[kind] += 1
            if same:
                accepted.append((known[i][1].stem, known[j][1].stem))
        return same

    for i in asked:
        best: dict[str, int] = {}
        for j in np.argsort(-likeness[i]):
            best.setdefault(names[j], int(j))
            if len(best) == DEPTH:
                break
        shortlist = list(best.values())
        first_alike += names[shortlist[0]] == names[i]
        found = next((j for j in shortlist if confirmed(i, j, "shortlisted")), shortlist[0])
        first_lined += names[found] == names[i]
    while sum(tried.values()) < wrong:
        i = rng.randrange(len(names))
        if tried["alike"] <= tried["random"]:
            others = [j for j in np.argsort(-likeness[i])[:20] if names[j] != names[i]]
            confirmed(i, int(rng.choice(others)), "alike")
        elif names[j := rng.randrange(len(names))] != names[i]:
            confirmed(i, j, "random")
    return {
        "queries": len(asked),
        "among_lesions": len(set(names)),
        "rank_1_by_embedding": round(first_alike / max(1, len(asked)), 3),
        "rank_1_lined_up": round(first_lined / max(1, len(asked)), 3),
        "wrong_pairs": dict(tried),
        "wrong_pairs_accepted": accepted,
    }


def main() -> None:
    """Run and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", default="val", choices=("train", "val"))
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--wrong", type=int, default=500)
    parser.add_argument("--hide", type=int, default=0, help=f"directions of {WEDGES}")
    parser.add_argument("--lesions", type=int, default=10_000, help="of the split, to match among")
    options = parser.parse_args()
    root = os.environ.get("MOLETRAIL_DATA")
    if root is None:
        raise SystemExit("Set MOLETRAIL_DATA to the folder of the corpus.")
    cv2.setNumThreads(1)
    by_lesion = lesions(Path(root), options.split)
    several = [paths for paths in by_lesion.values() if len(paths) > 1]
    random.Random(3).shuffle(several)
    read = reader()
    result: dict[str, object] = {
        "split": options.split,
        "same": bench_same(read, several[: options.pairs], options.hide),
    }
    if options.queries or options.wrong:
        some = dict(list(by_lesion.items())[: options.lesions])
        result["match"] = bench_match(read, some, options.queries, options.wrong)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
