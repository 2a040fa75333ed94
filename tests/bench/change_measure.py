"""The benchmark's photos through the product's own passage: analysis, registration, comparison.

What comes out is kept as JSON, one object a lesion, so that judging it anew takes seconds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.bench.change_lesions import SourceLesion
from tests.bench.change_photos import (
    FIRST,
    FIRST_AGAIN,
    LAST_AGAIN,
    TWICE,
    YEAR,
    Photo,
    pattern_of,
    photos_of,
)
from tracker.analysis import compare as comparing
from tracker.analysis.compare import Subject, compare
from tracker.analysis.registration.alignment import Alignment, align
from tracker.analysis.registration.features import ViewFeatures
from tracker.analysis.view import make_view
from tracker.domain.analysis import Analysis, Scale, ScaleSource
from tracker.domain.geometry import Box
from tracker.vision.analyzer import AnalyzeOptions, Analyzer
from tracker.vision.crops import cut_square

#: Relative standard error of the scale in the arm "with card"; the reader's own is about that.
CARD_SIGMA = 0.01
ARMS = ("no scale", "card")

Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Taken:
    """A photo as measured: what is kept of it, and how it enters comparisons with and without."""

    facts: Record
    subjects: dict[str, Subject]


def measured(analyzer: Analyzer, lesion: SourceLesion, turn: int, *, brief: bool) -> Record:
    """Everything the judge will need to know of one lesion's photos."""
    taken = {
        photo.label: _taken(analyzer, lesion, photo)
        for photo in photos_of(lesion, turn, brief=brief)
    }
    pairs = [pair for pair in wanted(taken) if all(taken[name].subjects for name in pair)]
    with _AlignedOnce():
        comparisons = {
            arm: [asdict(compare(taken[a].subjects[arm], taken[b].subjects[arm])) for a, b in pairs]
            for arm in ARMS
        }
    return {
        "lesion": lesion.name,
        "dataset": lesion.dataset,
        "modality": lesion.modality.value,
        "ita": lesion.ita_band,
        "pattern": pattern_of(lesion),
        "photos": {label: each.facts for label, each in taken.items()},
        "comparisons": comparisons,
    }


def wanted(labels: Iterable[str]) -> list[tuple[str, str]]:
    """(earlier, later) labels of every comparison that some series of the benchmark asks for."""
    there = set(labels)
    again = {f"{label} again" for label in TWICE}
    changed = [name for name in labels if name not in {FIRST, FIRST_AGAIN, *YEAR, LAST_AGAIN}]
    pairs = [(FIRST, name) for name in (*YEAR, *changed)]
    pairs += pairwise(YEAR)
    pairs += [(FIRST, FIRST_AGAIN), (YEAR[-1], LAST_AGAIN), (FIRST, LAST_AGAIN)]
    pairs += [(FIRST_AGAIN, YEAR[-1]), (FIRST_AGAIN, LAST_AGAIN)]
    for name in TWICE:
        pairs += [(name, f"{name} again"), (FIRST_AGAIN, name), (FIRST_AGAIN, f"{name} again")]
    known = dict.fromkeys(pair for pair in pairs if there.issuperset(pair))
    assert again <= there or not again & there
    return list(known)


def _taken(analyzer: Analyzer, lesion: SourceLesion, photo: Photo) -> _Taken:
    name = f"{lesion.name} {photo.label}"
    options = AnalyzeOptions(modality=lesion.modality)
    analysis, decoded = analyzer.analyze(photo.shot.jpeg, name, options)
    error = random.Random(name).gauss(0.0, CARD_SIGMA)
    per_px = photo.mm_per_px * math.exp(error)
    facts: Record = {
        "kind": photo.kind,
        "percent": photo.percent,
        "status": analysis.status,
        "reason": analysis.reason,
        "true_area_mm2": photo.area_mm2,
        "mm_per_px": per_px,
        "measures": None if analysis.measures is None else asdict(analysis.measures),
        "dice": None,
        "otsu_px": None,
        "frame_embedding": None,
    }
    if decoded is None or analysis.mask is None or analysis.measures is None:
        return _Taken(facts, {})
    facts["dice"] = _dice(analysis, photo)
    facts["otsu_px"] = otsu_area_px(decoded.rgb)
    facts["frame_embedding"] = frame_embedding(analyzer, decoded.rgb)
    scale = Scale(per_px, CARD_SIGMA * per_px, ScaleSource.CARD)
    plain = _subject(photo, analysis, decoded.rgb, lesion, None)
    with_card = _subject(photo, analysis, decoded.rgb, lesion, scale)
    # The features do not depend on the scale: described once, they serve both.
    with_card.__dict__["features"] = plain.features
    return _Taken(facts, {"no scale": plain, "card": with_card})


def _subject(
    photo: Photo,
    analysis: Analysis,
    rgb: NDArray[np.uint8],
    lesion: SourceLesion,
    scale: Scale | None,
) -> Subject:
    assert analysis.mask is not None
    assert analysis.measures is not None
    return Subject(
        observation_id=photo.label,
        view=make_view(rgb, analysis.mask),
        measures=analysis.measures,
        scale=scale,
        modality=lesion.modality,
        embedding=analysis.embedding,
        model_sha256=None if analysis.model is None else analysis.model.sha256,
    )


def _dice(analysis: Analysis, photo: Photo) -> float:
    assert analysis.mask is not None
    height, width = photo.shot.mask.shape
    found = analysis.mask.on_photo(width, height)
    both = float(np.count_nonzero(found & photo.shot.mask))
    return 2 * both / float(np.count_nonzero(found) + np.count_nonzero(photo.shot.mask))


def otsu_area_px(rgb: NDArray[np.uint8]) -> float | None:
    """Baseline: the largest dark part of the picture by Otsu's threshold (1979), holes filled."""
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (0, 0), 3)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return max((cv2.contourArea(contour) for contour in contours), default=None)


def frame_embedding(analyzer: Analyzer, rgb: NDArray[np.uint8]) -> list[float]:
    """Baseline: the whole photo through the network, unaligned, as tutorials do."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    middle = Box((width - side) // 2, (height - side) // 2, side, side)
    crop = cut_square(rgb, middle, analyzer.vit.settings.size_px)
    return [round(float(v), 5) for v in analyzer.vit.run(crop).embedding]


class _AlignedOnce:
    """Within it, two photos are lined up once although they are compared with and without scale."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Alignment] = {}

    def __enter__(self) -> None:
        vars(comparing)["align"] = self._align

    def __exit__(self, *_: object) -> None:
        vars(comparing)["align"] = align

    def _align(self, earlier: ViewFeatures, later: ViewFeatures) -> Alignment:
        key = id(earlier), id(later)
        if key not in self._known:
            self._known[key] = align(earlier, later)
        return self._known[key]
