"""Turn weights into the released files: export, quantise, calibrate, describe.

    python -m models.vit.release --data DIR --work DIR --weights kept.npz --version 0.2.0

Writes ``lesion_vit.int8.onnx``, ``train_reference.npz`` and this model's part of
``manifest.json``; the gate's part of the manifest is left as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from .calibrate import certain_threshold, fit_temperature, reference_of, unlike_report
from .crops import CONTEXT
from .data import Corpus, corpus_root
from .evaluate import SEGMENTED
from .export import build_graph, largest_difference, load_network
from .keep import facts_beside
from .network import CLASSES, EMBEDDING_SIZE, VitConfig
from .predict import open_session, predict
from .quantize import calibration_crops, quantise

FILE = "lesion_vit.int8.onnx"
REFERENCE = "train_reference.npz"
EXPORT_TOLERANCE = 5e-3


def trained_facts(weights: Path) -> dict[str, Any]:
    """What is known about how the weights were made, without the long settings."""
    facts = facts_beside(weights)
    kept = {name: facts[name] for name in ("from", "steps", "views", "hours") if name in facts}
    return kept | {"weights": weights.name, "weights_sha256": sha256_of(weights)}


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def describe(config: VitConfig, version: str) -> dict[str, Any]:
    """The fixed part of the manifest entry."""
    size, quarter, grid = config.size, config.size // 4, config.grid
    return {
        "file": FILE,
        "name": f"moletrail-vit-{config.dim}x{config.depth}",
        "version": version,
        "license": "CC-BY-NC-4.0",
        "input": {
            "name": "image",
            "dtype": "uint8",
            "layout": "NHWC",
            "colour": "RGB",
            "size": size,
            "mean": [0.0, 0.0, 0.0],
            "std": [1.0, 1.0, 1.0],
            "normalisation": "inside the graph: feed plain uint8",
        },
        "outputs": {
            "embedding": {"shape": ["N", EMBEDDING_SIZE], "meaning": "unit length"},
            "mask_logits": {
                "shape": ["N", 1, quarter, quarter],
                "meaning": "enlarge the logits bilinearly, then threshold at 0 (probability 0.5)",
            },
            "class_logits": {
                "shape": ["N", len(CLASSES)],
                "meaning": "divide by class_temperature, then softmax",
            },
            "heatmap": {
                "shape": ["N", len(CLASSES), grid, grid],
                "meaning": "class logits per token; their mean is class_logits",
            },
        },
        "classes": list(CLASSES),
        "mask_threshold": 0.5,
        "crop": {"context": CONTEXT, "border": "reflect101", "down": "area", "up": "linear"},
    }


def merge_manifest(path: Path, entry: dict[str, Any]) -> None:
    """Replace this model's entry only, atomically."""
    manifest: dict[str, Any] = {"schema": 1, "models": {}}
    if path.is_file():
        manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest.setdefault("models", {})["vit"] = entry
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def release(weights: Path, corpus: Corpus, out: Path, work: Path, version: str) -> dict[str, Any]:
    """Make all released files from ``weights`` and return the manifest entry."""
    out.mkdir(parents=True, exist_ok=True)
    config = VitConfig()
    network = load_network(weights, config)
    model = build_graph(network)
    if largest_difference(model, network) > EXPORT_TOLERANCE:
        raise SystemExit("the exported graph differs from the network")
    twin, target = work / "lesion_vit.fp32.onnx", out / FILE
    onnx.save(model, str(twin))
    partial = out / f"{FILE}.part"
    quantise(twin, partial, calibration_crops(corpus, config.size), narrow=False)
    partial.replace(target)
    session = open_session(target)
    reference = reference_of(session, corpus)
    np.savez_compressed(out / REFERENCE, allow_pickle=False, **reference)
    pictures = [p for p in corpus.select("val") if p.dataset in SEGMENTED]
    run = predict(session, corpus, pictures, "crop")
    temperature = fit_temperature(run)
    certain = certain_threshold(run, temperature)
    unlike = unlike_report(session, corpus, reference)
    entry = describe(config, version) | {
        "sha256": sha256_of(target),
        "class_temperature": round(temperature, 4),
        "certain_threshold": certain["threshold"],
        "unlike_training_threshold": unlike["threshold"],
        "reference": {
            "file": REFERENCE,
            "sha256": sha256_of(out / REFERENCE),
            "score": "root mean square of (embedding - mean) @ whiten",
        },
        "trained": trained_facts(weights),
        "calibration": {"certain": certain, "unlike_training": unlike},
    }
    merge_manifest(out / "manifest.json", entry)
    return entry


def main() -> None:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--work", type=Path, required=True, help="cache and the float twin")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("models/release"))
    parser.add_argument("--version", required=True)
    args = parser.parse_args()
    corpus = Corpus(corpus_root(args.data), args.work / "cache")
    release(args.weights, corpus, args.out, args.work, args.version)


if __name__ == "__main__":
    main()
