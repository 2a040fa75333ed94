"""Stored observations as the comparison wants them: views with features, the latest kept."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.compare import Subject
from tracker.analysis.view import make_view
from tracker.domain.analysis import Analysis
from tracker.domain.records import Observation
from tracker.errors import PhotoDamagedError
from tracker.services.session import Workspace
from tracker.vision.decode import decode_photo

#: A subject with its features takes a few MB; first and previous photos of a session come back.
MAX_KEPT = 24

_log = logging.getLogger(__name__)

_Key = tuple[str, str, str | None, int]


class SubjectCache:
    """The subjects used last, shared by the threads of a process."""

    def __init__(self, size: int = MAX_KEPT) -> None:
        self._size = size
        self._kept: OrderedDict[_Key, Subject] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> Subject | None:
        """The subject kept under `key`, None if it is gone."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: _Key, subject: Subject) -> None:
        """Keep a subject, and let go of the one not used for longest."""
        with self._lock:
            self._kept[key] = subject
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def forget(self, vault_path: Path) -> None:
        """Let go of everything of one vault: it was locked, and these are its photos."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == str(vault_path)]:
                del self._kept[key]


_CACHE = SubjectCache()


def forget(vault_path: Path) -> None:
    """Let go of what this process keeps of the photos of a vault."""
    _CACHE.forget(vault_path)


def subject_of_pixels(
    observation_id: str, analysis: Analysis, rgb: NDArray[np.uint8]
) -> Subject | None:
    """A measured photo as a subject; None where it has no lesion measured.

    Args:
        rgb: (height, width, 3) uint8, the upright photo.
    """
    if analysis.mask is None or analysis.measures is None:
        return None
    return Subject(
        observation_id=observation_id,
        view=make_view(rgb, analysis.mask),
        measures=analysis.measures,
        scale=analysis.scale,
        modality=analysis.modality,
        embedding=analysis.embedding,
        model_sha256=None if analysis.model is None else analysis.model.sha256,
    )


def subject_of(workspace: Workspace, seen: Observation) -> Subject | None:
    """A stored observation as a subject; reads the photo unless it was used lately.

    Returns:
        None where there is no lesion measured, and where the photo is damaged: what was measured
        on it stays, but it is held against no other one.
    """
    model = seen.analysis.model
    key = (
        str(workspace.vault_path),
        seen.observation_id,
        None if model is None else model.sha256,
        -1 if seen.analysis.mask is None else hash(seen.analysis.mask.pixels.tobytes()),
    )
    kept = _CACHE.get(key)
    if kept is not None:
        return kept
    try:
        with workspace.open("read a photo") as vault:
            data = vault.photo_bytes(seen.photo.photo_sha256)
    except PhotoDamagedError as error:
        _log.warning("%s", error)
        return None
    rgb = decode_photo(data, seen.photo.file_name).rgb
    subject = subject_of_pixels(seen.observation_id, seen.analysis, rgb)
    if subject is not None:
        _CACHE.put(key, subject)
    return subject
