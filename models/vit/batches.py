"""Batches of pairs: two views of one lesion side by side, drawn by class and by data set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from .augment import Augmenter
from .data import NO_CLASS, Corpus, Picture
from .evolve import evolve


class Batch(NamedTuple):
    """One step's data; rows 2i and 2i+1 show the same lesion, rows from 2P on are evolved.

    image uint8 (N, S, S, 3); mask uint8 (N, S/2, S/2); has_mask bool (N,); label int64 (N,)
    as in Picture; lesion int64 (N,), the identity (evolved rows are nobody's twin);
    parent int64 (N,), the row an evolved row was made from, else -1.
    """

    image: Tensor
    mask: Tensor
    has_mask: Tensor
    label: Tensor
    lesion: Tensor
    parent: Tensor


@dataclass(frozen=True)
class SamplingConfig:
    """How often what is drawn; boosts multiply the 1/sqrt(class count) weight."""

    pairs: int = 32
    evolved: int = 12
    phone_boost: float = 6.0
    repeated_boost: float = 2.0
    negative_share: float = 0.04


def sampling_weights(pictures: list[Picture], config: SamplingConfig) -> NDArray[np.float64]:
    """Probability of each picture as the first of a pair; sums to 1."""
    diagnoses = [picture.diagnosis for picture in pictures]
    counts = {name: diagnoses.count(name) for name in set(diagnoses)}
    lesions: dict[str, int] = {}
    for picture in pictures:
        lesions[picture.lesion] = lesions.get(picture.lesion, 0) + 1
    weights = np.zeros(len(pictures))
    for i, picture in enumerate(pictures):
        if picture.modality == "nonlesion":
            continue
        weights[i] = counts[picture.diagnosis] ** -0.5
        if picture.dataset == "padufes20":
            weights[i] *= config.phone_boost
        if lesions[picture.lesion] > 1:
            weights[i] *= config.repeated_boost
    weights *= (1.0 - config.negative_share) / weights.sum()
    nothing = np.array([picture.modality == "nonlesion" for picture in pictures])
    weights[nothing] = config.negative_share / max(1, nothing.sum())
    return np.asarray(weights / weights.sum())


def class_prior(pictures: list[Picture], weights: NDArray[np.float64], classes: int) -> Tensor:
    """Share of each class among the labelled pictures as they are drawn, (classes,)."""
    prior = np.full(classes, 1e-6)
    for picture, weight in zip(pictures, weights, strict=True):
        if picture.label >= 0:
            prior[picture.label] += weight
    return torch.from_numpy((prior / prior.sum()).astype(np.float32))


class PairBatches(IterableDataset[Batch]):
    """Endless batches; worker ``w`` of seed ``s`` always draws the same sequence."""

    def __init__(
        self,
        corpus: Corpus,
        pictures: list[Picture],
        augment: Augmenter,
        config: SamplingConfig,
        seed: int,
    ) -> None:
        self.corpus = corpus
        self.pictures = pictures
        self.augment = augment
        self.config = config
        self.seed = seed
        self.cumulative = np.cumsum(sampling_weights(pictures, config))
        self.members: dict[str, list[int]] = {}
        for i, picture in enumerate(pictures):
            self.members.setdefault(picture.lesion, []).append(i)
        self.identity = {name: i for i, name in enumerate(self.members)}

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            yield self._batch(rng)

    def _draw_pairs(self, rng: np.random.Generator) -> list[int]:
        rows: list[int] = []
        seen: set[str] = set()
        while len(rows) < 2 * self.config.pairs:
            first = int(np.searchsorted(self.cumulative, rng.random() * self.cumulative[-1]))
            lesion = self.pictures[first].lesion
            if lesion in seen:
                continue
            seen.add(lesion)
            others = [i for i in self.members[lesion] if i != first]
            rows += [first, int(rng.choice(others)) if others else first]
        return rows

    def _batch(self, rng: np.random.Generator) -> Batch:
        rows = self._draw_pairs(rng)
        parents = [-1] * len(rows)
        masked = [k for k in range(0, len(rows), 2) if self.pictures[rows[k]].box]
        for k in masked[: self.config.evolved]:
            rows.append(rows[k])
            parents.append(k)
        views, masks = zip(
            *(self._view(rng, row, parent >= 0) for row, parent in zip(rows, parents, strict=True)),
            strict=True,
        )
        chosen = [self.pictures[row] for row in rows]
        return Batch(
            torch.from_numpy(np.stack(views)),
            torch.from_numpy(np.stack(masks)),
            torch.tensor([p.mask_offset >= 0 or p.modality == "nonlesion" for p in chosen]),
            # An evolved lesion keeps no diagnosis: the change is the one thing known about it.
            torch.tensor(
                [p.label if q < 0 else NO_CLASS for p, q in zip(chosen, parents, strict=True)]
            ),
            torch.tensor(
                [
                    self.identity[p.lesion] if q < 0 else -1
                    for p, q in zip(chosen, parents, strict=True)
                ]
            ),
            torch.tensor(parents),
        )

    def _view(
        self, rng: np.random.Generator, row: int, evolved: bool
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        picture = self.pictures[row]
        image, mask, box = self.corpus.image(picture), self.corpus.mask(picture), picture.box
        if evolved and mask is not None and box is not None:
            image, mask, box = evolve(rng, image, mask, box)
        return self.augment(rng, image, mask, box)
