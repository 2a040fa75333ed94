"""Growth of the pigment over skin that stays where it is."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from scipy.optimize import brentq

from tests.bench.change_simulator.scene import Floats, Scene

#: While one side is drawn out by a length, its width grows by this share of that.
_WIDENS = 0.35
#: Drawing out sets in over this share of the radius, so that no crease runs through the middle.
_EASED = 0.25
_STEPS = 2048


def grown(scene: Scene, factor: float) -> Scene:
    """Evenly larger about the centre.

    Args:
        factor: of the area; 1.3 is +30 %.
    """
    x, y = _grid(scene)
    cx, cy = scene.centre
    root = math.sqrt(factor)
    return _drawn_from(scene, cx + (x - cx) / root, cy + (y - cy) / root)


def grown_on_one_side(scene: Scene, factor: float, heading_rad: float) -> Scene:
    """Drawn out towards `heading_rad` (0 right, pi / 2 down) until the area is `factor` times."""

    def surplus(reach: float) -> float:
        return _lobed(scene, reach, heading_rad).area_px / scene.area_px - factor

    return _lobed(scene, float(brentq(surplus, 0.0, 6.0, xtol=1e-3)), heading_rad)


def freest_heading(scene: Scene) -> float:
    """The direction along an axis in which most room is left in the frame."""
    height, width = scene.cover.shape
    ys, xs = np.nonzero(scene.mask)
    room = (width - xs.max(), height - ys.max(), xs.min(), ys.min())
    return float(np.argmax(room)) * math.pi / 2


def _lobed(scene: Scene, reach: float, heading_rad: float) -> Scene:
    """The side towards `heading_rad` drawn out by `reach` radii at its end."""
    x, y = _grid(scene)
    cx, cy = scene.centre
    cos, sin = math.cos(heading_rad), math.sin(heading_rad)
    along, across = (x - cx) * cos + (y - cy) * sin, (y - cy) * cos - (x - cx) * sin
    ys, xs = np.nonzero(scene.mask)
    radius = float(((xs - cx) * cos + (ys - cy) * sin).max())
    was = np.linspace(0.0, 4.0, _STEPS)
    out = reach * (np.hypot(np.minimum(was, 1.0), _EASED) - _EASED)
    place = np.interp(np.maximum(along, 0) / radius, was + out, was)
    wide = 1 + _WIDENS * reach * np.minimum(place, 1.0) ** 2
    source = np.where(along > 0, place * radius, along)
    across = across / wide
    source_x = np.asarray(cx + source * cos - across * sin, np.float32)
    return _drawn_from(scene, source_x, np.asarray(cy + source * sin + across * cos, np.float32))


def _grid(scene: Scene) -> tuple[Floats, Floats]:
    height, width = scene.cover.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def _drawn_from(scene: Scene, x: Floats, y: Floats) -> Scene:
    """Pigment and cover of each pixel from the place (x, y); beyond the frame there is none."""
    places = np.asarray(x, np.float32), np.asarray(y, np.float32)
    pigment = cv2.remap(scene.density, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    cover = cv2.remap(scene.cover, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return replace(
        scene, density=np.asarray(pigment, np.float32), cover=np.asarray(cover, np.float32)
    )
