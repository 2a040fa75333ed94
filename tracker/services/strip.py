"""Small pictures of all of a lesion's photos, in one frame where they line up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.services import cache, compare_view, framing, memo, pictures_io
from tracker.services.comparing import Series
from tracker.services.framing import Matrix
from tracker.services.session import Workspace

#: Side of a small picture: sharp at 104 CSS pixels on a screen of two device pixels each.
THUMB_PX = 208


@dataclass(frozen=True, slots=True)
class Thumb:
    """A photo of the strip. is_aligned: drawn in the frame that most photos share."""

    observation_id: str
    picture: bytes
    is_aligned: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    seen: Observation
    square: Box
    matrix: Matrix
    is_aligned: bool

    @property
    def key(self) -> str:
        return compare_view.picture_key(self.seen, self.square, THUMB_PX, self.matrix)


def strip(workspace: Workspace, series: Series, position: str) -> tuple[Thumb, ...]:
    """The photos of a series in its order.

    Args:
        position: of the vault when the series was read.

    Raises:
        VaultDamagedError: a photo is not what it was.
    """
    return memo.get(
        workspace.vault_path,
        position,
        "strip",
        series.lesion.lesion_id,
        lambda: _made(workspace, series),
    )


def _made(workspace: Workspace, series: Series) -> tuple[Thumb, ...]:
    """All that are kept in one go; the others are drawn with the vault shut."""
    wanted = _wanted(series)
    with workspace.open("pictures") as vault:
        kept = [cache.kept_in(vault, one.key) for one in wanted]
    made = []
    for one, found in zip(wanted, kept, strict=True):
        data = found if found is not None else _drawn(workspace, one)
        made.append(Thumb(one.seen.observation_id, data, one.is_aligned))
    return tuple(made)


def _drawn(workspace: Workspace, one: _Wanted) -> bytes:
    rgb = compare_view.pixels(workspace, one.seen)
    picture = framing.drawn(rgb, one.square, THUMB_PX, one.matrix)
    return cache.keep(workspace, one.key, pictures_io.jpeg_bytes(picture))


def _wanted(series: Series) -> list[_Wanted]:
    """Each photo in the frame of the one that lines up with most, first of them in time."""
    photos = series.observations
    origin, paths = _best_frame(photos, series)
    found = []
    for seen in photos:
        path = paths.get(seen.observation_id)
        if path is None or origin is None or len(paths) < 2:
            found.append(_Wanted(seen, framing.own_square(seen), np.eye(3), is_aligned=False))
        else:
            square = framing.own_square(origin)
            found.append(_Wanted(seen, square, path.matrix, is_aligned=True))
    return found


def _best_frame(
    photos: Sequence[Observation], series: Series
) -> tuple[Observation | None, dict[str, framing.Path]]:
    stored = list(series.comparisons.values())
    best: tuple[Observation | None, dict[str, framing.Path]] = (None, {})
    placed: set[str] = set()
    for seen in photos:
        if seen.observation_id in placed:
            continue  # lines up with one that was asked before: the same photos are reached
        paths = framing.paths_onto(stored, seen.observation_id)
        placed |= set(paths)
        if len(paths) > len(best[1]):
            best = (seen, paths)
    return best
