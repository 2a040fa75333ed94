"""The table of observations: everything known of one lesion on one photo, one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

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
from tracker.exchange.columns_measured import MEASURED, UNMEASURED, SeenRow, seen, word

_NOT_COMPARABLE = "cannot be compared, or is the first photo"
_WITHOUT_LESION = "the photo waits for a lesion"


def _rows(content: Content) -> Iterator[SeenRow]:
    for each in content.export.observations():
        file = content.photos[each.observation.photo.photo_sha256].file
        yield each, file, content.masks.get(each.observation_id)


def _compared(name: str) -> Callable[[SeenRow], Any]:
    return lambda row: getattr(row[0], name)


_IDENTITY = (
    text("observation_id", "id of the observation", seen("observation_id")),
    text("person_id", "id of the person", seen("person.person_id")),
    text("person", "name of the person", seen("person.name")),
    text("lesion_id", "id of the lesion", seen("lesion.lesion_id"), _WITHOUT_LESION),
    text("lesion", "name of the lesion", seen("lesion.name"), _WITHOUT_LESION),
    text("site", "where on the body", seen("lesion.site"), "not said"),
    Column(
        "taken_at",
        Kind.LOCAL_TIME,
        "",
        "when the photo was taken, local time without a zone, as precise as taken_precision says",
        "",
        seen("capture"),
    ),
    text("taken_precision", "day or second", seen("capture.precision")),
    text(
        "taken_source",
        "exif (the file), given (a person) or manifest (a table)",
        word("capture.source"),
    ),
    Column(
        "file_taken_at",
        Kind.LOCAL_TIME,
        "",
        "when the file itself says it was taken",
        "the file does not say",
        seen("analysis.capture"),
    ),
    Column(
        "added_at_utc", Kind.UTC_TIME, "", "when it was added to the vault", "", seen("added_at")
    ),
    text("modality", "clinical or dermoscopic", word("modality"), "not said"),
    text("note", "what the person wrote", seen("note"), "nothing was written"),
    text("photo_sha256", "SHA-256 of the original; see photos", seen("photo.photo_sha256")),
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
        seen("analysis.mask.source"),
        "no mask",
    ),
    *box_columns(
        "requested",
        "region the person pointed at on the upright photo",
        seen("requested_roi"),
        "the whole photo",
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
        seen("analysis.quality.sharpness"),
        UNMEASURED,
    ),
    number(
        "exposure",
        "",
        "mean luminance of the region, 0 to 1",
        seen("analysis.quality.exposure"),
        UNMEASURED,
    ),
    number(
        "dark_fraction",
        "",
        "share of pixels crushed to black, 0 to 1",
        seen("analysis.quality.dark_fraction"),
        UNMEASURED,
    ),
    number(
        "glare_fraction",
        "",
        "share of pixels blown out, 0 to 1",
        seen("analysis.quality.glare_fraction"),
        UNMEASURED,
    ),
    integer(
        "lesion_px",
        "px",
        "longer side of the lesion",
        seen("analysis.quality.lesion_px"),
        "no lesion was found",
    ),
    boolean("quality_ok", "no finding refuses the photo", seen("analysis.quality.ok"), UNMEASURED),
    boolean(
        "is_unlike_training",
        "unlike the pictures the network learned from",
        seen("analysis.is_unlike_training"),
        "not known",
    ),
    *model_columns("model", "network that measured", seen("analysis.model")),
    *model_columns("gate", "network that found the region", seen("analysis.gate")),
)

OBSERVATIONS = Table(
    "observations",
    "One row for each lesion on each photo, by person, lesion and time of capture; photos that "
    "wait for a lesion come last.",
    (*_IDENTITY, *MEASURED, *_COMPARED, *_CHECKED),
    _rows,
)
