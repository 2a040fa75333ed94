"""The fit of the noise table on draws whose noise is known, and its agreement with the product."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import t

from models.noise import fit
from models.noise.check import comparison_of
from models.noise.rules import RULES
from models.noise.tails import fit_magnitude, fit_signed
from tests.analysis.series_maker import NOISE_FILE, comparison, registration, released_noise
from tracker.analysis.noise import NoiseTable
from tracker.domain.capture import Modality
from tracker.domain.change import Axis


@pytest.mark.parametrize(("sigma", "dof"), [(0.05, 2.5), (0.3, 6.0)])
def test_signed_noise_is_recovered(sigma: float, dof: float) -> None:
    drawn = sigma * np.random.default_rng(1).standard_t(dof, 6000)
    found = fit_signed(drawn)
    assert found.expected == 0
    assert found.sigma == pytest.approx(sigma, rel=0.12)
    for rate in (0.02, 0.05):
        beyond = np.mean(np.abs(drawn) > found.sigma * t.ppf(1 - rate / 2, found.dof))
        assert beyond <= rate * 1.05


def test_magnitudes_keep_their_expected_value() -> None:
    drawn = np.abs(0.2 + 0.05 * np.random.default_rng(2).standard_t(4, 6000))
    found = fit_magnitude(drawn)
    assert found.expected == pytest.approx(0.2, rel=0.02)
    assert found.sigma == pytest.approx(0.05, rel=0.15)


def test_a_few_failures_thicken_the_tail_not_the_middle() -> None:
    dice = np.random.default_rng(3)
    drawn = dice.normal(0, 0.05, 2000)
    spoilt = np.concatenate([drawn, dice.normal(0, 0.4, 140)])
    clean, found = fit_signed(drawn), fit_signed(spoilt)
    assert found.dof < 0.5 * clean.dof
    assert found.sigma < 1.5 * clean.sigma


def record(index: int, dice: np.random.Generator) -> fit.Record:
    """One collected pair, with plausible numbers."""
    measures = {
        "asymmetry": float(dice.uniform(0.03, 0.2)),
        "border_irregularity": float(dice.uniform(1.1, 1.8)),
        "touches_frame": bool(index % 5 == 0),
        "border_doubt": float(dice.uniform(0.07, 0.3)),
    }
    compared = comparison(
        "a",
        "b",
        log_area_ratio=float(dice.normal(0, 0.05)),
        log_diameter_ratio=float(dice.normal(0, 0.025)),
        cosine=float(1 - dice.uniform(0.02, 0.2)),
        focal_delta_e=float(dice.uniform(0.5, 5)),
        colour_overall_delta_e=float(dice.uniform(0.5, 12)),
        delta_asymmetry=float(dice.normal(0, 0.01)),
        log_irregularity_ratio=float(dice.normal(0, 0.03)),
    )
    raw = {name: getattr(compared, name) for name in compared.__dataclass_fields__}
    raw["registration"] = {
        "method": "skin_homography",
        "matrix": list(registration(8.0).matrix),
        "inliers": 40,
        "residual": 0.02,
    }
    return {
        "lesion": f"ham10000/{index}",
        "split": "train",
        "modality": "dermoscopic",
        "photos": [{"measures": measures}, {"measures": measures}],
        "model": {"name": "net", "version": "9", "sha256": "e" * 64},
        "comparison": raw,
        "masks": {
            "log_area_ratio": float(dice.normal(0, 0.1)),
            "log_diameter_ratio": float(dice.normal(0, 0.05)),
        },
    }


def test_a_whole_table_is_made_and_read() -> None:
    dice = np.random.default_rng(4)
    records = [record(index, dice) for index in range(160)]
    table = NoiseTable.from_json(json.dumps(fit.table(records)))
    assert table.model_sha256 == "e" * 64
    area = table.noise(Axis.AREA, Modality.DERMOSCOPIC, "skin")
    assert area.pairs == 160
    assert area.basis == "measured"
    assert table.noise(Axis.AREA, Modality.CLINICAL, "skin").basis == "prior"
    # By a scale each outline stands for itself; registered, both are drawn by one rule.
    by_scale = table.noise(Axis.AREA, Modality.DERMOSCOPIC, "scale")
    assert by_scale.basis == "measured"
    assert by_scale.sigma > 1.5 * area.sigma


def test_pairs_without_ratios_of_the_masks_are_refused() -> None:
    dice = np.random.default_rng(4)
    records = [record(index, dice) | {"masks": None} for index in range(120)]
    with pytest.raises(SystemExit, match="ratios of the masks"):
        fit.table(records)


def test_pairs_of_two_networks_are_refused() -> None:
    dice = np.random.default_rng(5)
    records = [record(index, dice) for index in range(120)]
    records[3]["model"] = {"name": "net", "version": "10", "sha256": "d" * 64}
    with pytest.raises(SystemExit, match="2 networks"):
        fit.table(records)
    with pytest.raises(SystemExit, match="too few"):
        fit.table(records[10:50])


def test_fit_and_product_mean_the_same() -> None:
    """Two descriptions of one truth: what the fit takes off, the table puts back."""
    raw = json.loads(NOISE_FILE.read_text(encoding="utf-8"))
    table = released_noise()
    for axis in Axis:
        plain = table.noise(axis, Modality.DERMOSCOPIC, "skin")
        for doubt, cut, light in ((0.08, False, 0.7), (0.3, True, 6.0), (None, True, None)):
            seen = table.noise(
                axis, Modality.DERMOSCOPIC, "skin", doubt, cut=cut, light=light, loose=cut
            )
            factor = fit.covariate_factor(axis.value, doubt, cut, light, cut)
            assert seen.sigma == pytest.approx(plain.sigma * factor)
    units = table.shape_units
    parts = {"delta_asymmetry": 0.05, "log_irregularity_ratio": -0.1}
    assert fit.shape_index(parts, units) == pytest.approx(table.shape_index(0.05, -0.1))
    assert raw["rules"]["near_identical"] == RULES["near_identical"]
    dice = np.random.default_rng(6)
    for index in range(40):
        one = record(index, dice)["comparison"]
        one["cosine"] = float(dice.uniform(0.96, 1.0))
        one["registration"]["matrix"] = list(registration(float(dice.uniform(0, 1))).matrix)
        assert fit.near_identical(one) == table.is_near_identical(comparison_of(one))
