"""The card in the passage of a photo: out of the networks' sight, and as the scale of a lesion."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.analysis.card_scene import Lying, Scene, photograph
from tracker.analysis.card import CardProblem, CardReading
from tracker.analysis.render import Camera, RenderedLesion, Skin, SkinWorld, draw_skin
from tracker.domain.analysis import Analysis, ScaleSource
from tracker.domain.geometry import Box
from tracker.domain.quality import QualityCode
from tracker.resources import models_dir
from tracker.vision.analyzer import AnalyzeOptions, Analyzer
from tracker.vision.decode import DecodedPhoto
from tracker.vision.gate import GateResult, Region
from tracker.vision.scaling import view_card


@pytest.fixture(scope="module")
def plain() -> Scene:
    camera = Camera(seed=1, centre_mm=(0.0, 20.0), mm_per_px=0.11, size_px=(1200, 1000))
    return photograph(camera)


def test_regions_on_the_card_are_not_lesions(plain: Scene) -> None:
    view = view_card(plain.rgb)
    x, y = (int(v) for v in plain.cards_px[0].mean(axis=0))
    on_card = Region(Box(x - 30, y - 30, 60, 60), 3000.0, 0.9)
    cx, cy = (int(v) for v in plain.lesion_px)
    lesion = Region(Box(cx - 30, cy - 30, 60, 60), 2500.0, 0.5)
    left = view.without_card(GateResult("lesion", 0.9, (on_card, lesion)))
    assert left.regions == (lesion,)
    assert left.verdict == "lesion"
    none_left = view.without_card(GateResult("lesion", 0.9, (on_card,)))
    assert none_left.verdict == "no_lesion"
    assert none_left.regions == ()


def test_the_card_is_painted_over_and_nothing_else(plain: Scene) -> None:
    before = plain.rgb.copy()
    view = view_card(plain.rgb)
    assert np.array_equal(plain.rgb, before)
    changed = np.abs(view.rgb.astype(int) - plain.rgb.astype(int)).max(axis=2) > 0
    inside = np.zeros(changed.shape, np.uint8)
    reading = view.found
    assert isinstance(reading, CardReading)
    cv2.fillConvexPoly(inside, np.round(reading.outline_px(2.0)).astype(np.int32), 1)
    assert not changed[inside == 0].any()
    core = np.zeros(changed.shape, np.uint8)
    cv2.fillConvexPoly(core, np.round(reading.outline_px(0.0)).astype(np.int32), 1)
    skin = np.median(plain.rgb[inside == 0], axis=0)
    assert np.abs(view.rgb[core == 1].astype(float) - skin).max() < 40


@cache
def analyzer() -> Analyzer:
    return Analyzer.load(models_dir())


@cache
def fine_skin() -> SkinWorld:
    return draw_skin(Skin(seed=4, extent_mm=(130.0, 100.0), grid_mm_per_px=0.06))


@cache
def close_photo(lesion_seed: int = 5, cards: int = 1) -> Scene:
    """A lesion of 8 mm whose border fades as real ones do, with the card beside it."""
    camera = Camera(seed=0, centre_mm=(0.0, 20.0), mm_per_px=0.05, size_px=(2000, 1500))
    lesion = RenderedLesion(seed=lesion_seed, radius_mm=4.0, softness_mm=0.3, melanin=2.0)
    cards_there = [Lying(), Lying((0.0, -36.0))][:cards]
    if cards == 2:
        camera = replace(camera, centre_mm=(0.0, 0.0), mm_per_px=0.07)
    return photograph(camera, cards_there, lesion=lesion, skin=fine_skin())


def decoded(rgb: NDArray[np.uint8]) -> DecodedPhoto:
    return DecodedPhoto("mole.png", rgb, "image/png", "PNG", None)


def card_issues(result: Analysis) -> list[QualityCode]:
    """What was said of the scale; a fading border may also be called unsharp."""
    assert result.quality is not None
    assert result.quality.ok
    said = [issue.code for issue in result.quality.issues]
    return [code for code in said if code.startswith(("card_", "scales_"))]


@pytest.mark.parametrize("lesion_seed", [5, 6])
def test_area_of_a_lesion_beside_the_card(lesion_seed: int) -> None:
    scene = close_photo(lesion_seed)
    result = analyzer().analyze_decoded(decoded(scene.rgb))
    assert result.status == "measured"
    assert result.scale is not None
    assert result.scale.source is ScaleSource.CARD
    assert result.scale.mm_per_px == pytest.approx(scene.mm_per_px, rel=0.01)
    assert result.area_mm2 == pytest.approx(scene.area_mm2, rel=0.05)
    assert card_issues(result) == []
    assert "card" in result.timings_ms


def test_the_card_wins_over_a_typed_scale_and_a_large_difference_is_said() -> None:
    scene = close_photo()
    for factor, issues in ((1.03, []), (1.3, [QualityCode.SCALES_DISAGREE])):
        options = AnalyzeOptions(mm_per_px=factor * scene.mm_per_px)
        result = analyzer().analyze_decoded(decoded(scene.rgb), options)
        assert result.scale is not None
        assert result.scale.mm_per_px == pytest.approx(scene.mm_per_px, rel=0.01)
        assert card_issues(result) == issues


def test_with_two_cards_the_typed_scale_stands_and_the_reason_is_said() -> None:
    scene = close_photo(cards=2)
    x, y = (int(v) for v in scene.lesion_px)
    lesion = Box(x - 60, y - 60, 120, 120)
    for typed in (None, 0.07):
        result = analyzer().analyze_decoded(decoded(scene.rgb), AnalyzeOptions(lesion, typed))
        assert result.status == "measured", result.reason
        assert (result.scale and result.scale.source) == (typed and ScaleSource.GIVEN)
        assert card_issues(result) == [QualityCode.CARD_TWICE]


def test_every_reason_has_its_words(plain: Scene) -> None:
    for problem in CardProblem:
        view = replace(view_card(plain.rgb), found=problem)
        scale, (issue,) = view.scale(Box(10, 10, 5, 5), None)
        assert scale is None
        assert issue.severity == "warn"
        assert issue.reason
        assert issue.advice
    view = view_card(plain.rgb)
    scale, issues = view.scale(Box(200_000, -200_000, 5, 5), None)
    assert scale is None
    assert [i.code for i in issues] == [QualityCode.CARD_TOO_FAR]
