"""Run a released ONNX file over corpus pictures, cut as the product cuts them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .crops import CONTEXT, cut_square, frame_square, square_around
from .data import Corpus, Picture
from .metrics import dice_and_jaccard

OUTPUTS = ["embedding", "mask_logits", "class_logits"]
MIRRORS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
"""Steps along rows and columns; the product's answer is the mean over these four."""
JITTER = 0.15

Framing = Literal["frame", "crop"]
Square = tuple[float, float, float]


@dataclass(frozen=True)
class Predictions:
    """Outputs of N pictures; dice and jaccard are NaN where there is no mask."""

    pictures: list[Picture]
    embedding: NDArray[np.float64]
    logits: NDArray[np.float64]
    dice: NDArray[np.float64]
    jaccard: NDArray[np.float64]

    def of(self, keep: NDArray[np.bool_]) -> Predictions:
        """The rows where ``keep`` (N,) is true."""
        chosen = [p for p, k in zip(self.pictures, keep, strict=True) if k]
        return Predictions(
            chosen, self.embedding[keep], self.logits[keep], self.dice[keep], self.jaccard[keep]
        )


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A CPU session with all graph optimisations."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def jittered(rng: np.random.Generator, box: tuple[int, int, int, int]) -> Square:
    """The run-time square of a box whose place and size are wrong by up to 15 %."""
    cx, cy, side = square_around(box, CONTEXT)
    dx, dy = rng.uniform(-JITTER, JITTER, 2) * max(box[2:])
    return cx + float(dx), cy + float(dy), side * float(rng.uniform(1 - JITTER, 1 + JITTER))


def choose_square(rng: np.random.Generator, picture: Picture, framing: Framing) -> Square:
    """Square of one picture: its whole frame, or around its true box, jittered, if it has one."""
    if framing == "frame" or picture.box is None:
        return frame_square(picture.height, picture.width)
    return jittered(rng, picture.box)


def mask_in_frame(
    logits: NDArray[np.float32], square: Square, height: int, width: int
) -> NDArray[np.bool_]:
    """Mask (height, width) of mask logits (s, s) of a square crop.

    Logits are enlarged first and thresholded at 0 after, which places the border between
    output pixels; enlarging probabilities would round it off.
    """
    side = max(2, round(square[2]))
    left, top = round(square[0] - side / 2), round(square[1] - side / 2)
    large = cv2.resize(logits, (side, side), interpolation=cv2.INTER_LINEAR) > 0
    mask = np.zeros((height, width), np.bool_)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + side), min(height, top + side)
    if x1 > x0 and y1 > y0:
        mask[y0:y1, x0:x1] = large[y0 - top : y1 - top, x0 - left : x1 - left]
    return mask


def run_crop(
    session: onnxruntime.InferenceSession, crop: NDArray[np.uint8], steady: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Embedding (128,), mask logits (s, s) and class logits (7,) of one crop (S, S, 3).

    steady: as the product answers, the mean over the crop and its mirror images; the mask's mean
    is one of probabilities, given back as their logit.
    """
    mirrors = MIRRORS if steady else MIRRORS[:1]
    views = np.stack([crop[::rows, ::columns] for rows, columns in mirrors])
    raw, masks, scores = session.run(OUTPUTS, {"image": views})
    if not steady:
        return raw[0], masks[0, 0], scores[0]
    turned = [m[0][::rows, ::columns] for m, (rows, columns) in zip(masks, mirrors, strict=True)]
    share = np.clip(np.mean(1.0 / (1.0 + np.exp(-np.array(turned))), axis=0), 1e-6, 1 - 1e-6)
    embedding = raw.mean(axis=0)
    return (
        embedding / np.linalg.norm(embedding),
        np.asarray(np.log(share / (1.0 - share)), np.float32),
        scores.mean(axis=0),
    )


def predict(
    session: onnxruntime.InferenceSession,
    corpus: Corpus,
    pictures: list[Picture],
    framing: Framing,
    seed: int = 0,
    steady: bool = False,
) -> Predictions:
    """Run every picture; the same seed gives the same crops. steady: the mean of four mirrors."""
    rng = np.random.default_rng(seed)
    size = int(session.get_inputs()[0].shape[1])
    embeddings, logits, overlaps = [], [], []
    for picture in pictures:
        image, truth = corpus.image(picture), corpus.mask(picture)
        square = choose_square(rng, picture, framing)
        crop = cut_square(image, square, size)
        embedding, mask, scores = run_crop(session, crop, steady)
        embeddings.append(embedding)
        logits.append(scores)
        overlap = (np.nan, np.nan)
        if truth is not None:
            found = mask_in_frame(mask, square, picture.height, picture.width)
            overlap = dice_and_jaccard(found, truth > 127)
        overlaps.append(overlap)
    table = np.array(overlaps, np.float64).reshape(-1, 2)
    return Predictions(
        pictures,
        np.array(embeddings, np.float64),
        np.array(logits, np.float64),
        table[:, 0],
        table[:, 1],
    )
