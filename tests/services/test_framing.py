"""Several photos in one frame: maps through other photos, squares that hold both, drawing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tracker.domain.analysis import LesionMask
from tracker.domain.comparison import Comparison, Registration, RegistrationMethod
from tracker.domain.geometry import Box
from tracker.services import framing
from tracker.services.framing import Matrix

SKIN, WHOLE = RegistrationMethod.SKIN_HOMOGRAPHY, RegistrationMethod.WHOLE_SIMILARITY

maps = some.builds(
    lambda size, turn, x, y: np.array(
        [
            [size * np.cos(turn), -size * np.sin(turn), x],
            [size * np.sin(turn), size * np.cos(turn), y],
            [0, 0, 1],
        ]
    ),
    some.floats(0.5, 2),
    some.floats(-3, 3),
    some.floats(-200, 200),
    some.floats(-200, 200),
)


def compared(
    earlier: str,
    later: str,
    matrix: Matrix | None,
    method: RegistrationMethod = SKIN,
    same: bool | None = True,
) -> Comparison:
    known = None
    if matrix is not None:
        known = Registration(method, tuple(float(v) for v in matrix.ravel()), 50, 0.01)
    nothing = dict.fromkeys(
        (
            "size_source",
            "size_why_not",
            "log_area_ratio",
            "log_diameter_ratio",
            "size_sigma_log",
            "delta_asymmetry",
            "log_irregularity_ratio",
            "colour_delta_e",
            "colour_overall_delta_e",
            "delta_lab",
            "colour_constancy",
            "cosine",
        )
    )
    return Comparison(  # type: ignore[arg-type]
        earlier=earlier,
        later=later,
        same_lesion=same,
        registration=known,
        method="test",
        **nothing,
    )


@given(first=maps, second=maps, third=maps)
def test_a_photo_is_reached_through_others_in_both_directions(
    first: Matrix, second: Matrix, third: Matrix
) -> None:
    stored = [compared("a", "b", first), compared("b", "c", second), compared("d", "c", third)]
    onto_b = framing.paths_onto(stored, "b")
    assert set(onto_b) == {"a", "b", "c", "d"}
    point = np.array([30.0, -12.0, 1.0])
    # `first` takes b's pixels to a's: a point of a is on b where its inverse takes it.
    assert onto_b["a"].matrix @ first @ point == pytest.approx(point, abs=1e-6)
    assert onto_b["c"].matrix == pytest.approx(second)
    # `third` takes c's pixels to d's.
    assert onto_b["d"].matrix @ third @ point == pytest.approx(second @ point, abs=1e-6)


def test_skin_alone_wins_over_a_shorter_way_and_says_so() -> None:
    one = np.eye(3)
    moved = np.array([[1.0, 0, 9], [0, 1, 0], [0, 0, 1]])
    stored = [compared("a", "c", moved, WHOLE), compared("a", "b", one), compared("b", "c", one)]
    path = framing.paths_onto(stored, "a")["c"]
    assert path.on_skin
    assert path.matrix == pytest.approx(one)
    alone = framing.paths_onto(stored[:1], "a")["c"]
    assert not alone.on_skin
    # Whatever is reached through such a step is no longer on skin either.
    further = framing.paths_onto([stored[0], compared("c", "d", one)], "a")["d"]
    assert not further.on_skin


def test_other_spots_and_pairs_that_do_not_line_up_lead_nowhere() -> None:
    stored = [compared("a", "b", np.eye(3), same=False), compared("a", "c", None)]
    assert set(framing.paths_onto(stored, "a")) == {"a"}


@given(x=some.integers(0, 500), y=some.integers(0, 350), shift=some.floats(-60, 60))
def test_the_common_square_holds_both_lesions_inside_the_photo(
    x: int, y: int, shift: float
) -> None:
    class Seen:
        analysis = None
        photo = type("Photo", (), {"width": 640, "height": 480})

    def seen(box: Box) -> Seen:
        made = Seen()
        mask = LesionMask(box, np.ones((box.h, box.w), np.bool_))
        made.analysis = _with(mask)
        return made

    first, second = Box(x, y, 100, 90), Box(200, 150, 80, 80)
    moved = np.array([[1.0, 0, shift], [0, 1.0, shift], [0, 0, 1]])
    square = framing.common_square(seen(first), seen(second), moved)  # type: ignore[arg-type]
    assert square.w == square.h
    for box, by in ((first, 0.0), (second, shift)):
        assert square.x <= box.x + by + 1
        assert square.y <= box.y + by + 1
        assert square.x + square.w >= box.x + box.w + by - 1
        assert square.y + square.h >= box.y + box.h + by - 1


def _with(mask: LesionMask):  # type: ignore[no-untyped-def]
    return type("Seen", (), {"mask": mask, "roi": mask.box})


def test_a_photo_drawn_over_its_own_square_shows_its_own_pixels() -> None:
    rgb = np.random.default_rng(3).integers(0, 255, (120, 160, 3)).astype(np.uint8)
    drawn = framing.drawn(rgb, Box(20, 10, 64, 64), 64)
    assert np.array_equal(drawn, rgb[10:74, 20:84])


def test_outside_the_photo_is_plain_grey() -> None:
    rgb = np.full((40, 40, 3), 200, np.uint8)
    drawn = framing.drawn(rgb, Box(-20, 0, 40, 40), 40)
    assert (drawn[:, :18] == framing.OUTSIDE_GREY).all()
    assert (drawn[:, 22:] == 200).all()
