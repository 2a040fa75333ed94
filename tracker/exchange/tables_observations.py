"""The table of observations: everything known of one lesion on one photo, one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tracker.domain.exporting import ExportObservation
from tracker.exchange.columns import (
    Column,
    Content,
    Kind,
    Table,
    boolean,
    box_columns,
    integer,
    model_columns,
    number,
    text,
)

#: An observation with what was written of its photo and mask: (observation, photo, mask) files.
_Row = tuple[ExportObservation, str | None, str | None]

_UNMEASURED = "no lesion was measured on this photo"
_NO_SCALE = "no scale: size in mm is not known"
_NOT_COMPARABLE = "cannot be compared, or is the first photo"
_WITHOUT_LESION = "the photo waits for a lesion"


def _rows(content: Content) -> Iterator[_Row]:
    for each in content.export.observations():
        file = content.photos[each.observation.photo.photo_sha256].file
        yield each, file, content.masks.get(each.observation_id)


def _seen(path: str) -> Callable[[_Row], Any]:
    """Follows attributes from the observation; None where one on the way is None."""
    names = path.split(".")

    def value(row: _Row) -> Any:
        found: Any = row[0].observation
        for name in names:
            found = None if found is None else getattr(found, name)
        return found

    return value


def _word(path: str) -> Callable[[_Row], Any]:
    """As `_seen`, for a word of a fixed list."""
    inner = _seen(path)

    def value(row: _Row) -> Any:
        found = inner(row)
        return None if found is None else str(getattr(found, "value", found))

    return value


def _compared(name: str) -> Callable[[_Row], Any]:
    return lambda row: getattr(row[0], name)


def _measure(name: str, unit: str, meaning: str, unknown: str = _UNMEASURED) -> Column:
    attribute = "border_doubt" if name == "border_doubt_log" else name
    return number(name, unit, meaning, _seen(f"analysis.measures.{attribute}"), unknown)


def _lab(prefix: str, attribute: str, meaning: str, unknown: str) -> tuple[Column, ...]:
    def part(index: int) -> Callable[[_Row], float | None]:
        inner = _seen(f"analysis.measures.{attribute}")

        def value(row: _Row) -> float | None:
            found = inner(row)
            return None if found is None else float(found[index])

        return value

    return tuple(
        number(
            f"{prefix}_{axis}_cielab", "CIELAB (D65)", f"{meaning}, {long}", part(index), unknown
        )
        for index, (axis, long) in enumerate((("l", "L*"), ("a", "a*"), ("b", "b*")))
    )


_IDENTITY = (
    text("observation_id", "id of the observation", _seen("observation_id")),
    text("person_id", "id of the person", _seen("person.person_id")),
    text("person", "name of the person", _seen("person.name")),
    text("lesion_id", "id of the lesion", _seen("lesion.lesion_id"), _WITHOUT_LESION),
    text("lesion", "name of the lesion", _seen("lesion.name"), _WITHOUT_LESION),
    text("site", "where on the body", _seen("lesion.site"), "not said"),
    Column(
        "taken_at",
        Kind.LOCAL_TIME,
        "",
        "when the photo was taken, local time without a zone, as precise as taken_precision says",
        "",
        _seen("capture"),
    ),
    text("taken_precision", "day or second", _seen("capture.precision")),
    text(
        "taken_source",
        "exif (the file), given (a person) or manifest (a table)",
        _word("capture.source"),
    ),
    Column(
        "file_taken_at",
        Kind.LOCAL_TIME,
        "",
        "when the file itself says it was taken",
        "the file does not say",
        _seen("analysis.capture"),
    ),
    Column(
        "added_at_utc", Kind.UTC_TIME, "", "when it was added to the vault", "", _seen("added_at")
    ),
    text("modality", "clinical or dermoscopic", _word("modality"), "not said"),
    text("note", "what the person wrote", _seen("note"), "nothing was written"),
    text("photo_sha256", "SHA-256 of the original; see photos", _seen("photo.photo_sha256")),
    text("photo_file", "the photo in this export", lambda row: row[1], "exported without photos"),
    text(
        "mask_file",
        "the lesion's pixels on the upright photo as PNG, 255 inside and 0 outside",
        lambda row: row[2],
        "no mask, or exported without photos",
    ),
    text(
        "mask_source",
        "model (computed) or person (drawn or corrected by hand)",
        _seen("analysis.mask.source"),
        "no mask",
    ),
    *box_columns(
        "requested",
        "region the person pointed at on the upright photo",
        _seen("requested_roi"),
        "the whole photo",
    ),
)

_MEASURED = (
    text("analysis_status", "measured or refused", _seen("analysis.status")),
    text("reason", "why it was refused", _seen("analysis.reason"), "it was not refused"),
    integer("width_px", "px", "width of the upright photo", _seen("analysis.width"), "unreadable"),
    integer(
        "height_px", "px", "height of the upright photo", _seen("analysis.height"), "unreadable"
    ),
    *box_columns("roi", "box around the lesion found", _seen("analysis.roi"), _UNMEASURED),
    _measure("area_px", "px", "pixels of the mask"),
    _measure("perimeter_px", "px", "length of the outer border"),
    _measure("diameter_px", "px", "largest diameter (maximum Feret)"),
    _measure("perpendicular_px", "px", "extent at right angles to the largest diameter"),
    number("area_mm2", "mm2", "area", _seen("analysis.area_mm2"), _NO_SCALE),
    number("perimeter_mm", "mm", "length of the border", _seen("analysis.perimeter_mm"), _NO_SCALE),
    number("diameter_mm", "mm", "largest diameter", _seen("analysis.diameter_mm"), _NO_SCALE),
    _measure("asymmetry", "", "0 (mirror symmetric about both principal axes) to 1"),
    _measure("border_irregularity", "", "P^2 / (4 pi A) of the smoothed border; 1 for a disc"),
    integer(
        "colours",
        "",
        "how many of the six dermoscopic colours cover more than a minimal share",
        _seen("analysis.measures.colours"),
        _UNMEASURED,
    ),
    *_lab("lesion", "lesion_lab", "mean colour of the lesion", _UNMEASURED),
    *_lab("lesion_sd", "lesion_lab_sd", "standard deviation within the lesion", _UNMEASURED),
    *_lab("skin", "skin_lab", "mean colour of the skin around it", "too little skin in view"),
    boolean(
        "touches_frame",
        "cut by the edge of the photo: sizes are lower bounds",
        _seen("analysis.measures.touches_frame"),
        _UNMEASURED,
    ),
    _measure(
        "border_doubt_log",
        "ln of area",
        "how unsure the network is of the border",
        "drawn by a person, or not measured",
    ),
    text("measure_method", "method and version", _seen("analysis.measures.method"), _UNMEASURED),
    number("scale_mm_per_px", "mm/px", "scale", _seen("analysis.scale.mm_per_px"), _NO_SCALE),
    number(
        "scale_sigma_mm_per_px",
        "mm/px",
        "standard error of the scale",
        _seen("analysis.scale.sigma"),
        _NO_SCALE,
    ),
    text(
        "scale_source",
        "evidence for the scale: card, ruler, given or device",
        _word("analysis.scale.source"),
        _NO_SCALE,
    ),
)

_COMPARED = (
    number(
        "area_ratio",
        "",
        "area against area_ratio_against",
        _compared("area_ratio"),
        _NOT_COMPARABLE,
    ),
    number(
        "area_ratio_sigma", "", "its standard error", _compared("area_ratio_sigma"), _NOT_COMPARABLE
    ),
    text(
        "area_ratio_against",
        "the first comparable observation",
        _compared("area_ratio_against"),
        _NOT_COMPARABLE,
    ),
    number(
        "cosine_to_first",
        "",
        "likeness to the first photo, -1 to 1",
        _compared("cosine_to_first"),
        _NOT_COMPARABLE,
    ),
    number(
        "cosine_to_previous",
        "",
        "likeness to the photo before, -1 to 1",
        _compared("cosine_to_previous"),
        _NOT_COMPARABLE,
    ),
    number(
        "colour_delta_e",
        "CIEDE2000",
        "difference of mean colour from the first photo",
        _compared("colour_delta_e"),
        _NOT_COMPARABLE,
    ),
    number(
        "focal_delta_e",
        "CIEDE2000",
        "difference of the part that changed most, the overall shift taken off",
        _compared("focal_delta_e"),
        _NOT_COMPARABLE,
    ),
    boolean(
        "comparable",
        "sizes can be held against the first comparable photo",
        _compared("comparable"),
        "the only photo of its lesion, or without a lesion",
    ),
    text("why_not", "why it cannot be compared", _compared("why_not"), "it can be"),
    text(
        "remarks",
        "what the comparisons noticed",
        lambda row: " ".join(row[0].remarks) or None,
        "nothing",
    ),
)

_CHECKED = (
    number(
        "sharpness",
        "",
        "edge strength within the lesion region, 0 upward",
        _seen("analysis.quality.sharpness"),
        _UNMEASURED,
    ),
    number(
        "exposure",
        "",
        "mean luminance of the region, 0 to 1",
        _seen("analysis.quality.exposure"),
        _UNMEASURED,
    ),
    number(
        "dark_fraction",
        "",
        "share of pixels crushed to black, 0 to 1",
        _seen("analysis.quality.dark_fraction"),
        _UNMEASURED,
    ),
    number(
        "glare_fraction",
        "",
        "share of pixels blown out, 0 to 1",
        _seen("analysis.quality.glare_fraction"),
        _UNMEASURED,
    ),
    integer(
        "lesion_px",
        "px",
        "longer side of the lesion",
        _seen("analysis.quality.lesion_px"),
        "no lesion was found",
    ),
    boolean(
        "quality_ok", "no finding refuses the photo", _seen("analysis.quality.ok"), _UNMEASURED
    ),
    boolean(
        "is_unlike_training",
        "unlike the pictures the network learned from",
        _seen("analysis.is_unlike_training"),
        "not known",
    ),
    *model_columns("model", "network that measured", _seen("analysis.model")),
    *model_columns("gate", "network that found the region", _seen("analysis.gate")),
)

OBSERVATIONS = Table(
    "observations",
    "One row for each lesion on each photo, by person, lesion and time of capture; photos that "
    "wait for a lesion come last.",
    (*_IDENTITY, *_MEASURED, *_COMPARED, *_CHECKED),
    _rows,
)
