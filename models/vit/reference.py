"""How unlike the training lesions a picture is: distance to what the network saw in training.

The embedding's mean and covariance over training crops give a Mahalanobis distance (Lee et al.
2018). Embeddings are unit vectors, so the covariance is nearly singular: it is shrunk.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SHRINKAGE = 0.1


def fit_reference(embedding: Floats) -> dict[str, NDArray[np.float16]]:
    """Arrays of train_reference.npz from training embeddings (N, D).

    mean (D,) and whiten (D, D): the score of e is the root mean square of (e - mean) @ whiten.
    """
    mean = embedding.mean(0)
    covariance = np.cov(embedding.T)
    ridge = SHRINKAGE * np.trace(covariance) / len(covariance)
    covariance = (1 - SHRINKAGE) * covariance + ridge * np.eye(len(covariance))
    values, vectors = np.linalg.eigh(covariance)
    return {
        "mean": mean.astype(np.float16),
        "whiten": (vectors / np.sqrt(values)).astype(np.float16),
    }


def unlike_score(embedding: Floats, reference: dict[str, NDArray[np.float16]]) -> Floats:
    """Score (N,) of embeddings (N, D), about 1 for training-like pictures, more for others."""
    centred = embedding - reference["mean"].astype(np.float64)
    white = centred @ reference["whiten"].astype(np.float64)
    return np.asarray(np.sqrt((white**2).mean(1)))


def load_reference(path: Path) -> dict[str, NDArray[np.float16]]:
    """Read what fit_reference made."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
