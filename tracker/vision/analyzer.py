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

from tracker.analysis.measure import measure
from tracker.analysis.quality import assess
from tracker.domain.analysis import (
    Analysis,
    Measures,
    ModelIdentity,
    Scale,
    ScaleSource,
)
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box
from tracker.domain.quality import QualityIssue
from tracker.errors import PhotoUnreadableError, UsageError
from tracker.vision.decode import DecodedPhoto, decode_photo
from tracker.vision.findings import (
    deciding_issue,
    further_lesions,
    too_small,
    verdict_quality,
    with_doubt,
)
from tracker.vision.gate import MIN_SKIN, GateResult, load_gate
from tracker.vision.looking import Look, SeesLesions, look_at_frame, look_at_region, surest_look
from tracker.vision.scaling import view_card, with_issues
from tracker.vision.stopwatch import Stopwatch
from tracker.vision.vit import VitModel

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


@dataclass(frozen=True, slots=True)
class AnalyzeOptions:
    """What a person says about a photo.

    roi: the lesion's box in pixels of the upright photo. mm_per_px: millimetres per photo pixel.
    device: the scale of the device it was taken with, where no mm_per_px is given.

    Raises:
        UsageError: mm_per_px is not a positive, finite length.
    """

    roi: Box | None = None
    mm_per_px: float | None = None
    modality: Modality | None = None
    device: Scale | None = None

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
            return self.device
        return Scale(self.mm_per_px, GIVEN_SCALE_SIGMA * self.mm_per_px, ScaleSource.GIVEN)


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
        with watch.stage("card"):
            card = view_card(decoded.rgb)
        rgb = card.rgb
        with watch.stage("gate"):
            found = card.without_card(self._find(rgb, options.roi))
        with watch.stage("vit"):
            look = self._look(rgb, found, options.roi)
        if look is None:
            quality = verdict_quality(rgb, found)
            return _refused(replace(blank, quality=quality), deciding_issue(quality), watch)
        with watch.stage("measure"):
            measures = measure(rgb, look.mask, border_doubt=look.doubt(rgb))
            quality = assess(rgb, look.mask.box, touches_frame=measures.touches_frame)
        if options.roi is not None and found.skin_fraction < MIN_SKIN:
            quality = with_doubt(quality)
        if not quality.ok:
            found_at = replace(blank, quality=quality, roi=look.mask.box)
            return _refused(found_at, deciding_issue(quality), watch)
        scale, doubts = card.scale(look.mask.box, options.scale)
        quality = with_issues(quality, doubts)
        result = replace(_measured(blank, look, measures), scale=scale)
        others = further_lesions(found, look.mask.box)
        return replace(result, quality=quality, others=others, timings_ms=watch.read())

    def _find(self, rgb: NDArray[np.uint8], roi: Box | None) -> GateResult:
        """The gate's result; with a region given, the skin fraction is that of the region."""
        whole = self.gate.find(rgb)
        if roi is None:
            return whole
        return replace(whole, skin_fraction=self.gate.find(rgb, roi).skin_fraction)

    def _look(self, rgb: NDArray[np.uint8], found: GateResult, roi: Box | None) -> Look | None:
        given = None if roi is None else roi.clip(rgb.shape[1], rgb.shape[0])
        if given is not None:
            return look_at_region(self.vit, rgb, given)
        if found.regions:
            return surest_look(self.vit, rgb, found.regions)
        return look_at_frame(self.vit, rgb) if found.verdict == "no_lesion" else None

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


def _measured(blank: Analysis, look: Look, measures: Measures) -> Analysis:
    output = look.output
    return replace(
        blank,
        status="measured",
        roi=look.mask.box,
        mask=look.mask,
        measures=measures,
        probabilities=output.probabilities,
        label=output.label,
        certain=output.certain,
        unlike_training=output.unlike_training,
        embedding=output.embedding,
        heatmap=output.heatmap,
        heatmap_box=look.crop,
    )
