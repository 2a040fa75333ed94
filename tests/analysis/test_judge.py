"""The judgement: rates under simulated noise, and each rule on its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tests.analysis.series_maker import (
    LIGHT,
    Photographer,
    axis,
    comparison,
    observation,
    registration,
    released_noise,
    series,
    two_visits,
)
from tracker.analysis.judge import judge
from tracker.analysis.noise import DoubleShot, NoiseTable
from tracker.analysis.series import wanted_pairs
from tracker.domain import wording
from tracker.domain.capture import Modality
from tracker.domain.change import Against, Axis, Status

LN_1_6 = 0.47


# Rates under the noise of the table itself


@pytest.mark.parametrize(
    ("days", "shots"),
    [
        ((0, 200), (1, 1)),
        ((0, 200, 400), (1, 1, 1)),
        ((0, 90, 200, 300, 500), (1, 1, 1, 1, 1)),
        ((0, 200, 400), (1, 2, 2)),
    ],
)
def test_stable_lesions_are_flagged_at_the_stated_rate_at_most(
    noise: NoiseTable, days: tuple[int, ...], shots: tuple[int, ...]
) -> None:
    photographer = Photographer(noise, seed=11)
    runs = 400
    flagged = sum(
        judge(photographer.lesion(days, shots), noise).status is Status.CHANGED for _ in range(runs)
    )
    # More flags than this happen once in a thousand runs of a judge that keeps its rate.
    assert flagged <= binom.ppf(0.999, runs, noise.false_flag_rate)


@pytest.mark.parametrize("shots", [(1, 1, 1), (2, 2, 2)])
def test_growth_by_60_percent_is_flagged(noise: NoiseTable, shots: tuple[int, ...]) -> None:
    photographer = Photographer(noise, seed=12, doubt=0.1)
    runs = 100
    found = 0
    for _ in range(runs):
        change = judge(photographer.lesion((0, 200, 400), shots, (0.0, 0.0, LN_1_6)), noise)
        found += axis(change, Axis.AREA).flagged
    assert found >= 0.9 * runs


def test_slow_growth_shows_in_the_trend(noise: NoiseTable) -> None:
    days = tuple(range(0, 1500, 180))
    growth = [0.07 * k for k in range(len(days))]
    photographer = Photographer(noise, seed=13, doubt=0.1)
    changes = [judge(photographer.lesion(days, [1] * len(days), growth), noise) for _ in range(40)]
    trends = [axis(change, Axis.AREA, Against.TREND) for change in changes]
    assert sum(trend.flagged for trend in trends) >= 36
    assert sum(axis(c, Axis.AREA, Against.PREVIOUS).flagged for c in changes) <= 8
    middle = sorted(trend.change or 0.0 for trend in trends)[20]
    assert middle == pytest.approx(100 * (2.718281828 ** (0.07 * 365.25 / 180) - 1), rel=0.15)


# Consistency of the numbers


@settings(deadline=None, max_examples=80)
@given(
    log_area=st.floats(-1.5, 1.5),
    cosine=st.floats(-0.5, 1.0),
    colour=st.floats(0, 40),
    asymmetry=st.floats(-0.4, 0.4),
)
def test_flags_agree_with_what_is_detectable(
    log_area: float, cosine: float, colour: float, asymmetry: float
) -> None:
    table = released_noise()
    change = judge(
        two_visits(
            log_area_ratio=log_area,
            log_diameter_ratio=log_area / 2,
            cosine=cosine,
            focal_delta_e=colour,
            delta_asymmetry=asymmetry,
        ),
        table,
    )
    for each in change.axes:
        assert each.change is not None
        assert each.detectable is not None
        assert each.sigma is not None
        assert each.sigma > 0
        assert each.flagged == (abs(each.change) >= each.detectable)
    assert (change.status is Status.CHANGED) == any(each.flagged for each in change.axes)
    assert change.score is not None
    assert (change.score >= 0.5) == any(each.flagged for each in change.axes)


def test_units_are_the_documented_ones(noise: NoiseTable) -> None:
    change = judge(two_visits(log_area_ratio=LN_1_6), noise)
    assert axis(change, Axis.AREA).change == pytest.approx(60, abs=0.1)
    assert {a.axis: a.unit for a in change.axes} == {
        Axis.EMBEDDING: "1-cosine",
        Axis.AREA: "percent",
        Axis.DIAMETER: "percent",
        Axis.SHAPE: "index",
        Axis.COLOUR: "delta_e_2000",
    }
    assert axis(change, Axis.EMBEDDING).change == pytest.approx(0.06)
    assert noise.version in change.method


def test_growth_and_shrinking_weigh_the_same(noise: NoiseTable) -> None:
    up = judge(two_visits(log_area_ratio=LN_1_6), noise)
    down = judge(two_visits(log_area_ratio=-LN_1_6), noise)
    assert up.score == pytest.approx(down.score or 0.0)
    assert axis(up, Axis.AREA).z == pytest.approx(-(axis(down, Axis.AREA).z or 0.0))
    assert "larger" in up.message
    assert "smaller" in down.message
    assert wording.SHRINKING_COUNTS in down.message


def test_score_grows_with_the_evidence(noise: NoiseTable) -> None:
    found = [judge(two_visits(log_area_ratio=x), noise).score for x in (0.0, 0.2, 0.5, 1.0)]
    assert None not in found
    assert found == sorted(found, key=lambda score: score or 0.0)
    assert all(0 <= (score or 0) <= 1 for score in found)


def test_expected_noise_is_no_evidence(noise: NoiseTable) -> None:
    expected = noise.noise(Axis.EMBEDDING, Modality.DERMOSCOPIC, doubt=0.12, light=LIGHT).expected
    change = judge(two_visits(cosine=1 - expected), noise)
    assert axis(change, Axis.EMBEDDING).z == pytest.approx(0, abs=1e-9)
    assert expected > 0


def test_overall_lighter_or_darker_is_never_flagged(noise: NoiseTable) -> None:
    change = judge(two_visits(colour_overall_delta_e=40.0, colour_delta_e=40.0), noise)
    assert change.status is Status.NO_CHANGE_DETECTED


# Noise of the series at hand


def test_sigma_depends_on_modality_scale_and_doubt(noise: NoiseTable) -> None:
    def sigma(modality: Modality | None, doubt: float, **changed: object) -> float:
        photos = [
            observation(n, d, doubt=doubt, modality=modality) for n, d in (("a", 0), ("b", 9))
        ]
        found = judge(series(photos, [comparison("a", "b", **changed)]), noise)
        value = axis(found, Axis.AREA).sigma
        assert value is not None
        return value

    plain = sigma(Modality.DERMOSCOPIC, 0.12)
    assert sigma(Modality.CLINICAL, 0.12) > 1.5 * plain
    assert sigma(None, 0.12) == sigma(Modality.CLINICAL, 0.12)
    assert sigma(Modality.DERMOSCOPIC, 0.3) > 2 * plain
    rough = sigma(Modality.DERMOSCOPIC, 0.12, size_source="scale", size_sigma_log=0.2)
    assert rough**2 - plain**2 == pytest.approx((20**2), rel=0.05)


def test_double_shots_narrow_and_bursts_do_not(noise: NoiseTable) -> None:
    def sigma(per_visit: int, turn_deg: float, cosine: float) -> float:
        photos = [
            observation(f"{day}.{i}", day, minute=i) for day in (0, 200) for i in range(per_visit)
        ]
        same_day = {"registration": registration(turn_deg), "cosine": cosine}
        pairs = [
            comparison(one, other, **(same_day if one[0] == other[0] else {}))
            for one, other in wanted_pairs(photos)
        ]
        value = axis(judge(series(photos, pairs), noise), Axis.AREA).sigma
        assert value is not None
        return value

    single = sigma(1, 0.0, 1.0)
    assert sigma(3, 0.1, 0.999) == pytest.approx(single)
    narrowed = sigma(3, 7.0, 0.95)
    assert narrowed < 0.85 * single
    floor = noise.floor["measured"] * noise.replicate_correlation**0.5
    assert narrowed > floor * single


def test_double_shots_of_other_lesions_narrow_too(noise: NoiseTable) -> None:
    alone = two_visits()
    shots = tuple(
        DoubleShot(comparison(f"x{i}", f"y{i}"), Modality.DERMOSCOPIC, 0.12) for i in range(20)
    )
    helped = replace(alone, other_double_shots=shots)
    before, after = (axis(judge(one, noise), Axis.AREA).sigma for one in (alone, helped))
    assert (after or 0) < 0.85 * (before or 0)


@pytest.mark.parametrize("bad", ["0", "1", "2"])
def test_one_bad_photo_of_three_does_not_flag(noise: NoiseTable, bad: str) -> None:
    photos = [observation("first", 0)]
    photos += [observation(name, 200, minute=i) for i, name in enumerate("012")]
    pairs = []
    for one, other in wanted_pairs(photos):
        off = 0.9 * ((other == bad) - (one == bad))
        pairs.append(comparison(one, other, log_area_ratio=off, log_diameter_ratio=off / 2))
    change = judge(series(photos, pairs), noise)
    assert not any(each.flagged for each in change.axes)
    assert change.status is Status.NO_CHANGE_DETECTED


def test_two_photos_of_a_day_that_disagree_decide_nothing(noise: NoiseTable) -> None:
    photos = [observation("a", 0), observation("b", 200), observation("c", 200, minute=1)]
    pairs = [
        comparison("a", "b", log_area_ratio=0.9),
        comparison("a", "c"),
        comparison("b", "c", log_area_ratio=-0.9),
    ]
    change = judge(series(photos, pairs), noise)
    area = axis(change, Axis.AREA)
    assert not area.flagged
    assert (area.detectable or 0) > 60


def test_a_bad_visit_in_between_makes_no_trend(noise: NoiseTable) -> None:
    photos = [observation(f"o{k}", 200 * k) for k in range(5)]
    pairs = []
    for one, other in wanted_pairs(photos):
        off = 0.9 * ((other == "o2") - (one == "o2"))
        pairs.append(comparison(one, other, log_area_ratio=off))
    change = judge(series(photos, pairs), noise)
    assert not axis(change, Axis.AREA, Against.TREND).flagged
    assert change.status is Status.NO_CHANGE_DETECTED


def test_photos_of_one_day_are_one_visit(noise: NoiseTable) -> None:
    photos = [observation(f"o{i}", 0, minute=i) for i in range(4)]
    pairs = [comparison(f"o{i}", f"o{i + 1}", log_area_ratio=0.9) for i in range(3)]
    change = judge(series(photos, pairs), noise)
    assert change.status is Status.BASELINE_ONLY
    assert change.axes == ()
    assert change.score is None
    assert (change.first, change.latest) == ("o0", "o3")


def test_trend_needs_three_visits_and_a_month(noise: NoiseTable) -> None:
    assert not any(a.against is Against.TREND for a in judge(two_visits(), noise).axes)
    close = [observation(f"o{k}", 7 * k) for k in range(3)]
    change = judge(series(close, [comparison(*pair) for pair in wanted_pairs(close)]), noise)
    assert axis(change, Axis.AREA, Against.TREND).change is None


def test_gaps_stay_gaps_in_the_trend(noise: NoiseTable) -> None:
    photos = [observation(f"o{k}", 300 * k) for k in range(4)]
    missing = {"log_area_ratio": None, "size_source": None, "size_why_not": "No skin."}
    pairs = [
        comparison(one, other, **(missing if "o1" in (one, other) else {}))
        for one, other in wanted_pairs(photos)
    ]
    found = axis(judge(series(photos, pairs), noise), Axis.AREA, Against.TREND)
    assert found.change == pytest.approx(0, abs=1e-9)
    too_few = series(photos[:3], [p for p in pairs if "o3" not in (p.earlier, p.later)])
    assert axis(judge(too_few, noise), Axis.AREA, Against.TREND).change is None
