"""The passage of one photo: found, outlined, measured; or refused with a reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest

from tests.vision import pictures
from tracker.analysis.mask import clean_mask
from tracker.domain.analysis import CLASSES, ModelIdentity, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box
from tracker.domain.quality import QualityCode
from tracker.errors import UsageError
from tracker.vision.analyzer import AnalyzeOptions, Analyzer
from tracker.vision.decode import DecodedPhoto
from tracker.vision.framing import is_cut, overlap
from tracker.vision.gate import GateResult, Region
from tracker.vision.looking import MIN_CONFIDENCE, SURE_CONFIDENCE
from tracker.vision.vit import VitOutput, VitSettings

SIZE = 192
GRID = SIZE // 4
GATE = ModelIdentity("gate", "test", "0" * 64)
VIT = ModelIdentity("vit", "test", "1" * 64)
SETTINGS = VitSettings(SIZE, 1.6, 0.5, 1.0, 0.6, 0.4)


@dataclass
class FixedGate:
    """A gate whose answer is given: what is tested is what the analyzer makes of it."""

    result: GateResult
    identity: ModelIdentity = GATE
    asked: list[Box | None] = field(default_factory=list)

    def find(self, rgb: np.ndarray, roi: Box | None = None) -> GateResult:
        self.asked.append(roi)
        if roi is None:
            return self.result
        return replace(self.result, verdict="lesion", regions=(Region(roi, 1.0, 1.0),))


@dataclass
class DarkIsLesion:
    """A ViT that takes dark pixels for the lesion, as sure as it is told."""

    sure: float = 0.97
    unlike: float = 0.2
    identity: ModelIdentity = VIT
    settings: VitSettings = SETTINGS
    crops: list[np.ndarray] = field(default_factory=list)
    steady: int = 0

    def run(self, crop_rgb: np.ndarray) -> VitOutput:
        self.crops.append(crop_rgb)
        small = cv2.resize(crop_rgb, (GRID, GRID), interpolation=cv2.INTER_AREA)
        dark = small.mean(axis=2) < 130
        share = 1 / len(CLASSES)
        return VitOutput(
            embedding=np.full(128, 128**-0.5, np.float32),
            mask_probability=np.where(dark, self.sure, 0.02).astype(np.float32),
            probabilities=dict.fromkeys(CLASSES, share),
            label="nv",
            certain=False,
            heatmap=cv2.resize(dark.astype(np.float32), (12, 12), interpolation=cv2.INTER_AREA),
            unlike_training=self.unlike,
        )

    def run_steady(self, crop_rgb: np.ndarray) -> VitOutput:
        self.steady += 1
        return self.run(crop_rgb)


def found(*boxes: Box, skin: float = 1.0) -> GateResult:
    verdict = "lesion" if boxes else "no_lesion"
    regions = tuple(Region(box, float(box.area_px), 0.9) for box in boxes)
    return GateResult(verdict, skin, regions)  # type: ignore[arg-type]


def decoded(rgb: np.ndarray) -> DecodedPhoto:
    return DecodedPhoto("mole.jpg", rgb, "image/jpeg", "JPEG", None)


def tight(centre: tuple[int, int], radii: tuple[int, int]) -> Box:
    return Box(centre[0] - radii[0], centre[1] - radii[1], 2 * radii[0], 2 * radii[1])


CENTRE, RADII = (320, 240), (70, 50)
TRUE_BOX = tight(CENTRE, RADII)
TRUE_AREA = math.pi * RADII[0] * RADII[1]


@pytest.fixture(scope="module")
def photo() -> DecodedPhoto:
    return decoded(pictures.skin_photo())


def analyzer(*boxes: Box, **vit: float) -> Analyzer:
    return Analyzer(FixedGate(found(*boxes)), DarkIsLesion(**vit))  # type: ignore[arg-type]


def test_a_lesion_is_outlined_in_photo_pixels(photo: DecodedPhoto) -> None:
    result = analyzer(TRUE_BOX).analyze_decoded(photo)
    assert result.status == "measured"
    assert result.reason is None
    assert (result.width, result.height) == (640, 480)
    assert result.measures is not None
    assert result.measures.area_px == pytest.approx(TRUE_AREA, rel=0.06)
    assert result.roi is not None
    assert overlap(result.roi, TRUE_BOX) > 0.9
    assert result.mask is not None
    assert result.mask.box == result.roi
    assert result.embedding is not None
    assert result.model == VIT
    assert result.gate == GATE
    assert result.unlike_training_limit == 0.4
    assert {"gate", "vit", "measure", "total"} <= set(result.timings_ms)


class BarelySees(DarkIsLesion):
    """Cells just below the threshold: only their smooth interpolation reaches it."""

    def run(self, crop_rgb: np.ndarray) -> VitOutput:
        block = np.zeros((GRID, GRID), np.float32)
        block[14:34, 14:34] = 0.4999
        return replace(super().run(crop_rgb), mask_probability=block)


def test_interpolation_alone_makes_no_lesion(photo: DecodedPhoto) -> None:
    vit = BarelySees()
    seen = vit.run(photo.rgb).mask_probability
    assert clean_mask(seen, Box(0, 0, 480, 480), (640, 480), 0.5) is not None
    gate = FixedGate(found(TRUE_BOX))
    result = Analyzer(gate, vit).analyze_decoded(photo)  # type: ignore[arg-type]
    assert result.status == "refused"


@pytest.mark.parametrize(
    "wrong",
    [
        Box(300, 220, 30, 30),  # only the middle of the lesion
        Box(150, 100, 340, 280),  # far too large
        Box(330, 200, 120, 90),  # off to one side
    ],
)
def test_a_wrong_region_is_mended_by_a_second_look(photo: DecodedPhoto, wrong: Box) -> None:
    result = analyzer(wrong).analyze_decoded(photo)
    assert result.measures is not None
    assert result.measures.area_px == pytest.approx(TRUE_AREA, rel=0.06)
    assert result.heatmap_box is not None
    assert result.roi is not None
    assert not is_cut(result.roi, result.heatmap_box, (640, 480))


def test_a_shadow_preferred_by_the_gate_gives_way_to_the_lesion() -> None:
    rgb = pictures.skin_photo(1600, 1200, centre=(1300, 900), radii=(60, 50))
    lesion = tight((1300, 900), (60, 50))
    shadow = Box(300, 250, 150, 150)

    class Doubting(DarkIsLesion):
        """Sees the shadow (grey) too, but hardly believes it."""

        def run(self, crop_rgb: np.ndarray) -> VitOutput:
            out = super().run(crop_rgb)
            small = cv2.resize(crop_rgb, (GRID, GRID), interpolation=cv2.INTER_AREA)
            grey = np.ptp(small.astype(int), axis=2) < 12
            seen = np.where(grey, 0.75, out.mask_probability).astype(np.float32)
            return replace(out, mask_probability=seen)

    rgb[shadow.y : shadow.y + shadow.h, shadow.x : shadow.x + shadow.w] = 150
    gate = FixedGate(found(shadow, lesion))
    result = Analyzer(gate, Doubting()).analyze_decoded(decoded(rgb))
    assert result.roi is not None
    assert overlap(result.roi, lesion) > 0.8


def test_a_mask_far_larger_than_the_gate_saw_must_be_sure(photo: DecodedPhoto) -> None:
    small = Box(300, 220, 30, 30)  # the lesion is 12 times as large
    unsure = analyzer(small, sure=SURE_CONFIDENCE - 0.05).analyze_decoded(photo)
    assert unsure.status == "refused"
    assert unsure.advice
    as_large = analyzer(TRUE_BOX, sure=SURE_CONFIDENCE - 0.05).analyze_decoded(photo)
    assert as_large.status == "measured"
    assert analyzer(small, sure=SURE_CONFIDENCE + 0.05).analyze_decoded(photo).roi is not None


def test_looks_are_bounded(photo: DecodedPhoto) -> None:
    subject = analyzer(Box(300, 220, 30, 30))
    subject.analyze_decoded(photo)
    assert len(subject.vit.crops) <= 11  # type: ignore[attr-defined]
    assert subject.vit.steady == 1  # type: ignore[attr-defined]


def test_a_dot_in_a_large_photo_is_measured() -> None:
    centre, radii = (2210, 1730), (40, 36)
    rgb = pictures.skin_photo(3000, 2200, centre=centre, radii=radii)
    result = analyzer(tight(centre, radii)).analyze_decoded(decoded(rgb))
    assert result.measures is not None
    assert result.measures.area_px == pytest.approx(math.pi * 40 * 36, rel=0.08)


def test_a_close_up_that_fills_the_photo_is_measured() -> None:
    rgb = pictures.skin_photo(400, 300, radii=(170, 130))
    result = analyzer(Box(30, 20, 340, 260)).analyze_decoded(decoded(rgb))
    assert result.measures is not None
    assert result.measures.area_px == pytest.approx(math.pi * 170 * 130, rel=0.06)
    assert not result.measures.touches_frame


def test_a_lesion_cut_by_the_frame_says_so() -> None:
    rgb = pictures.skin_photo(640, 480, centre=(20, 240), radii=(90, 80))
    result = analyzer(Box(0, 160, 110, 160)).analyze_decoded(decoded(rgb))
    assert result.measures is not None
    assert result.measures.touches_frame
    assert result.quality is not None
    assert QualityCode.LESION_CUT in {issue.code for issue in result.quality.issues}


def test_what_the_gate_missed_counts_only_when_the_vit_is_sure(photo: DecodedPhoto) -> None:
    sure = analyzer(sure=SURE_CONFIDENCE + 0.05).analyze_decoded(photo)
    assert sure.status == "measured"
    unsure = analyzer(sure=SURE_CONFIDENCE - 0.05).analyze_decoded(photo)
    assert unsure.status == "refused"
    assert unsure.advice


def test_a_mask_the_vit_hardly_believes_is_no_lesion(photo: DecodedPhoto) -> None:
    result = analyzer(TRUE_BOX, sure=MIN_CONFIDENCE - 0.05).analyze_decoded(photo)
    assert result.status == "refused"
    assert result.mask is None


def test_no_skin_is_refused_whatever_the_vit_would_see(photo: DecodedPhoto) -> None:
    gate = FixedGate(GateResult("no_skin", 0.0, ()))
    result = Analyzer(gate, DarkIsLesion()).analyze_decoded(photo)
    assert result.status == "refused"
    assert result.reason
    assert result.advice
    assert result.quality is not None
    assert not result.quality.ok
    assert (result.mask, result.measures, result.embedding) == (None, None, None)
    assert result.probabilities is None


def test_a_dark_photo_is_refused_for_its_darkness() -> None:
    rgb = (pictures.skin_photo() * 0.08).astype(np.uint8)
    gate = FixedGate(GateResult("no_skin", 0.0, ()))
    result = Analyzer(gate, DarkIsLesion()).analyze_decoded(decoded(rgb))
    assert result.quality is not None
    dark = [i for i in result.quality.issues if i.code is QualityCode.TOO_DARK]
    assert dark
    assert result.reason == dark[0].reason


def test_a_few_pixels_are_refused() -> None:
    result = analyzer(Box(2, 2, 8, 8)).analyze_decoded(decoded(pictures.skin_photo(20, 20)))
    assert result.status == "refused"
    assert result.advice


def test_a_given_region_stands_and_doubt_is_only_a_warning(photo: DecodedPhoto) -> None:
    gate = FixedGate(GateResult("no_skin", 0.0, ()))
    result = Analyzer(gate, DarkIsLesion()).analyze_decoded(photo, AnalyzeOptions(roi=TRUE_BOX))
    assert result.status == "measured"
    assert result.quality is not None
    assert [i.severity for i in result.quality.issues if i.code is QualityCode.NO_SKIN] == ["warn"]
    assert TRUE_BOX in gate.asked


def test_further_lesions_are_listed_but_not_parts_of_this_one(photo: DecodedPhoto) -> None:
    elsewhere, inside = Box(20, 20, 30, 30), Box(310, 230, 20, 20)
    result = analyzer(TRUE_BOX, elsewhere, inside).analyze_decoded(photo)
    assert [other.roi for other in result.others] == [elsewhere]
    given = analyzer(elsewhere, TRUE_BOX).analyze_decoded(photo, AnalyzeOptions(roi=TRUE_BOX))
    assert [other.roi for other in given.others] == [elsewhere]


def test_a_given_scale_turns_pixels_into_millimetres(photo: DecodedPhoto) -> None:
    options = AnalyzeOptions(mm_per_px=0.05, modality=Modality.DERMOSCOPIC)
    result = analyzer(TRUE_BOX).analyze_decoded(photo, options)
    assert result.scale is not None
    assert result.scale.source is ScaleSource.GIVEN
    assert result.scale.sigma == pytest.approx(0.001)
    assert result.diameter_mm == pytest.approx(2 * RADII[0] * 0.05, rel=0.05)
    assert result.area_mm2 == pytest.approx(TRUE_AREA * 0.0025, rel=0.06)
    assert result.modality is Modality.DERMOSCOPIC
    bare = analyzer(TRUE_BOX).analyze_decoded(photo)
    assert (bare.area_mm2, bare.diameter_mm, bare.modality) == (None, None, None)


@pytest.mark.parametrize("value", [0.0, -0.1, math.nan, math.inf, -math.inf])
def test_a_scale_that_is_no_length_is_a_usage_error(value: float) -> None:
    with pytest.raises(UsageError):
        AnalyzeOptions(mm_per_px=value)


def test_unreadable_bytes_are_a_result_not_an_error() -> None:
    for data in (b"", b"not a picture", pictures.encode(pictures.corners(), "JPEG")[:200]):
        result, photo = analyzer(TRUE_BOX).analyze(data, "mole.jpg")
        assert photo is None
        assert result.status == "refused"
        assert "'mole.jpg'" in str(result.reason)
        assert result.advice
        assert (result.width, result.height, result.roi) == (None, None, None)


def test_one_look_is_enough_where_the_region_is_right() -> None:
    rgb = pictures.skin_photo(400, 300, radii=(120, 120))
    subject = analyzer(tight((200, 150), (120, 120)))
    subject.analyze_decoded(decoded(rgb))
    first, kept = subject.vit.crops  # type: ignore[attr-defined]
    np.testing.assert_array_equal(first, kept)
