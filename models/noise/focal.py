"""How large a focus must be to be flagged: foci painted into real second photos of one lesion.

    python -m models.noise.focal --data CORPUS --split val --lesions 60

The pairs, masks, registration and light are real; only the focus is made up: a disc inside the
lesion whose linear light is multiplied. Each pair is judged once as it is and once with each focus,
by the colour axis alone at its share of the false-flag rate. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from models.noise.collect import lesion_groups, subject_of
from tracker.analysis.colour import SRGB_TO_LINEAR
from tracker.analysis.compare import Subject, compare
from tracker.analysis.noise import AxisNoise, NoiseTable
from tracker.analysis.noise_types import is_loose
from tracker.analysis.registration.light import encoded
from tracker.analysis.view import LesionView
from tracker.domain.capture import Modality
from tracker.domain.change import Axis
from tracker.domain.comparison import Comparison
from tracker.vision.analyzer import Analyzer


@dataclass(frozen=True)
class Focus:
    """A disc of `width` lesion diameters whose linear light is multiplied by `factor` (R, G, B)."""

    name: str
    width: float
    factor: tuple[float, float, float]


FOCI = (
    Focus("dark, a quarter of the diameter", 0.25, (0.35, 0.35, 0.35)),
    Focus("dark, four tenths of the diameter", 0.4, (0.35, 0.35, 0.35)),
    Focus("lighter, four tenths of the diameter", 0.4, (1.8, 1.8, 1.8)),
    Focus("blue-grey, four tenths of the diameter", 0.4, (0.5, 0.8, 1.4)),
)


def painted(view: LesionView, focus: Focus, seed: int) -> LesionView:
    """The view with the focus at a seeded place inside its lesion."""
    radius = focus.width * view.radius_px
    depth = cv2.distanceTransform(view.mask.astype(np.uint8), cv2.DIST_L2, 5)
    places = np.argwhere(depth > min(0.9 * radius, 0.8 * float(depth.max())))
    y, x = places[np.random.default_rng(seed).integers(len(places))]
    rows, columns = np.indices(view.mask.shape)
    away = np.hypot(rows - y, columns - x) / radius
    inside = np.clip((1 - away) * 4 + 0.5, 0, 1)[..., None]
    light = SRGB_TO_LINEAR[view.rgb] * (1 - inside + inside * np.array(focus.factor))
    return replace(view, rgb=encoded(light))


def limit(noise: NoiseTable, one: Comparison, doubt: float | None, *, cut: bool) -> float:
    """The focal difference from which the axis is flagged, all axes being compared."""
    entry: AxisNoise = noise.noise(
        Axis.COLOUR,
        Modality.DERMOSCOPIC,
        doubt=doubt,
        cut=cut,
        light=one.colour_overall_delta_e,
        loose=is_loose(one),
    )
    rate = noise.false_flag_rate * noise.shares[Axis.COLOUR]
    return entry.expected + entry.critical(rate, signed=False) * entry.sigma


def limit_of_pair(noise: NoiseTable, one: Comparison, pair: tuple[Subject, Subject]) -> float:
    """As `limit`, by what the two photos' measures tell."""
    measures = [subject.measures for subject in pair]
    doubts = [m.border_doubt for m in measures if m.border_doubt is not None]
    cut = any(m.touches_frame for m in measures)
    return limit(noise, one, max(doubts, default=None), cut=cut)


def main() -> None:
    """Paint, compare, and print the shares found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("MOLETRAIL_DATA"), help="the corpus")
    parser.add_argument("--models", default="models/release", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--lesions", default=60, type=int)
    parser.add_argument("--seed", default=7, type=int)
    given = parser.parse_args()
    if not given.data:
        raise SystemExit("no corpus: give --data DIR or set MOLETRAIL_DATA")
    cv2.setNumThreads(1)
    noise = NoiseTable.from_json((given.models / "noise.json").read_text(encoding="utf-8"))
    analyzer, dice = Analyzer.load(given.models), random.Random(given.seed)
    groups = lesion_groups(Path(given.data), given.split)
    names = [name for name in groups if name.startswith("ham")]
    limits, unchanged = [], []
    found: dict[str, list[bool]] = defaultdict(list)
    for seed, name in enumerate(dice.sample(names, min(given.lesions, len(names)))):
        one, two = (
            subject_of(analyzer, Path(given.data), row)[1] for row in dice.sample(groups[name], 2)
        )
        if one is None or two is None:
            continue
        plain = compare(one, two)
        if plain.focal_delta_e is None:
            continue
        limits.append(limit_of_pair(noise, plain, (one, two)))
        unchanged.append(plain.focal_delta_e)
        for focus in FOCI:
            seen = compare(one, replace(two, view=painted(two.view, focus, seed)))
            above = limit_of_pair(noise, seen, (one, two))
            found[focus.name].append((seen.focal_delta_e or 0.0) >= above)
    result = {
        "pairs": len(limits),
        "median_detectable": round(median(limits), 2),
        "median_unchanged": round(median(unchanged), 2),
        "false_flags": sum(v >= at for v, at in zip(unchanged, limits, strict=True)),
        "found": {name: round(sum(hits) / len(hits), 3) for name, hits in found.items()},
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
