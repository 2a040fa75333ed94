"""Keep a run's averaged weights: half precision, with the settings that made them beside it.

    python -m models.vit.keep --work DIR --out models/checkpoints/vit_192x6.npz

The release is made from this file and not from the checkpoint, so that it can be made again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from .network import save_weights

START = (
    "294456 views of this architecture (a pilot, then releases 0.1.1 and 0.2.0), then "
    "models/vit/train.py; moving average"
)


def facts_beside(weights: Path) -> dict[str, Any]:
    """How kept weights were made; ``{}`` when nothing was written beside them."""
    path = weights.with_suffix(".json")
    if not path.is_file():
        return {}
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def keep(work: Path, out: Path) -> None:
    """Write ``out`` (npz) and its JSON from ``work/checkpoint.pt`` and ``work/settings.json``."""
    state = torch.load(work / "checkpoint.pt", weights_only=True)
    settings = json.loads((work / "settings.json").read_text(encoding="utf-8"))
    out.parent.mkdir(parents=True, exist_ok=True)
    save_weights(out, state["average"])
    facts = {
        "from": START,
        "steps": int(state["step"]),
        "views": int(state["views"]),
        "hours": round(float(state["elapsed_s"]) / 3600.0, 3),
        "settings": settings,
    }
    out.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    keep(args.work, args.out)


if __name__ == "__main__":
    main()
