"""Measuring photos without a vault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import Analysis
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box
from tracker.errors import InputError, UsageError
from tracker.services import pictures_io
from tracker.services.files import read_photo, write_output
from tracker.services.session import Workspace
from tracker.vision.analyzer import AnalyzeOptions


@dataclass
class OutputFolders:
    """Where `analyze` writes pictures; None writes none of that kind.

    Two photos with one stem get `name.png` and `name-2.png`.
    """

    masks: Path | None = None
    overlays: Path | None = None
    heatmaps: Path | None = None
    _used: dict[str, int] = field(default_factory=dict)

    def file_name(self, photo: Path) -> str:
        """`<photo stem>.png`, numbered from the second photo with this stem on."""
        number = self._used.get(photo.stem, 0) + 1
        self._used[photo.stem] = number
        return f"{photo.stem}.png" if number == 1 else f"{photo.stem}-{number}.png"


def photo_options(
    roi: Box | None = None, mm_per_px: float | None = None, modality: str | None = None
) -> AnalyzeOptions:
    """What is known of a photo before it is measured; `modality` as in the contract."""
    return AnalyzeOptions(
        roi=roi,
        mm_per_px=mm_per_px,
        modality=None if modality is None else Modality(modality),
    )


def analyze_photo(
    workspace: Workspace, data: bytes, photo: str, options: AnalyzeOptions
) -> tuple[Analysis, NDArray[np.uint8] | None]:
    """Measure one photo.

    Returns:
        The analysis (a photo that cannot be used is `refused`, with reason and advice), and the
        upright (h, w, 3) uint8 sRGB pixels, None where they could not be decoded.
    """
    analysis, decoded = workspace.analyzer.analyze(data, photo, options)
    return analysis, None if decoded is None else decoded.rgb


def analyze_files(
    workspace: Workspace,
    photos: Iterable[Path],
    options: AnalyzeOptions,
    folders: OutputFolders,
) -> Iterator[Analysis]:
    """Measure files one by one, writing the pictures asked for before each result.

    Raises:
        InputError, StorageFullError: a picture cannot be written.
    """
    for path in photos:
        try:
            analysis, rgb = analyze_photo(workspace, read_photo(path), str(path), options)
        except (InputError, UsageError) as error:
            yield refused(str(path), error)
            continue
        _write_pictures(path, analysis, rgb, folders)
        yield analysis


def refused(photo: str, error: InputError | UsageError) -> Analysis:
    """The analysis of a photo that could not even be read."""
    return Analysis(
        photo=photo,
        status="refused",
        reason=error.message,
        advice=error.next_step,
        width=None,
        height=None,
        capture=None,
        modality=None,
    )


def _write_pictures(
    path: Path, analysis: Analysis, rgb: NDArray[np.uint8] | None, folders: OutputFolders
) -> None:
    if analysis.status != "measured" or rgb is None:
        return
    name = folders.file_name(path)
    mask, heat = pictures_io.mask_picture(analysis), pictures_io.heatmap_picture(analysis)
    if folders.masks is not None and mask is not None:
        write_output(folders.masks / name, pictures_io.png_bytes(mask))
    if folders.heatmaps is not None and heat is not None:
        write_output(folders.heatmaps / name, pictures_io.png_bytes(heat))
    if folders.overlays is not None:
        overlay = pictures_io.overlay_picture(rgb, analysis)
        write_output(folders.overlays / name, pictures_io.png_bytes(overlay))
