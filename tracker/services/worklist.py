"""The worklist of a review: everybody's lesions, most urgent first.

It judges from what is stored and computes no comparison, in a few statements however many people
there are. The judgement of a person's lesions is kept, as derived bytes in the vault's cache, until
something it rests on changes.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from tracker.analysis import judge as judging
from tracker.analysis.compare import METHOD
from tracker.domain.body import BodyPlace
from tracker.domain.capture import CaptureTime
from tracker.domain.care import Decision, DecisionKind, Survey
from tracker.domain.change import AlertKind, Change, Status
from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation, Symptom
from tracker.services import cache, memo
from tracker.services.changes import judged
from tracker.services.comparing import OnProgress, Series, absent_on, missing_pairs
from tracker.services.decisions import standing
from tracker.services.due import DueRow, by_lesion, due_row
from tracker.services.session import Workspace
from tracker.store.values import LesionSpan
from tracker.store.vault import Vault

#: People whose photos are read and judged at a time: bounds the memory that takes.
PEOPLE_AT_ONCE = 100
#: Two pages that ask at once do not judge everybody twice.
_JUDGING = threading.Lock()


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


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the list needs of a lesion's judgement."""

    status: Status
    score: float | None
    alerts: tuple[AlertKind, ...]
    not_compared: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What the statements about everybody gave."""

    spans: Sequence[LesionSpan]
    symptoms: Mapping[str, Sequence[Symptom]]
    decisions: Mapping[str, Sequence[Decision]]
    surveys: Sequence[Survey]
    marks: Mapping[str, str]


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
    found = _judgements(workspace, known, on_progress)
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


def _read(vault: Vault) -> _Known:
    return _Known(
        vault.lesion_spans(),
        by_lesion(vault.symptoms_of_all()),
        by_lesion(vault.decisions()),
        vault.surveys(),
        vault.person_marks(),
    )


def _row(span: LesionSpan, known: _Known, judged: _Judged | None, today: date) -> WorkRow | None:
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


def _urgency(judged: _Judged | None, due: DueRow, today: date) -> Urgency:
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


def _judgements(
    workspace: Workspace, known: _Known, on_progress: OnProgress | None
) -> dict[str, _Judged]:
    """By lesion id; those that are kept and still hold, and the others judged now."""
    with _JUDGING:
        return _judged_now(workspace, known, on_progress)


def _judged_now(
    workspace: Workspace, known: _Known, on_progress: OnProgress | None
) -> dict[str, _Judged]:
    key = f"worklist {judging.METHOD} {METHOD} {workspace.noise.version}"
    kept: dict[str, Any] = memo.lasting(workspace.vault_path, key)
    if not kept:
        kept.update(json.loads(cache.kept(workspace, key) or b"{}"))
    stale = [one for one, mark in known.marks.items() if kept.get(one, [None])[0] != mark]
    for start in range(0, len(stale), PEOPLE_AT_ONCE):
        some = stale[start : start + PEOPLE_AT_ONCE]
        for one, lesions in _judge(workspace, known, some).items():
            kept[one] = [known.marks[one], lesions]
        if on_progress is not None:
            on_progress(min(start + PEOPLE_AT_ONCE, len(stale)), len(stale))
    for gone in kept.keys() - known.marks.keys():
        del kept[gone]
    if stale:
        data = json.dumps(kept, separators=(",", ":")).encode("ascii")
        with workspace.open("review") as vault:
            vault.keep_cached(key, data)
    return {
        lesion_id: _Judged(Status(status), score, tuple(map(AlertKind, alerts)), missing)
        for _, lesions in kept.values()
        for lesion_id, (status, score, alerts, missing) in lesions.items()
    }


def _judge(
    workspace: Workspace, known: _Known, people: Sequence[str]
) -> dict[str, dict[str, list[Any]]]:
    """The judgement of these people's lesions, as it is kept: by person, by lesion."""
    with workspace.open("review") as vault:
        seen = vault.observations_without_masks(people)
        compared = vault.comparisons_of(people)
    found: dict[str, dict[str, list[Any]]] = {one: {} for one in people}
    every = _series(known, set(people), seen, compared)
    ids = {(one.lesion.person, one.lesion.name): one for one in every}
    for change in judged(workspace.noise, every):
        one = ids[change.person, change.lesion]
        found[one.lesion.person_id][one.lesion.lesion_id] = _kept(change, bool(missing_pairs(one)))
    return found


def _kept(change: Change, missing: bool) -> list[Any]:
    kinds = dict.fromkeys(alert.kind.value for alert in change.alerts)
    return [change.status.value, change.score, list(kinds), missing]


def _series(
    known: _Known,
    people: set[str],
    seen: Iterable[Observation],
    compared: Iterable[tuple[str, Comparison]],
) -> list[Series]:
    """Each lesion of these people as `comparing.read_person` gives it, but for masks and marks."""
    photos: dict[str, list[Observation]] = {}
    for each in seen:
        if each.lesion is not None:
            photos.setdefault(each.lesion.lesion_id, []).append(each)
    pairs: dict[str, dict[tuple[str, str], Comparison]] = {}
    for lesion_id, pair in compared:
        if pair.method == METHOD:
            pairs.setdefault(lesion_id, {})[pair.earlier, pair.later] = pair
    surveys: dict[str, list[Survey]] = {}
    for survey in known.surveys:
        surveys.setdefault(survey.person_id, []).append(survey)
    return [
        _one(span.lesion, photos, pairs, known, surveys.get(span.lesion.person_id, ()))
        for span in known.spans
        if span.lesion.person_id in people
    ]


def _one(
    lesion: Lesion,
    photos: Mapping[str, list[Observation]],
    pairs: Mapping[str, dict[tuple[str, str], Comparison]],
    known: _Known,
    surveys: Iterable[Survey],
) -> Series:
    own = sorted(photos.get(lesion.lesion_id, ()), key=lambda s: (s.capture.value, s.added_at))
    return Series(
        lesion,
        tuple(own),
        pairs.get(lesion.lesion_id, {}),
        tuple(known.symptoms.get(lesion.lesion_id, ())),
        {},
        absent_on(lesion, own, surveys),
    )
