"""What one pass over one photo yields: the mask, the numbers, and who computed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tracker.domain.capture import CaptureTime, Modality
from tracker.domain.geometry import Box
from tracker.domain.quality import Quality

#: Class order of the model's outputs (HAM10000 abbreviations, Tschandl 2018).
CLASSES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
EMBEDDING_DIM = 128


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which network computed a number; `sha256` is of the released file."""

    name: str
    version: str
    sha256: str


class ScaleSource(StrEnum):
    """Evidence for millimetres, most trusted first."""

    CARD = "card"
    RULER = "ruler"
    GIVEN = "given"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Scale:
    """Millimetres per photo pixel at the lesion, with its standard error in the same unit."""

    mm_per_px: float
    sigma: float
    source: ScaleSource


@dataclass(frozen=True, slots=True, eq=False)
class LesionMask:
    """The lesion's pixels: `pixels` (h, w) bool covers `box` of the upright photo.

    `source` tells the model's mask from one a person corrected.
    """

    box: Box
    pixels: NDArray[np.bool_]
    source: Literal["model", "person"] = "model"

    def on_photo(self, width: int, height: int) -> NDArray[np.bool_]:
        """The mask on the whole upright photo, (height, width) bool."""
        full = np.zeros((height, width), dtype=np.bool_)
        b = self.box
        full[b.y : b.y + b.h, b.x : b.x + b.w] = self.pixels
        return full


@dataclass(frozen=True, slots=True)
class Measures:
    """Measurements of one lesion mask on one photo. Lengths in photo pixels.

    area_px: pixels of the mask.
    perimeter_px: length of the outer border.
    diameter_px: largest diameter (maximum Feret); perpendicular_px: extent at right angles to it.
    asymmetry: 0 (mirror symmetric about both principal axes) .. 1.
    border_irregularity: P^2 / (4 pi A) of the smoothed border, 1 for a disc and up.
    colours: count of dermoscopic colours (white, red, light brown, dark brown, blue-grey, black)
        that cover more than a minimal share of the lesion, 0..6.
    lesion_lab, skin_lab: mean CIE L*a*b* (D65) of the lesion and of the skin around it;
        skin_lab is None where too little skin is in view.
    lesion_lab_sd: standard deviation of L*, a*, b* within the lesion.
    touches_frame: the lesion is cut by the edge of the photo, so sizes are lower bounds.
    border_doubt: how unsure the network is of the border, as ln of area: the area at probability
        0.3 over that at 0.7. None for a mask that a person drew.
    """

    area_px: float
    perimeter_px: float
    diameter_px: float
    perpendicular_px: float
    asymmetry: float
    border_irregularity: float
    colours: int
    lesion_lab: tuple[float, float, float]
    lesion_lab_sd: tuple[float, float, float]
    skin_lab: tuple[float, float, float] | None
    touches_frame: bool
    method: str
    border_doubt: float | None = None


@dataclass(frozen=True, slots=True)
class OtherLesion:
    """A further lesion in view that was not analysed."""

    roi: Box
    area_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Everything one photo yields for one lesion region.

    A refused photo carries `reason` and `advice`; what could not be computed is None.
    roi: the lesion's tight box in photo pixels.
    probabilities: per class of CLASSES, sum 1, calibrated; for a clinician's view only.
    certain: the top probability reaches the model's threshold.
    unlike_training: 0 (typical) upward; above `unlike_training_limit` the photo is unlike the
        pictures the model was trained on.
    embedding: (128,) float32, unit length.
    heatmap: (h, w) float32 0..1 over the square crop `heatmap_box` (may reach beyond the photo).
    timings_ms: milliseconds by stage.
    """

    photo: str
    status: Literal["measured", "refused"]
    reason: str | None
    advice: str | None
    width: int | None
    height: int | None
    capture: CaptureTime | None
    modality: Modality | None
    roi: Box | None = None
    quality: Quality | None = None
    mask: LesionMask | None = None
    measures: Measures | None = None
    scale: Scale | None = None
    probabilities: Mapping[str, float] | None = None
    label: str | None = None
    certain: bool | None = None
    unlike_training: float | None = None
    unlike_training_limit: float | None = None
    embedding: NDArray[np.float32] | None = None
    heatmap: NDArray[np.float32] | None = None
    heatmap_box: Box | None = None
    model: ModelIdentity | None = None
    gate: ModelIdentity | None = None
    others: tuple[OtherLesion, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_unlike_training(self) -> bool | None:
        """Whether the photo is unlike the training pictures, None where that is not known."""
        if self.unlike_training is None or self.unlike_training_limit is None:
            return None
        return self.unlike_training > self.unlike_training_limit

    @property
    def area_mm2(self) -> float | None:
        """Area in square millimetres, None without a scale."""
        if self.measures is None or self.scale is None:
            return None
        return self.measures.area_px * self.scale.mm_per_px**2

    @property
    def diameter_mm(self) -> float | None:
        """Largest diameter in millimetres, None without a scale."""
        if self.measures is None or self.scale is None:
            return None
        return self.measures.diameter_px * self.scale.mm_per_px

    @property
    def perimeter_mm(self) -> float | None:
        """Border length in millimetres, None without a scale."""
        if self.measures is None or self.scale is None:
            return None
        return self.measures.perimeter_px * self.scale.mm_per_px
