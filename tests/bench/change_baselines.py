"""What simpler ways would find in the same photos, each given the best threshold in hindsight."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.bench.change_photos import FIRST, YEAR
from tests.bench.change_statistics import auc, rate

Record = dict[str, Any]
Distance = Callable[[Record, Record], float | None]


def area_drift(first: Record, later: Record) -> float | None:
    """|ln ratio| of the network's mask areas in pixels, neither scale nor registration."""
    if first["measures"] is None or later["measures"] is None:
        return None
    return abs(math.log(later["measures"]["area_px"] / first["measures"]["area_px"]))


def otsu_drift(first: Record, later: Record) -> float | None:
    """|ln ratio| of areas by a global threshold."""
    if not first["otsu_px"] or not later["otsu_px"]:
        return None
    return abs(math.log(later["otsu_px"] / first["otsu_px"]))


def frame_distance(first: Record, later: Record) -> float | None:
    """1 - cosine of the whole unaligned photos."""
    if first["frame_embedding"] is None or later["frame_embedding"] is None:
        return None
    a, b = np.array(first["frame_embedding"]), np.array(later["frame_embedding"])
    return float(1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


BASELINES: dict[str, Distance] = {
    "raw mask area drift": area_drift,
    "raw cosine of unaligned photos": frame_distance,
    "area by Otsu's threshold": otsu_drift,
}


def baselines(records: list[Record]) -> Record:
    """Of each: AUC, and what is found at the threshold that flags 5 % of these stable photos."""
    return {name: _account(records, distance) for name, distance in BASELINES.items()}


def _account(records: list[Record], distance: Distance) -> Record:
    quiet: list[float] = []
    moved: dict[str, list[float]] = defaultdict(list)
    for record in records:
        photos = record["photos"]
        for label, facts in photos.items():
            if label in YEAR or facts["kind"] is not None:
                apart = distance(photos[FIRST], facts)
                if apart is not None:
                    (quiet if label in YEAR else moved[label.removesuffix(" again")]).append(apart)
    limit = float(np.quantile(quiet, 0.95)) if quiet else math.inf
    return {
        "auc_all_changes": auc(quiet, [v for values in moved.values() for v in values]),
        "found_at_5_percent_false": {
            label: rate(sum(v > limit for v in values), len(values))
            for label, values in moved.items()
        },
    }
