"""When each lesion is to be photographed again: a suggestion, never a promise that it can wait.

After the first day of photos 3 months, then 6, at most 12 months (clinical.md 7); a person sets
another interval for a lesion, and a clinician's "monitor until" goes before both. Where a symptom
was reported, no next photo is offered: that is for a clinician, now.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from tracker.domain import wording_care
from tracker.domain.body import BodyPlace
from tracker.domain.care import Answer, Decision, DecisionKind
from tracker.domain.records import LifeCycle, Symptom
from tracker.exchange.calendar_file import CalendarDay, calendar_text
from tracker.services.decisions import standing
from tracker.services.files import write_output
from tracker.services.session import Workspace
from tracker.store.values import LesionSpan

_Record = TypeVar("_Record", Answer, Decision, Symptom)

FIRST_MONTHS = 3
USUAL_MONTHS = 6
LATEST_MONTHS = 12


class DueReason(StrEnum):
    """Why a lesion is due when it is."""

    FIRST = "first"
    ROUTINE = "routine"
    SET = "set"
    DECISION = "decision"
    SEE_CLINICIAN = "see_clinician"


@dataclass(frozen=True, slots=True)
class DueRow:
    """When the next photo of a lesion is suggested.

    due_on: None where monitoring is not offered. latest_by: end of the usual span, None where the
    day was chosen. overdue_days: 0 until the day is over.
    """

    person: str
    lesion: str
    lesion_id: str
    site: str | None
    place: BodyPlace | None
    last_taken: date
    due_on: date | None
    latest_by: date | None
    reason: DueReason
    overdue_days: int


def due(
    workspace: Workspace,
    person: str | None = None,
    *,
    today: date | None = None,
    within_days: int | None = None,
) -> list[DueRow]:
    """Active lesions with photos: those for a clinician first, then soonest first.

    Args:
        person: None for everybody. today: else this computer's. within_days: leave out what is
        due later than that.

    Raises:
        UnknownNameError: nobody of that name.
    """
    now = today or date.today()
    with workspace.open("due") as vault:
        spans = vault.lesion_spans(None if person is None else vault.person(person))
        symptoms, decisions = vault.symptoms_of_all(), vault.decisions()
    made, felt = by_lesion(decisions), by_lesion(symptoms)
    rows = [
        row
        for span in spans
        if (row := due_row(span, made, felt, now)) is not None
        and (within_days is None or row.due_on is None or (row.due_on - now).days <= within_days)
    ]
    return sorted(rows, key=lambda row: (row.due_on or date.min, row.person, row.lesion))


def by_lesion(found: Sequence[_Record]) -> dict[str, list[_Record]]:
    """Records by the lesion they are about, in their order."""
    groups: dict[str, list[_Record]] = {}
    for each in found:
        groups.setdefault(each.lesion_id, []).append(each)
    return groups


def due_row(
    span: LesionSpan,
    decisions: Mapping[str, Sequence[Decision]],
    symptoms: Mapping[str, Sequence[Symptom]],
    today: date,
) -> DueRow | None:
    """When a lesion is due; None for one without a photo, or that is not there any more."""
    lesion = span.lesion
    if span.latest is None or lesion.life_cycle is not LifeCycle.ACTIVE:
        return None
    last = span.latest.value.date()
    decision = standing(decisions.get(lesion.lesion_id, ()))
    due_on: date | None
    due_on, latest_by, reason = _when(span, last, decision)
    if _is_for_a_clinician(symptoms.get(lesion.lesion_id, ()), decision):
        due_on, latest_by, reason = None, None, DueReason.SEE_CLINICIAN
    return DueRow(
        person=lesion.person,
        lesion=lesion.name,
        lesion_id=lesion.lesion_id,
        site=lesion.site,
        place=lesion.place,
        last_taken=last,
        due_on=due_on,
        latest_by=latest_by,
        reason=reason,
        overdue_days=0 if due_on is None else max(0, (today - due_on).days),
    )


def _when(
    span: LesionSpan, last: date, decision: Decision | None
) -> tuple[date, date | None, DueReason]:
    monitored = decision is not None and decision.kind is DecisionKind.MONITOR
    if decision is not None and monitored and decision.until is not None and decision.until > last:
        return decision.until, None, DueReason.DECISION
    if span.lesion.recheck_months is not None:
        return months_after(last, span.lesion.recheck_months), None, DueReason.SET
    if span.days == 1:
        return months_after(last, FIRST_MONTHS), None, DueReason.FIRST
    latest_by = months_after(last, LATEST_MONTHS)
    return months_after(last, USUAL_MONTHS), latest_by, DueReason.ROUTINE


def _is_for_a_clinician(symptoms: Sequence[Symptom], decision: Decision | None) -> bool:
    """A symptom counts until a clinician has decided after it was noted."""
    if not symptoms:
        return False
    return decision is None or any(each.noted_at > decision.decided_at for each in symptoms)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def write_calendar(
    workspace: Workspace,
    path: Path,
    person: str | None = None,
    *,
    names: bool = False,
    today: date | None = None,
) -> int:
    """Write the days on which photos are due as a calendar file (.ics); see `calendar_file`.

    Returns:
        How many events were written.

    Raises:
        UnknownNameError: nobody of that name. InputError: the file cannot be written.
    """
    data, events = calendar_file(workspace, person, names=names, today=today)
    write_output(path, data)
    return events


def calendar_file(
    workspace: Workspace,
    person: str | None = None,
    *,
    names: bool = False,
    today: date | None = None,
) -> tuple[bytes, int]:
    """The days on which photos are due as an iCalendar file, one event a day, and their number.

    What is overdue stands on today. Without `names` the events name nobody and nothing of a body.

    Args:
        names: write people and lesions into the events.

    Raises:
        UnknownNameError: nobody of that name.
    """
    now = today or date.today()
    days: dict[date, list[DueRow]] = {}
    for row in due(workspace, person, today=now):
        if row.due_on is not None:
            days.setdefault(max(row.due_on, now), []).append(row)
    with workspace.open("due") as vault:
        vault_id = vault.info().vault_id
    events = [_event(vault_id, person, day, rows, names) for day, rows in sorted(days.items())]
    text = calendar_text(events, made_at=datetime.now().astimezone())
    return text.encode("utf-8"), len(events)


def _event(
    vault_id: str, person: str | None, day: date, rows: Sequence[DueRow], names: bool
) -> CalendarDay:
    about = f"{vault_id} {person or ''} {day.isoformat()}"
    details = [wording_care.CALENDAR_TEXT]
    if names:
        details += [f"{row.person}: {row.lesion}" for row in rows]
    return CalendarDay(
        uid=f"{hashlib.sha256(about.encode()).hexdigest()[:32]}@moletrail",
        day=day,
        until=day + timedelta(days=1),
        summary=wording_care.CALENDAR_SUMMARY,
        description="\n".join(details),
    )
