"""Thresholds that belong to a set of weights: temperature, "certain", "unlike training"."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .calibration import best_temperature
from .data import Corpus
from .metrics import roc_auc, softmax
from .predict import Predictions, predict
from .reference import fit_reference, unlike_score

Reference = dict[str, NDArray[np.float16]]
CERTAIN_ACCURACY = 0.85
CERTAIN_FLOOR = 0.6
CERTAIN_LEAST = 50
"""The share right among fewer pictures is known to worse than five points, and decides nothing."""
UNLIKE_PERCENTILE = 99.0
REFERENCE_PICTURES = 4000


def fit_temperature(run: Predictions) -> float:
    """The temperature for all labelled pictures of a run."""
    known = run.of(np.array([p.label >= 0 for p in run.pictures]))
    label = np.array([p.label for p in known.pictures])
    return best_temperature(known.logits, label)


def certain_threshold(run: Predictions, temperature: float) -> dict[str, float]:
    """Least top probability above which the top class is right in 85 % of labelled pictures.

    Every threshold above it must hold as well, so that one lucky step does not decide.
    """
    known = run.of(np.array([p.label >= 0 for p in run.pictures]))
    label = np.array([p.label for p in known.pictures])
    probability = softmax(known.logits, temperature)
    top, right = probability.max(1), probability.argmax(1) == label
    chosen = 1.0
    for threshold in np.arange(0.98, CERTAIN_FLOOR - 1e-9, -0.01):
        above = top >= threshold
        if above.sum() >= CERTAIN_LEAST and right[above].mean() < CERTAIN_ACCURACY:
            break
        chosen = round(float(threshold), 2)
    above = top >= chosen
    balanced = [right[above & (label == k)].mean() for k in np.unique(label[above])]
    return {
        "threshold": chosen,
        "share_certain": round(float(above.mean()), 4),
        "accuracy_when_certain": round(float(right[above].mean()), 4),
        "balanced_accuracy_when_certain": round(float(np.mean(balanced)), 4),
        "accuracy_overall": round(float(right.mean()), 4),
        "count": len(label),
    }


def reference_of(session: onnxruntime.InferenceSession, corpus: Corpus, seed: int = 0) -> Reference:
    """Fit the training reference on a seeded sample of training crops."""
    rng = np.random.default_rng(seed)
    boxed = [p for p in corpus.select("train") if p.box]
    phone = [p for p in boxed if p.modality == "clinical"]
    scope = [p for p in boxed if p.modality == "dermoscopic"]
    chosen = rng.choice(len(scope), min(len(scope), REFERENCE_PICTURES), replace=False)
    run = predict(session, corpus, [scope[i] for i in chosen] + phone, "crop", seed)
    return fit_reference(run.embedding)


def unlike_report(
    session: onnxruntime.InferenceSession, corpus: Corpus, reference: Reference
) -> dict[str, Any]:
    """Threshold at the 99th percentile of validation lesions, and how others lie beyond it."""
    pictures = corpus.select("val")
    run = predict(session, corpus, pictures, "crop")
    score = unlike_score(run.embedding, reference)
    lesion = np.array([p.box is not None for p in pictures])
    threshold = float(np.percentile(score[lesion], UNLIKE_PERCENTILE))
    report: dict[str, Any] = {"threshold": round(threshold, 4), "lesion_count": int(lesion.sum())}
    for group in ("padufes20", "nci_series", "plain_skin", "neg_"):
        member = np.array([p.dataset.startswith(group) for p in pictures])
        report[group.rstrip("_")] = {
            "count": int(member.sum()),
            "beyond_share": round(float((score[member] > threshold).mean()), 4),
            "auc_against_lesions": round(
                roc_auc(
                    np.concatenate([score[member], score[lesion & ~member]]),
                    np.arange(int(member.sum()) + int((lesion & ~member).sum())) < member.sum(),
                ),
                4,
            ),
        }
    return report
