"""Columns of the observations about what was measured, and how a column finds its value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker.domain.exporting import ExportObservation
from tracker.exchange.columns import Column, boolean, box_columns, integer, number, text

#: An observation with what was written of its photo and mask: (observation, photo, mask) files.
SeenRow = tuple[ExportObservation, str | None, str | None]

UNMEASURED = "no lesion was measured on this photo"
_NO_SCALE = "no scale: size in mm is not known"


def seen(path: str) -> Callable[[SeenRow], Any]:
    """Follows attributes from the observation; None where one on the way is None."""
    names = path.split(".")

    def value(row: SeenRow) -> Any:
        found: Any = row[0].observation
        for name in names:
            found = None if found is None else getattr(found, name)
        return found

    return value


def word(path: str) -> Callable[[SeenRow], Any]:
    """As `seen`, for a word of a fixed list."""
    inner = seen(path)

    def value(row: SeenRow) -> Any:
        found = inner(row)
        return None if found is None else str(getattr(found, "value", found))

    return value


def _measure(name: str, unit: str, meaning: str, unknown: str = UNMEASURED) -> Column:
    attribute = "border_doubt" if name == "border_doubt_log" else name
    return number(name, unit, meaning, seen(f"analysis.measures.{attribute}"), unknown)


def _lab(prefix: str, attribute: str, meaning: str, unknown: str) -> tuple[Column, ...]:
    def part(index: int) -> Callable[[SeenRow], float | None]:
        inner = seen(f"analysis.measures.{attribute}")

        def value(row: SeenRow) -> float | None:
            found = inner(row)
            return None if found is None else float(found[index])

        return value

    return tuple(
        number(
            f"{prefix}_{axis}_cielab", "CIELAB (D65)", f"{meaning}, {long}", part(index), unknown
        )
        for index, (axis, long) in enumerate((("l", "L*"), ("a", "a*"), ("b", "b*")))
    )


MEASURED = (
    text("analysis_status", "measured or refused", seen("analysis.status")),
    text("reason", "why it was refused", seen("analysis.reason"), "it was not refused"),
    integer("width_px", "px", "width of the upright photo", seen("analysis.width"), "unreadable"),
    integer(
        "height_px", "px", "height of the upright photo", seen("analysis.height"), "unreadable"
    ),
    *box_columns("roi", "box around the lesion found", seen("analysis.roi"), UNMEASURED),
    _measure("area_px", "px", "pixels of the mask"),
    _measure("perimeter_px", "px", "length of the outer border"),
    _measure("diameter_px", "px", "largest diameter (maximum Feret)"),
    _measure("perpendicular_px", "px", "extent at right angles to the largest diameter"),
    number("area_mm2", "mm2", "area", seen("analysis.area_mm2"), _NO_SCALE),
    number("perimeter_mm", "mm", "length of the border", seen("analysis.perimeter_mm"), _NO_SCALE),
    number("diameter_mm", "mm", "largest diameter", seen("analysis.diameter_mm"), _NO_SCALE),
    _measure("asymmetry", "", "0 (mirror symmetric about both principal axes) to 1"),
    _measure("border_irregularity", "", "P^2 / (4 pi A) of the smoothed border; 1 for a disc"),
    integer(
        "colours",
        "",
        "how many of the six dermoscopic colours cover more than a minimal share",
        seen("analysis.measures.colours"),
        UNMEASURED,
    ),
    *_lab("lesion", "lesion_lab", "mean colour of the lesion", UNMEASURED),
    *_lab("lesion_sd", "lesion_lab_sd", "standard deviation within the lesion", UNMEASURED),
    *_lab("skin", "skin_lab", "mean colour of the skin around it", "too little skin in view"),
    boolean(
        "touches_frame",
        "cut by the edge of the photo: sizes are lower bounds",
        seen("analysis.measures.touches_frame"),
        UNMEASURED,
    ),
    _measure(
        "border_doubt_log",
        "ln of area",
        "how unsure the network is of the border",
        "drawn by a person, or not measured",
    ),
    text("measure_method", "method and version", seen("analysis.measures.method"), UNMEASURED),
    number("scale_mm_per_px", "mm/px", "scale", seen("analysis.scale.mm_per_px"), _NO_SCALE),
    number(
        "scale_sigma_mm_per_px",
        "mm/px",
        "standard error of the scale",
        seen("analysis.scale.sigma"),
        _NO_SCALE,
    ),
    text(
        "scale_source",
        "evidence for the scale: card, ruler, given or device",
        word("analysis.scale.source"),
        _NO_SCALE,
    ),
)
