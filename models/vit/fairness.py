"""The same measures by group: modality, Fitzpatrick type, lesion size, sex, age, class.

Groups are what the corpus says of a picture. Skin type is known for phone photos only; the colour
of the skin in a dermoscopic frame is that of the lamp and the pressed skin, so no skin type is
read from it. Fitzpatrick V and VI do not occur: nothing can be said of them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .metrics import balanced_accuracy, bootstrap, roc_auc, softmax
from .network import CLASSES
from .predict import Predictions

MELANOMA = CLASSES.index("mel")
TOO_FEW = 20
"""Fewer pictures, or fewer melanomas or others, than this say nothing about a group."""
SIZE_EDGES = (0.05, 0.20, 0.45)
"""Share of the frame that the lesion fills, which is how large the photo shows it."""
AGE_EDGES = (30, 50, 70)

Row = dict[str, str]


def _by_edges(value: float, edges: tuple[float, ...]) -> str:
    below = [edge for edge in edges if value >= edge]
    low = f"{below[-1]:g}" if below else "0"
    return f"{low} to {edges[len(below)]:g}" if len(below) < len(edges) else f"{low} and more"


def memberships(run: Predictions, root: Path) -> dict[str, list[str]]:
    """For each way of grouping, the group of every picture; "" where it is not known."""
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        told: dict[str, Row] = {row["id"]: row for row in csv.DictReader(stream)}
    rows = [told[p.name] for p in run.pictures]
    share = [
        p.box[2] * p.box[3] / (p.width * p.height) if p.box and p.width else None
        for p in run.pictures
    ]
    return {
        "modality": [p.modality for p in run.pictures],
        "fitzpatrick": [row["fitzpatrick"].strip() for row in rows],
        "lesion_box_share_of_frame": [
            _by_edges(value, SIZE_EDGES) if value is not None else "" for value in share
        ],
        "sex": [row["sex"].strip().lower() for row in rows],
        "age_years": [_age(row["age"]) for row in rows],
        "class": [CLASSES[p.label] if p.label >= 0 else "" for p in run.pictures],
    }


def _age(text: str) -> str:
    try:
        return _by_edges(float(text), AGE_EDGES)
    except ValueError:
        return ""


def groups_report(run: Predictions, root: Path) -> dict[str, Any]:
    """Dice, balanced accuracy and melanoma AUC of every group, with counts and 95 % intervals."""
    report: dict[str, Any] = {}
    for way, members in memberships(run, root).items():
        groups = np.array(members)
        report[way] = {
            name: _one(run.of(groups == name), way) for name in sorted(set(members) - {""})
        }
    return report


def _one(run: Predictions, way: str) -> dict[str, Any]:
    masked = ~np.isnan(run.dice)
    found: dict[str, Any] = {
        "count": len(run.pictures),
        "dice": _stated(lambda rows: float(run.dice[masked][rows].mean()), int(masked.sum())),
    }
    label = np.array([p.label for p in run.pictures], np.int64)
    known = label >= 0
    label, logits = label[known], run.logits[known]
    if way == "class":
        guess = logits.argmax(1)
        found["recall"] = _stated(lambda r: float((guess == label)[r].mean()), len(label))
        return found
    guess, score = logits.argmax(1), softmax(logits)[:, MELANOMA]
    melanoma: NDArray[np.bool_] = label == MELANOMA
    found["balanced_accuracy"] = _stated(
        lambda r: balanced_accuracy(label[r], guess[r]), len(label)
    )
    scarcest = int(min(melanoma.sum(), (~melanoma).sum()))
    found["melanoma_auc"] = _stated(
        lambda r: roc_auc(score[r], melanoma[r]), len(label), scarcest=scarcest
    )
    return found


def _stated(
    statistic: Callable[[NDArray[np.int64]], float], count: int, scarcest: int | None = None
) -> Any:
    """The value with its interval, or why there is none."""
    enough = count if scarcest is None else scarcest
    if enough < TOO_FEW:
        return f"too few to say ({enough})"
    value = statistic(np.arange(count))
    return {"value": round(value, 4), "interval_95": bootstrap(statistic, count), "count": count}
