"""Tables about what people decided, answered, corrected and looked over.

They came after the others: an export of before has none of them, and is read without.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracker.domain.care import Answer, Decision, Survey
from tracker.domain.exporting import ExportLesion, ExportPerson
from tracker.domain.records import MaskCorrection
from tracker.exchange.columns import Column, Content, Kind, Table, integer, number, text

_NOT_SAID = "not said"
_NOT_PLACED = "not on the body map"


def _owner(lesion: Any) -> tuple[Column, ...]:
    """Whose and which lesion; `lesion` takes a row to its `ExportLesion`."""
    return (
        text("person_id", "id of the person", lambda row: lesion(row).lesion.person_id),
        text("lesion_id", "id of the lesion", lambda row: lesion(row).lesion.lesion_id),
        text("lesion", "name of the lesion", lambda row: lesion(row).lesion.name),
    )


def _lesions(content: Content) -> Iterator[ExportLesion]:
    yield from content.export.lesions()


def _corrections(content: Content) -> Iterator[MaskCorrection]:
    for each in content.export.observations():
        if each.observation.mask_corrected is not None:
            yield each.observation.mask_corrected


def _decisions(content: Content) -> Iterator[tuple[ExportLesion, Decision]]:
    for each in content.export.lesions():
        for decision in each.decisions:
            yield each, decision


def _answers(content: Content) -> Iterator[tuple[ExportLesion, Answer]]:
    for each in content.export.lesions():
        for answer in each.answers:
            yield each, answer


def _surveys(content: Content) -> Iterator[tuple[ExportPerson, Survey]]:
    for person in content.export.people:
        for survey in person.surveys:
            yield person, survey


def _of_place(attribute: str) -> Any:
    def value(row: ExportLesion) -> Any:
        return None if row.lesion.place is None else getattr(row.lesion.place, attribute)

    return value


def _day(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


LESION_DETAILS = Table(
    "lesion_details",
    "One row a lesion, by person and name: where it is, what its skin is, when it is looked at.",
    (
        *_owner(lambda row: row),
        text(
            "place_view",
            "drawing of the body map; left and right are the person's own",
            _of_place("view"),
            _NOT_PLACED,
        ),
        number("place_x", "", "0..1 from the drawing's left edge", _of_place("x"), _NOT_PLACED),
        number("place_y", "", "0..1 from the drawing's top edge", _of_place("y"), _NOT_PLACED),
        text(
            "mark",
            "wound, rash or treated, as the person says",
            lambda row: None if row.lesion.mark is None else row.lesion.mark.value,
            "a spot like any other",
        ),
        integer(
            "recheck_months",
            "",
            "months to the next photo",
            lambda row: row.lesion.recheck_months,
            "the usual: 3, then 6 to 12",
        ),
        text(
            "life_cycle_on",
            "day on which it was excised, found resolved, or merged, YYYY-MM-DD",
            lambda row: _day(row.lesion.stage_on),
            _NOT_SAID,
        ),
        text(
            "merged_into",
            "id of the lesion that took its photos",
            lambda row: row.lesion.merged_into,
            "not merged",
        ),
    ),
    _lesions,
)

MASK_CORRECTIONS = Table(
    "mask_corrections",
    "One row for each mask in use that a person corrected; the network's own is kept in the vault.",
    (
        text("observation_id", "id of the observation", lambda row: row.observation_id),
        text("corrected_by", "who", lambda row: row.by, _NOT_SAID),
        text("method", "box, click or brush", lambda row: row.method.value),
        Column("corrected_at_utc", Kind.UTC_TIME, "", "when", "", lambda row: row.corrected_at),
    ),
    _corrections,
)

DECISIONS = Table(
    "decisions",
    "One row for each decision on a lesion, by lesion, oldest first; the last one stands.",
    (
        text("decision_id", "id of the decision", lambda row: row[1].decision_id),
        *_owner(lambda row: row[0]),
        text(
            "decision",
            "monitor, refer, biopsy, excise, no_action, or reopened (the one before is taken back)",
            lambda row: row[1].kind.value,
        ),
        text("decided_by", "who", lambda row: row[1].by),
        Column("decided_at_utc", Kind.UTC_TIME, "", "when", "", lambda row: row[1].decided_at),
        text(
            "until",
            "day of the next look, YYYY-MM-DD",
            lambda row: _day(row[1].until),
            "not monitored",
        ),
        text("note", "what was written with it", lambda row: row[1].note, "nothing was written"),
        text(
            "observations",
            "ids of the photos it was based on, with blanks between them",
            lambda row: " ".join(row[1].observations) or None,
            "none",
        ),
    ),
    _decisions,
)

ANSWERS = Table(
    "symptom_answers",
    "One row for each time somebody was asked about symptoms, by lesion, oldest first.",
    (
        text("answer_id", "id of the answer", lambda row: row[1].answer_id),
        *_owner(lambda row: row[0]),
        text(
            "observation_id",
            "photo at which it was asked",
            lambda row: row[1].observation_id,
            "not about one photo",
        ),
        Column("answered_at_utc", Kind.UTC_TIME, "", "when", "", lambda row: row[1].answered_at),
        text(
            "symptoms",
            "what was named, with blanks between the words",
            lambda row: " ".join(kind.value for kind in row[1].kinds) or None,
            "none of the symptoms",
        ),
    ),
    _answers,
)

SURVEYS = Table(
    "surveys",
    "One row for each time a whole site was looked over, by person, oldest first.",
    (
        text("survey_id", "id of the survey", lambda row: row[1].survey_id),
        text("person_id", "id of the person", lambda row: row[0].person.person_id),
        text("person", "name of the person", lambda row: row[0].person.name),
        text("site", "what was looked over", lambda row: row[1].site),
        text("surveyed_on", "day, YYYY-MM-DD", lambda row: _day(row[1].surveyed_on)),
        text(
            "lesions",
            "ids of the lesions that were there, with blanks between them",
            lambda row: " ".join(row[1].lesions) or None,
            "none were there",
        ),
        text("note", "what was written with it", lambda row: row[1].note, "nothing was written"),
    ),
    _surveys,
)

CARE = (LESION_DETAILS, MASK_CORRECTIONS, DECISIONS, ANSWERS, SURVEYS)
