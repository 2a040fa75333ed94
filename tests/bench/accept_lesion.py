"""When may a photo go into a known lesion without asking? The rule behind `add` without a lesion.

    MOLETRAIL_DATA=DIR python -m tests.bench.accept_lesion --out result.json [--lesions 60]

Validation lesions of HAM10000 with two photos are dealt to made-up people of 20 lesions each, one
photo of each known. Asked are the second photo of every known lesion, and as many photos of lesions
that the person does not have. For each question the most alike lesions are lined up with the photo.
Reported: how often a rule accepts the right lesion, a wrong one, or one for a stranger.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tracker.analysis.compare import Subject
from tracker.analysis.registration.alignment import align
from tracker.resources import models_dir
from tracker.services.subjects import subject_of_pixels
from tracker.vision.analyzer import AnalyzeOptions, Analyzer

PEOPLE_HAVE = 20
LINED_UP = 5


@dataclass(frozen=True, slots=True)
class Question:
    """One photo asked about: its lesion is known or not; the most alike lesions, best first."""

    is_known: bool
    right: tuple[bool, ...]
    cosines: tuple[float, ...]
    confirmed: tuple[bool, ...]


def lesion_photos(root: Path, seed: int) -> list[list[Path]]:
    """Photos of validation lesions, shuffled; lesions with two photos first."""
    found: dict[str, list[Path]] = defaultdict(list)
    with (root / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["dataset"] == "ham10000" and row["split"] == "val" and row["lesion_id"]:
                found[row["lesion_id"]].append(root / row["path"])
    lesions = list(found.values())
    random.Random(seed).shuffle(lesions)
    return sorted(lesions, key=lambda photos: len(photos) < 2)


def subject(analyzer: Analyzer, path: Path) -> Subject | None:
    """A photo as `add` sees it, None where it is refused."""
    analysis, photo = analyzer.analyze(path.read_bytes(), path.name, AnalyzeOptions())
    if analysis.status == "refused" or photo is None:
        return None
    return subject_of_pixels(path.name, analysis, photo.rgb)


def ask(known: list[Subject], own: int | None, asked: Subject) -> Question:
    """Hold a photo against a person's lesions; `own` is the index of the right one."""
    assert asked.embedding is not None
    cosines = np.array([float(each.embedding @ asked.embedding) for each in known])
    best = np.argsort(-cosines)[:LINED_UP]
    return Question(
        is_known=own is not None,
        right=tuple(bool(index == own) for index in best),
        cosines=tuple(float(cosines[index]) for index in best),
        confirmed=tuple(
            align(known[index].features, asked.features).same_lesion is True for index in best
        ),
    )


def rates(questions: list[Question], depth: int, least: float) -> dict[str, float]:
    """Accept the first confirmed lesion among the `depth` most alike with cosine >= `least`."""
    right = wrong = stranger = 0
    for question in questions:
        accepted = [
            place
            for place in range(min(depth, len(question.right)))
            if question.confirmed[place] and question.cosines[place] >= least
        ]
        if not accepted:
            continue
        if not question.is_known:
            stranger += 1
        elif question.right[accepted[0]]:
            right += 1
        else:
            wrong += 1
    known = sum(question.is_known for question in questions)
    return {
        "right": right / known,
        "wrong": wrong / known,
        "stranger": stranger / (len(questions) - known),
    }


def main() -> None:
    """Ask, and print the rates of several rules."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lesions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    analyzer = Analyzer.load(models_dir())
    lesions = lesion_photos(Path(os.environ["MOLETRAIL_DATA"]), options.seed)
    pairs = [photos[:2] for photos in lesions if len(photos) > 1][: options.lesions]
    strangers = [photos[0] for photos in lesions[::-1]][: options.lesions]
    questions: list[Question] = []
    for start in range(0, len(pairs), PEOPLE_HAVE):
        own = pairs[start : start + PEOPLE_HAVE]
        known = [subject(analyzer, photos[0]) for photos in own]
        kept = [(each, photos[1]) for each, photos in zip(known, own, strict=True) if each]
        vault = [each for each, _ in kept]
        asked = [(place, path) for place, (_, path) in enumerate(kept)]
        asked += [(None, path) for path in strangers[start : start + PEOPLE_HAVE]]
        for place, path in asked:
            photo = subject(analyzer, path)
            if photo is not None:
                questions.append(ask(vault, place, photo))
        print(start, len(questions), flush=True)
    result = {
        "model": analyzer.vit.identity.version,
        "known": sum(question.is_known for question in questions),
        "strangers": sum(not question.is_known for question in questions),
        "rules": {
            f"depth {depth}, cosine >= {least}": rates(questions, depth, least)
            for depth in (1, 2, 3, LINED_UP)
            for least in (-1.0, 0.3, 0.5, 0.7, 0.8, 0.9)
        },
        "questions": [
            [q.is_known, list(q.right), [round(c, 3) for c in q.cosines], list(q.confirmed)]
            for q in questions
        ],
    }
    options.out.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
