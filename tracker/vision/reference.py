"""How unlike the network's training pictures a photo is.

The embedding's Mahalanobis distance to the training pictures (Lee 2018, NeurIPS), as a root mean
square over its directions. Its scale depends on the release; the manifest has the limit that goes
with it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import EMBEDDING_DIM
from tracker.errors import ModelError
from tracker.vision.manifest import REINSTALL, ManifestEntry


@dataclass(frozen=True, slots=True, eq=False)
class TrainingReference:
    """mean (D,) of the training embeddings; whiten (D, D): their inverse square-root covariance."""

    mean: NDArray[np.float64]
    whiten: NDArray[np.float64]

    def score(self, embedding: NDArray[np.float32]) -> float:
        """Distance of an embedding (D,), 0 upward."""
        white = (embedding.astype(np.float64) - self.mean) @ self.whiten
        return float(np.sqrt(np.mean(white**2)))


def load_reference(entry: ManifestEntry) -> TrainingReference:
    """The reference that belongs to a network's release.

    Raises:
        ModelError: the file is missing, is not the one the manifest names, or has other shapes.
    """
    content, _ = entry.read("reference")
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: np.asarray(archive[name], np.float64) for name in archive.files}
    mean, whiten = arrays.get("mean"), arrays.get("whiten")
    wanted = (EMBEDDING_DIM,)
    if mean is None or whiten is None or mean.shape != wanted or whiten.shape != wanted * 2:
        raise ModelError("The ViT's training reference has other shapes.", next_step=REINSTALL)
    return TrainingReference(mean, whiten)
