"""Which photos of one lesion are taken: a year without change, and one photo of each change."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.bench.change_lesions import SourceLesion
from tests.bench.change_simulator.capture import Shot, drawn_pose, photograph
from tests.bench.change_simulator.growth import freest_heading, grown, grown_on_one_side
from tests.bench.change_simulator.pigment import (
    BLUE_GREY,
    RED,
    darkened,
    pattern_contrast,
    recoloured,
    regressed,
    structure_lost,
)
from tests.bench.change_simulator.scene import Scene

FIRST, FIRST_AGAIN = "first", "first again"
#: Four visits of one year, and a second photo at the last.
YEAR = ("stable 1", "stable 2", "stable 3", "stable 4")
LAST_AGAIN = "stable 4 again"
#: Growth photographed of every lesion, and sizes that take turns, in per cent of the area.
ALWAYS_PERCENT, IN_TURN_PERCENT = (30, 40), (10, 20, 60, 100)
EVEN, ONE_SIDED = "even growth", "one-sided growth"
DARKER, NEW_COLOUR, REGRESSION = "focal darkening", "new colour", "regression"
STRUCTURE = "structure loss"
GROWTHS, FOCAL = (EVEN, ONE_SIDED), (DARKER, NEW_COLOUR, REGRESSION, STRUCTURE)
#: Of these changes a second photo is taken as well.
TWICE = (f"{EVEN} +30 %", STRUCTURE)
#: Sizes of the changes of pigment: shares of the lesion's area; melanin added; pigment left;
#: pattern finer than this share of the diameter is lost.
DARK_SHARE, DARK_AMOUNT = 0.12, 0.8
COLOUR_SHARE = 0.12
REGRESSED_SHARE, REGRESSED_LEFT = 0.3, 0.25
LOST_WIDTH = 0.035


@dataclass(frozen=True, eq=False)
class Photo:
    """One photo: `label` says of what, `kind` and `percent` (of area) the change, if any."""

    label: str
    kind: str | None
    percent: int | None
    shot: Shot
    area_mm2: float
    mm_per_px: float


def photos_of(lesion: SourceLesion, turn: int, *, brief: bool = False) -> Iterator[Photo]:
    """Every photo of a lesion.

    Args:
        turn: number of the lesion; decides which sizes of growth it gets besides the fixed ones.
        brief: only the first, two stable ones and three changes.
    """
    seed = zlib.crc32(lesion.name.encode())
    stable = (FIRST, *YEAR[:2]) if brief else (FIRST, FIRST_AGAIN, *YEAR, LAST_AGAIN)
    for label in stable:
        yield _photo(lesion, lesion.scene, label, None, None, seed)
    for label, kind, percent, scene in changes_of(lesion, turn, seed):
        if brief and label not in (f"{EVEN} +40 %", DARKER, NEW_COLOUR):
            continue
        yield _photo(lesion, scene, label, kind, percent, seed)
        if label in TWICE and not brief:
            yield _photo(lesion, scene, f"{label} again", kind, percent, seed)


def changes_of(
    lesion: SourceLesion, turn: int, seed: int
) -> Iterator[tuple[str, str, int | None, Scene]]:
    """(label, kind, per cent of area, scene) of every change of a lesion."""
    scene, rng = lesion.scene, np.random.default_rng(seed)
    heading = freest_heading(scene)
    extra = IN_TURN_PERCENT[turn % 4], IN_TURN_PERCENT[(turn + 2) % 4]
    for percent in (*ALWAYS_PERCENT, *extra):
        factor = 1 + percent / 100
        yield f"{EVEN} +{percent} %", EVEN, percent, grown(scene, factor)
        if percent not in extra or percent == extra[0]:
            lobed = grown_on_one_side(scene, factor, heading)
            yield f"{ONE_SIDED} +{percent} %", ONE_SIDED, percent, lobed
    yield DARKER, DARKER, None, darkened(scene, rng, DARK_SHARE, DARK_AMOUNT)
    colour = BLUE_GREY if turn % 2 else RED
    yield NEW_COLOUR, NEW_COLOUR, None, recoloured(scene, rng, COLOUR_SHARE, colour)
    gone = regressed(scene, rng, REGRESSED_SHARE, REGRESSED_LEFT)
    yield REGRESSION, REGRESSION, None, gone
    yield STRUCTURE, STRUCTURE, None, structure_lost(scene, LOST_WIDTH)


def pattern_of(lesion: SourceLesion) -> float:
    """How much fine pattern the lesion has that structure loss takes away, in ln density."""
    return pattern_contrast(lesion.scene, LOST_WIDTH)


def _photo(
    lesion: SourceLesion,
    scene: Scene,
    label: str,
    kind: str | None,
    percent: int | None,
    seed: int,
) -> Photo:
    rng = np.random.default_rng([seed, zlib.crc32(label.encode())])
    shot = photograph(scene, drawn_pose(rng), rng)
    per_px = lesion.mm_per_scene_px / shot.px_per_scene_px
    area_mm2 = scene.area_px * lesion.mm_per_scene_px**2
    return Photo(label, kind, percent, shot, area_mm2, per_px)
