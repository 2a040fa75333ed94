"""Tables about people and lesions: who, which spots, what was judged and reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracker.domain.capture import CaptureTime
from tracker.domain.change import Alert, AxisChange
from tracker.domain.exporting import ExportLesion, ExportPerson
from tracker.domain.records import Symptom
from tracker.exchange.columns import Column, Content, Kind, Table, boolean, integer, number, text

_NOT_JUDGED = "the lesion has no photo"
_NO_REFERENCE = "there is no such photo"


def _owner(lesion: Any) -> tuple[Column, ...]:
    """Whose and which lesion; `lesion` takes a row to its `ExportLesion`."""
    return (
        text("person_id", "id of the person", lambda row: lesion(row).lesion.person_id),
        text("person", "name of the person", lambda row: lesion(row).lesion.person),
        text("lesion_id", "id of the lesion", lambda row: lesion(row).lesion.lesion_id),
        text("lesion", "name of the lesion", lambda row: lesion(row).lesion.name),
    )


def _people(content: Content) -> Iterator[ExportPerson]:
    yield from content.export.people


def _lesions(content: Content) -> Iterator[ExportLesion]:
    yield from content.export.lesions()


def _axes(content: Content) -> Iterator[tuple[ExportLesion, AxisChange]]:
    for each in content.export.lesions():
        for axis in () if each.change is None else each.change.axes:
            yield each, axis


def _alerts(content: Content) -> Iterator[tuple[ExportLesion, Alert]]:
    for each in content.export.lesions():
        for alert in () if each.change is None else each.change.alerts:
            yield each, alert


def _symptoms(content: Content) -> Iterator[tuple[ExportLesion, Symptom]]:
    for each in content.export.lesions():
        for symptom in each.symptoms:
            yield each, symptom


def _taken(row: ExportLesion, place: int) -> CaptureTime | None:
    return row.observations[place].observation.capture if row.observations else None


def _of_change(attribute: str) -> Any:
    def value(row: ExportLesion) -> Any:
        return None if row.change is None else getattr(row.change, attribute)

    return value


PEOPLE = Table(
    "people",
    "One row a person, by name.",
    (
        text("person_id", "id of the person", lambda row: row.person.person_id),
        text("person", "name of the person", lambda row: row.person.name),
        integer("lesions", "", "lesions in this export", lambda row: len(row.lesions)),
        integer(
            "observations",
            "",
            "observations in this export, with and without a lesion",
            lambda row: sum(1 for _ in row.observations()),
        ),
    ),
    _people,
)

LESIONS = Table(
    "lesions",
    "One row a lesion, by person and name, with the judgement of its photos.",
    (
        *_owner(lambda row: row),
        text("site", "where on the body", lambda row: row.lesion.site, "not said"),
        text(
            "life_cycle",
            "active, excised, resolved or merged",
            lambda row: row.lesion.life_cycle.value,
        ),
        text(
            "life_cycle_note",
            "what was written with it; for an excised lesion the pathology",
            lambda row: row.life_cycle_note,
            "nothing was written",
        ),
        boolean("is_new", "the person says it appeared lately", lambda row: row.lesion.is_new),
        integer("observations", "", "photos of it", lambda row: len(row.observations)),
        Column(
            "first_taken_at",
            Kind.LOCAL_TIME,
            "",
            "when its oldest photo was taken",
            _NOT_JUDGED,
            lambda row: _taken(row, 0),
        ),
        Column(
            "latest_taken_at",
            Kind.LOCAL_TIME,
            "",
            "when its newest photo was taken",
            _NOT_JUDGED,
            lambda row: _taken(row, -1),
        ),
        text(
            "status",
            "changed, no_change_detected, cannot_compare or baseline_only; none of them means safe",
            lambda row: None if row.change is None else row.change.status.value,
            _NOT_JUDGED,
        ),
        text("message", "the judgement in words", _of_change("message"), _NOT_JUDGED),
        text("first", "observation that is the first", _of_change("first"), _NO_REFERENCE),
        text("previous", "observation before the latest", _of_change("previous"), _NO_REFERENCE),
        text("latest", "observation that was judged", _of_change("latest"), _NO_REFERENCE),
        text(
            "judge_method", "name and version of the judgement", _of_change("method"), _NOT_JUDGED
        ),
    ),
    _lesions,
)

_NOT_COMPARED = "the photos cannot be compared on this axis"
CHANGE_AXES = Table(
    "change_axes",
    "One row for each axis on which a lesion's latest photo is held against another one.",
    (
        *_owner(lambda row: row[0]),
        text("axis", "embedding, area, diameter, shape or colour", lambda row: row[1].axis.value),
        text("against", "first, previous or trend", lambda row: row[1].against.value),
        number(
            "change", "see unit", "the change measured", lambda row: row[1].change, _NOT_COMPARED
        ),
        text("unit", "unit of change, sigma and detectable", lambda row: row[1].unit),
        number(
            "sigma",
            "see unit",
            "standard error of change when nothing has changed",
            lambda row: row[1].sigma,
            _NOT_COMPARED,
        ),
        number(
            "detectable",
            "see unit",
            "smallest change that would be flagged",
            lambda row: row[1].detectable,
            _NOT_COMPARED,
        ),
        number(
            "z",
            "",
            "change over sigma, its expected value under no change taken off",
            lambda row: row[1].z,
            _NOT_COMPARED,
        ),
        boolean("flagged", "larger than noise explains", lambda row: row[1].flagged),
    ),
    _axes,
)

ALERTS = Table(
    "alerts",
    "One row for each finding beside the axes.",
    (
        *_owner(lambda row: row[0]),
        text(
            "kind",
            "symptom, new_lesion, ugly_duckling or identity_doubt",
            lambda row: row[1].kind.value,
        ),
        text("message", "the finding in words", lambda row: row[1].message),
    ),
    _alerts,
)

SYMPTOMS = Table(
    "symptoms",
    "One row for each symptom a person reported, by lesion, then by when it was noted.",
    (
        text("symptom_id", "id of the report", lambda row: row[1].symptom_id),
        *_owner(lambda row: row[0]),
        text(
            "symptom",
            "bleeding, crusting, itch, pain, raised, firm or growing",
            lambda row: row[1].kind.value,
        ),
        Column(
            "noted_at_utc",
            Kind.UTC_TIME,
            "",
            "when it was noted",
            "",
            lambda row: row[1].noted_at,
        ),
        text("note", "what was written with it", lambda row: row[1].note, "nothing was written"),
    ),
    _symptoms,
)
