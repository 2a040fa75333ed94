"""The map of where a lesion's colour changed otherwise than as a whole, over the earlier photo."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.compare import Subject
from tracker.analysis.focal import FocalMap, focal_map
from tracker.analysis.registration.light import light_from_registered_skin
from tracker.domain.geometry import Box
from tracker.services import cache, compare_view, framing, pictures_io
from tracker.services.framing import Matrix, Rgb
from tracker.services.session import Workspace
from tracker.services.subjects import subject_of

#: CIEDE2000 at the dark and at the bright end of the scale. Below 2 two colours look alike to most
#: eyes side by side; differences of separate photos wobble by more.
LOW_DELTA_E, HIGH_DELTA_E = 0.0, 16.0
#: From little to much; light and dark alone tell them apart (Cividis, Nunez et al. 2018).
RAMP = ((0, 32, 77), (66, 78, 108), (124, 123, 120), (188, 175, 111), (255, 234, 70))
_SIDE_PX = 720
_VERSION = 1


@dataclass(frozen=True, slots=True)
class DifferenceMap:
    """JPEG of the square that `compare_view` shows: the earlier photo in grey under the map."""

    picture: bytes


def difference_map(workspace: Workspace, earlier_id: str, later_id: str) -> DifferenceMap | None:
    """The map of two photos of a lesion, None where too little can be told.

    Raises:
        UnknownNameError: no such observation. VaultDamagedError: a photo is not what it was.
    """
    pair = compare_view.pair_of(workspace, earlier_id, later_id)
    if pair.path is None:
        return None
    square = framing.common_square(pair.earlier, pair.later, pair.path.matrix)
    names = [
        compare_view.picture_key(each, square, _SIDE_PX, pair.path.matrix)
        for each in (pair.earlier, pair.later)
    ]
    key = f"difference-{_VERSION}-{'-'.join(names)}"
    found = cache.kept(workspace, key)
    if found is None:
        earlier, later = subject_of(workspace, pair.earlier), subject_of(workspace, pair.later)
        if earlier is None or later is None:
            return None
        mapped = _mapped(earlier, later, pair.path.matrix)
        if mapped is None:
            return None
        grey = framing.drawn(compare_view.pixels(workspace, pair.earlier), square, _SIDE_PX)
        made = _drawn(grey, mapped, earlier, square)
        found = cache.keep(workspace, key, pictures_io.jpeg_bytes(made))
    return DifferenceMap(found)


def _mapped(earlier: Subject, later: Subject, matrix: Matrix) -> FocalMap | None:
    """The map in the light of the earlier photo; `matrix` is of photo pixels."""
    between = np.linalg.inv(earlier.view.photo_from_view) @ matrix @ later.view.photo_from_view
    light = light_from_registered_skin(
        earlier.view,
        later.view,
        between,
        earlier.features.skin_area,
        later.features.skin_area,
    )
    gain = (1.0, 1.0, 1.0) if light is None else light.gain
    return focal_map(earlier.view, later.view, between, gain)


def _drawn(picture: Rgb, mapped: FocalMap, earlier: Subject, square: Box) -> Rgb:
    """The map over the picture of `square` in grey."""
    from_photo = mapped.to_grid @ np.linalg.inv(earlier.view.photo_from_view)
    onto = framing.onto_picture(square, _SIDE_PX) @ np.linalg.inv(from_photo)
    known = np.isfinite(mapped.delta_e)
    size = (_SIDE_PX, _SIDE_PX)
    values = cv2.warpPerspective(np.nan_to_num(mapped.delta_e), onto, size, flags=cv2.INTER_LINEAR)
    cover = cv2.warpPerspective(known.astype(np.float32), onto, size, flags=cv2.INTER_LINEAR)
    inside = cover > 0.5
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    base = np.repeat((0.55 * grey + 100)[..., None], 3, axis=2)
    base[inside] = coloured(np.asarray(values[inside] / cover[inside], dtype=np.float64))
    return np.clip(np.rint(base), 0, 255).astype(np.uint8)


def coloured(delta_e: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colours (n, 3), 0..255, of differences (n,) on the scale of the map."""
    share = (np.clip(delta_e, LOW_DELTA_E, HIGH_DELTA_E) - LOW_DELTA_E) / (
        HIGH_DELTA_E - LOW_DELTA_E
    )
    stops = np.linspace(0, 1, len(RAMP))
    ramp = np.asarray(RAMP, dtype=np.float64)
    return np.stack([np.interp(share, stops, ramp[:, channel]) for channel in range(3)], axis=-1)
