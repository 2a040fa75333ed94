"""Tables about what lies behind the observations: pairs, photos, findings, networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tracker.domain.analysis import CLASSES, ModelIdentity, OtherLesion
from tracker.domain.comparison import Comparison
from tracker.domain.exporting import ExportLesion, ExportObservation
from tracker.domain.quality import QualityIssue
from tracker.exchange.columns import (
    Column,
    Content,
    Kind,
    PhotoFile,
    Table,
    boolean,
    box_columns,
    integer,
    number,
    text,
)

_NOT_COMPARED = "cannot be compared"
_WITHOUT_PHOTOS = "exported without photos"


def _comparisons(content: Content) -> Iterator[tuple[ExportLesion, Comparison]]:
    for each in content.export.lesions():
        for pair in each.comparisons:
            yield each, pair


def _photos(content: Content) -> Iterator[PhotoFile]:
    for photo in content.export.photos():
        yield content.photos[photo.photo_sha256]


def _issues(content: Content) -> Iterator[tuple[ExportObservation, QualityIssue]]:
    for each in content.export.observations():
        quality = each.observation.analysis.quality
        for issue in () if quality is None else quality.issues:
            yield each, issue


def _others(content: Content) -> Iterator[tuple[ExportObservation, OtherLesion]]:
    for each in content.export.observations():
        for other in each.observation.analysis.others:
            yield each, other


def _embedded(content: Content) -> Iterator[ExportObservation]:
    for each in content.export.observations():
        if each.observation.analysis.embedding is not None:
            yield each


def _classified(content: Content) -> Iterator[ExportObservation]:
    for each in content.export.observations():
        if each.observation.analysis.probabilities is not None:
            yield each


def _models(content: Content) -> Iterator[ModelIdentity]:
    yield from content.export.models()


def _pair(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row[1], name)


def _aligned(name: str) -> Callable[[Any], Any]:
    def value(row: tuple[ExportLesion, Comparison]) -> Any:
        found = row[1].registration
        return None if found is None else getattr(found, name)

    return value


def _number(name: str, unit: str, meaning: str) -> Column:
    return number(name, unit, meaning, _pair(name), _NOT_COMPARED)


def _triple(name: str, meaning: str) -> tuple[Column, ...]:
    def part(index: int) -> Callable[[Any], Any]:
        def value(row: tuple[ExportLesion, Comparison]) -> Any:
            found = getattr(row[1], name)
            return None if found is None else found[index]

        return value

    return tuple(
        number(f"{name}_{axis}", "CIELAB", f"{meaning}, {long}", part(index), _NOT_COMPARED)
        for index, (axis, long) in enumerate((("l", "L*"), ("a", "a*"), ("b", "b*")))
    )


def _matrix_column(index: int) -> Column:
    def value(row: tuple[ExportLesion, Comparison]) -> Any:
        found = row[1].registration
        return None if found is None else found.matrix[index]

    name = f"registration_m{index // 3}{index % 3}"
    meaning = "element of the 3x3 matrix that maps later onto earlier pixels: earlier ~ M later"
    return number(name, "px", meaning, value, "not lined up")


COMPARISONS = Table(
    "comparisons",
    "One row for each pair of photos of a lesion that was compared, in the order of comparing.",
    (
        text("lesion_id", "id of the lesion", lambda row: row[0].lesion.lesion_id),
        text("earlier", "id of the earlier observation", _pair("earlier")),
        text("later", "id of the later observation", _pair("later")),
        boolean(
            "same_lesion",
            "features confirm that both photos show one lesion",
            _pair("same_lesion"),
            "could not be told",
        ),
        text(
            "registration_method",
            "how the photos were lined up",
            lambda row: None if row[1].registration is None else row[1].registration.method.value,
            "not lined up",
        ),
        integer(
            "registration_inliers", "", "matches that agree", _aligned("inliers"), "not lined up"
        ),
        number(
            "registration_residual",
            "",
            "worst forward-backward error as a fraction of the lesion's radius",
            _aligned("residual"),
            "not lined up",
        ),
        *(_matrix_column(index) for index in range(9)),
        text("size_source", "scale or skin", _pair("size_source"), "sizes cannot be compared"),
        text("size_why_not", "why sizes cannot be", _pair("size_why_not"), "they can be"),
        _number("log_area_ratio", "", "ln(area later / area earlier)"),
        _number("log_diameter_ratio", "", "ln(diameter later / diameter earlier)"),
        _number("size_sigma_log", "", "part of log_area_ratio's standard error from this pair"),
        _number("delta_asymmetry", "", "asymmetry, later minus earlier"),
        _number("log_irregularity_ratio", "", "ln(border irregularity later / earlier)"),
        _number("colour_delta_e", "CIEDE2000", "difference of mean colours"),
        _number("colour_overall_delta_e", "CIEDE2000", "the part the whole picture shares"),
        *_triple("delta_lab", "mean colour, later minus earlier"),
        _number("focal_delta_e", "CIEDE2000", "difference of the part that changed most"),
        *_triple("focal_delta_lab", "that part, later minus earlier, overall shift taken off"),
        text(
            "colour_constancy",
            "how light was evened out: registered_skin or skin_mean",
            _pair("colour_constancy"),
            "colours cannot be compared",
        ),
        _number("cosine", "", "likeness of the embeddings, -1 to 1"),
        text("method", "name and version of the comparison", _pair("method")),
        text("notes", "findings in words", lambda row: " ".join(row[1].notes) or None, "nothing"),
    ),
    _comparisons,
)

PHOTOS = Table(
    "photos",
    "One row a photo. The exported file is the original without the place it was taken and without "
    "other metadata: orientation, capture date, camera model and colour profile stay.",
    (
        text("photo_sha256", "SHA-256 of the original", lambda row: row.record.photo_sha256),
        text("file_name", "name the original came with", lambda row: row.record.file_name),
        text("media_type", "of the original", lambda row: row.record.media_type),
        integer("size_bytes", "byte", "of the original", lambda row: row.record.size_bytes),
        integer("width_px", "px", "of the upright photo", lambda row: row.record.width),
        integer("height_px", "px", "of the upright photo", lambda row: row.record.height),
        text("photo_file", "the photo in this export", lambda row: row.file, _WITHOUT_PHOTOS),
        text("exported_sha256", "SHA-256 of photo_file", lambda row: row.sha256, _WITHOUT_PHOTOS),
        text("exported_media_type", "of photo_file", lambda row: row.media_type, _WITHOUT_PHOTOS),
        integer(
            "exported_size_bytes", "byte", "of photo_file", lambda r: r.size_bytes, _WITHOUT_PHOTOS
        ),
        boolean(
            "recoded",
            "the metadata could not be taken out alone: the upright pixels were written as PNG",
            lambda row: row.recoded,
            _WITHOUT_PHOTOS,
        ),
    ),
    _photos,
)


def _observed(row: Any) -> str:
    return str((row[0] if isinstance(row, tuple) else row).observation_id)


_OBSERVATION_ID = text("observation_id", "id of the observation", _observed)

QUALITY_ISSUES = Table(
    "quality_issues",
    "One row for each finding of the quality check.",
    (
        _OBSERVATION_ID,
        text("code", "what was found", lambda row: row[1].code.value),
        text("severity", "warn (measured with care) or refuse", lambda row: row[1].severity),
        text("reason", "in words", lambda row: row[1].reason),
        text("advice", "what to do about it", lambda row: row[1].advice),
    ),
    _issues,
)

OTHER_REGIONS = Table(
    "other_regions",
    "One row for each further spot in view that was not measured.",
    (
        _OBSERVATION_ID,
        *box_columns("roi", "box around it", lambda row: row[1].roi, ""),
        number("area_px", "px", "about its area", lambda row: row[1].area_px),
    ),
    _others,
)

EMBEDDINGS = Table(
    "embeddings",
    "One row for each observation with an embedding: the look of the lesion as unit vector.",
    (
        _OBSERVATION_ID,
        text(
            "model_sha256",
            "network it comes from; vectors of two networks cannot be compared",
            lambda row: getattr(row.observation.analysis.model, "sha256", None),
            "not known",
        ),
        Column(
            "embedding",
            Kind.NUMBERS,
            "",
            "128 numbers of unit length, separated by blanks",
            "",
            lambda row: row.observation.analysis.embedding,
        ),
    ),
    _embedded,
)

MODELS = Table(
    "models",
    "One row for each network whose numbers are in this export.",
    (
        text("model_sha256", "SHA-256 of its file", lambda row: row.sha256),
        text("name", "its name", lambda row: row.name),
        text("version", "its version", lambda row: row.version),
    ),
    _models,
)


def _class_column(name: str) -> Column:
    return number(
        f"p_{name}",
        "",
        f"probability of class {name} (HAM10000), 0 to 1; for clinicians, see the README",
        lambda row: row.observation.analysis.probabilities.get(name),
        "not computed",
    )


PROBABILITIES = Table(
    "probabilities",
    "For clinicians only: class probabilities of each observation.",
    (
        _OBSERVATION_ID,
        *(_class_column(name) for name in CLASSES),
        boolean(
            "certain",
            "the highest one reaches the network's threshold; else the answer is: not certain",
            lambda row: row.observation.analysis.certain,
            "not known",
        ),
        number(
            "unlike_training",
            "",
            "0 (typical) upward; above unlike_training_limit unlike the pictures learned from",
            lambda row: row.observation.analysis.unlike_training,
            "not known",
        ),
        number(
            "unlike_training_limit",
            "",
            "see unlike_training",
            lambda row: row.observation.analysis.unlike_training_limit,
            "not known",
        ),
    ),
    _classified,
    clinician_only=True,
)
