"""How fast is a photo lined up with an earlier one, against the recipe of the pilot study?

    MOLETRAIL_DATA=DIR python -m tests.bench.registration_speed [--pairs 30]

Same-lesion pairs of HAM10000 with their true masks, one thread, CPU time, both ways in one run and
in turn. Printed: median milliseconds and their ratios, and that acceptance and error are no worse.
`first_seen` is a photo whose features are not kept yet, held against one whose features are.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from tests.bench.registration_pairs import percentiles, read_rows, same_pairs, subject
from tests.bench.registration_recipe import line_up
from tracker.analysis.compare import Subject
from tracker.analysis.registration import align
from tracker.analysis.registration.extent import log_area_ratio
from tracker.analysis.registration.identity import whole_fit
from tracker.analysis.registration.plane import Matrix

_T = TypeVar("_T")


def timed(work: Callable[[], _T]) -> tuple[_T, float]:
    """What it returns, and the CPU milliseconds it took."""
    start = time.process_time()
    result = work()
    return result, (time.process_time() - start) * 1000


def area_error(a: Subject, b: Subject, matrix: Matrix | None) -> float | None:
    """|ln area ratio| of lesions that did not change; None where no size, or cut by the frame."""
    if matrix is None or a.measures.touches_frame or b.measures.touches_frame:
        return None
    return abs(log_area_ratio(a.view, b.view, matrix, a.measures.area_px, b.measures.area_px))


def bench(root: Path, count: int, seed: int) -> dict[str, object]:
    """Time both ways on the same pairs."""
    rows = read_rows(root, "ham10000")
    times: dict[str, list[float]] = {}
    errors: dict[str, list[float]] = {"recipe": [], "ours": []}
    accepted = {"recipe": 0, "ours": 0}
    for first, second in same_pairs(rows, count, random.Random(seed)):
        a, b = subject(first), subject(second)
        peer, recipe_ms = timed(partial(line_up, a.view, b.view))
        _ = a.features
        _, describe_ms = timed(partial(getattr, b, "features"))
        ours, ours_ms = timed(partial(align, a.features, b.features))
        _, whole_ms = timed(partial(whole_fit, a.features, b.features))
        stages = {
            "recipe": recipe_ms,
            "cached": ours_ms,
            "first_seen": ours_ms + describe_ms,
            "describe": describe_ms,
            "identity": whole_ms,
            "skin": ours_ms - whole_ms,
        }
        for name, value in stages.items():
            times.setdefault(name, []).append(value)
        skin = None if ours.skin is None else ours.skin.fit.matrix
        for name, same, matrix in (
            ("recipe", peer.same, peer.skin),
            ("ours", ours.same_lesion is True, skin),
        ):
            accepted[name] += same
            error = area_error(a, b, matrix)
            if error is not None:
                errors[name].append(error)
    middle = {name: float(np.median(values)) for name, values in times.items()}
    return {
        "pairs": len(times["recipe"]),
        "median_cpu_ms": {name: round(value, 1) for name, value in middle.items()},
        "recipe_over_cached": round(middle["recipe"] / middle["cached"], 2),
        "recipe_over_first_seen": round(middle["recipe"] / middle["first_seen"], 2),
        "accepted": accepted,
        "abs_log_area_uncut": {name: percentiles(values) for name, values in errors.items()},
    }


def main() -> None:
    """Run and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    root = os.environ.get("MOLETRAIL_DATA")
    if root is None:
        raise SystemExit("Set MOLETRAIL_DATA to the folder of the corpus.")
    cv2.setNumThreads(1)
    print(json.dumps(bench(Path(root), options.pairs, options.seed), indent=1))


if __name__ == "__main__":
    main()
