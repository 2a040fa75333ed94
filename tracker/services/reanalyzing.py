"""Measuring stored photos again after the networks changed, and what moved by it.

The earlier analyses stay in the journal; comparisons are made anew, so that none mixes analyses of
two versions. Each photo is durable by itself: an interrupted run is simply run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from tracker.domain.analysis import Analysis
from tracker.domain.capture import CaptureTime
from tracker.domain.change import Status
from tracker.domain.records import Observation
from tracker.errors import InputError, UnknownNameError, UsageError, VaultDamagedError
from tracker.services.changes import changes
from tracker.services.comparing import OnProgress, complete_series
from tracker.services.networks import current_networks, sha256_of
from tracker.services.remeasuring import dice_between, measured_again
from tracker.services.session import Workspace

#: How often a photo is measured anew because somebody changed its analysis meanwhile.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A photo that other networks measured."""

    observation_id: str
    person: str
    lesion: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Reanalysed:
    """A photo measured again; `mask_dice` 0..1 tells how far both outlines agree.

    stored: False in a dry run.
    """

    observation_id: str
    person: str
    lesion: str | None
    photo: str
    taken_at: CaptureTime
    before: Analysis
    after: Analysis
    mask_dice: float | None
    stored: bool


@dataclass(frozen=True, slots=True)
class NotReanalysed:
    """A photo that could not be measured now; its earlier analysis still counts."""

    observation_id: str
    person: str
    lesion: str | None
    photo: str
    reason: str
    advice: str | None


@dataclass(frozen=True, slots=True, eq=False)
class ReanalysisStep:
    """Progress: `done` of `total`; `result` is None where another process was faster."""

    done: int
    total: int
    result: Reanalysed | NotReanalysed | None


@dataclass(frozen=True, slots=True)
class LesionMoved:
    """What `changes` says of a lesion, before and after; None where it says nothing."""

    person: str
    lesion: str
    before: Status | None
    after: Status | None


Statuses = Mapping[tuple[str, str], Status]


def waiting(
    workspace: Workspace, person: str | None = None, lesion: str | None = None
) -> list[Waiting]:
    """Photos whose analysis is of other networks than today's, lesion by lesion.

    Args:
        person: None for everybody. lesion: only this one of the person's.

    Raises:
        UnknownNameError: no such person or lesion. ModelError: the installation is not whole.
    """
    networks = current_networks()
    with workspace.open("reanalyze") as vault:
        owner = None if person is None else vault.person(person)
        if owner is not None and lesion is not None:
            seen = vault.observations(vault.lesion(owner, lesion))
        else:
            seen = vault.all_observations(owner)
    found = [
        Waiting(
            each.observation_id,
            each.person.name,
            None if each.lesion is None else each.lesion.name,
        )
        for each in seen
        if not networks.measured(sha256_of(each.analysis.model), sha256_of(each.analysis.gate))
    ]
    return sorted(found, key=lambda each: (each.person, each.lesion is None, each.lesion or ""))


def statuses(workspace: Workspace, todo: Sequence[Waiting]) -> Statuses:
    """What `changes` says of the lesions of `todo` from what is stored, nothing computed."""
    return _statuses(workspace, todo, complete=False)


def reanalyze(
    workspace: Workspace,
    todo: Sequence[Waiting],
    *,
    dry_run: bool = False,
    on_comparing: OnProgress | None = None,
) -> Iterator[ReanalysisStep]:
    """Measure photos again; yields after each one is durable, refused, or done elsewhere.

    After the last photo of a lesion its comparisons are made anew. The vault stays free while
    anything is computed. Stopping in between loses nothing: see `waiting` for what is left.

    Args:
        todo: from `waiting`. dry_run: measure, and store nothing.

    Raises:
        VaultError, VaultBusyError, VaultDamagedError: the vault cannot take more.
        ModelError: the installation is not whole.
    """
    done = 0
    for (person, lesion), some in groupby(todo, key=lambda each: (each.person, each.lesion)):
        stored = False
        for each in some:
            done += 1
            result = _one(workspace, each, dry_run=dry_run)
            stored = stored or (isinstance(result, Reanalysed) and result.stored)
            yield ReanalysisStep(done, len(todo), result)
        if stored and lesion is not None:
            _compare_again(workspace, person, lesion, on_comparing)


def moved_lesions(
    workspace: Workspace, todo: Sequence[Waiting], before: Statuses
) -> list[LesionMoved]:
    """The lesions of `todo` with what `changes` said of them `before` and says now."""
    after = _statuses(workspace, todo, complete=True)
    return [
        LesionMoved(person, lesion, before.get((person, lesion)), after.get((person, lesion)))
        for person, lesion in _lesions(todo)
    ]


def _lesions(todo: Sequence[Waiting]) -> list[tuple[str, str]]:
    return list(
        dict.fromkeys((each.person, each.lesion) for each in todo if each.lesion is not None)
    )


def _statuses(workspace: Workspace, todo: Sequence[Waiting], *, complete: bool) -> Statuses:
    wanted = set(_lesions(todo))
    found: dict[tuple[str, str], Status] = {}
    for person in dict.fromkeys(name for name, _ in wanted):
        for change in changes(workspace, person, complete=complete):
            if (change.person, change.lesion) in wanted:
                found[change.person, change.lesion] = change.status
    return found


def _compare_again(
    workspace: Workspace, person: str, lesion: str, on_progress: OnProgress | None
) -> None:
    try:
        complete_series(workspace, person, lesion, on_progress=on_progress)
    except UnknownNameError:  # renamed or deleted meanwhile: it is compared when it is looked at
        return


def _one(
    workspace: Workspace, item: Waiting, *, dry_run: bool
) -> Reanalysed | NotReanalysed | None:
    """Measure one photo, again if its analysis changed meanwhile; None if that was enough."""
    for _ in range(_TRIES):
        try:
            found = _measure(workspace, item)
            if found is None or isinstance(found, NotReanalysed):
                return found
            result, mark = found
            if dry_run or _store(workspace, result, mark):
                return replace(result, stored=not dry_run)
        except UnknownNameError:  # deleted meanwhile
            return None
    return None


def _measure(workspace: Workspace, item: Waiting) -> tuple[Reanalysed, str] | NotReanalysed | None:
    """The photo measured now, and the mark of the analysis it stands in for."""
    with workspace.open("reanalyze") as vault:
        seen = vault.observation(item.observation_id)
        mark = vault.analysis_marks([item.observation_id])[item.observation_id]
        if _is_current(seen.analysis):
            return None
        try:
            data = vault.photo_bytes(seen.photo.photo_sha256)
        except VaultDamagedError as error:
            return _refused(item, seen, error.message, error.next_step)
    try:
        analysis = measured_again(workspace, seen, data)
    except (InputError, UsageError) as error:
        return _refused(item, seen, error.message, error.next_step)
    if analysis.status == "refused":
        reason = analysis.reason or "It cannot be measured."
        return _refused(item, seen, reason, analysis.advice)
    return _result(seen, analysis), mark


def _is_current(analysis: Analysis) -> bool:
    return current_networks().measured(sha256_of(analysis.model), sha256_of(analysis.gate))


def _store(workspace: Workspace, result: Reanalysed, mark: str) -> bool:
    """Store an analysis unless the one it stands in for was replaced meanwhile."""
    with workspace.open("reanalyze") as vault:
        if vault.analysis_marks([result.observation_id]).get(result.observation_id) != mark:
            return False
        vault.add_analysis(result.observation_id, result.after)
    return True


def _result(seen: Observation, analysis: Analysis) -> Reanalysed:
    return Reanalysed(
        observation_id=seen.observation_id,
        person=seen.person.name,
        lesion=None if seen.lesion is None else seen.lesion.name,
        photo=seen.photo.file_name,
        taken_at=seen.capture,
        before=seen.analysis,
        after=analysis,
        mask_dice=dice_between(seen.analysis, analysis),
        stored=False,
    )


def _refused(item: Waiting, seen: Observation, reason: str, advice: str | None) -> NotReanalysed:
    return NotReanalysed(
        item.observation_id, item.person, item.lesion, seen.photo.file_name, reason, advice
    )
