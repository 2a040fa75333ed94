"""Made-up pigmented lesions and the ways they change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.render_fields import (
    Field,
    cell_walls,
    dots,
    fractal_noise,
    generator,
    noise,
)
from tracker.analysis.render_skin import SkinWorld

#: The outline is where this share of the lesion's pigment is reached; people who outline soft
#: borders follow the outer, faint edge rather than the middle of the slope.
OUTLINE_LEVEL = 0.25
#: Lesion textures are drawn on a window of this half width, whatever the lesion's size, so that
#: growth uncovers more of one pattern instead of drawing another.
REACH_MM = 6.5


@dataclass(frozen=True, slots=True)
class RenderedLesion:
    """One lesion at one moment. Lengths in mm, angles in degrees (0 = right, 90 = down).

    elongation: long over short axis. irregularity: 0 (smooth) .. 1 (very ragged outline).
    melanin: absorbance units, 0.6 light brown, 1.4 brown, 2.4 dark brown. redness likewise.
    network, globules: strength of pattern 0..1.
    lobe_mm: how far a lobe has grown beyond the outline towards `lobe_angle_deg`.
    focus: added melanin in an off-centre patch (0 none); focus_mm its radius;
    focus_angle_deg, focus_distance its place, distance as a share of the radius.
    veil: blue-grey deep pigment in the lobe or, without one, in the focus (0 none).
    """

    seed: int
    radius_mm: float = 2.6
    centre_mm: tuple[float, float] = (0.0, 0.0)
    elongation: float = 1.2
    angle_deg: float = 20.0
    irregularity: float = 0.35
    softness_mm: float = 0.05
    melanin: float = 1.7
    redness: float = 0.15
    network: float = 0.5
    globules: float = 0.3
    lobe_mm: float = 0.0
    lobe_angle_deg: float = 0.0
    focus: float = 0.0
    focus_mm: float = 0.7
    focus_angle_deg: float = 200.0
    focus_distance: float = 0.45
    veil: float = 0.0

    def grown(self, factor: float) -> RenderedLesion:
        """Evenly larger (or smaller) by a factor of length, the same outline."""
        return replace(self, radius_mm=self.radius_mm * factor)

    def grown_on_one_side(self, lobe_mm: float, veil: float = 0.0) -> RenderedLesion:
        """With a lobe that reaches `lobe_mm` beyond the outline, and a new colour in it."""
        return replace(self, lobe_mm=lobe_mm, veil=veil)

    def darkened_in_one_place(self, focus: float) -> RenderedLesion:
        """With `focus` units of melanin added in one patch."""
        return replace(self, focus=focus)

    def faded(self, factor: float) -> RenderedLesion:
        """With `factor` (0..1) of its pigment and pattern left."""
        return replace(
            self,
            melanin=self.melanin * factor,
            network=self.network * factor,
            globules=self.globules * factor,
        )


@dataclass(frozen=True, slots=True, eq=False)
class LesionMaps:
    """Absorbance a lesion adds to a window of the skin's maps: rows, columns and (h, w) fields."""

    rows: slice
    columns: slice
    cover: Field
    melanin: Field
    haemoglobin: Field
    deep: Field


def draw_lesion(world: SkinWorld, lesion: RenderedLesion) -> LesionMaps:
    """Maps of one lesion on the grid of `world`, clipped to it."""
    step = world.skin.grid_mm_per_px
    half = round(REACH_MM / step)
    column, row = (round(value) for value in world.to_grid(*lesion.centre_mm))
    side = 2 * half + 1
    axis = (np.arange(side, dtype=np.float32) - half) * step
    x, y = np.meshgrid(axis, axis)
    distance, lobe = _outline(lesion, x, y, step)
    cover = _slope(-distance / lesion.softness_mm)
    focus = _focus(lesion, x, y, step)
    veil_place = lobe if lesion.lobe_mm > 0 else focus
    rng = generator(lesion.seed, 15)
    patchy = (0.75 + 0.3 * noise(rng, (side, side), 0.5 / step)).clip(0.2, 1.4)
    # Where pigment lies deep, less of it is left near the surface: grey-blue instead of brown.
    shallow = 1.0 - min(0.75 * lesion.veil, 0.8) * veil_place * (lesion.lobe_mm > 0)
    maps = (
        cover,
        cover * (shallow * _pigment(lesion, x, y, step) + lesion.focus * focus),
        cover * lesion.redness * (1.0 + 0.5 * noise(rng, (side, side), 0.8 / step)),
        cover * lesion.veil * veil_place * patchy,
    )
    rows, row_cut = _window(row - half, side, world.shape[0])
    columns, column_cut = _window(column - half, side, world.shape[1])
    cut = [np.asarray(field[row_cut, column_cut], dtype=np.float32) for field in maps]
    return LesionMaps(rows, columns, cut[0], cut[1], cut[2], cut[3])


def _window(start: int, length: int, limit: int) -> tuple[slice, slice]:
    inside = slice(max(0, start), max(0, min(limit, start + length)))
    return inside, slice(inside.start - start, max(inside.stop - start, inside.start - start))


def _slope(value: Field) -> Field:
    return np.asarray(1.0 / (1.0 + cv2.exp(-value.clip(-30, 30))), dtype=np.float32)


def _outline(lesion: RenderedLesion, x: Field, y: Field, step: float) -> tuple[Field, Field]:
    """Signed distance to the outline in mm (negative inside) and the lobe's share, 0..1."""
    angle = np.deg2rad(lesion.angle_deg)
    stretch = np.sqrt(lesion.elongation)
    along = (x * np.cos(angle) + y * np.sin(angle)) / stretch
    across = (-x * np.sin(angle) + y * np.cos(angle)) * stretch
    distance = np.hypot(along, across) - lesion.radius_mm * _wobble(lesion, along, across, 11)
    lobe = np.zeros_like(distance)
    if lesion.lobe_mm > 0:
        towards = np.deg2rad(lesion.lobe_angle_deg)
        lobe_radius = 0.55 * lesion.radius_mm
        out = lesion.radius_mm - lobe_radius + lesion.lobe_mm
        dx, dy = x - out * np.cos(towards), y - out * np.sin(towards)
        beside = np.hypot(dx, dy) - lobe_radius * _wobble(lesion, dx, dy, 12)
        blend = (0.5 + 0.5 * (distance - beside) / 0.8).clip(0, 1)
        distance = distance * (1 - blend) + beside * blend - 0.4 * blend * (1 - blend)
        lobe = _slope((distance * 0 - beside - 0.1) / 0.3)
    rng = generator(lesion.seed, 13)
    rough = fractal_noise(rng, (x.shape[0], x.shape[1]), (0.55 / step, 0.22 / step))
    distance = distance + (0.04 + 0.12 * lesion.irregularity) * rough
    return np.asarray(distance, np.float32), np.asarray(lobe, np.float32)


def _wobble(lesion: RenderedLesion, x: Field, y: Field, part: int) -> Field:
    """Radius of the outline by direction, over its mean."""
    rng = generator(lesion.seed, part)
    turn = np.linspace(0, 2 * np.pi, 4096, endpoint=False)
    by_direction = np.ones_like(turn)
    for order in range(2, 8):
        amplitude = lesion.irregularity * 0.30 * (0.4 + 0.6 * rng.random()) / order
        by_direction += amplitude * np.cos(order * turn + 2 * np.pi * rng.random())
    index = (cv2.phase(x, y) * (4096 / (2 * np.pi))).astype(np.int32) % 4096
    return np.asarray(by_direction[index], dtype=np.float32)


def _pigment(lesion: RenderedLesion, x: Field, y: Field, step: float) -> Field:
    """Melanin inside the lesion: body, network and globules; at least 0.2 of the mean."""
    shape = (x.shape[0], x.shape[1])
    rng = generator(lesion.seed, 14)
    body = 1.0 + 0.16 * fractal_noise(rng, shape, (1.6 / step, 0.7 / step, 0.3 / step))
    centre = np.exp(-(np.hypot(x, y) ** 2) / (2 * (0.6 * lesion.radius_mm) ** 2))
    net = cell_walls(rng, shape, 0.22 / step, 0.05 / step)
    regional = (0.8 + 0.5 * noise(rng, shape, 1.4 / step)).clip(0.1, 1.5)
    drops = dots(rng, shape, round(1.1 * shape[0] * shape[1] * step**2), (0.06 / step, 0.15 / step))
    pattern = lesion.network * regional * 0.8 * (net - 0.42) + lesion.globules * 0.55 * drops
    density = body * (0.88 + 0.22 * centre) + pattern
    return np.asarray(lesion.melanin * density.clip(0.2, 2.2), dtype=np.float32)


def _focus(lesion: RenderedLesion, x: Field, y: Field, step: float) -> Field:
    """The darker patch, 0..1, with a ragged edge."""
    angle = np.deg2rad(lesion.focus_angle_deg)
    out = lesion.focus_distance * lesion.radius_mm
    radius = np.hypot(x - out * np.cos(angle), y - out * np.sin(angle))
    rough = 0.16 * noise(generator(lesion.seed, 16), (x.shape[0], x.shape[1]), 0.4 / step)
    return _slope((lesion.focus_mm - radius + rough) / 0.12)


def outline_mask(world: SkinWorld, maps: LesionMaps) -> NDArray[np.uint8]:
    """The lesion on the world's grid, (h, w) uint8 0/255: its outline, holes filled."""
    mask = np.zeros(world.shape, dtype=np.uint8)
    inside = (maps.cover > OUTLINE_LEVEL).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if contours:
        largest = max(contours, key=cv2.contourArea)
        window = np.zeros(inside.shape, dtype=np.uint8)
        cv2.drawContours(window, [largest], -1, 255, thickness=cv2.FILLED)
        mask[maps.rows, maps.columns] = window
    return mask
