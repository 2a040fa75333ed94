"""The analyzer with the networks that ship."""

from __future__ import annotations

import numpy as np
import pytest

from tests.vision import pictures
from tests.vision.test_analyzer import tight
from tracker.domain.geometry import Box
from tracker.errors import UsageError
from tracker.resources import models_dir
from tracker.vision.analyzer import AnalyzeOptions, Analyzer
from tracker.vision.framing import overlap


@pytest.fixture(scope="module")
def released() -> Analyzer:
    return Analyzer.load(models_dir())


def test_the_released_networks_measure_a_mole_from_bytes(released: Analyzer) -> None:
    rgb = pictures.skin_photo(800, 600, centre=(430, 280), radii=(110, 80))
    exif = pictures.exif_block(original="2025:03:01 10:20:30")
    data = pictures.encode(rgb, "JPEG", exif=exif)
    result, photo = released.analyze(data, "mole.jpg", AnalyzeOptions(mm_per_px=0.04))
    assert photo is not None
    assert result.status == "measured", result.reason
    assert result.roi is not None
    assert overlap(result.roi, tight((430, 280), (110, 80))) > 0.75
    assert result.capture is not None
    assert result.capture.isoformat() == "2025-03-01T10:20:30"
    assert result.embedding is not None
    assert result.embedding.shape == (128,)
    assert result.area_mm2 is not None
    assert "decode" in result.timings_ms


def test_the_released_networks_refuse_what_is_not_skin(released: Analyzer) -> None:
    rng = np.random.default_rng(4)
    noise = rng.integers(0, 256, (400, 500, 3), dtype=np.uint8)
    blue = np.full((400, 500, 3), (40, 90, 200), np.uint8)
    for picture in (noise, blue):
        result, _ = released.analyze(pictures.encode(picture, "PNG"), "thing.png")
        assert result.status == "refused"
        assert result.advice


def test_a_region_outside_the_photo_is_a_usage_error(released: Analyzer) -> None:
    data = pictures.encode(pictures.skin_photo(), "JPEG")
    with pytest.raises(UsageError):
        released.analyze(data, "mole.jpg", AnalyzeOptions(roi=Box(5000, 5000, 10, 10)))


def test_the_same_photo_gives_the_same_numbers(released: Analyzer) -> None:
    data = pictures.encode(pictures.skin_photo(), "JPEG")
    first, _ = released.analyze(data, "mole.jpg")
    second, _ = released.analyze(data, "mole.jpg")
    assert first.measures == second.measures
    assert first.embedding is not None
    assert second.embedding is not None
    np.testing.assert_array_equal(first.embedding, second.embedding)
