"""Contact sheets for a person's eyes: a lesion's photos, outlines and the judgement under them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.bench.statistics_of import JsonObject, compared_axes, flagged_axes
from tracker.services.pictures import lesion_picture, photo_picture
from tracker.services.session import Workspace

TILE_PX = 300
LINE_PX = 18
Picture = NDArray[np.uint8]


def draw_sheets(vault: Path, judged: Path, folder: Path, *, limit: int | None = None) -> None:
    """One picture a lesion into `folder`.

    Args:
        judged: JSON Lines of `changes`. limit: at most so many lesions, taken evenly from the
            statuses; None draws all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = judged.read_text(encoding="utf-8").splitlines()
    changes = [json.loads(line) for line in lines]
    workspace = Workspace(vault)
    for change in _spread(changes, limit):
        picture = lesion_sheet(workspace, change)
        cv2.imwrite(str(folder / f"{change['lesion']}-{change['status']}.png"), picture)


def _spread(changes: Sequence[JsonObject], limit: int | None) -> list[JsonObject]:
    if limit is None:
        return list(changes)
    by_status: dict[str, list[JsonObject]] = {}
    for change in changes:
        by_status.setdefault(change["status"], []).append(change)
    turns = max(map(len, by_status.values()), default=0)
    dealt = [own[turn] for turn in range(turns) for own in by_status.values() if turn < len(own)]
    return dealt[:limit]


def lesion_sheet(workspace: Workspace, change: JsonObject) -> Picture:
    """Whole photos with outlines above, the lesion close up below, then the words; BGR."""
    with workspace.open("sheet") as vault:
        person = vault.person(change["person"])
        seen = vault.observations(vault.lesion(person, change["lesion"]))
    columns = []
    for one in seen:
        whole = _tile(photo_picture(workspace, one.observation_id, outline=True))
        close = _tile(lesion_picture(workspace, one.observation_id, outline=True))
        text = f"{one.capture.value.date()} {Path(one.photo.file_name).stem}"
        columns.append(np.vstack([whole, close, _words([text], TILE_PX)]))
    row = np.hstack(columns)
    axes = [
        f"{axis['axis']} vs {axis['against']}: {axis['change']:.3g} {axis['unit']}, "
        f"z {axis['z']:.2f}{' FLAGGED' if axis['flagged'] else ''}"
        for axis in change["axes"]
        if axis["z"] is not None
    ]
    head = (
        f"{change['lesion']}: {change['status']} {flagged_axes(change)} of {compared_axes(change)}"
    )
    alerts = [f"{alert['kind']}: {alert['message']}" for alert in change["alerts"]]
    width = row.shape[1]
    lines = [
        part for text in (head, *axes, *alerts, change["message"]) for part in _fit(text, width)
    ]
    return np.vstack([row, _words(lines, width)])


def _fit(text: str, width: int) -> list[str]:
    plain = text.encode("ascii", "replace").decode()
    return [part for line in plain.splitlines() for part in wrap(line, max(20, width // 7))]


def _tile(data: bytes) -> Picture:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    scale = TILE_PX / max(picture.shape[:2])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    canvas = np.full((TILE_PX, TILE_PX, 3), 40, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas


def _words(lines: Sequence[str], width: int) -> Picture:
    canvas = np.full((LINE_PX * len(lines) + 6, width, 3), 255, np.uint8)
    for place, text in enumerate(lines, start=1):
        origin = (4, LINE_PX * place - 2)
        cv2.putText(canvas, text, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return canvas
