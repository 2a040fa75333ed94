"""The noise table: reading, narrowing by own double shots, what counts as one."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.series_maker import (
    LIGHT,
    NOISE_FILE,
    comparison,
    observation,
    registration,
)
from tracker.analysis.noise import SIGNED, AxisNoise, DoubleShot, NoiseTable, wider
from tracker.analysis.series import distinct_shots, double_shots, pairs_by_ids
from tracker.domain.capture import Modality
from tracker.domain.change import Axis
from tracker.errors import ModelError

DERMO = Modality.DERMOSCOPIC


def shots(values: list[float], **more: object) -> list[DoubleShot]:
    return [
        DoubleShot(comparison(f"a{i}", f"b{i}", log_area_ratio=value, **more), DERMO, 0.15)
        for i, value in enumerate(values)
    ]


def area_sigma(table: NoiseTable) -> float:
    return table.noise(Axis.AREA, DERMO, "skin").sigma


def test_released_table_says_where_each_number_comes_from(noise: NoiseTable) -> None:
    raw = json.loads(NOISE_FILE.read_text(encoding="utf-8"))
    assert all(item["provenance"] for item in raw["entries"])
    for item in raw["entries"]:
        said_prior = item["provenance"].startswith("prior, not measured")
        assert said_prior == (item["basis"] == "prior")
        assert (item["pairs"] == 0) == said_prior
    assert noise.false_flag_rate == 0.05
    assert sum(noise.shares.values()) == pytest.approx(1)


def test_clinical_noise_is_wider_than_dermoscopic(noise: NoiseTable) -> None:
    for axis in Axis:
        source = "skin" if axis in SIGNED else None
        assert (
            noise.noise(axis, Modality.CLINICAL, source).sigma
            > noise.noise(axis, DERMO, source).sigma
        )
        unknown = noise.noise(axis, None, source)
        assert unknown == noise.noise(axis, Modality.CLINICAL, source)


def test_sigma_follows_the_border_doubt(noise: NoiseTable) -> None:
    found = [noise.noise(Axis.AREA, DERMO, "skin", d).sigma for d in (0.05, 0.08, 0.15, 0.3)]
    assert found == sorted(found)
    assert found[-1] > 2 * found[1]
    assert noise.noise(Axis.AREA, DERMO, "skin", None) == noise.noise(
        Axis.AREA, DERMO, "skin", noise.doubt.reference
    )
    beyond = noise.noise(Axis.AREA, DERMO, "skin", 99.0).sigma
    assert beyond == noise.noise(Axis.AREA, DERMO, "skin", noise.doubt.highest).sigma


def test_size_source_chooses_the_entry(noise: NoiseTable) -> None:
    entries = dict(noise.entries)
    by_scale = replace(entries[DERMO, Axis.AREA, "scale"], sigma=0.5)
    entries[DERMO, Axis.AREA, "scale"] = by_scale
    other = replace(noise, entries=entries)
    assert other.noise(Axis.AREA, DERMO, "scale").sigma == 0.5
    assert other.noise(Axis.AREA, DERMO, "skin").sigma != 0.5


@given(dof=st.floats(1.6, 30), rate=st.floats(1e-4, 0.2), signed=st.booleans())
def test_critical_and_rate_are_inverse(dof: float, rate: float, signed: bool) -> None:
    entry = AxisNoise(0.0, 1.0, dof, 10, "measured")
    critical = entry.critical(rate, signed=signed)
    assert entry.rate_beyond(critical, signed=signed) == pytest.approx(rate, rel=1e-6)


def test_steady_double_shots_narrow_down_to_a_floor(noise: NoiseTable) -> None:
    found = [area_sigma(noise.for_person(shots([0.001] * n))) for n in (0, 1, 5, 40, 4000)]
    assert found[0] == area_sigma(noise)
    assert found == sorted(found, reverse=True)
    assert found[1] > 0.9 * found[0]
    assert found[-1] == pytest.approx(noise.floor["measured"] * found[0])


def test_shaky_double_shots_widen(noise: NoiseTable) -> None:
    shaky = noise.for_person(shots([0.3, -0.25, 0.2, -0.4] * 5))
    assert area_sigma(shaky) > 1.2 * area_sigma(noise)


def test_one_failed_pair_hardly_matters(noise: NoiseTable) -> None:
    usual = [0.02, -0.03, 0.01, -0.02, 0.03]
    with_failure = noise.for_person(shots([*usual, 5.0]))
    assert area_sigma(with_failure) < 1.15 * area_sigma(noise.for_person(shots(usual)))


def test_typical_own_noise_leaves_the_table_as_it_is(noise: NoiseTable) -> None:
    entry = noise.noise(Axis.AREA, DERMO, "skin")
    scale = noise.noise(Axis.AREA, DERMO, "skin", light=LIGHT).sigma
    drawn = scale * np.random.default_rng(5).standard_t(entry.dof, 4000)
    fitted = noise.for_person(shots([float(x) for x in drawn]))
    assert area_sigma(fitted) == pytest.approx(entry.sigma, rel=0.06)


def test_a_burst_and_a_resaved_file_tell_nothing(noise: NoiseTable) -> None:
    burst = shots([0.0] * 30, cosine=0.998, registration=registration(turn_deg=0.1))
    assert noise.for_person(burst).entries == noise.entries
    assert all(noise.is_near_identical(each.comparison) for each in burst)
    unregistered = comparison("a", "b", registration=None, cosine=0.999)
    assert noise.is_near_identical(unregistered)
    assert not noise.is_near_identical(comparison("a", "b", registration=None, cosine=None))


def test_turned_or_different_looking_photos_are_shots_of_their_own(noise: NoiseTable) -> None:
    turned = comparison("a", "b", cosine=0.999, registration=registration(turn_deg=6.0))
    assert not noise.is_near_identical(turned)
    unlike = comparison("a", "b", cosine=0.9, registration=registration(turn_deg=0.0))
    assert not noise.is_near_identical(unlike)


def test_a_resized_copy_is_near_identical(noise: NoiseTable) -> None:
    half = replace(registration(0.0), matrix=(0.5, 0.0, 10.0, 0.0, 0.5, -4.0, 0.0, 0.0, 1.0))
    assert noise.is_near_identical(comparison("a", "b", cosine=0.999, registration=half))


def test_double_shots_of_another_modality_do_not_count(noise: NoiseTable) -> None:
    clinical = [replace(each, modality=Modality.CLINICAL) for each in shots([0.001] * 20)]
    fitted = noise.for_person(clinical)
    assert area_sigma(fitted) == area_sigma(noise)
    before = noise.noise(Axis.AREA, Modality.CLINICAL, "skin").sigma
    assert fitted.noise(Axis.AREA, Modality.CLINICAL, "skin").sigma < 0.8 * before


def test_distinct_shots_of_a_day(noise: NoiseTable) -> None:
    burst = {"cosine": 0.999, "registration": registration(0.0)}
    pairs = pairs_by_ids(
        [comparison("a", "b", **burst), comparison("b", "c", **burst), comparison("c", "d")]
    )
    assert distinct_shots(("a", "b", "c"), pairs, noise) == 1
    assert distinct_shots(("a", "b", "c", "d"), pairs, noise) == 2
    assert distinct_shots(("a", "never compared"), pairs, noise) == 1
    assert distinct_shots((), pairs, noise) == 0


def test_double_shots_take_each_photo_once() -> None:
    photos = [observation(name, 0, minute=i) for i, name in enumerate("abc")]
    photos.append(observation("later", 90))
    pairs = [
        comparison("a", "b"),
        comparison("a", "c"),
        comparison("b", "c"),
        comparison("a", "later"),
    ]
    found = [(s.comparison.earlier, s.comparison.later) for s in double_shots(photos, pairs)]
    assert found == [("a", "b"), ("b", "c")]


def test_shape_components_cannot_cancel(noise: NoiseTable) -> None:
    one, two = noise.shape_units
    assert noise.shape_index(one, -two) == pytest.approx(1.0)
    assert noise.shape_index(one, 0.0) == pytest.approx(math.sqrt(0.5))
    assert noise.shape_index(0.0, 0.0) == 0


def test_wider_takes_the_noisier() -> None:
    calm, loud = (AxisNoise(0.0, s, 4.0, 9, "measured") for s in (0.1, 0.2))
    assert wider(calm, loud) is loud
    assert wider(loud, calm) is loud


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.pop("entries"),
        lambda raw: raw["entries"].pop(),
        lambda raw: raw["entries"][0].update(sigma=0.0),
        lambda raw: raw["entries"][0].update(basis="guessed"),
        lambda raw: raw.update(format=99),
        lambda raw: raw["rules"].pop("shares"),
    ],
)
def test_a_spoilt_table_is_named_as_such(spoil: object) -> None:
    raw = json.loads(NOISE_FILE.read_text(encoding="utf-8"))
    spoil(raw)  # type: ignore[operator]
    with pytest.raises(ModelError, match="noise"):
        NoiseTable.from_json(json.dumps(raw))
    with pytest.raises(ModelError):
        NoiseTable.from_json("{")


def test_a_cut_lesion_has_noisier_embeddings(noise: NoiseTable) -> None:
    whole = noise.noise(Axis.EMBEDDING, DERMO)
    cut = noise.noise(Axis.EMBEDDING, DERMO, cut=True)
    assert cut.sigma > 1.2 * whole.sigma
    assert cut.expected > whole.expected
    assert noise.noise(Axis.AREA, DERMO, "skin", cut=True) == noise.noise(Axis.AREA, DERMO, "skin")


def test_the_table_belongs_to_the_released_network(noise: NoiseTable) -> None:
    manifest = json.loads((NOISE_FILE.parent / "manifest.json").read_text(encoding="utf-8"))
    assert noise.model_sha256 == manifest["models"]["vit"]["sha256"], (
        "measure the noise of the new network: see models/noise"
    )


def test_noise_grows_with_the_difference_of_the_light(noise: NoiseTable) -> None:
    def sigma(light: float | None, *, loose: bool = False) -> float:
        return noise.noise(Axis.COLOUR, DERMO, light=light, loose=loose).sigma

    assert sigma(0.0) == sigma(noise.light.lowest) < sigma(4.0) < sigma(9.0) < sigma(60.0)
    assert sigma(None) == sigma(noise.light.reference)
    assert sigma(4.0, loose=True) > sigma(4.0)


def test_the_mean_colour_is_not_judged(noise: NoiseTable) -> None:
    one = comparison("a", "b", colour_delta_e=30.0, focal_delta_e=2.5)
    assert noise.axis_value(Axis.COLOUR, one) == 2.5
    unknown = comparison("a", "b", colour_delta_e=30.0, focal_delta_e=None)
    assert noise.axis_value(Axis.COLOUR, unknown) is None
