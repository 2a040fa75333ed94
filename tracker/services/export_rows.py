"""Rows of an export as the values they were written from."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

import numpy as np

from tracker.domain.analysis import Analysis, LesionMask, Measures, Scale, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box
from tracker.errors import ManifestError
from tracker.exchange.reading import FoundExport, Row
from tracker.vision.decode import decode_photo

_Word = TypeVar("_Word", bound=StrEnum)


def word_of(kind: type[_Word], text: str) -> _Word:
    """The word of a fixed list.

    Raises:
        ManifestError: another word.
    """
    try:
        return kind(text)
    except ValueError:
        raise ManifestError(
            f"{text!a} is none of: {', '.join(word.value for word in kind)}.",
            next_step="Take the table from the export again.",
        ) from None


def box_of(row: Row, prefix: str) -> Box | None:
    """The box in four columns.

    Raises:
        UsageError: it has no area.
    """
    sides = [row[f"{prefix}_{side}_px"] for side in "xywh"]
    if any(side is None for side in sides):
        return None
    return Box(*sides)


def earlier_analysis(
    found: FoundExport, row: Row, file_name: str, modality: Modality | None
) -> Analysis:
    """What was known of the lesion when the row was written: mask, measures and scale.

    Raises:
        InputError, UsageError: the mask or a value cannot be used.
    """
    mask = _mask(found, row)
    return Analysis(
        photo=file_name,
        status="refused" if mask is None else "measured",
        reason=row["reason"],
        advice=None,
        width=row["width_px"],
        height=row["height_px"],
        capture=None,
        modality=modality,
        roi=box_of(row, "roi"),
        mask=mask,
        measures=None if mask is None else _measures(row),
        scale=_scale(row),
    )


def _mask(found: FoundExport, row: Row) -> LesionMask | None:
    name = row["mask_file"]
    if name is None:
        return None
    photo = decode_photo(found.data(name), name)
    inside = photo.rgb[:, :, 0] > 127
    if (photo.width, photo.height) != (row["width_px"], row["height_px"]) or not inside.any():
        raise ManifestError(
            f"The mask '{name}' does not fit its photo.",
            next_step="Take the file from the export again.",
        )
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    box = Box(int(left), int(top), int(right - left), int(bottom - top))
    by_hand = row["mask_source"] == "person"
    pixels = inside[top:bottom, left:right].copy()
    return LesionMask(box, pixels, "person" if by_hand else "model")


def _measures(row: Row) -> Measures | None:
    if row["area_px"] is None:
        return None
    skin = _lab(row, "skin")
    lesion, spread = _lab(row, "lesion"), _lab(row, "lesion_sd")
    if lesion is None or spread is None or row["measure_method"] is None:
        raise ManifestError(
            f"The numbers of {row['observation_id']} are not whole.",
            next_step="Take the table from the export again.",
        )
    return Measures(
        area_px=row["area_px"],
        perimeter_px=row["perimeter_px"],
        diameter_px=row["diameter_px"],
        perpendicular_px=row["perpendicular_px"],
        asymmetry=row["asymmetry"],
        border_irregularity=row["border_irregularity"],
        colours=row["colours"],
        lesion_lab=lesion,
        lesion_lab_sd=spread,
        skin_lab=skin,
        touches_frame=row["touches_frame"],
        method=row["measure_method"],
        border_doubt=row["border_doubt_log"],
    )


def _lab(row: Row, prefix: str) -> tuple[float, float, float] | None:
    l_, a_, b_ = (row[f"{prefix}_{axis}_cielab"] for axis in "lab")
    return None if l_ is None or a_ is None or b_ is None else (l_, a_, b_)


def _scale(row: Row) -> Scale | None:
    if row["scale_mm_per_px"] is None:
        return None
    source = word_of(ScaleSource, row["scale_source"] or "")
    return Scale(row["scale_mm_per_px"], row["scale_sigma_mm_per_px"] or 0.0, source)
