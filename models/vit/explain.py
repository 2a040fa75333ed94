"""Does the heat map point at what the class score rests on? Deletion and insertion, measured.

Tokens are covered with the blurred picture (deletion) or uncovered from it (insertion) in order
of their heat, and the probability of the class is followed (Petsiuk et al. 2018, RISE). A heat map
is worth something only where it beats a random order, and is compared with the order of distance
from the centre too, which knows nothing but that lesions lie in the middle.
"""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .crops import cut_square, square_around
from .data import Corpus, Picture
from .metrics import mean_interval, softmax

Pixels = NDArray[np.uint8]
Order = Literal["heat", "random", "centre"]

ORDERS: tuple[Order, ...] = ("heat", "random", "centre")
STEPS = 12
BLUR_SIDE_SHARE = 0.12


def _orders(heat: NDArray[np.float32], rng: np.random.Generator) -> dict[Order, NDArray[np.int64]]:
    grid = heat.shape[0]
    rows, columns = np.mgrid[:grid, :grid] - (grid - 1) / 2
    return {
        "heat": np.argsort(-heat, axis=None, kind="stable"),
        "random": rng.permutation(heat.size),
        "centre": np.argsort(np.hypot(rows, columns), axis=None, kind="stable"),
    }


def _stages(crop: Pixels, other: Pixels, order: NDArray[np.int64], grid: int) -> Pixels:
    """(STEPS + 1, S, S, 3): ``crop`` with more and more of its tokens taken from ``other``."""
    size = crop.shape[0]
    stages = []
    for step in range(STEPS + 1):
        taken = np.zeros(grid * grid, np.uint8)
        taken[order[: round(step * grid * grid / STEPS)]] = 1
        where = cv2.resize(taken.reshape(grid, grid), (size, size), interpolation=cv2.INTER_NEAREST)
        stages.append(np.where(where[:, :, None] > 0, other, crop))
    return np.stack(stages)


def areas(
    session: onnxruntime.InferenceSession, crop: Pixels, rng: np.random.Generator
) -> dict[str, float]:
    """Area under the probability of the top class, 0..1, by order: low is good for deletion,
    high for insertion."""
    logits, tokens = session.run(["class_logits", "heatmap"], {"image": crop[None]})
    top = int(logits[0].argmax())
    heat = tokens[0][top]
    sigma = BLUR_SIDE_SHARE * crop.shape[0]
    blurred = np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma), np.uint8)
    result = {}
    for name, order in _orders(heat, rng).items():
        for kind, start, end in (("deletion", crop, blurred), ("insertion", blurred, crop)):
            stages = _stages(start, end, order, heat.shape[0])
            scores = session.run(["class_logits"], {"image": stages})[0]
            curve = softmax(scores.astype(np.float64))[:, top]
            result[f"{kind}_{name}"] = float(np.trapezoid(curve, dx=1.0 / STEPS))
    return result


def heat_map_report(
    session: onnxruntime.InferenceSession,
    corpus: Corpus,
    pictures: list[Picture],
    count: int = 150,
    seed: int = 0,
) -> dict[str, Any]:
    """Mean areas by order, and how often the heat map's order beats the others."""
    rng = np.random.default_rng(seed)
    boxed = [p for p in pictures if p.box and p.label >= 0]
    chosen = rng.choice(len(boxed), min(count, len(boxed)), replace=False)
    size = int(session.get_inputs()[0].shape[1])
    rows = []
    for i in chosen:
        box = boxed[i].box
        if box is not None:
            crop = cut_square(corpus.image(boxed[i]), square_around(box), size)
            rows.append(areas(session, crop, rng))
    report: dict[str, Any] = {"count": len(rows)}
    for kind, sign in (("deletion", -1.0), ("insertion", 1.0)):
        value = {name: np.array([row[f"{kind}_{name}"] for row in rows]) for name in ORDERS}
        report[kind] = {name: round(float(value[name].mean()), 4) for name in ORDERS}
        for other in ("random", "centre"):
            gain = sign * (value["heat"] - value[other])
            report[kind][f"better_than_{other}"] = round(float(gain.mean()), 4)
            report[kind][f"better_than_{other}_95"] = mean_interval(gain)
    return report
