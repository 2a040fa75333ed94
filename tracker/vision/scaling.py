"""The scale card's part in the passage of a photo: out of the networks' sight, and as a scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.card import CardProblem, CardReading, find_card, scale_at
from tracker.domain.analysis import Scale
from tracker.domain.geometry import Box
from tracker.domain.quality import Quality, QualityCode, QualityIssue
from tracker.domain.wording import quality_words
from tracker.vision.gate import GateResult

#: A typed scale this far from the card's, as a ratio less 1, is worth a warning.
DISAGREEMENT = 0.10
#: A gate's region that has this share of its box on the card is the card's.
ON_CARD = 0.5
#: Longer side of the small picture from which the skin under the card is guessed, px, and how far
#: skin beside the card reaches into the guess, as a share of that side.
GUESS_PX = 128
GUESS_REACH = 0.06
#: Robust standard deviations of lightness within which a place is taken for bare skin.
TYPICAL = 3.0

_CODES: Final[Mapping[CardProblem, QualityCode]] = {
    CardProblem.TWICE: QualityCode.CARD_TWICE,
    CardProblem.MIRRORED: QualityCode.CARD_MIRRORED,
    CardProblem.FOREIGN: QualityCode.CARD_FOREIGN,
    CardProblem.NOT_FLAT: QualityCode.CARD_NOT_FLAT,
    CardProblem.UNSHARP: QualityCode.CARD_UNSHARP,
}


@dataclass(frozen=True, slots=True, eq=False)
class CardView:
    """What a photo shows of the card.

    rgb: (H, W, 3) uint8, the photo with the card painted over in the skin's colour, so that no
        patch of it is taken for a lesion; the photo itself where no card was read.
    found: the reading, why there is none, or None without a card in view.
    """

    rgb: NDArray[np.uint8]
    found: CardReading | CardProblem | None

    def without_card(self, result: GateResult) -> GateResult:
        """The gate's result less the regions that lie on the card."""
        if not isinstance(self.found, CardReading):
            return result
        outline = self.found.outline_px()
        kept = tuple(r for r in result.regions if _share_inside(r.roi_box, outline) < ON_CARD)
        if result.regions and not kept:
            return replace(result, verdict="no_lesion", regions=())
        return replace(result, regions=kept)

    def scale(
        self, lesion: Box, given: Scale | None
    ) -> tuple[Scale | None, tuple[QualityIssue, ...]]:
        """The most trusted scale at a lesion, and what is doubtful about it.

        The card is believed before a scale that a person or a device gives.
        """
        if self.found is None:
            return given, ()
        if isinstance(self.found, CardProblem):
            return given, (_warning(_CODES[self.found]),)
        card = scale_at(self.found, lesion.centre)
        if card is None:
            return given, (_warning(QualityCode.CARD_TOO_FAR),)
        if given is not None and _apart(card, given) > DISAGREEMENT:
            return card, (_warning(QualityCode.SCALES_DISAGREE),)
        return card, ()


def view_card(rgb: NDArray[np.uint8]) -> CardView:
    """Look for the card in an upright photo (H, W, 3) uint8 of at least 2 x 2 pixels."""
    found = find_card(rgb)
    if isinstance(found, CardReading):
        return CardView(_painted_over(rgb, found.outline_px()), found)
    return CardView(rgb, found)


def with_issues(quality: Quality, issues: tuple[QualityIssue, ...]) -> Quality:
    """The quality with further findings at the end."""
    return replace(quality, issues=(*quality.issues, *issues)) if issues else quality


def _warning(code: QualityCode) -> QualityIssue:
    return QualityIssue(code, "warn", *quality_words(code, "warn"))


def _apart(first: Scale, second: Scale) -> float:
    ratio = first.mm_per_px / second.mm_per_px
    return max(ratio, 1 / ratio) - 1


def _share_inside(box: Box, outline: NDArray[np.float64]) -> float:
    """Share of a box's area inside a convex outline (4, 2), 0..1."""
    x1, y1 = box.x + box.w, box.y + box.h
    corners = np.array([[box.x, box.y], [x1, box.y], [x1, y1], [box.x, y1]], np.float32)
    shared, _ = cv2.intersectConvexConvex(corners, outline.astype(np.float32))
    return float(shared) / box.area_px


def _painted_over(rgb: NDArray[np.uint8], outline: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A copy of the photo with the outline filled from the skin around it, smoothly."""
    height, width = rgb.shape[:2]
    reach = 0.15 * np.ptp(outline, axis=0).max()
    low, high = np.floor(outline.min(axis=0) - reach), np.ceil(outline.max(axis=0) + reach)
    x0, y0, x1, y1 = (int(v) for v in (*low, *high))
    part = Box(x0, y0, x1 - x0, y1 - y0).clip(width, height)
    painted = rgb.copy()
    if part is None:
        return painted
    window = painted[part.y : part.y + part.h, part.x : part.x + part.w]
    inside = np.zeros((part.h, part.w), np.uint8)
    cv2.fillConvexPoly(inside, np.round(outline - (part.x, part.y)).astype(np.int32), 255)
    guess = cv2.resize(_guessed(window, inside), (part.w, part.h), interpolation=cv2.INTER_LINEAR)
    cv2.copyTo(guess, inside, window)
    return painted


def _guessed(window: NDArray[np.uint8], inside: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A small picture of `window` in which what is inside is guessed from what is around it.

    The mean of the known pixels, weighted by a Gaussian (normalised convolution, Knutsson and
    Westin 1993), with a wider one where the first reaches nothing.
    """
    height, width = inside.shape
    scale = min(1.0, GUESS_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(window, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    hidden = cv2.resize(inside, size, interpolation=cv2.INTER_AREA)
    known = _skin_like(small, hidden == 0).astype(np.float32)
    if not known.any():
        return np.asarray(small, np.uint8)
    total = np.zeros_like(small)
    weight = np.zeros_like(known)
    for widening, share in ((1.0, 1.0), (4.0, 1e-3), (16.0, 1e-6)):
        sigma = widening * GUESS_REACH * max(size)
        total += share * cv2.GaussianBlur(small * known[..., None], (0, 0), sigma)
        weight += share * cv2.GaussianBlur(known, (0, 0), sigma)
    return np.asarray((total / np.maximum(weight, 1e-12)[..., None]).clip(0, 255), np.uint8)


def _skin_like(small: NDArray[np.float32], seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is seen and not much darker or lighter than most of it: a lesion must not run in."""
    if not seen.any():
        return seen
    light = small.mean(axis=2)
    middle = float(np.median(light[seen]))
    spread = 1.4826 * float(np.median(np.abs(light[seen] - middle)))
    return np.asarray(seen & (np.abs(light - middle) <= max(TYPICAL * spread, 4.0)), np.bool_)
