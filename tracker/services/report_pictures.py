"""The report's photos: first, previous and latest in one frame, with outlines and a scale bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import cv2
import numpy as np

from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.change import Change
from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.report.document import ReportPicture, ScaleBar
from tracker.services import compare_view, framing
from tracker.services.comparing import Series
from tracker.services.framing import Matrix, Path
from tracker.services.session import Workspace

#: Side of a picture: 300 dots an inch at a third of a page's width.
SIDE_PX = 640
SCALE_NAMES = {
    ScaleSource.CARD: "printed card",
    ScaleSource.RULER: "ruler in the photo",
    ScaleSource.GIVEN: "scale that was given",
    ScaleSource.DEVICE: "device profile",
}
#: Lengths that a bar may have, in mm, and the longest share of the picture it may take.
_BARS_MM = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_LONGEST_BAR = 0.34

Role = Literal["first", "previous", "latest"]


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """A square of the photo `origin`, the photos that line up with it, and its mm per pixel."""

    origin: Observation
    square: Box
    paths: Mapping[str, Path]
    mm_per_px: float | None
    source: str


def lesion_pictures(
    workspace: Workspace, change: Change, series: Series
) -> tuple[tuple[ReportPicture, ...], Literal["skin", "lesion"] | None]:
    """First, previous and latest photo, each once, and how they were brought into one frame.

    Raises:
        VaultDamagedError: a photo is not what it was.
    """
    photos = _roles(change, series)
    frame = _common_frame([seen for _, seen in photos], series)
    shown = tuple(_picture(workspace, role, seen, frame) for role, seen in photos)
    aligned = (
        []
        if frame is None
        else [frame.paths[s.observation_id] for _, s in photos if s.observation_id in frame.paths]
    )
    if frame is None or len(aligned) < 2:
        return shown, None
    return shown, "skin" if all(path.on_skin for path in aligned) else "lesion"


def scale_words(scale: Scale) -> str:
    """The evidence of a scale: `printed card, ±1 %` (one standard error)."""
    return f"{SCALE_NAMES[scale.source]}, ±{100 * scale.sigma / scale.mm_per_px:.0f} %"


def local_day(moment: datetime) -> str:
    """The day of a moment where the program runs, ISO 8601."""
    return moment.astimezone().date().isoformat()


def own_picture(
    workspace: Workspace, role: Role, seen: Observation, *, square: Box | None = None
) -> ReportPicture:
    """A photo in its own frame.

    Raises:
        VaultDamagedError: the photo is not what it was.
    """
    scale = seen.analysis.scale
    frame = _Frame(
        seen,
        square or framing.own_square(seen),
        {},
        None if scale is None else scale.mm_per_px,
        "" if scale is None else scale_words(scale),
    )
    return _drawn(workspace, role, seen, frame, np.eye(3), is_aligned=False)


def _roles(change: Change, series: Series) -> list[tuple[Role, Observation]]:
    by_id = {seen.observation_id: seen for seen in series.observations}
    named: tuple[tuple[Role, str | None], ...] = (
        ("first", change.first),
        ("previous", change.previous),
        ("latest", change.latest),
    )
    roles: dict[str, Role] = {}
    for role, name in named:
        if name is not None:
            roles.setdefault(name, role)
    return [(role, by_id[name]) for name, role in roles.items()]


def _common_frame(photos: Sequence[Observation], series: Series) -> _Frame | None:
    """In the frame of the photo that lines up with most of the others, the first of such."""
    stored = list(series.comparisons.values())
    wanted = {seen.observation_id for seen in photos}
    best: tuple[Observation, dict[str, Path]] | None = None
    for seen in photos:
        paths = framing.paths_onto(stored, seen.observation_id)
        reached = {name: path for name, path in paths.items() if name in wanted}
        if len(reached) > 1 and (best is None or len(reached) > len(best[1])):
            best = (seen, reached)
    if best is None:
        return None
    origin, reached = best
    others = [
        (seen, reached[seen.observation_id])
        for seen in photos
        if seen.observation_id in reached and seen is not origin
    ]
    squares = [framing.common_square(origin, seen, path.matrix) for seen, path in others]
    square = max(squares, key=lambda box: box.w)
    mm_per_px, source = _frame_scale(origin, others)
    return _Frame(origin, square, reached, mm_per_px, source)


def _frame_scale(
    origin: Observation, others: Sequence[tuple[Observation, Path]]
) -> tuple[float | None, str]:
    """Millimetres per pixel of the frame's photo: its own scale, else one that lines up with it."""
    own = origin.analysis.scale
    if own is not None:
        return own.mm_per_px, f"{scale_words(own)}, photo of {origin.capture.isoformat()}"
    for seen, path in others:
        scale = seen.analysis.scale
        if scale is not None and path.on_skin:
            size = _magnification(path.matrix, framing.lesion_box(seen))
            words = f"{scale_words(scale)}, photo of {seen.capture.isoformat()}"
            return scale.mm_per_px / size, words
    return None, ""


def _magnification(matrix: Matrix, box: Box) -> float:
    """How many pixels of the frame a photo's pixel covers at the middle of `box`, as a length."""
    x, y = box.x + box.w / 2, box.y + box.h / 2
    points = np.array([[(x, y), (x + 1, y), (x, y + 1)]], dtype=np.float64)
    here, right, down = cv2.perspectiveTransform(points, matrix)[0]
    return float(np.sqrt(abs(np.linalg.det(np.stack([right - here, down - here])))))


def _picture(
    workspace: Workspace, role: Role, seen: Observation, frame: _Frame | None
) -> ReportPicture:
    path = None if frame is None else frame.paths.get(seen.observation_id)
    if frame is None or path is None:
        return own_picture(workspace, role, seen)
    return _drawn(workspace, role, seen, frame, path.matrix, is_aligned=True)


def _drawn(
    workspace: Workspace,
    role: Role,
    seen: Observation,
    frame: _Frame,
    matrix: Matrix,
    *,
    is_aligned: bool,
) -> ReportPicture:
    mask, by_hand = seen.analysis.mask, seen.mask_corrected
    onto = framing.onto_picture(frame.square, SIDE_PX) @ matrix
    return ReportPicture(
        role=role,
        taken_on=seen.capture.isoformat(),
        data=compare_view.picture(workspace, seen, frame.square, SIDE_PX, matrix),
        media_type="image/jpeg",
        width=SIDE_PX,
        height=SIDE_PX,
        outlined_by=None if mask is None else mask.source,
        outlines=compare_view.outlines_on(seen, onto, SIDE_PX),
        bar=_bar(frame),
        is_aligned=is_aligned,
        corrected_by=None if by_hand is None else by_hand.by,
        corrected_on=None if by_hand is None else local_day(by_hand.corrected_at),
    )


def _bar(frame: _Frame) -> ScaleBar | None:
    """The longest round length that takes no more than its share of the picture."""
    if frame.mm_per_px is None:
        return None
    width_mm = frame.mm_per_px * frame.square.w
    fitting = [length for length in _BARS_MM if length <= _LONGEST_BAR * width_mm]
    if not fitting:
        return None
    return ScaleBar(fitting[-1], fitting[-1] / width_mm, frame.source)
