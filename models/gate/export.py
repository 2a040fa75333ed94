"""Write gate.tflite, gate.onnx and the manifest entry from a checkpoint.

``python models/gate/export.py --checkpoint DIR/last.pt --release models/release --version 1``
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import torch
from export_onnx import onnx_bytes
from export_tflite import tflite_bytes
from graph import build_graph
from network import CLASSES, INPUT_PX, GateNet, parameter_count


def export(checkpoint: Path, release: Path, version: str) -> None:
    """Write both files and the "gate" entry; other entries of the manifest are kept."""
    saved = torch.load(checkpoint, weights_only=True, map_location="cpu")
    net = GateNet()
    net.load_state_dict(saved["average"])
    graph = build_graph(net)
    release.mkdir(parents=True, exist_ok=True)
    files = {
        "tflite": ("gate.tflite", tflite_bytes(graph, version)),
        "onnx": ("gate.onnx", onnx_bytes(graph, version)),
    }
    entry: dict[str, object] = {
        "name": "moletrail-gate",
        "version": version,
        "classes": list(CLASSES),
        "input_px": INPUT_PX,
        "parameters": parameter_count(net),
        "training_steps": int(saved["step"]),
        "files": {},
    }
    for kind, (name, data) in files.items():
        replace_file(release / name, data)
        digest = hashlib.sha256(data).hexdigest()
        entry["files"][kind] = {"file": name, "sha256": digest, "bytes": len(data)}  # type: ignore[index]
    write_entry(release / "manifest.json", entry)


def write_entry(manifest: Path, entry: dict[str, object]) -> None:
    """Put the "gate" entry into the manifest, all other entries untouched."""
    content = {"schema": 1, "models": {}}
    if manifest.exists():
        content = json.loads(manifest.read_text(encoding="utf-8"))
    content["models"]["gate"] = entry  # type: ignore[index]
    replace_file(manifest, (json.dumps(content, indent=2) + "\n").encode())


def replace_file(path: Path, data: bytes) -> None:
    """Write beside the file and move it into place, so that no reader sees half of it."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_bytes(data)
    beside.replace(path)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--release", type=Path, required=True)
    parser.add_argument("--version", required=True)
    args = parser.parse_args()
    export(args.checkpoint, args.release, args.version)


if __name__ == "__main__":
    main()
