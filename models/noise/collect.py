"""Run the whole released pipeline over pairs of photos of one lesion and keep what it measured.

    python -m models.noise.collect --data CORPUS --split train --lesions 600 --out pairs.jsonl

The corpus has no dates: two photos of one lesion differ by camera, magnification, angle, light and
moment, which is what is called noise here. Whatever true change lies between some of them makes
the noise look larger, never smaller. One JSON object a pair; the run may be cut short and resumed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tracker.analysis.compare import Subject, compare
from tracker.analysis.registration.extent import log_area_ratio, log_diameter_ratio
from tracker.analysis.view import make_view
from tracker.domain.analysis import Analysis
from tracker.domain.capture import Modality
from tracker.domain.comparison import Comparison
from tracker.vision.analyzer import AnalyzeOptions, Analyzer

#: Photos of one lesion that enter; some lesions have six, and would weigh fifteen times a pair.
PHOTOS_PER_LESION = 3
#: PAD-UFES-20 numbers lesions across its pictures; its names say patient and lesion.
GROUPED = ("ham10000", "padufes20")
PAD_NAME = re.compile(r"PAT_(\d+)_(\d+)_\d+")

Row = dict[str, str]


def lesion_groups(root: Path, split: str) -> dict[str, list[Row]]:
    """Manifest rows of lesions with two or more photos, by dataset and lesion."""
    groups: dict[str, list[Row]] = defaultdict(list)
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["split"] == split and row["dataset"] in GROUPED and row["lesion_id"]:
                groups[f"{row['dataset']}/{row['lesion_id']}"].append(row)
    return {name: rows for name, rows in sorted(groups.items()) if len(rows) > 1}


def subject_of(analyzer: Analyzer, root: Path, row: Row) -> tuple[Analysis, Subject | None]:
    """Analyse one photo as the product does; no subject where it was refused."""
    data = (root / row["path"]).read_bytes()
    modality = Modality(row["modality"])
    analysis, photo = analyzer.analyze(data, row["id"], AnalyzeOptions(modality=modality))
    if photo is None or analysis.mask is None or analysis.measures is None:
        return analysis, None
    return analysis, Subject(
        observation_id=row["id"],
        view=make_view(photo.rgb, analysis.mask),
        measures=analysis.measures,
        scale=None,
        modality=modality,
        embedding=analysis.embedding,
        model_sha256=None if analysis.model is None else analysis.model.sha256,
    )


def photo_facts(analysis: Analysis) -> dict[str, Any]:
    """What is kept of one photo."""
    measures = analysis.measures
    codes = () if analysis.quality is None else analysis.quality.issues
    return {
        "status": analysis.status,
        "issues": [f"{issue.code.value}:{issue.severity}" for issue in codes],
        "measures": None if measures is None else asdict(measures),
        "unlike": analysis.unlike_training,
        "size": [analysis.width, analysis.height],
    }


def pairs_of(analyzer: Analyzer, root: Path, name: str, rows: list[Row]) -> Iterator[Any]:
    """One object for each pair of photos of a lesion."""
    looked = [subject_of(analyzer, root, row) for row in rows]
    for one, two in combinations(range(len(rows)), 2):
        (first, earlier), (second, later) = looked[one], looked[two]
        record: dict[str, Any] = {
            "lesion": name,
            "split": rows[one]["split"],
            "modality": rows[one]["modality"],
            "ids": [rows[one]["id"], rows[two]["id"]],
            "photos": [photo_facts(first), photo_facts(second)],
            "model": None if first.model is None else asdict(first.model),
            "gate": None if first.gate is None else asdict(first.gate),
            "comparison": None,
            "masks": None,
        }
        if earlier is not None and later is not None:
            comparison = compare(earlier, later)
            record["comparison"] = asdict(comparison)
            record["masks"] = ratios_of_masks(earlier, later, comparison)
        yield record


def ratios_of_masks(
    earlier: Subject, later: Subject, comparison: Comparison
) -> dict[str, float] | None:
    """ln ratios of area and diameter of the masks as they are, in one frame.

    That is what a scale on both photos compares, since it does not lay them over each other; the
    registration stands in for the scale, and adds about 1 % of its own. None without skin.
    """
    if comparison.size_source != "skin" or comparison.registration is None:
        return None
    on_photos = np.array(comparison.registration.matrix).reshape(3, 3)
    matrix = np.linalg.inv(earlier.view.photo_from_view) @ on_photos @ later.view.photo_from_view
    diameter = log_diameter_ratio(earlier.view, later.view, matrix)
    areas = earlier.measures.area_px, later.measures.area_px
    area = log_area_ratio(earlier.view, later.view, matrix, *areas)
    return None if diameter is None else {"log_area_ratio": area, "log_diameter_ratio": diameter}


def chosen(groups: dict[str, list[Row]], lesions: int, seed: int) -> list[tuple[str, list[Row]]]:
    """A seeded sample of lesions, each with a seeded sample of its photos in seeded order.

    Clinical lesions are few and all taken.
    """
    dice = random.Random(seed)
    names = list(groups)
    dice.shuffle(names)
    clinical = [name for name in names if not name.startswith("ham")]
    dermoscopic = [name for name in names if name.startswith("ham")][:lesions]
    return [
        (name, dice.sample(groups[name], min(PHOTOS_PER_LESION, len(groups[name]))))
        for name in clinical + dermoscopic
    ]


def main() -> None:
    """Collect pairs into a JSON Lines file, skipping lesions that are in it already."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("MOLETRAIL_DATA"), help="the corpus")
    parser.add_argument("--models", default="models/release", type=Path)
    parser.add_argument("--split", default="train")
    parser.add_argument("--lesions", default=600, type=int)
    parser.add_argument("--seed", default=7, type=int)
    parser.add_argument("--part", default="0/1", help="K/N: every N-th lesion from the K-th on")
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    if not given.data:
        raise SystemExit("no corpus: give --data DIR or set MOLETRAIL_DATA")
    cv2.setNumThreads(1)
    root, out = Path(given.data), given.out
    done = _lesions_in(out)
    analyzer = Analyzer.load(given.models)
    part, parts = (int(text) for text in given.part.split("/"))
    wanted = chosen(lesion_groups(root, given.split), given.lesions, given.seed)[part::parts]
    for name, rows in wanted:
        if name in done:
            continue
        lines = [json.dumps(record) for record in pairs_of(analyzer, root, name, rows)]
        with out.open("a", encoding="utf-8") as stream:
            stream.write("".join(f"{line}\n" for line in lines))


def _lesions_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    return {json.loads(line)["lesion"] for line in path.read_text(encoding="utf-8").splitlines()}


if __name__ == "__main__":
    main()
