"""Where the gate looks: the whole frame first, then tiles, then close up.

The network sees 256 x 256 pixels. In a 4000 x 3000 photo a 5 mm mole at arm's length is 1 % of
the frame, 2.5 of those pixels, so one look at the whole is not enough to find it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain.geometry import Box

Look = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

INPUT_PX = 256
#: Longest side of the map on which regions are found; a tile is INPUT_PX of it.
MAP_PX = 1024
#: Tiles overlap at least this much, so that a small mole is whole in one of them.
OVERLAP_PX = 48
BACKGROUND, SKIN, LESION = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Class probabilities over a whole photo.

    probabilities: (h, w, 3) float32 background, skin, lesion.
    scale: map pixels per photo pixel, at most 1.
    """

    probabilities: NDArray[np.float32]
    scale: float


def reduced(rgb: NDArray[np.uint8], longest_px: int) -> NDArray[np.uint8]:
    """The photo with its longest side at most `longest_px`, by area averaging; never enlarged."""
    height, width = rgb.shape[:2]
    scale = longest_px / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def look_at_whole(look: Look, frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Class probabilities (h, w, 3) of a frame seen as a whole.

    The frame keeps its proportions; the rest of the network's square is black, like the surround
    of a dermoscopic picture, and is cut off again.
    """
    height, width = frame.shape[:2]
    scale = INPUT_PX / max(height, width)
    h, w = max(1, round(height * scale)), max(1, round(width * scale))
    shape = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = np.zeros((INPUT_PX, INPUT_PX, 3), np.uint8)
    top, left = (INPUT_PX - h) // 2, (INPUT_PX - w) // 2
    square[top : top + h, left : left + w] = cv2.resize(frame, (w, h), interpolation=shape)
    seen = look(square)[top : top + h, left : left + w]
    resized = cv2.resize(np.ascontiguousarray(seen), (width, height))
    return resized.astype(np.float32).reshape(height, width, 3)


def tile_starts(length_px: int) -> list[int]:
    """Left edges of tiles that cover `length_px` evenly with the least overlap allowed."""
    if length_px <= INPUT_PX:
        return [0]
    count = 1 + int(np.ceil((length_px - INPUT_PX) / (INPUT_PX - OVERLAP_PX)))
    return [round(x) for x in np.linspace(0, length_px - INPUT_PX, count)]


def look_at_tiles(
    look: Look, frame: NDArray[np.uint8], whole: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Class probabilities (h, w, 3) of a frame seen in tiles, joined with the view of the whole.

    The whole tells skin from other things (a tile of a beige wall looks like skin), the tiles find
    what is too small for it. Tiles in which the whole shows no skin are not looked at.
    """
    height, width = frame.shape[:2]
    total = np.zeros((height, width, 3), np.float32)
    weight = np.zeros((height, width, 1), np.float32)
    ramp = np.minimum(np.arange(INPUT_PX), np.arange(INPUT_PX)[::-1]).astype(np.float32) + 1
    tent = np.minimum(ramp[:, None], ramp[None])[..., None]
    for top in tile_starts(height):
        for left in tile_starts(width):
            rows, columns = slice(top, top + INPUT_PX), slice(left, left + INPUT_PX)
            if (whole[rows, columns, BACKGROUND] < 0.5).mean() < 0.02:
                continue
            piece = frame[rows, columns]
            h, w = piece.shape[:2]
            square = np.zeros((INPUT_PX, INPUT_PX, 3), np.uint8)
            square[:h, :w] = piece
            total[rows, columns] += look(square)[:h, :w] * tent[:h, :w]
            weight[rows, columns] += tent[:h, :w]
    tiles = np.where(weight > 0, total / np.maximum(weight, 1e-6), whole)
    return _join(whole, tiles)


def _join(whole: NDArray[np.float32], tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Background by agreement of both views; within the rest, the view that sees more lesion."""
    background = 0.5 * (whole[..., BACKGROUND] + tiles[..., BACKGROUND])
    share = np.zeros_like(background)
    for view in (whole, tiles):
        body = np.maximum(1 - view[..., BACKGROUND], 1e-6)
        share = np.maximum(share, view[..., LESION] / body)
    share = np.minimum(share, 1.0)
    joined = np.stack([background, (1 - background) * (1 - share), (1 - background) * share], -1)
    return joined.astype(np.float32)


def crop(rgb: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The box out of the photo, (box.h, box.w, 3); beyond the photo the edge is mirrored."""
    height, width = rgb.shape[:2]
    inside = box.clip(width, height)
    if inside is None:
        return np.zeros((box.h, box.w, 3), np.uint8)
    piece = rgb[inside.y : inside.y + inside.h, inside.x : inside.x + inside.w]
    top, left = inside.y - box.y, inside.x - box.x
    bottom, right = box.h - inside.h - top, box.w - inside.w - left
    if not (top or left or bottom or right):
        return piece
    return cv2.copyMakeBorder(piece, top, bottom, left, right, cv2.BORDER_REFLECT).astype(np.uint8)
