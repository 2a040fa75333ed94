"""The passage of one photo: decode, gate, ViT, mask, measures, verdict.

A photo that cannot be measured is a result, not an error: its analysis says why and what to do.
Only a wrong request (a region outside the photo, a scale that is no length) raises.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.mask import border_doubt, clean_mask
from tracker.analysis.measure import measure
from tracker.analysis.quality import assess
from tracker.domain.analysis import (
    Analysis,
    LesionMask,
    Measures,
    ModelIdentity,
    Scale,
    ScaleSource,
)
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box
from tracker.domain.quality import QualityIssue
from tracker.errors import PhotoUnreadableError, UsageError
from tracker.vision.crops import cut_square
from tracker.vision.decode import DecodedPhoto, decode_photo
from tracker.vision.findings import (
    deciding_issue,
    further_lesions,
    too_small,
    verdict_quality,
    with_doubt,
)
from tracker.vision.framing import look_around, needs_second_look
from tracker.vision.gate import MIN_SKIN, GateResult, load_gate
from tracker.vision.stopwatch import Stopwatch
from tracker.vision.vit import VitModel, VitOutput, VitSettings

#: Relative standard error of a scale that a person types in: read off a ruler, or off a lens.
GIVEN_SCALE_SIGMA = 0.02
#: The gate and the ViT need a picture, not a line of pixels.
MIN_SIDE_PX = 32


class FindsLesions(Protocol):
    """What the analyzer asks of the gate."""

    identity: ModelIdentity

    def find(self, rgb: NDArray[np.uint8], roi: Box | None = None) -> GateResult:
        """Judge an upright photo; see tracker.vision.gate."""
        ...


class SeesLesions(Protocol):
    """What the analyzer asks of the ViT."""

    identity: ModelIdentity
    settings: VitSettings

    def run(self, crop_rgb: NDArray[np.uint8]) -> VitOutput:
        """One forward pass; see tracker.vision.vit."""
        ...


@dataclass(frozen=True, slots=True)
class AnalyzeOptions:
    """What a person says about a photo.

    roi: the lesion's box in pixels of the upright photo. mm_per_px: millimetres per photo pixel.

    Raises:
        UsageError: mm_per_px is not a positive, finite length.
    """

    roi: Box | None = None
    mm_per_px: float | None = None
    modality: Modality | None = None

    def __post_init__(self) -> None:
        value = self.mm_per_px
        if value is not None and not (math.isfinite(value) and value > 0):
            raise UsageError(
                f"A scale of {value} mm per pixel is not a length.",
                next_step="Give the millimetres that one pixel spans, for example 0.05.",
            )

    @property
    def scale(self) -> Scale | None:
        """The scale with its standard error, None where none was given."""
        if self.mm_per_px is None:
            return None
        return Scale(self.mm_per_px, GIVEN_SCALE_SIGMA * self.mm_per_px, ScaleSource.GIVEN)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """One pass of the ViT over one square, and the mask that came of it."""

    crop: Box
    output: VitOutput
    mask: LesionMask | None

    def doubt(self, rgb: NDArray[np.uint8]) -> float:
        """How unsure the network is of the lesion's border; see tracker.analysis.mask."""
        return border_doubt(self.output.mask_probability, self.crop, (rgb.shape[1], rgb.shape[0]))


class Analyzer:
    """Measures photos with one gate and one ViT, both loaded once. Safe for several threads."""

    def __init__(self, gate: FindsLesions, vit: SeesLesions) -> None:
        self.gate = gate
        self.vit = vit

    @classmethod
    def load(cls, models_dir: Path) -> Analyzer:
        """Load the released networks.

        Raises:
            ModelError: a file is missing, damaged or not the one the manifest names.
        """
        return cls(load_gate(models_dir), VitModel.load(models_dir))

    def analyze(
        self, data: bytes, photo: str, options: AnalyzeOptions | None = None
    ) -> tuple[Analysis, DecodedPhoto | None]:
        """Analyse the bytes of a photo.

        Args:
            data: the whole file.
            photo: its name, kept in the result.

        Returns:
            The analysis ("refused" with a reason for a bad photo), and the decoded photo unless it
            could not be read.

        Raises:
            UsageError: options.roi lies outside the photo.
        """
        options = options or AnalyzeOptions()
        watch = Stopwatch()
        try:
            with watch.stage("decode"):
                decoded = decode_photo(data, photo)
        except PhotoUnreadableError as error:
            return self._unreadable(photo, error, options, watch), None
        return self._analyze(decoded, options, watch), decoded

    def analyze_decoded(
        self, decoded: DecodedPhoto, options: AnalyzeOptions | None = None
    ) -> Analysis:
        """Analyse a photo that is decoded already; see `analyze`."""
        return self._analyze(decoded, options or AnalyzeOptions(), Stopwatch())

    def _analyze(
        self, decoded: DecodedPhoto, options: AnalyzeOptions, watch: Stopwatch
    ) -> Analysis:
        blank = self._blank(decoded, options)
        if min(decoded.width, decoded.height) < MIN_SIDE_PX:
            return _refused(blank, too_small(), watch)
        rgb = decoded.rgb
        with watch.stage("gate"):
            found, lesion = self._locate(rgb, options.roi)
        if lesion is None:
            quality = verdict_quality(rgb, found)
            return _refused(replace(blank, quality=quality), deciding_issue(quality), watch)
        with watch.stage("vit"):
            look = self._look_twice(rgb, lesion)
        if look.mask is None:
            quality = assess(rgb, None, verdict="no_lesion")
            return _refused(replace(blank, quality=quality), deciding_issue(quality), watch)
        with watch.stage("measure"):
            measures = measure(rgb, look.mask, border_doubt=look.doubt(rgb))
            quality = assess(rgb, look.mask.box, touches_frame=measures.touches_frame)
        if options.roi is not None and found.skin_fraction < MIN_SKIN:
            quality = with_doubt(quality)
        if not quality.ok:
            found_at = replace(blank, quality=quality, roi=look.mask.box)
            return _refused(found_at, deciding_issue(quality), watch)
        result = self._measured(blank, look, look.mask, measures)
        others = further_lesions(found, look.mask.box)
        return replace(result, quality=quality, others=others, timings_ms=watch.read())

    def _locate(self, rgb: NDArray[np.uint8], roi: Box | None) -> tuple[GateResult, Box | None]:
        """The gate's result, and the box of the lesion to look at."""
        if roi is None:
            found = self.gate.find(rgb)
            return found, found.regions[0].roi_box if found.regions else None
        given = self.gate.find(rgb, roi)
        whole = self.gate.find(rgb)
        return replace(given, regions=whole.regions), given.regions[0].roi_box

    def _look_twice(self, rgb: NDArray[np.uint8], lesion: Box) -> _Look:
        """Look at the lesion; where its mask sits badly in the square, once more around the mask.

        The second square comes from the finer of the two networks, so it is kept unless the
        lesion is lost in it.
        """
        size = (rgb.shape[1], rgb.shape[0])
        context = self.vit.settings.context
        first = self._look(rgb, look_around(lesion, context, size))
        if first.mask is None:
            return first
        ideal = look_around(first.mask.box, context, size)
        if not needs_second_look(first.mask.box, first.crop, ideal, size):
            return first
        second = self._look(rgb, ideal)
        return second if second.mask is not None else first

    def _look(self, rgb: NDArray[np.uint8], crop: Box) -> _Look:
        settings = self.vit.settings
        output = self.vit.run(cut_square(rgb, crop, settings.size_px))
        mask = clean_mask(
            output.mask_probability, crop, (rgb.shape[1], rgb.shape[0]), settings.mask_threshold
        )
        return _Look(crop, output, mask)

    def _measured(
        self, blank: Analysis, look: _Look, mask: LesionMask, measures: Measures
    ) -> Analysis:
        output = look.output
        return replace(
            blank,
            status="measured",
            roi=mask.box,
            mask=mask,
            measures=measures,
            probabilities=output.probabilities,
            label=output.label,
            certain=output.certain,
            unlike_training=output.unlike_training,
            embedding=output.embedding,
            heatmap=output.heatmap,
            heatmap_box=look.crop,
        )

    def _blank(self, decoded: DecodedPhoto, options: AnalyzeOptions) -> Analysis:
        return Analysis(
            photo=decoded.name,
            status="refused",
            reason=None,
            advice=None,
            width=decoded.width,
            height=decoded.height,
            capture=decoded.capture,
            modality=options.modality,
            scale=options.scale,
            unlike_training_limit=self.vit.settings.unlike_limit,
            model=self.vit.identity,
            gate=self.gate.identity,
        )

    def _unreadable(
        self,
        photo: str,
        error: PhotoUnreadableError,
        options: AnalyzeOptions,
        watch: Stopwatch,
    ) -> Analysis:
        return Analysis(
            photo=photo,
            status="refused",
            reason=error.message,
            advice=error.next_step,
            width=None,
            height=None,
            capture=None,
            modality=options.modality,
            scale=options.scale,
            unlike_training_limit=self.vit.settings.unlike_limit,
            model=self.vit.identity,
            gate=self.gate.identity,
            timings_ms=watch.read(),
        )


def _refused(blank: Analysis, issue: QualityIssue, watch: Stopwatch) -> Analysis:
    return replace(blank, reason=issue.reason, advice=issue.advice, timings_ms=watch.read())
