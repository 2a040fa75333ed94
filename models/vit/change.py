"""Does the cosine fall with the lesion's change rather than with the camera's? Measured here.

There is no dated follow-up with masks to measure it on, so change is made: the same lesion,
grown, darkened or with a new colour (``evolve``), against the same lesion merely photographed
again. Both sides carry the same capture nuisance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .augment import AugmentConfig, photometric, random_affine, warp
from .crops import CONTEXT, square_around
from .data import Corpus, Picture
from .evolve import evolve
from .metrics import bootstrap, roc_auc

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]

# A careful second photograph: gate error of a few percent, any turn, other light, no overlays.
RECAPTURE = AugmentConfig(shear=0.04, stretch=0.03, blur_share=0.2, noise_share=0.3)
SHIFT, ZOOM = 0.08, 0.10
MAX_TURN_RAD = 0.35


def capture(rng: np.random.Generator, image: Pixels, box: Box, size: int) -> Pixels:
    """One photograph of the lesion in ``box``, as a crop of ``size`` pixels."""
    cx, cy, side = square_around(box, CONTEXT * float(rng.uniform(1 - ZOOM, 1 + ZOOM)))
    dx, dy = rng.uniform(-SHIFT, SHIFT, 2) * side
    square = (cx + float(dx), cy + float(dy), side)
    matrix = random_affine(rng, RECAPTURE, square, size, MAX_TURN_RAD)
    return photometric(rng, RECAPTURE, warp(image, matrix, size))


def _distances(
    session: onnxruntime.InferenceSession,
    corpus: Corpus,
    picture: Picture,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """1 - cosine of a first photograph to a second one, and to one of the evolved lesion."""
    size = int(session.get_inputs()[0].shape[1])
    image, mask, box = corpus.image(picture), corpus.mask(picture), picture.box
    if mask is None or box is None:
        raise ValueError(f"{picture.name} has no mask to evolve")
    evolved, _, grown = evolve(rng, image, mask, box)
    views = [capture(rng, image, box, size), capture(rng, image, box, size)]
    views.append(capture(rng, evolved, grown, size))
    rows = [session.run(["embedding"], {"image": view[None]})[0][0] for view in views]
    return 1.0 - float(rows[0] @ rows[1]), 1.0 - float(rows[0] @ rows[2])


def change_report(
    session: onnxruntime.InferenceSession, corpus: Corpus, count: int = 300, seed: int = 0
) -> dict[str, Any]:
    """AUC of 1 - cosine for made change against recapture, over ``count`` validation lesions."""
    rng = np.random.default_rng(seed)
    boxed = [p for p in corpus.select("val") if p.box and p.mask_offset >= 0]
    chosen = [boxed[i] for i in rng.choice(len(boxed), min(count, len(boxed)), replace=False)]
    table = np.array([_distances(session, corpus, p, rng) for p in chosen])
    lesions = len(table)
    changed = np.repeat([False, True], lesions)

    def area(rows: NDArray[np.int64]) -> float:
        return roc_auc(table[rows].T.reshape(-1), changed)

    return {
        "lesions": lesions,
        "auc": round(area(np.arange(lesions)), 4),
        "auc_95": bootstrap(area, lesions),
        "recapture_median": round(float(np.median(table[:, 0])), 4),
        "changed_median": round(float(np.median(table[:, 1])), 4),
    }
