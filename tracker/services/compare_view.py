"""Two photos of a lesion for looking at: one frame, outlines, growth, and the colour difference.

Pictures are kept in the vault's cache; outlines are a few hundred points and travel as numbers, so
that the page can switch and enlarge them without asking again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.comparison import Comparison
from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.services import cache, comparing, framing, memo, pictures_io
from tracker.services.framing import Matrix, Path, Rgb
from tracker.services.session import Workspace
from tracker.vision.decode import decode_photo

#: Side of a picture to enlarge: the photo's own pixels where it has them, within reason.
LEAST_PX, MOST_PX = 640, 1200
#: Greatest distance of the drawn outline from the measured one, in picture pixels.
_OUTLINE_TOLERANCE_PX = 0.6

Outline = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One photo of the pair.

    picture: JPEG, square. outlines: of the lesion's parts, in shares of the picture's side.
    mm_per_side: width of the picture in mm, None without a scale. touches_frame: the photo's edge
    cuts the lesion.
    """

    observation_id: str
    picture: bytes
    outlines: tuple[Outline, ...]
    mm_per_side: float | None
    touches_frame: bool


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two photos to be held against each other.

    is_aligned: both in the earlier one's frame; else each as it was taken.
    on_skin: lined up by the skin around the lesion alone, see `framing.Path`.
    shows_growth: they lie on each other by the skin alone and neither lesion is cut, so that the
    outlines' difference is growth; otherwise it may be hidden or made up by the lining up.
    """

    earlier: Side
    later: Side
    is_aligned: bool
    on_skin: bool
    shows_growth: bool


def compare_view(
    workspace: Workspace, earlier_id: str, later_id: str, position: str
) -> CompareView:
    """Two photos of one lesion in one frame, where they can be lined up.

    A pair that does not line up through the stored comparisons is compared now.

    Args:
        position: of the vault as the page knows it, see `Vault.position`.

    Raises:
        UnknownNameError: no such observation. VaultDamagedError: a photo is not what it was.
    """
    return memo.get(
        workspace.vault_path,
        position,
        "compare",
        (earlier_id, later_id),
        lambda: _made(workspace, earlier_id, later_id),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    earlier: Observation
    later: Observation
    path: Path | None


def _made(workspace: Workspace, earlier_id: str, later_id: str) -> CompareView:
    pair = pair_of(workspace, earlier_id, later_id)
    earlier, later, path = pair.earlier, pair.later, pair.path
    if path is None:
        return CompareView(
            _alone(workspace, earlier),
            _alone(workspace, later),
            is_aligned=False,
            on_skin=False,
            shows_growth=False,
        )
    square = framing.common_square(earlier, later, path.matrix)
    side_px = picture_side(square)
    first = _side(workspace, earlier, square, side_px, np.eye(3))
    second = _side(workspace, later, square, side_px, path.matrix, scaled_by=earlier)
    whole = bool(first.outlines and second.outlines)
    cut = first.touches_frame or second.touches_frame
    return CompareView(
        first,
        second,
        is_aligned=True,
        on_skin=path.on_skin,
        shows_growth=path.on_skin and whole and not cut,
    )


def pair_of(workspace: Workspace, earlier_id: str, later_id: str) -> _Pair:
    """Both photos and how the later one gets onto the earlier one; compared now if need be."""
    found = _read(workspace, earlier_id, later_id)
    lesion = found.earlier.lesion
    same = lesion is not None and lesion == found.later.lesion
    if found.path is not None or not same or lesion is None:
        return found
    comparing.compare_pairs(workspace, lesion.person, lesion.name, [(earlier_id, later_id)])
    return _read(workspace, earlier_id, later_id)


def _read(workspace: Workspace, earlier_id: str, later_id: str) -> _Pair:
    with workspace.open("compare pictures") as vault:
        earlier, later = vault.observation(earlier_id), vault.observation(later_id)
        stored: list[Comparison] = []
        if earlier.lesion is not None:
            stored = list(vault.comparisons(earlier.lesion))
    return _Pair(earlier, later, framing.paths_onto(stored, earlier_id).get(later_id))


def picture_side(square: Box) -> int:
    """Side in pixels of the picture of `square`."""
    return min(MOST_PX, max(LEAST_PX, square.w))


def _alone(workspace: Workspace, seen: Observation) -> Side:
    square = framing.own_square(seen)
    return _side(workspace, seen, square, picture_side(square), np.eye(3))


def _side(
    workspace: Workspace,
    seen: Observation,
    square: Box,
    side_px: int,
    matrix: Matrix,
    scaled_by: Observation | None = None,
) -> Side:
    """A photo in the frame of `square`, which is of the photo `scaled_by` (default: this one)."""
    measures = seen.analysis.measures
    scale = (scaled_by or seen).analysis.scale
    return Side(
        observation_id=seen.observation_id,
        picture=picture(workspace, seen, square, side_px, matrix),
        outlines=outlines_on(seen, framing.onto_picture(square, side_px) @ matrix, side_px),
        mm_per_side=None if scale is None else scale.mm_per_px * square.w,
        touches_frame=measures is not None and measures.touches_frame,
    )


def picture(
    workspace: Workspace, seen: Observation, square: Box, side_px: int, matrix: Matrix
) -> bytes:
    """JPEG of a photo drawn over `square`, kept in the vault's cache."""
    key = picture_key(seen, square, side_px, matrix)
    found = cache.kept(workspace, key)
    if found is not None:
        return found
    made = framing.drawn(pixels(workspace, seen), square, side_px, matrix)
    return cache.keep(workspace, key, pictures_io.jpeg_bytes(made))


def picture_key(seen: Observation, square: Box, side_px: int, matrix: Matrix) -> str:
    """Names a picture by all that it is made from."""
    made_from = f"{seen.photo.photo_sha256} {square.as_list()} {side_px}"
    content = hashlib.sha256(made_from.encode() + np.round(matrix, 9).tobytes())
    return f"framed-{content.hexdigest()[:40]}.jpg"


def pixels(workspace: Workspace, seen: Observation) -> Rgb:
    """The upright photo, (height, width, 3) uint8."""
    with workspace.open("picture") as vault:
        data = vault.photo_bytes(seen.photo.photo_sha256)
    return decode_photo(data, seen.photo.file_name).rgb


def outlines_on(seen: Observation, onto: NDArray[np.float64], side_px: int) -> tuple[Outline, ...]:
    """Outlines of the mask in shares of the picture's side; `onto`: photo to picture pixels."""
    mask = seen.analysis.mask
    if mask is None:
        return ()
    cover = np.pad(mask.pixels.astype(np.uint8), 1)
    found, _ = cv2.findContours(cover, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outlines = []
    for contour in found:
        corner = np.array([mask.box.x - 1, mask.box.y - 1], dtype=np.float64)
        points = contour[:, 0, :] + corner
        moved = cv2.perspectiveTransform(points[None], onto)[0]
        simple = cv2.approxPolyDP(moved.astype(np.float32), _OUTLINE_TOLERANCE_PX, closed=True)
        if len(simple) > 2:
            shares = (simple[:, 0, :] + 0.5) / side_px
            outlines.append(tuple((round(float(x), 4), round(float(y), 4)) for x, y in shares))
    return tuple(outlines)
