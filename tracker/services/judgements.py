"""The judgement of everybody's lesions, kept in the vault's cache until what it rests on changes.

It judges from what is stored and computes no comparison; photos are read without their masks.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.analysis import judge as judging
from tracker.analysis.compare import METHOD
from tracker.domain.care import Decision, Survey
from tracker.domain.change import AlertKind, Change, Status
from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation, Symptom
from tracker.services import cache, memo
from tracker.services.changes import judged
from tracker.services.comparing import OnProgress, Series, absent_on, missing_pairs
from tracker.services.session import Workspace
from tracker.store.values import LesionSpan

#: People whose photos are read and judged at a time: bounds the memory that takes.
PEOPLE_AT_ONCE = 100
#: Two pages that ask at once do not judge everybody twice.
_JUDGING = threading.Lock()


@dataclass(frozen=True, slots=True)
class JudgedLesion:
    """What the list needs of a lesion's judgement."""

    status: Status
    score: float | None
    alerts: tuple[AlertKind, ...]
    not_compared: bool


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What the statements about everybody gave."""

    spans: Sequence[LesionSpan]
    symptoms: Mapping[str, Sequence[Symptom]]
    decisions: Mapping[str, Sequence[Decision]]
    surveys: Sequence[Survey]
    marks: Mapping[str, str]


def judgements(
    workspace: Workspace, known: Known, on_progress: OnProgress | None
) -> dict[str, JudgedLesion]:
    """By lesion id; those that are kept and still hold, and the others judged now."""
    with _JUDGING:
        return _judged_now(workspace, known, on_progress)


def _judged_now(
    workspace: Workspace, known: Known, on_progress: OnProgress | None
) -> dict[str, JudgedLesion]:
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
        lesion_id: JudgedLesion(Status(status), score, tuple(map(AlertKind, alerts)), missing)
        for _, lesions in kept.values()
        for lesion_id, (status, score, alerts, missing) in lesions.items()
    }


def _judge(
    workspace: Workspace, known: Known, people: Sequence[str]
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
    known: Known,
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
    known: Known,
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
