"""Is there a lesion on skin in this photo, and where?

A small segmenter of our own labels every pixel background, skin or lesion. It runs in MediaPipe
(`gate_mediapipe`) or, where that cannot be had, as the same network in ONNX Runtime (`gate_onnx`).
This module decides: refuse what is not skin, say when skin shows no lesion, else give the regions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import ModelIdentity
from tracker.domain.geometry import Box
from tracker.errors import ModelError, UsageError
from tracker.vision.gate_mediapipe import MediaPipeBackend
from tracker.vision.gate_onnx import OnnxBackend
from tracker.vision.gate_passes import (
    INPUT_PX,
    MAP_PX,
    Survey,
    crop,
    look_at_tiles,
    look_at_whole,
    reduced,
)
from tracker.vision.gate_regions import LESION, Candidate, find_candidates, skin_share
from tracker.vision.manifest import manifest_entry

Verdict = Literal["lesion", "no_skin", "no_lesion"]

#: Below this share of skin and lesion the photo is refused as not skin.
MIN_SKIN = 0.06
#: A candidate needs this mean probability and this much skin around it. On the val split 98 % of
#: lesions have a support above 0.7, spots on objects and animals mostly below 0.45.
MIN_CONFIDENCE = 0.55
MIN_SUPPORT = 0.5
#: A large lesion in a dermoscope's opening has the black surround beside it instead of skin.
MIN_SUPPORT_LARGE = 0.25
LARGE_SHARE = 0.15
#: From this share of the frame's longest side on, a lesion is large enough that one look will do.
LARGE_DIAMETER = 0.12
#: Photos smaller than this gain nothing from tiles.
MIN_TILED_PX = 320
#: Candidates smaller than this share of the frame are looked at again close up ...
CHECKED_DIAMETER = 0.2
#: ... in a square of this many diameters, and at most this many of them.
CLOSE_UP_DIAMETERS = 4.0
MAX_CHECKED = 10
#: In tiles a small mole shows with this probability or more; close up it then has to reach the
#: other limits, which nearly every true one does.
PROPOSED_PROBABILITY = 0.3
#: Least product of confidence and support with which it is worth a look close up.
PROPOSED_EVIDENCE = 0.18


class GateBackend(Protocol):
    """Something that runs the network."""

    name: str

    def probabilities(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(256, 256, 3) uint8 RGB -> (256, 256, 3) background, skin, lesion; sums to 1."""
        ...

    def close(self) -> None:
        """Free what the runtime holds."""
        ...


@dataclass(frozen=True, slots=True)
class Region:
    """A lesion in view.

    roi_box: its tight box in photo pixels. area_px: its area in photo pixels. score: 0..1.
    """

    roi_box: Box
    area_px: float
    score: float


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate saw. skin_fraction: share of the photo that is skin or lesion, 0..1.

    regions: the main lesion first; empty unless the verdict is "lesion".
    """

    verdict: Verdict
    skin_fraction: float
    regions: tuple[Region, ...]


#: Backend and kind of model file by name, the preferred one first.
_BACKENDS: dict[str, tuple[Callable[[bytes], GateBackend], str]] = {
    "mediapipe": (MediaPipeBackend, "tflite"),
    "onnx": (OnnxBackend, "onnx"),
}


class Gate:
    """Finds lesions with one backend. Safe to call from several threads.

    Args:
        backend: runs the network.
        identity: name, version and SHA-256 of the file the backend runs.
    """

    def __init__(self, backend: GateBackend, identity: ModelIdentity) -> None:
        self._backend = backend
        self.identity = identity

    @property
    def backend_name(self) -> str:
        """`mediapipe` or `onnx`."""
        return self._backend.name

    def find(self, rgb: NDArray[np.uint8], roi: Box | None = None) -> GateResult:
        """Judge an upright photo.

        Args:
            rgb: (H, W, 3) uint8, sRGB, any size from 16 x 16 pixels up.
            roi: the region a person gave; it stands, whatever the network sees there.

        Raises:
            UsageError: the region lies outside the photo.
            ModelError: the gate was closed.
        """
        if roi is not None:
            return self._given(rgb, roi)
        survey, candidates = self._survey(rgb)
        skin = skin_share(survey.probabilities)
        regions = self._confirmed(rgb, survey, candidates)
        if regions:
            return GateResult("lesion", skin, regions)
        return GateResult("no_skin" if skin < MIN_SKIN else "no_lesion", skin, ())

    def close(self) -> None:
        """Free the runtime; the gate cannot be used afterwards."""
        self._backend.close()

    def _survey(self, rgb: NDArray[np.uint8]) -> tuple[Survey, list[Candidate]]:
        frame = reduced(rgb, MAP_PX)
        scale = frame.shape[1] / rgb.shape[1]
        look = self._backend.probabilities
        whole = look_at_whole(look, frame)
        candidates = _credible(find_candidates(whole), whole.shape)
        longest = max(frame.shape[:2])
        one_look = any(c.diameter_px >= LARGE_DIAMETER * longest for c in candidates)
        if one_look or longest < MIN_TILED_PX or skin_share(whole) < MIN_SKIN / 2:
            return Survey(whole, scale), candidates
        joined = look_at_tiles(look, frame, whole)
        proposed = find_candidates(joined, PROPOSED_PROBABILITY)
        small = [
            c
            for c in proposed
            if c.diameter_px < CHECKED_DIAMETER * longest
            and c.confidence * c.support >= PROPOSED_EVIDENCE
        ]
        return Survey(joined, scale), small

    def _confirmed(
        self, rgb: NDArray[np.uint8], survey: Survey, candidates: list[Candidate]
    ) -> tuple[Region, ...]:
        if skin_share(survey.probabilities) < MIN_SKIN:
            return ()
        longest = max(survey.probabilities.shape[:2])
        regions: list[Region] = []
        for candidate in candidates[:MAX_CHECKED]:
            region = _on_photo(candidate, survey.scale, rgb.shape)
            if candidate.diameter_px < CHECKED_DIAMETER * longest:
                checked = self._close_up(rgb, region, candidate.prominence)
                if checked is None:
                    continue
                region = checked
            if not any(_same(region, other) for other in regions):
                regions.append(region)
        return tuple(sorted(regions, key=lambda r: r.score, reverse=True))

    def _close_up(self, rgb: NDArray[np.uint8], region: Region, prominence: float) -> Region | None:
        """A small region seen again from near: its sharper box, or None when nothing is there."""
        box = region.roi_box.square(CLOSE_UP_DIAMETERS)
        near = reduced(crop(rgb, box), INPUT_PX)
        scale = near.shape[1] / box.w
        seen = look_at_whole(self._backend.probabilities, near)
        middle = (near.shape[1] / 2, near.shape[0] / 2)
        hits = [c for c in _credible(find_candidates(seen), seen.shape) if _covers(c.box, middle)]
        if not hits:
            return None
        best = max(hits, key=lambda c: c.score)
        sharp = _on_photo(best, scale, (box.h, box.w))
        moved = Box(
            box.x + sharp.roi_box.x, box.y + sharp.roi_box.y, sharp.roi_box.w, sharp.roi_box.h
        )
        inside = moved.clip(rgb.shape[1], rgb.shape[0])
        if inside is None:
            return None
        return Region(inside, sharp.area_px, prominence * best.confidence * best.support)

    def _given(self, rgb: NDArray[np.uint8], roi: Box) -> GateResult:
        height, width = rgb.shape[:2]
        inside = roi.clip(width, height)
        if inside is None:
            raise UsageError(
                f"The region {roi.x},{roi.y},{roi.w},{roi.h} lies outside the photo "
                f"({width} x {height} pixels).",
                next_step="Give X,Y,W,H in pixels of the upright photo.",
            )
        near = reduced(crop(rgb, inside), INPUT_PX)
        seen = look_at_whole(self._backend.probabilities, near)
        share = float((seen[..., LESION] > 0.5).mean())
        area = share * inside.area_px if share > 0 else float(inside.area_px)
        return GateResult("lesion", skin_share(seen), (Region(inside, area, 1.0),))


def load_gate(models_dir: Path, prefer: str | None = None) -> Gate:
    """The gate with the best backend this machine has: MediaPipe, else ONNX Runtime.

    Args:
        models_dir: folder of manifest.json and the model files.
        prefer: "mediapipe" or "onnx" to insist on one of them.

    Raises:
        ModelError: a file is missing or not the one the manifest names, or the backend that was
            insisted on cannot be had.
    """
    entry = manifest_entry(models_dir, "gate")
    names = [prefer] if prefer else list(_BACKENDS)
    failure: Exception | None = None
    for name in names:
        if name not in _BACKENDS:
            raise ModelError(f"There is no gate backend called '{name}'.")
        make, kind = _BACKENDS[name]
        content, identity = entry.read("files", kind)
        try:
            return Gate(make(content), identity)
        except (ImportError, OSError) as error:
            failure = error
    raise ModelError(f"The gate cannot run here: {failure}") from failure


def _credible(candidates: list[Candidate], shape: tuple[int, ...]) -> list[Candidate]:
    """Those on a map of this shape that are sure enough and lie on skin."""
    large_px = LARGE_SHARE * shape[0] * shape[1]
    return [
        c
        for c in candidates
        if c.confidence >= MIN_CONFIDENCE
        and c.support >= (MIN_SUPPORT_LARGE if c.area_px >= large_px else MIN_SUPPORT)
    ]


def _on_photo(candidate: Candidate, scale: float, shape: tuple[int, ...]) -> Region:
    """A candidate of a map in photo pixels; scale is map pixels per photo pixel."""
    box = candidate.box
    x0, y0 = int(np.floor(box.x / scale)), int(np.floor(box.y / scale))
    x1, y1 = int(np.ceil((box.x + box.w) / scale)), int(np.ceil((box.y + box.h) / scale))
    x1, y1 = min(x1, shape[1]), min(y1, shape[0])
    full = Box(x0, y0, max(1, x1 - x0), max(1, y1 - y0))
    return Region(full, candidate.area_px / scale**2, candidate.score)


def _covers(box: Box, point: tuple[float, float]) -> bool:
    """Whether the box, widened by half its size, holds the point."""
    grown = replace(box, x=box.x - box.w // 2, y=box.y - box.h // 2, w=2 * box.w, h=2 * box.h)
    return grown.x <= point[0] <= grown.x + grown.w and grown.y <= point[1] <= grown.y + grown.h


def _same(first: Region, second: Region) -> bool:
    """Whether two regions are one lesion: most of the smaller box lies in the larger."""
    a, b = first.roi_box, second.roi_box
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return w > 0 and h > 0 and w * h > 0.5 * min(a.area_px, b.area_px)
