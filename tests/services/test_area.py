"""Areas of a series in one frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.comparison import Comparison
from tracker.services.area import ratios_to_reference, standard_error


def _pair(
    earlier: str, later: str, log_ratio: float | None, sigma: float | None = 0.03
) -> Comparison:
    return Comparison(
        earlier=earlier,
        later=later,
        same_lesion=True,
        registration=None,
        size_source=None if log_ratio is None else "skin",
        size_why_not="moved" if log_ratio is None else None,
        log_area_ratio=log_ratio,
        log_diameter_ratio=None,
        size_sigma_log=sigma,
        delta_asymmetry=None,
        log_irregularity_ratio=None,
        colour_delta_e=None,
        colour_overall_delta_e=None,
        delta_lab=None,
        colour_constancy=None,
        cosine=None,
        method="test",
    )


def test_nothing_comparable_has_no_reference() -> None:
    assert ratios_to_reference(["a", "b"], [_pair("a", "b", None)]) == (None, {})


def test_the_direct_pair_wins_over_a_surer_detour() -> None:
    pairs = [_pair("a", "b", 0.1), _pair("b", "c", 0.1), _pair("a", "c", 0.25, 0.09)]
    reference, paths = ratios_to_reference(["a", "b", "c"], pairs)
    assert reference == "a"
    assert paths["c"].log_ratio == 0.25
    assert paths["c"].steps == 1


def test_a_photo_reached_through_its_neighbour() -> None:
    pairs = [_pair("a", "b", 0.1), _pair("a", "c", None), _pair("b", "c", 0.2, 0.04)]
    _, paths = ratios_to_reference(["a", "b", "c"], pairs)
    assert paths["c"].log_ratio == pytest.approx(0.3)
    assert standard_error(paths["c"], lambda _: 0.0) == pytest.approx(0.05)
    assert standard_error(paths["c"], lambda _: 0.12) == pytest.approx(0.13)


def test_the_reference_is_the_first_comparable_photo() -> None:
    pairs = [_pair("a", "b", None), _pair("a", "c", None), _pair("b", "c", -0.2)]
    reference, paths = ratios_to_reference(["a", "b", "c"], pairs)
    assert reference == "b"
    assert "a" not in paths
    assert paths["b"].log_ratio == 0
    assert standard_error(paths["b"], lambda _: 1.0) == 0
    assert paths["c"].log_ratio == -0.2


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=8), st.data())
def test_consistent_pairs_give_the_true_ratios(sizes: list[float], data: st.DataObject) -> None:
    """Whatever pairs are there, as long as each agrees with the truth, so does every path."""
    ids = [f"photo{number}" for number in range(len(sizes))]
    pairs = []
    for later in range(1, len(sizes)):
        earlier = data.draw(st.integers(0, later - 1))
        sigma = data.draw(st.floats(0.01, 0.1))
        pairs.append(_pair(ids[earlier], ids[later], sizes[later] - sizes[earlier], sigma))
    reference, paths = ratios_to_reference(ids, pairs)
    assert reference == ids[0]
    for name, size in zip(ids, sizes, strict=True):
        assert paths[name].log_ratio == pytest.approx(size - sizes[0], abs=1e-9)
