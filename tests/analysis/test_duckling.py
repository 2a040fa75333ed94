"""The lesion that stands out among a person's lesions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.analysis.series_maker import comparison, measures, observation, released_noise, series
from tracker.analysis.duckling import MIN_LESIONS, LesionLook, ugly_ducklings, with_alert
from tracker.analysis.judge import judge
from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.change import AlertKind

SCALE = Scale(0.04, 0.001, ScaleSource.CARD)


def family(count: int, *, scale: Scale | None = SCALE) -> list[LesionLook]:
    """Lesions alike but for small differences."""
    dice = np.random.default_rng(8)
    looks = []
    for index in range(count):
        own = replace(
            measures(),
            lesion_lab=(45.0 + float(dice.normal(0, 2)), 14.0 + float(dice.normal(0, 1)), 18.0),
            asymmetry=0.1 + float(dice.normal(0, 0.01)),
            diameter_px=110.0 * float(np.exp(dice.normal(0, 0.1))),
        )
        looks.append(LesionLook(f"mole {index}", own, Modality.DERMOSCOPIC, scale))
    return looks


def changed(look: LesionLook, **values: object) -> LesionLook:
    return replace(look, measures=replace(look.measures, **values))  # type: ignore[arg-type]


def test_a_family_alike_has_no_duckling() -> None:
    assert ugly_ducklings(family(8)) == {}


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"lesion_lab": (12.0, 14.0, 18.0)}, "darker"),
        ({"lesion_lab": (45.0, 34.0, 18.0)}, "redder"),
        ({"asymmetry": 0.35}, "less symmetric"),
        ({"border_irregularity": 2.2}, "irregular border"),
        ({"diameter_px": 400.0}, "larger"),
        ({"lesion_lab_sd": (20.0, 6.0, 6.0)}, "uneven"),
    ],
)
def test_the_one_that_stands_out_is_named(values: dict[str, object], word: str) -> None:
    looks = family(7)
    looks[3] = changed(looks[3], **values)
    found = ugly_ducklings(looks)
    assert list(found) == ["mole 3"]
    assert found["mole 3"].kind is AlertKind.UGLY_DUCKLING
    assert word in found["mole 3"].message


def test_few_lesions_make_no_family() -> None:
    looks = family(MIN_LESIONS - 1)
    looks[0] = changed(looks[0], asymmetry=0.6)
    assert ugly_ducklings(looks) == {}


def test_only_like_photos_are_held_together() -> None:
    looks = family(MIN_LESIONS)
    looks[0] = replace(changed(looks[0], asymmetry=0.6), modality=Modality.CLINICAL)
    assert ugly_ducklings(looks) == {}


def test_size_needs_a_scale_on_all() -> None:
    looks = family(6, scale=None)
    looks[2] = changed(looks[2], diameter_px=900.0)
    assert ugly_ducklings(looks) == {}


def test_cut_lesions_and_those_without_skin_are_left_out() -> None:
    looks = family(MIN_LESIONS)
    looks[0] = changed(looks[0], asymmetry=0.6, touches_frame=True)
    assert ugly_ducklings(looks) == {}
    looks[0] = changed(looks[0], touches_frame=False, skin_lab=None)
    assert ugly_ducklings(looks) == {}


def test_the_alert_joins_the_judgement() -> None:
    looks = family(6)
    looks[1] = changed(looks[1], asymmetry=0.5)
    alert = ugly_ducklings(looks)["mole 1"]
    pair = [observation("a", 0), observation("b", 99)]
    before = judge(series(pair, [comparison("a", "b")]), released_noise())
    after = with_alert(before, alert)
    assert after.status is before.status
    assert after.alerts == (alert,)
    assert after.message == f"{alert.message} {before.message}"


def with_looks(looks: list[LesionLook], odd: int | None) -> list[LesionLook]:
    """Embeddings that lie close together, but for that of one lesion."""
    dice = np.random.default_rng(4)
    common, other = np.eye(16, dtype=np.float32)[:2]
    rows = []
    for place, look in enumerate(looks):
        row = (other if place == odd else common) + dice.normal(0, 0.03, 16).astype(np.float32)
        rows.append(replace(look, embedding=row / np.linalg.norm(row), model_sha256="a" * 64))
    return rows


def test_one_that_looks_unlike_the_others_is_named_by_its_embedding() -> None:
    found = ugly_ducklings(with_looks(family(6), odd=2))
    assert list(found) == ["mole 2"]
    assert "unlike the others as a whole" in found["mole 2"].message
    assert ugly_ducklings(with_looks(family(6), odd=None)) == {}


def test_embeddings_of_two_networks_are_not_held_together() -> None:
    looks = with_looks(family(6), odd=2)
    looks[4] = replace(looks[4], model_sha256="b" * 64)
    assert ugly_ducklings(looks) == {}
    looks[4] = replace(looks[4], embedding=None)
    assert ugly_ducklings(looks) == {}
