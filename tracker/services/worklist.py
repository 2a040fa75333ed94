"""The worklist of a review: everybody's lesions, most urgent first.

It judges from what is stored and computes no comparison, in a few statements however many people
there are. The judgement of a person's lesions is kept, as derived bytes in the vault's cache, until
something it rests on changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.body import BodyPlace
from tracker.domain.capture import CaptureTime
from tracker.domain.care import Decision, DecisionKind
from tracker.domain.change import AlertKind, Status
from tracker.domain.records import Symptom
from tracker.services import memo
from tracker.services.comparing import OnProgress
from tracker.services.decisions import standing
from tracker.services.due import DueRow, by_lesion, due_row
from tracker.services.judgements import JudgedLesion, Known, judgements
from tracker.services.session import Workspace
from tracker.store.values import LesionSpan
from tracker.store.vault import Vault


class Urgency(StrEnum):
    """Why a lesion is where it is on the list, most urgent first."""

    SYMPTOM = "symptom"
    CHANGED = "changed"
    NEW = "new"
    CANNOT_COMPARE = "cannot_compare"
    DUE = "due"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One active lesion with photos.

    score: for ordering only. latest: the newest observation's id. decided: a decision stands that
    knew the latest photo and every symptom, and has not run out. not_compared: pairs of photos
    still have to be compared, which opening the lesion does.
    """

    person: str
    person_id: str
    lesion: str
    lesion_id: str
    site: str | None
    place: BodyPlace | None
    urgency: Urgency
    status: Status | None
    score: float | None
    alerts: tuple[AlertKind, ...]
    photos: int
    first_taken_at: CaptureTime | None
    latest_taken_at: CaptureTime | None
    latest: str | None
    due_on: date | None
    overdue_days: int | None
    decision: Decision | None
    decided: bool
    not_compared: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """Rows in order; counts of the rows by urgency; how much there is in the vault altogether."""

    rows: tuple[WorkRow, ...]
    counts: Mapping[Urgency, int]
    people: int
    lesions: int
    observations: int
    not_compared: int


def worklist(
    workspace: Workspace,
    *,
    person: str | None = None,
    include_decided: bool = False,
    today: date | None = None,
    on_progress: OnProgress | None = None,
) -> Worklist:
    """The list.

    Args:
        person: only this one's. include_decided: also lesions on which a decision stands.
        on_progress: called with (people done, people to do) while lesions are judged for the
        first time, or again since something changed.

    Raises:
        UnknownNameError: nobody of that name. VaultError and its kin.
    """
    with workspace.open("review") as vault:
        if person is not None:
            person = vault.person(person).name
        known = memo.get(workspace.vault_path, vault.position, "worklist", "", lambda: _read(vault))
    found = judgements(workspace, known, on_progress)
    now = today or date.today()
    rows = [
        row
        for span in known.spans
        if person in (None, span.lesion.person)
        and (row := _row(span, known, found.get(span.lesion.lesion_id), now)) is not None
    ]
    shown = [row for row in rows if include_decided or not row.decided]
    return Worklist(
        rows=tuple(sorted(shown, key=_order)),
        counts=Counter(row.urgency for row in shown),
        people=len({row.person_id for row in rows}),
        lesions=len(rows),
        observations=sum(row.photos for row in rows),
        not_compared=sum(row.not_compared for row in rows),
    )


def _read(vault: Vault) -> Known:
    return Known(
        vault.lesion_spans(),
        by_lesion(vault.symptoms_of_all()),
        by_lesion(vault.decisions()),
        vault.surveys(),
        vault.person_marks(),
    )


def _row(
    span: LesionSpan, known: Known, judged: JudgedLesion | None, today: date
) -> WorkRow | None:
    lesion = span.lesion
    due = due_row(span, known.decisions, known.symptoms, today)
    if due is None:
        return None
    made = known.decisions.get(lesion.lesion_id, ())
    decision = standing(made)
    return WorkRow(
        person=lesion.person,
        person_id=lesion.person_id,
        lesion=lesion.name,
        lesion_id=lesion.lesion_id,
        site=lesion.site,
        place=lesion.place,
        urgency=_urgency(judged, due, today),
        status=None if judged is None else judged.status,
        score=None if judged is None else judged.score,
        alerts=() if judged is None else judged.alerts,
        photos=span.photos,
        first_taken_at=span.first,
        latest_taken_at=span.latest,
        latest=span.latest_id,
        due_on=due.due_on,
        overdue_days=None if due.due_on is None else due.overdue_days,
        decision=decision,
        decided=_is_decided(span, decision, known.symptoms.get(lesion.lesion_id, ()), today),
        not_compared=judged is not None and judged.not_compared,
    )


def _is_decided(
    span: LesionSpan, decision: Decision | None, symptoms: Sequence[Symptom], today: date
) -> bool:
    """Whether the standing decision still holds: nothing came after it, and it has not run out."""
    if decision is None or span.latest is None:
        return False
    if decision.kind is DecisionKind.MONITOR and (decision.until or today) <= today:
        return False
    if any(each.noted_at > decision.decided_at for each in symptoms):
        return False
    seen = span.latest_id in decision.observations
    decided_on = decision.decided_at.astimezone().date()
    return seen or span.latest.value.date() < decided_on


def _urgency(judged: JudgedLesion | None, due: DueRow, today: date) -> Urgency:
    """As `changes` orders, then what is due."""
    if judged is not None:
        if AlertKind.SYMPTOM in judged.alerts:
            return Urgency.SYMPTOM
        if judged.status is Status.CHANGED:
            return Urgency.CHANGED
        if AlertKind.NEW_LESION in judged.alerts:
            return Urgency.NEW
        if judged.status is Status.CANNOT_COMPARE:
            return Urgency.CANNOT_COMPARE
    if due.due_on is not None and due.due_on <= today:
        return Urgency.DUE
    return Urgency.REST


_RANK = {urgency: rank for rank, urgency in enumerate(Urgency)}


def _order(row: WorkRow) -> tuple[int, float, date, str, str]:
    score = row.score or 0.0
    return _RANK[row.urgency], -score, row.due_on or date.max, row.person, row.lesion
