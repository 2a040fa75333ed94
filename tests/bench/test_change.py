"""The change benchmark: its simulator does what it says, and its counts count."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np
import pytest

from tests.analysis.series_maker import comparison, measures, released_noise
from tests.bench.change_baselines import area_drift, frame_distance
from tests.bench.change_lesions import SourceLesion, rendered_lesions
from tests.bench.change_measure import ARMS, wanted
from tests.bench.change_photos import (
    DARKER,
    EVEN,
    FIRST,
    FIRST_AGAIN,
    LAST_AGAIN,
    YEAR,
    changes_of,
    photos_of,
)
from tests.bench.change_score import scored
from tests.bench.change_simulator.capture import Pose, drawn_pose, homography, photograph
from tests.bench.change_simulator.pigment import part
from tests.bench.change_statistics import auc, rate
from tests.bench.change_table import markdown


@pytest.fixture(scope="module")
def lesion() -> SourceLesion:
    return next(rendered_lesions(1))


def test_growth_has_the_size_it_is_called_by_and_leaves_the_skin(lesion: SourceLesion) -> None:
    scene = lesion.scene
    seen = set()
    for label, kind, percent, changed in changes_of(lesion, turn=1, seed=5):
        seen.add(kind)
        if percent is not None:
            assert changed.area_px / scene.area_px == pytest.approx(1 + percent / 100, rel=0.03)
        else:
            assert changed.area_px == scene.area_px
        assert changed.skin is scene.skin, label
        far = cv2.dilate(np.maximum(scene.cover, changed.cover), np.ones((41, 41))) == 0
        # Beyond the outline faint pigment fades out, and is drawn out with the rest.
        assert np.abs(changed.light - scene.light)[far].max() < 0.05, label
        inside = changed.mask & scene.mask
        assert np.abs(changed.light - scene.light)[inside].max() > 0.01, label
    assert len(seen) == 6


def test_a_part_has_its_share_of_the_lesion(lesion: SourceLesion) -> None:
    for seed in range(4):
        where = part(lesion.scene, np.random.default_rng(seed), 0.12)
        assert where.sum() / lesion.scene.area_px == pytest.approx(0.12, abs=0.03)


def test_the_camera_tells_its_scale(lesion: SourceLesion) -> None:
    scene = lesion.scene
    for seed in range(5):
        pose = drawn_pose(np.random.default_rng(seed))
        shot = photograph(scene, pose, np.random.default_rng(seed))
        true = shot.mask.sum() / shot.px_per_scene_px**2
        assert true == pytest.approx(scene.area_px, rel=0.02)
    assert np.allclose(homography(scene, Pose())[:2, :2], np.eye(2), atol=1e-9)


def test_every_photo_of_the_plan_is_taken_once(lesion: SourceLesion) -> None:
    labels = [photo.label for photo in photos_of(lesion, 0, brief=True)]
    assert labels == list(dict.fromkeys(labels))
    assert labels[:3] == [FIRST, *YEAR[:2]]
    pairs = wanted([FIRST, FIRST_AGAIN, *YEAR, LAST_AGAIN])
    assert (FIRST, YEAR[3]) in pairs
    assert (YEAR[2], YEAR[3]) in pairs
    assert len(pairs) == len(set(pairs))


def record(name: str, *, growth: float, refused: str | None = None) -> dict[str, Any]:
    """A lesion's photos as measured, stable ones without any difference."""
    labels = {FIRST: None, **dict.fromkeys(YEAR), f"{EVEN} +40 %": EVEN, DARKER: DARKER}
    own = measures()
    facts = {
        label: {
            "kind": kind,
            "percent": 40 if kind == EVEN else None,
            "status": "refused" if label == refused else "measured",
            "reason": "Too dark." if label == refused else None,
            "true_area_mm2": 20.0 * (1.4 if kind == EVEN else 1.0),
            "mm_per_px": 0.05,
            "measures": {k: getattr(own, k) for k in own.__dataclass_fields__},
            "otsu_px": 9000.0,
            "frame_embedding": [1.0, 0.0],
        }
        for label, kind in labels.items()
    }
    found = []
    for one, other in wanted(list(labels)):
        ratio = growth if other.startswith(EVEN) else 0.0
        each = comparison(one, other, log_area_ratio=ratio, log_diameter_ratio=ratio / 2)
        raw = {k: getattr(each, k) for k in each.__dataclass_fields__}
        registration = each.registration
        assert registration is not None
        raw["registration"] = {
            k: getattr(registration, k) for k in registration.__dataclass_fields__
        }
        found.append(raw)
    return {
        "lesion": name,
        "dataset": "rendered",
        "modality": "dermoscopic",
        "ita": "light",
        "photos": facts,
        "comparisons": dict.fromkeys(ARMS, found),
    }


def test_rates_count_refusals_and_say_what_was_found() -> None:
    records = [record("a", growth=1.0), record("b", growth=0.0)]
    records.append(record("c", growth=1.0, refused=f"{EVEN} +40 %"))
    result = scored(json.loads(json.dumps(records)), released_noise())
    group = result["groups"]["dermoscopic"]["no scale"]
    grown = group["changed_single"][f"{EVEN} +40 %"]
    assert (grown["flagged"]["count"], grown["flagged"]["of"]) == (1, 3)
    assert (grown["refused"]["count"], grown["by_axis"]["area"]) == (1, 1)
    assert (grown["flagged_of_compared"]["count"], grown["flagged_of_compared"]["of"]) == (1, 2)
    assert group["year_of_four_visits"]["lesions_flagged"]["count"] == 0
    assert group["year_of_four_visits"]["flags_a_year_for_20_moles"] == 0
    assert group["area"]["grown"]["pairs"] == 3
    assert result["refused_photos"] == {"Too dark.": 1}
    text = markdown(result)
    assert "SIMULATED" in text
    assert "cannot compare" in text
    assert "Baselines" in text


def test_an_unnoticed_growth_is_an_error_of_the_area() -> None:
    result = scored([record("b", growth=0.0)], released_noise())
    error = result["groups"]["dermoscopic"]["card"]["area"]["grown"]["median_abs_error"]
    assert error == pytest.approx(1 - 1 / 1.4, abs=1e-3)


def test_baselines_look_at_raw_numbers() -> None:
    first, later = (record("a", growth=1.0)["photos"][FIRST] for _ in range(2))
    later["measures"]["area_px"] = 2 * first["measures"]["area_px"]
    assert area_drift(first, later) == pytest.approx(np.log(2))
    later["frame_embedding"] = [0.0, 1.0]
    assert frame_distance(first, later) == pytest.approx(1)


def test_shares_and_areas_under_curves() -> None:
    half = rate(5, 10)
    assert half["share"] == 0.5
    assert half["interval"] == (0.237, 0.763)
    assert rate(0, 0)["share"] is None
    assert auc([1, 2], [3, 4]) == 1
    assert auc([1, 2], [1, 2]) == 0.5
    assert auc([], [1]) is None
