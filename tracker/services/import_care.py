"""What people decided, answered, corrected and looked over, from an export back into a vault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.body import BodyPlace, BodyView, SiteMark
from tracker.domain.care import DecisionKind
from tracker.domain.records import Lesion, MaskMethod, Observation, SymptomKind
from tracker.errors import ManifestError
from tracker.exchange.columns import Table
from tracker.exchange.reading import FoundExport, Row, read_rows
from tracker.exchange.tables_care import (
    ANSWERS,
    DECISIONS,
    LESION_DETAILS,
    MASK_CORRECTIONS,
    SURVEYS,
)
from tracker.services.export_rows import word_of
from tracker.store.vault import Vault


@dataclass(frozen=True, slots=True, eq=False)
class CareTables:
    """Rows of the tables; lesion details by lesion id, corrections by observation id."""

    details: Mapping[str, Row]
    corrections: Mapping[str, Row]
    decisions: Sequence[Row]
    answers: Sequence[Row]
    surveys: Sequence[Row]


def read_care(found: FoundExport) -> CareTables:
    """The tables; those that an export of before does not have are empty.

    Raises:
        ManifestError: a cell that cannot be understood.
    """
    tables = CareTables(
        details={row["lesion_id"]: row for row in _rows(found, LESION_DETAILS)},
        corrections={row["observation_id"]: row for row in _rows(found, MASK_CORRECTIONS)},
        decisions=_rows(found, DECISIONS),
        answers=_rows(found, ANSWERS),
        surveys=_rows(found, SURVEYS),
    )
    for row in tables.details.values():
        _place(row)
        _day(row["life_cycle_on"])
    for row in tables.surveys:
        _day(row["surveyed_on"])
    return tables


def _rows(found: FoundExport, table: Table) -> list[Row]:
    there = f"{table.name}.{found.form}" in found.files
    return read_rows(found, table) if there else []


def keep_correction(vault: Vault, tables: CareTables, stored: Observation, was: str) -> Observation:
    """Who corrected the mask of an observation just stored.

    Args:
        was: its id in the export.
    """
    row = tables.corrections.get(was)
    if row is None or stored.analysis.mask is None or stored.analysis.mask.source != "person":
        return stored
    return vault.correct_mask(
        stored.observation_id,
        stored.analysis,
        word_of(MaskMethod, row["method"]),
        row["corrected_by"],
        corrected_at=row["corrected_at_utc"],
    )


def keep_details(vault: Vault, row: Row | None, lesion: Lesion) -> None:
    """Place, mark and interval of a lesion; what the vault has already is left as it is."""
    if row is None:
        return
    place = _place(row)
    if lesion.place is None and place is not None:
        vault.set_place(lesion, place)
    if lesion.mark is None and row["mark"] is not None:
        vault.set_mark(lesion, word_of(SiteMark, row["mark"]))
    if lesion.recheck_months is None and row["recheck_months"] is not None:
        vault.set_recheck(lesion, row["recheck_months"])


def stage_on(row: Row | None) -> date | None:
    """The day of a lesion's life cycle."""
    return None if row is None else _day(row["life_cycle_on"])


def keep_care(vault: Vault, tables: CareTables, lesions: Mapping[str, Lesion]) -> None:
    """Decisions, answers and surveys that the vault does not have yet.

    Args:
        lesions: of the vault, by their ids in the export.

    Raises:
        ManifestError: a word that is none of those known.
    """
    _decisions(vault, tables, lesions)
    _answers(vault, tables, lesions)
    people = {each.name: each for each in vault.people()}
    told = {(each.person_id, each.site, each.surveyed_on) for each in vault.surveys()}
    for row in tables.surveys:
        owner, day = people.get(row["person"]), _day(row["surveyed_on"])
        if owner is None or day is None or (owner.person_id, row["site"], day) in told:
            continue
        shown = [lesions[each] for each in (row["lesions"] or "").split() if each in lesions]
        site, note = row["site"], row["note"]
        vault.save_survey(owner, site, day, shown, note=note, survey_id=row["survey_id"])


def _decisions(vault: Vault, tables: CareTables, lesions: Mapping[str, Lesion]) -> None:
    told = {(each.lesion_id, each.decided_at, each.kind) for each in vault.decisions()}
    for row in tables.decisions:
        lesion, kind = lesions.get(row["lesion_id"]), word_of(DecisionKind, row["decision"])
        if lesion is None or (lesion.lesion_id, row["decided_at_utc"], kind) in told:
            continue
        named = (row["observations"] or "").split()
        vault.add_decision(
            lesion,
            kind,
            row["decided_by"],
            until=_day(row["until"]),
            note=row["note"],
            observations=[each for each in named if vault.has_observation(each)],
            decided_at=row["decided_at_utc"],
            decision_id=row["decision_id"],
        )


def _answers(vault: Vault, tables: CareTables, lesions: Mapping[str, Lesion]) -> None:
    told = {(each.lesion_id, each.answered_at) for each in vault.answers()}
    for row in tables.answers:
        lesion = lesions.get(row["lesion_id"])
        if lesion is None or (lesion.lesion_id, row["answered_at_utc"]) in told:
            continue
        seen = row["observation_id"]
        vault.add_answer(
            lesion,
            [word_of(SymptomKind, word) for word in (row["symptoms"] or "").split()],
            observation_id=seen if seen is not None and vault.has_observation(seen) else None,
            answered_at=row["answered_at_utc"],
            answer_id=row["answer_id"],
        )


def _place(row: Row) -> BodyPlace | None:
    view, x, y = row["place_view"], row["place_x"], row["place_y"]
    if not all(value is None or 0 <= value <= 1 for value in (x, y)):
        raise ManifestError(
            f"{x},{y} is not on a drawing of the body map.",
            next_step="Take the table from the export again.",
        )
    if view is None or x is None or y is None:
        return None
    return BodyPlace(word_of(BodyView, view), x, y)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ManifestError(
            f"{text!a} is not a day.", next_step="Take the table from the export again."
        ) from None
