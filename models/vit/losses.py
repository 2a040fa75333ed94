"""Losses on one forward pass: mask, class, identity and change."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .data import NOT_A_LESION


@dataclass(frozen=True)
class LossConfig:
    """Weights of the other terms beside the mask's 1, and their constants."""

    class_weight: float = 1.0
    identity_weight: float = 0.5
    change_weight: float = 0.5
    temperature: float = 0.1
    prior_strength: float = 1.0
    smoothing: float = 0.05
    outlier_weight: float = 0.2


def mask_loss(logits: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """BCE + soft Dice (Milletari 2016) at the target's resolution.

    logits (N, 1, s, s) are enlarged to the soft target (N, S, S) in 0..1 before comparing, so
    that the zero crossing is placed to a fraction of an output pixel. ``known`` (N,) bool.
    Dice is left out where there is no lesion, where it is not defined.
    """
    if not bool(known.any()):
        return logits.sum() * 0.0
    logits, target = logits[known].float(), target[known]
    large = functional.interpolate(logits, target.shape[-2:], mode="bilinear")[:, 0]
    bce = functional.binary_cross_entropy_with_logits(large, target)
    present = target.sum((1, 2)) > 0
    probability, truth = large[present].sigmoid(), target[present]
    overlap = 2.0 * (probability * truth).sum((1, 2)) + 1.0
    dice = overlap / (probability.sum((1, 2)) + truth.sum((1, 2)) + 1.0)
    return bce + (1.0 - dice.mean() if bool(present.any()) else logits.sum() * 0.0)


def class_loss(logits: Tensor, label: Tensor, prior: Tensor, config: LossConfig) -> Tensor:
    """Logit-adjusted cross-entropy (Menon 2021): the bare logits are those of equal classes.

    Pictures that show no lesion are pushed towards equal probabilities (outlier exposure,
    Hendrycks 2019), so that the network is not certain about a table top.
    """
    known, nothing = label >= 0, label == NOT_A_LESION
    loss = logits.sum() * 0.0
    if bool(known.any()):
        adjusted = logits[known].float() + config.prior_strength * prior.log()
        loss = loss + functional.cross_entropy(
            adjusted, label[known], label_smoothing=config.smoothing
        )
    if bool(nothing.any()):
        spread = -logits[nothing].float().log_softmax(1).mean(1)
        loss = loss + config.outlier_weight * spread.mean()
    return loss


def identity_loss(embedding: Tensor, lesion: Tensor, pairs: int, config: LossConfig) -> Tensor:
    """InfoNCE (van den Oord 2018) over pairs, with evolved lesions among the negatives.

    embedding (N, 128) unit rows; rows 2i, 2i+1 for i < ``pairs`` are one lesion, later rows are
    evolved lesions (lesion -1) that only repel. A memory of past batches as further negatives
    was tried and dropped: the network then moves all embeddings away from its own past, and the
    median cosine of different lesions rose from 0.03 to 0.6 within a hundred steps.
    """
    anchors = 2 * pairs
    similarity = embedding[:anchors] @ embedding.T / config.temperature
    same = lesion[:anchors, None] == lesion[None, :]
    row = torch.arange(anchors)
    twin = row ^ 1
    same[row, twin] = False
    return functional.cross_entropy(similarity.masked_fill(same, -1e4), twin)


def change_loss(embedding: Tensor, parent: Tensor, config: LossConfig) -> Tensor:
    """Rank another photo of the lesion above the lesion evolved (logistic, Burges 2005).

    Among seventy negatives of ``identity_loss`` the evolved lesion is one, and is soon ignored;
    this is the comparison the product makes. ``parent`` (N,) int64 as in Batch.
    """
    evolved = torch.nonzero(parent >= 0)[:, 0]
    if len(evolved) == 0:
        return embedding.sum() * 0.0
    first = parent[evolved]
    again = (embedding[first] * embedding[first ^ 1]).sum(1)
    changed = (embedding[first] * embedding[evolved]).sum(1)
    return functional.softplus((changed - again) / config.temperature).mean()
