"""Measures of masks, classes and re-identification, and their bootstrap intervals. Pure numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
THRESHOLDED_JACCARD_FLOOR = 0.65
"""Below this a segmentation counts as failed in the ISIC 2018 challenge (Codella et al. 2018)."""


def dice_and_jaccard(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Overlap of two masks of one shape, each 0..1; two empty masks agree fully."""
    both = int(np.count_nonzero(found & truth))
    total = int(np.count_nonzero(found)) + int(np.count_nonzero(truth))
    if total == 0:
        return 1.0, 1.0
    return 2.0 * both / total, both / (total - both)


def roc_auc(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve by ranks (Mann-Whitney), ties counted half; NaN for one class."""
    wins, losses = score[positive], score[~positive]
    if not len(wins) or not len(losses):
        return float("nan")
    order = np.sort(losses)
    below = np.searchsorted(order, wins, "left")
    through = np.searchsorted(order, wins, "right")
    return float((below + through).mean() / (2.0 * len(losses)))


def balanced_accuracy(label: NDArray[np.int64], guess: NDArray[np.int64]) -> float:
    """Mean recall over the classes that occur in ``label``."""
    return float(np.mean([(guess[label == k] == k).mean() for k in np.unique(label)]))


def first_match_rank(embedding: Floats, lesion: Sequence[str]) -> NDArray[np.int64]:
    """Rank (1 is best) of the nearest other photo of the same lesion, by cosine.

    embedding (N, D) unit rows; returns one rank for each photo whose lesion occurs again, in
    order, the gallery being all other photos.
    """
    names = np.asarray(lesion)
    similarity = embedding @ embedding.T
    np.fill_diagonal(similarity, -np.inf)
    ranks = []
    for i in range(len(names)):
        same = names == names[i]
        same[i] = False
        if same.any():
            best = similarity[i, same].max()
            ranks.append(1 + int((similarity[i, ~same] > best).sum()))
    return np.array(ranks, np.int64)


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], count: int, rounds: int = 1000, seed: int = 0
) -> list[float]:
    """95 % percentile interval of ``statistic(row numbers)`` over resampled rows."""
    rng = np.random.default_rng(seed)
    draws = [statistic(rng.integers(0, count, count)) for _ in range(rounds)]
    return [round(float(v), 4) for v in np.nanpercentile(draws, [2.5, 97.5])]


def mean_interval(values: NDArray[np.float64]) -> list[float]:
    """Bootstrap interval of a mean."""
    return bootstrap(lambda rows: float(values[rows].mean()), len(values))


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Probabilities (N, K) of logits (N, K) divided by ``temperature``."""
    scaled = logits / temperature
    scaled = scaled - scaled.max(1, keepdims=True)
    power = np.exp(scaled)
    return np.asarray(power / power.sum(1, keepdims=True))
