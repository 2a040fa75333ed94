"""Comparisons: every field from evidence, and None with a reason where there is none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.skin_pictures import Camera, Picture, Spot, photograph, subject
from tracker.analysis.colour import delta_e_2000
from tracker.analysis.compare import METHOD, Subject, compare
from tracker.analysis.registration import light, wording
from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.comparison import RegistrationMethod

SKIN = 21
SPOT = Spot()
WARM = (1.25, 1.0, 0.75)


def _subject(camera: Camera, spot: Spot = SPOT, name: str = "later", **given: object) -> Subject:
    return subject(photograph(SKIN, (spot,), camera), name, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def first() -> Subject:
    return _subject(Camera(), name="earlier")


@pytest.fixture(scope="module")
def unknown() -> Subject:
    """Another lesion on other skin: never lines up with `first`."""
    return subject(photograph(98, (Spot(seed=40),), Camera(zoom=1.1)), "unknown")


def _scale(mm_per_px: float, relative_sigma: float) -> Scale:
    return Scale(mm_per_px, mm_per_px * relative_sigma, ScaleSource.CARD)


def _flat(first: Subject) -> Subject:
    """A picture that nothing lines up with, its measures those of `first`."""
    grey = np.full((300, 300, 3), 120, dtype=np.uint8)
    gx, gy = np.meshgrid(np.arange(300), np.arange(300))
    plain = subject(Picture(grey, np.hypot(gx - 150, gy - 150) < 30), "flat")
    return replace(plain, measures=first.measures)


def test_the_same_photo_twice_differs_in_nothing(first: Subject) -> None:
    result = compare(first, replace(first, observation_id="again"))
    assert (result.earlier, result.later) == ("earlier", "again")
    assert result.same_lesion is True
    assert result.size_source == "skin"
    assert result.size_why_not is None
    assert result.log_area_ratio == pytest.approx(0, abs=1e-3)
    assert result.log_diameter_ratio == pytest.approx(0, abs=1e-3)
    assert result.delta_asymmetry == 0
    assert result.log_irregularity_ratio == 0
    assert result.colour_delta_e == pytest.approx(0, abs=0.05)
    assert result.colour_overall_delta_e == pytest.approx(0, abs=0.05)
    assert result.registration is not None
    assert result.registration.residual < 1e-3
    assert np.allclose(np.reshape(result.registration.matrix, (3, 3)), np.eye(3), atol=0.02)
    assert result.method == METHOD


def test_growth_of_area_and_diameter_by_the_skin(first: Subject) -> None:
    later = _subject(Camera(zoom=1.3, turn_deg=25), replace(SPOT, radius=SPOT.radius * 1.2))
    result = compare(first, later)
    assert result.size_source == "skin"
    assert result.log_area_ratio == pytest.approx(2 * math.log(1.2), abs=0.04)
    assert result.log_diameter_ratio == pytest.approx(math.log(1.2), abs=0.03)
    assert result.size_sigma_log is not None
    assert 0.01 <= result.size_sigma_log < 0.15


def test_comparison_is_antisymmetric(first: Subject) -> None:
    later = _subject(Camera(zoom=0.8, turn_deg=-30), replace(SPOT, radius=SPOT.radius * 1.15))
    there, back = compare(first, later), compare(later, first)
    for name in ("log_area_ratio", "log_diameter_ratio"):
        assert getattr(there, name) == pytest.approx(-getattr(back, name), abs=0.03)
    assert there.delta_asymmetry == pytest.approx(-(back.delta_asymmetry or 0))


@settings(max_examples=25, deadline=None)
@given(
    steps=st.tuples(st.floats(0.01, 0.5), st.floats(0.01, 0.5)),
    sigmas=st.tuples(st.floats(0.001, 0.02), st.floats(0.001, 0.02)),
    areas=st.tuples(st.floats(200, 1e6), st.floats(200, 1e6)),
)
def test_sizes_by_scale_are_ratios_of_millimetres(
    steps: tuple[float, float], sigmas: tuple[float, float], areas: tuple[float, float]
) -> None:
    grey = np.full((80, 80, 3), 120, dtype=np.uint8)
    mask = np.zeros((80, 80), dtype=np.bool_)
    mask[30:50, 30:50] = True
    plain = subject(Picture(grey, mask))
    earlier, later = (
        replace(
            plain,
            scale=_scale(step, sigma),
            measures=replace(plain.measures, area_px=area, diameter_px=math.sqrt(area)),
        )
        for step, sigma, area in zip(steps, sigmas, areas, strict=True)
    )
    result = compare(earlier, later)
    expected = math.log(areas[1] * steps[1] ** 2 / (areas[0] * steps[0] ** 2))
    assert result.size_source == "scale"
    assert result.same_lesion is None  # a scale says nothing about identity
    assert result.log_area_ratio == pytest.approx(expected, abs=1e-6)
    assert result.log_diameter_ratio == pytest.approx(expected / 2, abs=1e-6)
    assert result.size_sigma_log == pytest.approx(2 * math.hypot(*sigmas), rel=1e-6)


def test_scale_is_preferred_unless_the_skin_is_clearly_better_known(first: Subject) -> None:
    later = _subject(Camera(zoom=1.2))
    by_skin = compare(first, later)
    assert by_skin.size_sigma_log is not None
    for relative_sigma, source in ((0.2 * by_skin.size_sigma_log, "scale"), (0.2, "skin")):
        result = compare(
            replace(first, scale=_scale(0.10, relative_sigma)),
            replace(later, scale=_scale(0.10 / 1.2, relative_sigma)),
        )
        assert result.size_source == source
        assert result.log_area_ratio == pytest.approx(0, abs=0.03)


def test_one_scale_alone_is_no_size(first: Subject, unknown: Subject) -> None:
    result = compare(replace(first, scale=_scale(0.1, 0.01)), unknown)
    assert result.size_source is None
    assert result.size_why_not == wording.NOT_LINED_UP
    assert result.log_area_ratio is None
    assert result.log_diameter_ratio is None
    assert result.size_sigma_log is None
    assert result.registration is None
    assert result.same_lesion is None
    assert wording.NOT_LINED_UP in result.notes


@pytest.mark.parametrize(
    ("earlier_cut", "later_cut", "which"),
    [(True, False, "the earlier photo"), (False, True, "the later photo"), (True, True, "both")],
)
def test_cut_lesions_that_do_not_line_up_have_no_size_and_no_shape(
    first: Subject, earlier_cut: bool, later_cut: bool, which: str
) -> None:
    def cut(whole: Subject, is_cut: bool) -> Subject:
        measures = replace(whole.measures, touches_frame=is_cut)
        return replace(whole, measures=measures, scale=_scale(0.1, 0.01))

    # Not lined up: what both photos show of the border is not known either. A scale is no help.
    result = compare(cut(first, earlier_cut), cut(_flat(first), later_cut))
    assert result.size_source is None
    assert which in (result.size_why_not or "")
    assert result.log_area_ratio is None
    assert result.delta_asymmetry is None
    assert result.log_irregularity_ratio is None


def test_other_light_is_not_a_colour_change(first: Subject) -> None:
    result = compare(first, _subject(Camera(zoom=1.1, gain=WARM)))
    assert result.colour_constancy == "registered_skin"
    assert result.colour_delta_e is not None
    assert result.colour_overall_delta_e is not None
    assert result.colour_delta_e < 1.0
    assert result.colour_overall_delta_e > 5


def test_a_darker_lesion_is_a_colour_change_in_any_light(first: Subject) -> None:
    darker = replace(SPOT, tone=(0.5, 0.5, 0.5))
    result = compare(first, _subject(Camera(gain=WARM), darker))
    assert result.colour_delta_e is not None
    assert result.colour_delta_e > 5
    assert result.delta_lab is not None
    assert result.delta_lab[0] < -5
    assert result.colour_constancy == "registered_skin"


def test_skin_means_serve_where_photos_do_not_line_up(first: Subject, unknown: Subject) -> None:
    assert first.measures.skin_lab is not None
    assert unknown.measures.skin_lab is not None
    result = compare(first, unknown)
    assert result.colour_constancy == "skin_mean"
    assert result.colour_delta_e is not None
    without = replace(unknown, measures=replace(unknown.measures, skin_lab=None))
    result = compare(first, without)
    assert result.colour_constancy is None
    assert result.colour_delta_e is None
    assert result.colour_overall_delta_e is None
    assert result.delta_lab is None


def test_skin_means_take_the_light_away(first: Subject) -> None:
    plain, warm = _subject(Camera()), _subject(Camera(gain=WARM))
    assert plain.measures.skin_lab is not None
    assert warm.measures.skin_lab is not None
    found = light.light_from_skin_means(plain.measures.skin_lab, warm.measures.skin_lab)
    assert found is not None
    # The pictures are encoded with a plain 2.2 gamma, sRGB is decoded: near, not equal.
    assert np.allclose(found.gain, 1 / np.array(WARM), rtol=0.06)
    after = light.lesion_lab(warm.view, found.gain)
    assert delta_e_2000(np.array(light.lesion_lab(plain.view)), np.array(after)) < 1.5


def test_dermatoscope_against_phone_has_no_colour(first: Subject) -> None:
    result = compare(
        replace(first, modality=Modality.DERMOSCOPIC),
        replace(first, modality=Modality.CLINICAL),
    )
    assert result.colour_delta_e is None
    assert result.colour_constancy is None
    assert wording.DIFFERENT_LIGHT_PATHS in result.notes
    unknown_modality = compare(replace(first, modality=Modality.CLINICAL), first)
    assert unknown_modality.colour_delta_e is not None


def test_cosine_only_within_one_model(first: Subject) -> None:
    rng = np.random.default_rng(3)
    a = rng.standard_normal(128).astype(np.float32)
    b = rng.standard_normal(128).astype(np.float32)
    one = replace(first, embedding=a, model_sha256="m1")
    assert compare(one, one).cosine == pytest.approx(1.0)
    expected = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert compare(one, replace(one, embedding=b)).cosine == pytest.approx(expected, abs=1e-5)
    assert compare(one, replace(one, embedding=b, model_sha256="m2")).cosine is None
    assert compare(one, replace(one, embedding=None)).cosine is None
    assert compare(first, first).cosine is None
    assert compare(replace(one, model_sha256=None), replace(one, model_sha256=None)).cosine is None


def test_another_spot_on_the_same_skin_is_not_compared() -> None:
    left = Spot(centre=(540.0, 600.0), radius=30)
    right = Spot(centre=(660.0, 600.0), radius=30, seed=8)
    scale = _scale(0.1, 0.01)
    one = subject(photograph(SKIN, (left, right), Camera()), "l", scale=scale)
    two = subject(photograph(SKIN, (right, left), Camera(zoom=1.1)), "r", scale=scale)
    result = compare(one, two)
    assert result.same_lesion is False
    assert result.size_why_not == wording.OTHER_SPOT
    assert result.log_area_ratio is None
    assert result.colour_delta_e is None


def test_featureless_photo_is_compared_as_far_as_it_goes(first: Subject) -> None:
    flat = _flat(first)
    result = compare(first, flat)
    assert result.same_lesion is None
    assert result.registration is None
    assert result.size_why_not == wording.FEATURELESS.format(which="later")
    assert result.delta_asymmetry == 0


def test_registration_on_the_lesion_alone_gives_no_size() -> None:
    close = Camera(zoom=2.5, frame=(240, 200))
    filled = subject(photograph(SKIN, (Spot(radius=400.0),), close), "filled")
    uncut = replace(filled, measures=replace(filled.measures, touches_frame=False))
    result = compare(uncut, uncut)
    assert result.same_lesion is True
    assert result.registration is not None
    assert result.registration.method is RegistrationMethod.WHOLE_SIMILARITY
    assert result.size_source is None
    assert result.size_why_not == wording.NO_SKIN.format(which="earlier")
    assert result.colour_delta_e is None  # no skin to read the light off


@settings(max_examples=30, deadline=None)
@given(
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    other=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    seed=st.integers(0, 2**16),
    cover=st.floats(0, 1),
)
def test_noise_of_any_size_never_raises(
    size: tuple[int, int], other: tuple[int, int], seed: int, cover: float
) -> None:
    rng = np.random.default_rng(seed)

    def noise(shape: tuple[int, int]) -> Subject:
        rgb = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
        mask = np.zeros(shape, dtype=np.bool_)
        mask[: max(1, round(cover * shape[0])), shape[1] // 3 :] = True
        return subject(Picture(rgb, mask))

    result = compare(noise(size), noise(other))
    # Two clouds of noise share nothing; only a picture of a few pixels has no way to tell.
    assert result.same_lesion is None
    assert result.size_source is None
    assert result.size_why_not
