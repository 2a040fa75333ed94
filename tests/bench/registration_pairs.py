"""Measures registration on same-lesion and wrong pairs of the corpus (MOLETRAIL_DATA).

    MOLETRAIL_DATA=<corpus> python -m tests.bench.registration_pairs --pairs 150 --wrong 500

Prints one JSON object. Same-lesion pairs are repeat photographs without dates: the true size
ratio is taken as 1, so |ln area ratio| is the error of registration and of the two masks together.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tracker.analysis.compare import Subject, compare
from tracker.analysis.measure import measure
from tracker.analysis.registration import ViewFeatures, align, describe
from tracker.analysis.registration.skin import skin_fit_from
from tracker.analysis.view import make_view
from tracker.domain.analysis import LesionMask
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box


@dataclass(frozen=True)
class Row:
    """One picture of the corpus with its true mask."""

    name: str
    lesion: str
    photo: Path
    mask: Path
    modality: Modality


def read_rows(root: Path, dataset: str) -> list[Row]:
    """Rows of `dataset` that have a mask and a lesion id."""
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [
            Row(
                row["id"],
                row["lesion_id"],
                root / row["path"],
                root / row["mask_path"],
                Modality(row["modality"]),
            )
            for row in csv.DictReader(file)
            if row["dataset"] == dataset and row["mask_path"] and row["lesion_id"]
        ]


def same_pairs(rows: list[Row], count: int, rng: random.Random) -> list[tuple[Row, Row]]:
    """One pair a lesion, `count` lesions drawn."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.lesion].append(row)
    several = sorted((name, group) for name, group in groups.items() if len(group) > 1)
    rng.shuffle(several)
    pairs = [rng.sample(group, 2) for _, group in several[:count]]
    return [(first, second) for first, second in pairs]


def subject(row: Row) -> Subject:
    """The picture as it enters a comparison, with its true mask."""
    rgb = cv2.cvtColor(cv2.imread(str(row.photo)), cv2.COLOR_BGR2RGB)
    truth = cv2.imread(str(row.mask), cv2.IMREAD_GRAYSCALE) > 127
    ys, xs = np.nonzero(truth)
    x0, y0, x1, y1 = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
    mask = LesionMask(Box(x0, y0, x1 - x0, y1 - y0), truth[y0:y1, x0:x1])
    measures = measure(rgb, mask)
    view = make_view(rgb, mask)
    return Subject(row.name, view, measures, None, row.modality, None, None)


def percentiles(values: list[float]) -> dict[str, float | int]:
    """Count, median and 90th percentile."""
    if not values:
        return {"n": 0}
    return {
        "n": len(values),
        "median": round(float(np.median(values)), 4),
        "p90": round(float(np.percentile(values, 90)), 4),
    }


def bench_same(pairs: list[tuple[Row, Row]]) -> dict[str, object]:
    """Found and comparable shares, errors, times of same-lesion pairs."""
    found = comparable = uncut = false = 0
    errors: list[float] = []
    within: list[bool] = []
    diameters: list[float] = []
    colours: list[float] = []
    raw: list[float] = []
    describing: list[float] = []
    comparing: list[float] = []
    methods: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for first, second in pairs:
        a, b = subject(first), subject(second)
        start = time.process_time()
        _ = a.features, b.features
        middle = time.process_time()
        result = compare(a, b)
        describing.append((middle - start) * 500)
        comparing.append((time.process_time() - middle) * 1000)
        found += result.same_lesion is True
        false += result.same_lesion is False
        cut = a.measures.touches_frame or b.measures.touches_frame
        uncut += not cut
        reasons[str(result.size_why_not)] += 1
        raw.append(abs(float(np.log(b.measures.area_px / a.measures.area_px))))
        if result.colour_delta_e is not None:
            colours.append(result.colour_delta_e)
        if result.registration is not None:
            methods[result.registration.method] += 1
        if result.log_area_ratio is not None and result.log_diameter_ratio is not None:
            comparable += 1
            errors.append(abs(result.log_area_ratio))
            diameters.append(abs(result.log_diameter_ratio))
            within.append(
                abs(result.log_area_ratio) < 2 * float(np.hypot(0.066, result.size_sigma_log or 0))
            )
    n = len(pairs)
    return {
        "pairs": n,
        "found_share": round(found / n, 3),
        "said_other_spot": false,
        "comparable_share": round(comparable / n, 3),
        "uncut_share": round(uncut / n, 3),
        "comparable_of_uncut": round(comparable / max(1, uncut), 3),
        "abs_log_area": percentiles(errors),
        "within_2_sigma": round(float(np.mean(within)), 3) if within else None,
        "abs_log_diameter": percentiles(diameters),
        "abs_log_area_raw_px": percentiles(raw),
        "colour_delta_e": percentiles(colours),
        "describe_cpu_ms_a_photo": percentiles(describing),
        "compare_cpu_ms_a_pair": percentiles(comparing),
        "methods": dict(methods),
        "reasons": dict(reasons),
    }


def bench_wrong(rows: list[Row], count: int, photos: int, rng: random.Random) -> dict[str, object]:
    """False acceptance among `count` pairs of different lesions drawn from `photos` pictures."""
    chosen = rng.sample(rows, min(photos, len(rows)))
    features: dict[str, ViewFeatures] = {row.name: describe(subject(row).view) for row in chosen}
    accepted: list[tuple[str, str]] = []
    sized = 0
    times: list[float] = []
    tried = 0
    while tried < count:
        a, b = rng.sample(chosen, 2)
        if a.lesion == b.lesion:
            continue
        tried += 1
        start = time.process_time()
        result = align(features[a.name], features[b.name])
        times.append((time.process_time() - start) * 1000)
        if result.same_lesion is not None:
            accepted.append((a.name, b.name))
            sized += result.skin is not None
    return {
        "wrong_pairs": tried,
        "accepted": accepted,
        "of_them_with_size": sized,
        "align_cpu_ms_a_pair": percentiles(times),
    }


def bench_wrong_skin(rows: list[Row], count: int, rng: random.Random) -> dict[str, object]:
    """How often other skin passes for the same, once a wrong guide laid the lesions over another.

    The control of the skin registration alone: identity has been lost already.
    """
    chosen = [subject(row) for row in rng.sample(rows, 2 * count)]
    passed = tried = 0
    for a, b in zip(chosen[::2], chosen[1::2], strict=True):
        if min(a.features.skin_area.mean(), b.features.skin_area.mean()) < 0.3:
            continue
        tried += 1
        k = a.view.radius_px / b.view.radius_px
        shift = np.subtract(a.view.centre, np.multiply(k, b.view.centre))
        guide = np.array([[k, 0, shift[0]], [0, k, shift[1]], [0, 0, 1]])
        passed += skin_fit_from(a.features, b.features, guide) is not None
    return {"wrong_skins": tried, "passed": passed}


def grown(row: Row, factor: float) -> Subject | None:
    """The same picture with its lesion grown `factor` in area about its centre, skin unmoved.

    The skin outside is pressed together outwards, so that the border stays a border: radius r
    about the centre shows what lay at g(r), where g is linear inside and blends to r outside.
    """
    base = subject(row)
    rgb = cv2.cvtColor(cv2.imread(str(row.photo)), cv2.COLOR_BGR2RGB)
    truth = (cv2.imread(str(row.mask), cv2.IMREAD_GRAYSCALE) > 127).astype(np.uint8)
    ys, xs = np.nonzero(truth)
    centre = np.array([xs.mean(), ys.mean()])
    reach = float(np.hypot(xs - centre[0], ys - centre[1]).max())
    k = float(np.sqrt(factor))
    far = reach * k * 1.15  # beyond it the skin is not touched
    height, width = truth.shape
    if min(centre[0], centre[1], width - centre[0], height - centre[1]) < far * 0.9:
        return None
    gx, gy = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    r = np.hypot(gx - centre[0], gy - centre[1])
    inner = reach * k
    blend = np.clip((r - inner) / max(far - inner, 1e-6), 0, 1)
    source = np.where(r <= inner, r / k, (1 - blend) * reach + blend * far)
    source = np.where(r >= far, r, source)
    ratio = np.divide(source, r, out=np.ones_like(r), where=r > 0)
    map_x = (centre[0] + (gx - centre[0]) * ratio).astype(np.float32)
    map_y = (centre[1] + (gy - centre[1]) * ratio).astype(np.float32)
    new = cv2.remap(rgb, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    new_truth = cv2.remap(truth, map_x, map_y, cv2.INTER_NEAREST) > 0
    ys, xs = np.nonzero(new_truth)
    x0, y0, x1, y1 = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
    mask = LesionMask(Box(x0, y0, x1 - x0, y1 - y0), new_truth[y0:y1, x0:x1])
    view = make_view(new, mask)
    return Subject(base.observation_id, view, measure(new, mask), None, row.modality, None, None)


def bench_growth(pairs: list[tuple[Row, Row]], factor: float) -> dict[str, object]:
    """Growth made on the second photo of real same-lesion pairs, and read back.

    `read_over_before` divides by what the same pair reads without growth: the masks' own
    disagreement cancels.
    """
    ratios: list[float] = []
    tried = lost = 0
    for first, second in pairs:
        a, b = subject(first), subject(second)
        before = compare(a, b)
        if before.log_area_ratio is None:
            continue
        c = grown(second, factor)
        if c is None or c.measures.touches_frame:
            continue
        tried += 1
        after = compare(a, c)
        if after.log_area_ratio is None:
            lost += 1
            continue
        true = float(np.log(c.measures.area_px / b.measures.area_px))
        ratios.append(after.log_area_ratio - before.log_area_ratio - true)
    errors = np.asarray(ratios) if ratios else np.zeros(1)
    return {
        "factor": factor,
        "pairs": tried,
        "no_longer_comparable": lost,
        "median_factor_read": round(float(factor * np.exp(np.median(errors))), 4),
        "abs_log_error": percentiles(list(np.abs(errors))),
    }


def main() -> None:
    """Run all measurements and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="ham10000")
    parser.add_argument("--pairs", type=int, default=150)
    parser.add_argument("--wrong", type=int, default=500)
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--wrong-skin", type=int, default=100)
    parser.add_argument("--growth", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    root = os.environ.get("MOLETRAIL_DATA")
    if root is None:
        raise SystemExit("Set MOLETRAIL_DATA to the folder of the corpus.")
    cv2.setNumThreads(1)
    rows = read_rows(Path(root), options.dataset)
    pairs = same_pairs(rows, options.pairs, random.Random(options.seed))
    result: dict[str, object] = {"dataset": options.dataset, "seed": options.seed}
    if pairs:
        result["same"] = bench_same(pairs)
    if options.wrong:
        result["wrong"] = bench_wrong(
            rows, options.wrong, options.photos, random.Random(options.seed + 1)
        )
    if options.wrong_skin:
        result["wrong_skin"] = bench_wrong_skin(
            rows, options.wrong_skin, random.Random(options.seed + 2)
        )
    if options.growth:
        growth_pairs = pairs[: options.growth]
        result["growth"] = [bench_growth(growth_pairs, factor) for factor in (1.3, 1.6)]
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
