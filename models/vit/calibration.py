"""Are the probabilities what they say, and what would a melanoma threshold give? Measured here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from .metrics import bootstrap, softmax
from .network import CLASSES
from .predict import Predictions

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MELANOMA = CLASSES.index("mel")
BINS = 15
FOLDS = 5
SENSITIVITIES = (0.80, 0.90, 0.95)


def best_temperature(logits: Floats, label: Labels) -> float:
    """Temperature of least negative log-likelihood (Guo et al. 2017); logits (N, K), label (N,)."""
    rows = np.arange(len(label))

    def loss(temperature: float) -> float:
        return -float(np.log(softmax(logits, temperature)[rows, label] + 1e-12).mean())

    return float(minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded").x)


def expected_calibration_error(top: Floats, right: NDArray[np.bool_], bins: int = BINS) -> float:
    """Mean of |confidence - accuracy| over ``bins`` bins of equally many (Nguyen & O'Connor 2015).

    top (N,) is the largest probability, 0..1; right (N,) whether that class is the label.
    """
    order = np.argsort(top)
    gaps = [
        abs(float(top[part].mean()) - float(right[part].mean())) * len(part)
        for part in np.array_split(order, bins)
        if len(part)
    ]
    return sum(gaps) / len(top)


def held_out_probabilities(run: Predictions, label: Labels) -> tuple[Floats, list[float]]:
    """Probabilities whose temperature was fitted on the other folds; a lesion is in one fold."""
    names = np.array([p.lesion for p in run.pictures])
    lesions = np.unique(names)
    rng = np.random.default_rng(0)
    fold_of = dict(zip(lesions, rng.integers(0, FOLDS, len(lesions)), strict=True))
    fold = np.array([fold_of[name] for name in names])
    probability = np.zeros_like(run.logits)
    temperatures = []
    for k in range(FOLDS):
        temperature = best_temperature(run.logits[fold != k], label[fold != k])
        temperatures.append(round(temperature, 3))
        probability[fold == k] = softmax(run.logits[fold == k], temperature)
    return probability, temperatures


def melanoma_curve(score: Floats, melanoma: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Specificity, and the threshold, at stated sensitivities of "is it a melanoma"."""
    rows = []
    for sensitivity in SENSITIVITIES:
        threshold = float(np.quantile(score[melanoma], 1.0 - sensitivity, method="lower"))
        rows.append(
            {
                "sensitivity": round(float((score[melanoma] >= threshold).mean()), 3),
                "specificity": round(float((score[~melanoma] < threshold).mean()), 3),
                "threshold": round(threshold, 4),
            }
        )
    return rows


def calibration_report(run: Predictions) -> dict[str, Any]:
    """Calibration error with and without temperature, and the melanoma curve."""
    known = run.of(np.array([p.label >= 0 for p in run.pictures]))
    label = np.array([p.label for p in known.pictures])
    scaled, temperatures = held_out_probabilities(known, label)
    bare = softmax(known.logits)
    top, right = scaled.max(1), scaled.argmax(1) == label
    return {
        "count": len(label),
        "ece": round(expected_calibration_error(top, right), 4),
        "ece_95": bootstrap(
            lambda rows: expected_calibration_error(top[rows], right[rows]), len(label), rounds=300
        ),
        "ece_without_temperature": round(
            expected_calibration_error(bare.max(1), bare.argmax(1) == label), 4
        ),
        "temperatures_of_folds": temperatures,
        "melanoma": melanoma_curve(scaled[:, MELANOMA], label == MELANOMA),
    }
