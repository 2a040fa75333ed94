"""Can this photo be measured? Numbers from the lesion's surroundings, and findings with advice.

Everything is judged where it matters, in the square around the lesion that the network sees, and
at most at the resolution the network sees: a sharp full-size photo of a lesion a few pixels wide
cannot be measured, and a small picture of a large lesion can. Small squares are never enlarged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.geometry import Box
from tracker.domain.quality import Quality, QualityCode, QualityIssue
from tracker.domain.wording import quality_words
from tracker.errors import UsageError

#: Name and version of the checks.
METHOD = "moletrail-quality/1"
#: The judged square: this times the longer side of the lesion, reduced to this many pixels.
CONTEXT = 1.6
JUDGED_SIDE_PX = 192
#: Sharpness below which a photo is refused, and below which it is measured with a warning. Of the
#: dermoscopic validation pictures 0.5 % are refused; blurred by 3 px at the judged size 88 % of
#: them are, by 4 px 96 %, and moved by 16 px 78 %; nearly all others are warned of.
REFUSE_SHARPNESS = 1.115
WARN_SHARPNESS = 1.22
#: Luminance code (0..1) of the brightest twentieth. Well exposed deep brown skin is near 0.3, so
#: the limit stays far below it: a dark skin is no dark photo.
REFUSE_DARK = 0.17
WARN_DARK = 0.24
#: Share of pixels with two channels clipped; for glare, with all three.
REFUSE_BRIGHT = 0.40
WARN_BRIGHT = 0.15
REFUSE_GLARE = 0.30
WARN_GLARE = 0.06
#: Codes of a clipped and of a crushed channel.
CLIPPED = 250
CRUSHED = 12
#: Longer side of the lesion in photo pixels. At 24 px a border that is off by one pixel
#: changes the area by a sixth; at 60 px by a fifteenth.
REFUSE_LESION_PX = 24
WARN_LESION_PX = 60
#: A frame with a shorter side below this only warns.
SMALL_FRAME_PX = 150

Verdict = Literal["lesion", "no_skin", "no_lesion"]
Severity = Literal["warn", "refuse"]


def assess(
    rgb: NDArray[np.uint8],
    lesion: Box | None,
    *,
    verdict: Verdict = "lesion",
    touches_frame: bool | None = None,
) -> Quality:
    """Judge a photo.

    Args:
        rgb: (H, W, 3) uint8 sRGB, the whole upright photo.
        lesion: tight box of the lesion in photo pixels; None judges the whole frame, for a check
            before the lesion is looked for or after none was found.
        verdict: the gate's answer; anything but "lesion" refuses.
        touches_frame: the mask is cut by the edge (`Measures.touches_frame`); None: judge the box.

    Raises:
        UsageError: unless `rgb` is a colour picture, or if the box lies outside of it.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or min(rgb.shape[:2]) < 2:
        raise UsageError(f"A photo must be (H, W, 3) uint8, not {rgb.shape} {rgb.dtype}.")
    region = _region(rgb, lesion)
    numbers = Quality(
        sharpness=_sharpness(region),
        exposure=float(_luminance(region)[_disc(region)].mean()),
        dark_fraction=_share(region.max(axis=2) <= CRUSHED, region),
        glare_fraction=_share(region.min(axis=2) >= CLIPPED, region),
        lesion_px=None if lesion is None else max(lesion.w, lesion.h),
    )
    cut = _box_at_edge(lesion, rgb) if touches_frame is None else touches_frame
    found = [
        *_verdict_issues(verdict),
        *_light_issues(numbers, region),
        *_blur_issues(numbers, judged=lesion is not None),
        *_size_issues(numbers, rgb, cut),
    ]
    return Quality(
        numbers.sharpness,
        numbers.exposure,
        numbers.dark_fraction,
        numbers.glare_fraction,
        numbers.lesion_px,
        tuple(sorted(found, key=lambda issue: issue.severity != "refuse")),
    )


def _region(rgb: NDArray[np.uint8], lesion: Box | None) -> NDArray[np.uint8]:
    """The judged square, clipped to the photo and reduced; the whole frame without a lesion."""
    height, width = rgb.shape[:2]
    wanted = Box(0, 0, width, height) if lesion is None else lesion.square(CONTEXT)
    box = wanted.clip(width, height)
    if box is None:
        raise UsageError("The lesion's box lies outside the photo.")
    cut = rgb[box.y : box.y + box.h, box.x : box.x + box.w]
    scale = JUDGED_SIDE_PX / max(wanted.w, wanted.h)
    if lesion is None:
        scale *= 2  # the lesion is somewhere in it: a frame is judged at twice the size
    if scale >= 1:
        return cut
    size = (max(2, round(box.w * scale)), max(2, round(box.h * scale)))
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)


def _luminance(region: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Luma (Rec. 709 weights on sRGB codes), 0..1."""
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32) / 255
    return np.asarray(region.astype(np.float32) @ weights, np.float32)


def _disc(region: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The ellipse within the region: corners are where a dermatoscope's frame is black."""
    height, width = region.shape[:2]
    y = (np.arange(height) + 0.5) / height * 2 - 1
    x = (np.arange(width) + 0.5) / width * 2 - 1
    return np.asarray(y[:, None] ** 2 + x[None, :] ** 2 <= 1, np.bool_)


def _share(pixels: NDArray[np.bool_], region: NDArray[np.uint8]) -> float:
    return float(pixels[_disc(region)].mean())


def _sharpness(region: NDArray[np.uint8]) -> float:
    """Strength of the steepest edges, fine over coarse: 0 (flat), about 1 blurred, 1.5 up sharp.

    For each of four directions, the 99th percentile of the directional derivative after a Gaussian
    of 0.7 px over the same after 2 px; the worst direction counts, since a moved camera blurs one
    only. An ideal edge loses by the second Gaussian, an edge already wider than 2 px does not.
    Contrast cancels, so a pale lesion on pale skin is not taken for a blurred one.
    """
    grey = _luminance(region) * 255
    if min(grey.shape) < 8:
        return 0.0
    fine, coarse = (_steepest(grey, sigma) for sigma in (0.7, 2.0))
    if coarse.min() <= 0.05:
        return 0.0
    return float((fine / coarse).min())


def _steepest(grey: NDArray[np.float32], sigma: float) -> NDArray[np.float64]:
    """Steepest derivatives (4,) along x, y and the diagonals, in codes per two pixels."""
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.float32)
    dx = smooth[1:-1, 2:] - smooth[1:-1, :-2]
    dy = smooth[2:, 1:-1] - smooth[:-2, 1:-1]
    half = float(np.sqrt(0.5))
    directions = (dx, dy, half * (dx + dy), half * (dx - dy))
    return np.array([np.percentile(np.abs(d), 99) for d in directions])


def _verdict_issues(verdict: Verdict) -> Iterator[QualityIssue]:
    if verdict == "no_skin":
        yield _issue(QualityCode.NO_SKIN, "refuse")
    elif verdict == "no_lesion":
        yield _issue(QualityCode.NO_LESION, "refuse")


def _light_issues(numbers: Quality, region: NDArray[np.uint8]) -> Iterator[QualityIssue]:
    bright = float(np.percentile(_luminance(region)[_disc(region)], 95))
    if bright < WARN_DARK:
        yield _issue(QualityCode.TOO_DARK, "refuse" if bright < REFUSE_DARK else "warn")
    washed = _share(np.sort(region, axis=2)[:, :, 1] >= CLIPPED, region)
    if washed > WARN_BRIGHT:
        yield _issue(QualityCode.TOO_BRIGHT, "refuse" if washed > REFUSE_BRIGHT else "warn")
    elif numbers.glare_fraction > WARN_GLARE:
        severe = numbers.glare_fraction > REFUSE_GLARE
        yield _issue(QualityCode.GLARE, "refuse" if severe else "warn")


def _blur_issues(numbers: Quality, *, judged: bool) -> Iterator[QualityIssue]:
    if numbers.sharpness >= WARN_SHARPNESS:
        return
    # Without a lesion the frame may rightly be smooth: then blur is only a likely reason.
    refuse = judged and numbers.sharpness < REFUSE_SHARPNESS
    if judged or numbers.sharpness < REFUSE_SHARPNESS:
        yield _issue(QualityCode.BLUR, "refuse" if refuse else "warn")


def _size_issues(
    numbers: Quality, rgb: NDArray[np.uint8], touches_frame: bool
) -> Iterator[QualityIssue]:
    if numbers.lesion_px is not None and numbers.lesion_px < WARN_LESION_PX:
        severe = numbers.lesion_px < REFUSE_LESION_PX
        yield _issue(QualityCode.LESION_TOO_SMALL, "refuse" if severe else "warn")
    if touches_frame:
        yield _issue(QualityCode.LESION_CUT, "warn")
    if min(rgb.shape[:2]) < SMALL_FRAME_PX:
        yield _issue(QualityCode.SMALL_FRAME, "warn")


def _box_at_edge(lesion: Box | None, rgb: NDArray[np.uint8]) -> bool:
    if lesion is None:
        return False
    height, width = rgb.shape[:2]
    return (
        lesion.x <= 0
        or lesion.y <= 0
        or lesion.x + lesion.w >= width
        or lesion.y + lesion.h >= height
    )


def _issue(code: QualityCode, severity: Severity) -> QualityIssue:
    reason, advice = quality_words(code, severity)
    return QualityIssue(code, severity, reason, advice)
