"""Pictures for the app and the report: reduced, without metadata, kept in the vault's cache.

The cache holds nothing that cannot be made again; deleting it is safe.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.services import cache, framing, pictures_io
from tracker.services.session import Workspace
from tracker.vision.decode import decode_photo

#: Longer side of a whole photo, and side of a square lesion picture, as shown.
PHOTO_PX = 1600
LESION_PX = 640

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """Two lesion pictures (JPEG) of one size.

    is_aligned: the later one is drawn in the earlier one's frame; otherwise each is in its own.
    """

    earlier: bytes
    later: bytes
    is_aligned: bool


def photo_picture(workspace: Workspace, observation_id: str, *, outline: bool = False) -> bytes:
    """The whole upright photo as JPEG, longer side at most PHOTO_PX.

    Raises:
        UnknownNameError: no such observation. VaultDamagedError: the photo is not what it was.
    """
    seen, key, found = _look_up(workspace, "photo", observation_id, outline)
    if found is not None:
        return found
    rgb = _pixels(workspace, seen)
    if outline:
        rgb = pictures_io.overlay_picture(rgb, seen.analysis)
    made = pictures_io.jpeg_bytes(pictures_io.reduced(rgb, PHOTO_PX))
    return cache.keep(workspace, key, made)


def lesion_picture(workspace: Workspace, observation_id: str, *, outline: bool = False) -> bytes:
    """The lesion with some skin around it as JPEG, LESION_PX square.

    The whole photo where no lesion was measured.

    Raises:
        UnknownNameError: no such observation. VaultDamagedError: the photo is not what it was.
    """
    seen, key, found = _look_up(workspace, "lesion", observation_id, outline)
    if found is not None:
        return found
    made = pictures_io.jpeg_bytes(_lesion_pixels(_pixels(workspace, seen), seen, outline))
    return cache.keep(workspace, key, made)


def aligned_pair(workspace: Workspace, earlier_id: str, later_id: str) -> AlignedPair:
    """Two photos of a lesion in the frame of the earlier one, where they were lined up.

    Raises:
        UnknownNameError: no such observation. VaultDamagedError: a photo is not what it was.
    """
    with workspace.open("compare pictures") as vault:
        earlier, later = vault.observation(earlier_id), vault.observation(later_id)
        stored = vault.comparisons(earlier.lesion) if earlier.lesion is not None else ()
    first = lesion_picture(workspace, earlier_id)
    path = framing.paths_onto(stored, earlier_id).get(later_id)
    if path is None:
        return AlignedPair(first, lesion_picture(workspace, later_id), is_aligned=False)
    key = f"aligned-{_digest(earlier)}-{_digest(later)}-{_matrix_digest(path.matrix)}.jpg"
    found = cache.kept(workspace, key)
    if found is None:
        square = framing.own_square(earlier)
        warped = framing.drawn(_pixels(workspace, later), square, LESION_PX, path.matrix)
        found = cache.keep(workspace, key, pictures_io.jpeg_bytes(warped))
    return AlignedPair(first, found, is_aligned=True)


def _lesion_pixels(rgb: Rgb, seen: Observation, outline: bool) -> Rgb:
    """(LESION_PX, LESION_PX, 3): the square around the lesion, grey where the photo ends."""
    square = framing.own_square(seen)
    pixels = _cut(rgb, square)
    picture = np.asarray(
        cv2.resize(pixels, (LESION_PX, LESION_PX), interpolation=_interpolation(square)),
        dtype=np.uint8,
    )
    mask = seen.analysis.mask
    if not outline or mask is None:
        return picture
    cover = _cut(mask.on_photo(rgb.shape[1], rgb.shape[0]).astype(np.uint8), square, border=0)
    large = cv2.resize(cover * 255, (LESION_PX, LESION_PX), interpolation=cv2.INTER_LINEAR)
    return pictures_io.outlined(picture, np.asarray(large > 127))


def _interpolation(square: Box) -> int:
    return cv2.INTER_AREA if square.w > LESION_PX else cv2.INTER_CUBIC


def _cut(
    pixels: NDArray[np.uint8], square: Box, border: int = framing.OUTSIDE_GREY
) -> NDArray[np.uint8]:
    """The square of a picture, even where it reaches beyond: there it is filled with `border`."""
    height, width = pixels.shape[:2]
    inside = square.clip(width, height)
    if inside is None:
        return pixels
    part = pixels[inside.y : inside.y + inside.h, inside.x : inside.x + inside.w]
    margins = (
        inside.y - square.y,
        square.y + square.h - inside.y - inside.h,
        inside.x - square.x,
        square.x + square.w - inside.x - inside.w,
    )
    grown = cv2.copyMakeBorder(
        np.ascontiguousarray(part), *margins, cv2.BORDER_CONSTANT, value=(border,) * 3
    )
    return np.asarray(grown, dtype=np.uint8)


def _look_up(
    workspace: Workspace, kind: str, observation_id: str, outline: bool
) -> tuple[Observation, str, bytes | None]:
    """The observation, the key of its picture, and the picture where it is kept."""
    with workspace.open("picture") as vault:
        seen = vault.observation(observation_id)
        key = f"{kind}-{_digest(seen)}{'-outline' if outline else ''}.jpg"
        return seen, key, cache.kept_in(vault, key)


def _pixels(workspace: Workspace, seen: Observation) -> Rgb:
    with workspace.open("picture") as vault:
        data = vault.photo_bytes(seen.photo.photo_sha256)
    return decode_photo(data, seen.photo.file_name).rgb


def _digest(seen: Observation) -> str:
    """Names what a picture is made from: the photo, and where the lesion lies on it."""
    content = hashlib.sha256(seen.photo.photo_sha256.encode())
    mask = seen.analysis.mask
    if mask is not None:
        content.update(repr(mask.box).encode() + np.packbits(mask.pixels).tobytes())
    return content.hexdigest()[:32]


def _matrix_digest(matrix: NDArray[np.float64]) -> str:
    return hashlib.sha256(matrix.tobytes()).hexdigest()[:16]
