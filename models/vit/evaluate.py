"""Measure a released file on the validation split and write the numbers as JSON.

    python -m models.vit.evaluate --data DIR --work DIR --model int8.onnx --against fp32.onnx
        --out report.json

Pictures come from the cache (longest side at most 320 px). "frame" is the whole picture padded
to a square; "crop" is the run-time crop around the true box, wrong by up to 15 %.
"crop_as_the_product" is the mean over the crop and its mirror images, which is what the product
shows; the others are one pass.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from .calibration import calibration_report
from .change import change_report
from .data import Corpus, corpus_root
from .explain import heat_map_report
from .fairness import groups_report
from .metrics import (
    THRESHOLDED_JACCARD_FLOOR,
    balanced_accuracy,
    bootstrap,
    first_match_rank,
    mean_interval,
    roc_auc,
    softmax,
)
from .network import CLASSES
from .predict import Framing, Predictions, open_session, predict

FRAMINGS: tuple[Framing, ...] = ("frame", "crop")
SEGMENTED = ("ham10000", "isic2018_task1", "padufes20")
MELANOMA = CLASSES.index("mel")


def segmentation_report(run: Predictions) -> dict[str, Any]:
    """Dice, Jaccard and failures per data set, with counts and 95 % intervals."""
    report: dict[str, Any] = {}
    for dataset in SEGMENTED:
        keep = np.array([p.dataset == dataset for p in run.pictures]) & ~np.isnan(run.dice)
        dice, jaccard = run.dice[keep], run.jaccard[keep]
        if not len(dice):
            continue
        report[dataset] = {
            "count": len(dice),
            "dice": round(float(dice.mean()), 4),
            "dice_95": mean_interval(dice),
            "jaccard": round(float(jaccard.mean()), 4),
            "failed_share": round(float((jaccard < THRESHOLDED_JACCARD_FLOOR).mean()), 4),
        }
    return report


def class_report(run: Predictions) -> dict[str, Any]:
    """Balanced accuracy over seven classes and melanoma AUC, of labelled lesions."""
    known = run.of(np.array([p.label >= 0 for p in run.pictures]))
    label = np.array([p.label for p in known.pictures])
    guess = known.logits.argmax(1)
    melanoma = softmax(known.logits)[:, MELANOMA]
    recall = {
        name: [round(float((guess[label == k] == k).mean()), 3), int((label == k).sum())]
        for k, name in enumerate(CLASSES)
        if (label == k).any()
    }
    return {
        "count": len(label),
        "balanced_accuracy": round(balanced_accuracy(label, guess), 4),
        "balanced_accuracy_95": bootstrap(
            lambda rows: balanced_accuracy(label[rows], guess[rows]), len(label)
        ),
        "melanoma_auc": round(roc_auc(melanoma, label == MELANOMA), 4),
        "melanoma_auc_95": bootstrap(
            lambda rows: roc_auc(melanoma[rows], label[rows] == MELANOMA), len(label)
        ),
        "recall_and_count": recall,
    }


def matching_report(run: Predictions) -> dict[str, Any]:
    """Same-lesion retrieval over the dermoscopic lesions photographed more than once."""
    scope = run.of(np.array([p.dataset == "ham10000" for p in run.pictures]))
    ranks = first_match_rank(scope.embedding, [p.lesion for p in scope.pictures])
    names = np.array([p.lesion for p in scope.pictures])
    similarity = scope.embedding @ scope.embedding.T
    same = np.triu(names[:, None] == names[None, :], 1)
    other = np.triu(names[:, None] != names[None, :], 1)
    return {
        "queries": len(ranks),
        "gallery": len(names) - 1,
        "rank_1": round(float((ranks == 1).mean()), 4),
        "rank_1_95": bootstrap(lambda rows: float((ranks[rows] == 1).mean()), len(ranks)),
        "rank_5": round(float((ranks <= 5).mean()), 4),
        "cosine_same_median": round(float(np.median(similarity[same])), 4),
        "cosine_other_median": round(float(np.median(similarity[other])), 4),
    }


def agreement_report(one: Predictions, two: Predictions) -> dict[str, float]:
    """What quantisation changed: ``one`` int8 against ``two`` float on the same crops."""
    cosine = (one.embedding * two.embedding).sum(1)
    masked = ~np.isnan(one.dice)
    change = np.abs(softmax(one.logits) - softmax(two.logits)).max(1)
    return {
        "count": len(cosine),
        "dice_int8": round(float(one.dice[masked].mean()), 5),
        "dice_fp32": round(float(two.dice[masked].mean()), 5),
        "cosine_mean": round(float(cosine.mean()), 6),
        "cosine_min": round(float(cosine.min()), 6),
        "top_class_agreement": round(
            float((one.logits.argmax(1) == two.logits.argmax(1)).mean()), 4
        ),
        "largest_probability_change": round(float(change.max()), 4),
    }


def milliseconds(session: onnxruntime.InferenceSession, rounds: int = 60) -> dict[str, float]:
    """Time of one picture on this session; the fastest is what the machine can do when idle."""
    size = int(session.get_inputs()[0].shape[1])
    image = np.random.default_rng(0).integers(0, 256, (1, size, size, 3), dtype=np.uint8)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        session.run(None, {"image": image})
        times.append(1000.0 * (time.perf_counter() - start))
    return {"median_ms": round(float(np.median(times)), 2), "min_ms": round(min(times), 2)}


def full_report(model: Path, against: Path | None, corpus: Corpus) -> dict[str, Any]:
    """Everything, for one file and, if given, its float twin."""
    pictures = [p for p in corpus.select("val") if p.dataset in SEGMENTED]
    session = open_session(model)
    runs = {framing: predict(session, corpus, pictures, framing) for framing in FRAMINGS}
    report: dict[str, Any] = {
        framing: {
            "segmentation": segmentation_report(run),
            "classes": class_report(run),
            "matching": matching_report(run),
        }
        for framing, run in runs.items()
    }
    steady = predict(session, corpus, pictures, "crop", steady=True)
    report["crop_as_the_product"] = {
        "segmentation": segmentation_report(steady),
        "classes": class_report(steady),
        "matching": matching_report(steady),
        "calibration": calibration_report(steady),
        "groups": groups_report(steady, corpus.root),
    }
    report["heat_map"] = heat_map_report(session, corpus, pictures)
    report["change"] = change_report(session, corpus)
    report["time_one_thread"] = {"model": milliseconds(session)}
    if against is not None:
        twin = open_session(against)
        report["quantisation"] = agreement_report(
            runs["crop"], predict(twin, corpus, pictures, "crop")
        )
        report["time_one_thread"]["against"] = milliseconds(twin)
    return report


def main() -> None:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    corpus = Corpus(corpus_root(args.data), args.work / "cache")
    report = full_report(args.model, args.against, corpus)
    args.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
