"""Correcting the outline of a lesion: proposed by the network or drawn, and always taken back.

Nothing is overwritten: the network's mask stays in the journal beside the person's. What is
measured comes from the mask that counts now, on the stored photo, and comparisons are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.analysis import brush
from tracker.analysis.mask import mask_by_hand
from tracker.domain.analysis import Analysis, LesionMask, Measures
from tracker.domain.geometry import Box
from tracker.domain.records import MaskCorrection, MaskMethod, Observation
from tracker.errors import InputError, UsageError
from tracker.services.comparing import OnProgress, complete_series
from tracker.services.files import read_photo
from tracker.services.mask_looking import boxes_at, is_at, looked_at, measured_through
from tracker.services.remeasuring import measured_again
from tracker.services.session import Workspace
from tracker.vision.decode import DecodedPhoto, decode_photo

#: One stroke of the brush, as pages hand it over.
Stroke = brush.Stroke
#: Code above which a pixel of a mask file belongs to the lesion.
MASK_LEVEL = 127
NOTHING_THERE = "No spot was found there."
DRAW_IT = "Mark a box around the whole spot, or draw its outline."


@dataclass(frozen=True, slots=True, eq=False)
class MaskPair:
    """The mask that counts, the network's own, and who corrected it (None: nobody)."""

    observation: Observation
    shown: LesionMask | None
    original: LesionMask | None
    correction: MaskCorrection | None


@dataclass(frozen=True, slots=True, eq=False)
class MaskProposal:
    """What the network outlines in a box or at a click; nothing is stored yet."""

    mask: LesionMask
    measures: Measures
    method: MaskMethod
    analysis: Analysis


def read_mask(path: Path) -> NDArray[np.bool_]:
    """A mask from a picture file: bright pixels are the lesion.

    Raises:
        InputError: it cannot be read.
    """
    rgb = decode_photo(read_photo(path), path.name).rgb
    return np.asarray(rgb.max(axis=2) > MASK_LEVEL)


def mask_of(workspace: Workspace, observation_id: str) -> MaskPair:
    """Both masks of a photo.

    Raises:
        UnknownNameError: no such observation.
    """
    with workspace.open("mask") as vault:
        seen = vault.observation(observation_id)
        first = vault.network_analysis(observation_id)
    original = None if first is None else first.mask
    return MaskPair(seen, seen.analysis.mask, original, seen.mask_corrected)


def propose_mask(
    workspace: Workspace,
    observation_id: str,
    *,
    box: Box | None = None,
    click: tuple[float, float] | None = None,
) -> MaskProposal:
    """The network's outline of the spot in a box, or at a click.

    Args:
        box, click (x, y): one of them, in pixels of the upright photo.

    Raises:
        UsageError: neither or both, or not on the photo. InputError: no spot is found there.
        UnknownNameError: no such observation. ModelError: the installation is not whole.
    """
    if (box is None) == (click is None):
        raise UsageError("One box or one click is needed.", next_step=DRAW_IT)
    seen, photo = _read(workspace, observation_id)
    if box is not None:
        found = looked_at(workspace, seen, photo, box)
        if found.mask is None or found.measures is None:
            raise InputError(found.reason or NOTHING_THERE, next_step=found.advice or DRAW_IT)
        return MaskProposal(found.mask, found.measures, MaskMethod.BOX, found)
    assert click is not None
    if not (0 <= click[0] < photo.width and 0 <= click[1] < photo.height):
        raise UsageError(
            f"{click[0]:g},{click[1]:g} is not on the photo of {photo.width} x {photo.height}.",
            next_step="Give pixels of the upright photo, from its top left corner.",
        )
    for around in boxes_at(workspace, photo, click):
        found = looked_at(workspace, seen, photo, around)
        if found.mask is not None and found.measures is not None and is_at(found.mask, click):
            return MaskProposal(found.mask, found.measures, MaskMethod.CLICK, found)
    raise InputError(NOTHING_THERE, next_step=DRAW_IT)


def painted(
    workspace: Workspace,
    observation_id: str,
    strokes: Sequence[Stroke],
    *,
    start: LesionMask | None = None,
) -> LesionMask:
    """The mask (or `start`) after strokes of a brush; nothing is stored.

    Raises:
        UsageError: nothing is left. UnknownNameError: no such observation.
    """
    with workspace.open("mask") as vault:
        seen = vault.observation(observation_id)
    width, height = seen.photo.width, seen.photo.height
    inside = brush.painted(start or seen.analysis.mask, strokes, width, height)
    return _by_hand(inside)


def correct_mask(
    workspace: Workspace,
    observation_id: str,
    mask: LesionMask | NDArray[np.bool_],
    *,
    by: str | None = None,
    method: MaskMethod = MaskMethod.BRUSH,
    on_progress: OnProgress | None = None,
) -> Observation:
    """Measure a photo through a mask that a person gives, and keep both masks.

    Args:
        mask: as such, or (height, width) bool of the upright photo; its largest part counts.
        by: who corrected it. on_progress: of the comparisons that are made anew.

    Raises:
        UsageError: nothing is marked, or it does not fit the photo.
        UnknownNameError: no such observation. VaultError and its kin: nothing was stored.
    """
    seen, photo = _read(workspace, observation_id)
    inside = mask.on_photo(photo.width, photo.height) if isinstance(mask, LesionMask) else mask
    if inside.shape != (photo.height, photo.width):
        raise UsageError(
            f"The mask is of {inside.shape[1]} x {inside.shape[0]} pixels, the photo of "
            f"{photo.width} x {photo.height}.",
            next_step="Give a mask of the upright photo's size.",
        )
    analysis = measured_through(workspace, seen, photo, _by_hand(inside))
    return _keep(workspace, seen, analysis, method, by, on_progress)


def accept_proposal(
    workspace: Workspace,
    observation_id: str,
    proposal: MaskProposal,
    *,
    by: str | None = None,
    on_progress: OnProgress | None = None,
) -> Observation:
    """Take the outline that the network proposed; as `correct_mask`."""
    with workspace.open("mask") as vault:
        seen = vault.observation(observation_id)
    mask = replace(proposal.mask, source="person")
    scale = proposal.analysis.scale or seen.analysis.scale
    analysis = replace(proposal.analysis, photo=seen.analysis.photo, mask=mask, scale=scale)
    return _keep(workspace, seen, analysis, proposal.method, by, on_progress)


def restore_mask(
    workspace: Workspace,
    observation_id: str,
    *,
    by: str | None = None,
    on_progress: OnProgress | None = None,
) -> Observation:
    """Put the network's mask back, with what was measured through it.

    Raises:
        UsageError: the mask in use is the network's. UnknownNameError: no such observation.
        InputError: the networks find no lesion (in a photo that came with a drawn mask).
    """
    with workspace.open("mask") as vault:
        seen = vault.observation(observation_id)
        analysis = vault.network_analysis(observation_id)
    mask = seen.analysis.mask
    if mask is None or mask.source == "model":
        raise UsageError(
            f"The mask of {observation_id} is the network's own.", next_step="There is no other."
        )
    if analysis is None:
        unaided = replace(seen.analysis, mask=replace(mask, source="model"))
        data = _bytes(workspace, seen)
        analysis = measured_again(workspace, replace(seen, analysis=unaided), data)
        if analysis.mask is None:
            raise InputError(analysis.reason or NOTHING_THERE, next_step=analysis.advice)
    return _keep(workspace, seen, analysis, MaskMethod.ORIGINAL, by, on_progress)


def _keep(
    workspace: Workspace,
    seen: Observation,
    analysis: Analysis,
    method: MaskMethod,
    by: str | None,
    on_progress: OnProgress | None,
) -> Observation:
    with workspace.open("mask") as vault:
        stored = vault.correct_mask(seen.observation_id, analysis, method, by)
    if stored.lesion is not None:
        person, lesion = stored.person.name, stored.lesion.name
        complete_series(workspace, person, lesion, on_progress=on_progress)
    return stored


def _bytes(workspace: Workspace, seen: Observation) -> bytes:
    with workspace.open("mask") as vault:
        return vault.photo_bytes(seen.photo.photo_sha256)


def _read(workspace: Workspace, observation_id: str) -> tuple[Observation, DecodedPhoto]:
    with workspace.open("mask") as vault:
        seen = vault.observation(observation_id)
        data = vault.photo_bytes(seen.photo.photo_sha256)
    return seen, decode_photo(data, seen.photo.file_name)


def _by_hand(inside: NDArray[np.bool_]) -> LesionMask:
    found = mask_by_hand(inside)
    if found is None:
        raise UsageError("Nothing is marked.", next_step=DRAW_IT)
    return found
