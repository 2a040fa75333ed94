"""A person's lesions as pages show them: read and judged once for each state of the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tracker.analysis.judge import judge
from tracker.analysis.series import SeriesObservation, double_shots, series_of, visits_of
from tracker.domain.care import Answer
from tracker.domain.change import Against, Axis, AxisChange, Change
from tracker.services import memo
from tracker.services.answers import answers
from tracker.services.changes import judged
from tracker.services.comparing import (
    OnProgress,
    Series,
    complete_all,
    missing_pairs,
    read_person_in,
)
from tracker.services.results import ObservationRow
from tracker.services.session import Workspace
from tracker.services.timeline import series_rows


@dataclass(frozen=True, slots=True, eq=False)
class PersonView:
    """A person's lesions at one state of the vault.

    position: see `Vault.position`. series: by lesion name, in the order of the names. changes: of
    lesions with photos, most urgent first. notes: of the life cycle (pathology), by lesion id.
    """

    position: str
    person: str
    series: Mapping[str, Series]
    changes: tuple[Change, ...]
    notes: Mapping[str, str]

    def change(self, lesion: str) -> Change | None:
        """The judgement of a lesion, None where it has no photo."""
        return next((one for one in self.changes if one.lesion == lesion), None)


@dataclass(frozen=True, slots=True)
class VisitJudgement:
    """The photos of one day as they would have been judged on that day.

    observations: ids of the day's photos. axes: against the first photo, the previous one and the
    trend, as in `Change`; empty on the first day.
    """

    day: date
    observations: tuple[str, ...]
    axes: tuple[AxisChange, ...]

    @property
    def flagged(self) -> tuple[Axis, ...]:
        """The axes on which change was measured."""
        return tuple(dict.fromkeys(one.axis for one in self.axes if one.flagged))

    def to_first(self, axis: Axis) -> AxisChange | None:
        """One axis against the first photo."""
        wanted = (each for each in self.axes if each.axis is axis)
        return next((each for each in wanted if each.against is Against.FIRST), None)


def person_view(
    workspace: Workspace, person: str, *, on_progress: OnProgress | None = None
) -> PersonView:
    """What pages show of a person; missing comparisons are computed and stored first.

    Raises:
        UnknownNameError: nobody of that name.
    """
    with workspace.open("read") as vault:
        position = vault.position
        series = memo.get(
            workspace.vault_path, position, "series", person, lambda: read_person_in(vault, person)
        )
        notes = memo.get(workspace.vault_path, position, "stages", "", vault.life_cycle_notes)
    if any(missing_pairs(one) for one in series):
        # Pairs that cannot be compared stay missing: then nothing is written, and this is kept.
        series = memo.get(
            workspace.vault_path,
            position,
            "completed",
            person,
            lambda: complete_all(workspace, series, on_progress=on_progress),
        )
    changes = memo.get(
        workspace.vault_path,
        position,
        "changes",
        person,
        lambda: tuple(judged(workspace.noise, series)),
    )
    by_name = {one.lesion.name: one for one in series}
    return PersonView(position, person, by_name, changes, notes)


def rows_of(workspace: Workspace, view: PersonView, lesion: str) -> tuple[ObservationRow, ...]:
    """The lesion's photos with their numbers, oldest first."""
    return memo.get(
        workspace.vault_path,
        view.position,
        "rows",
        (view.person, lesion),
        lambda: tuple(series_rows(workspace, view.series[lesion])),
    )


def answers_of(workspace: Workspace, view: PersonView, lesion: str) -> tuple[Answer, ...]:
    """What was answered about symptoms of the lesion, oldest first."""
    return memo.get(
        workspace.vault_path,
        view.position,
        "answers",
        (view.person, lesion),
        lambda: tuple(answers(workspace, view.person, lesion)),
    )


def history(workspace: Workspace, view: PersonView, lesion: str) -> tuple[VisitJudgement, ...]:
    """Each day of the lesion with what was judged by the photos up to it, oldest first.

    How much the photos of the person's other lesions scatter is taken as it is known today.
    """
    return memo.get(
        workspace.vault_path,
        view.position,
        "history",
        (view.person, lesion),
        lambda: _history(workspace, view, lesion),
    )


def _history(workspace: Workspace, view: PersonView, lesion: str) -> tuple[VisitJudgement, ...]:
    whole = {
        name: series_of(one.lesion, one.observations, one.comparisons.values())
        for name, one in view.series.items()
    }
    others = tuple(
        shot
        for name, one in whole.items()
        if name != lesion
        for shot in double_shots(one.observations, one.comparisons)
    )
    series = replace(whole[lesion], other_double_shots=others)
    visits = visits_of(series.observations)
    known: dict[str, SeriesObservation] = {}
    found = []
    for visit in visits:
        known |= {seen.observation_id: seen for seen in visit.observations}
        pairs = (
            pair for pair in series.comparisons if pair.earlier in known and pair.later in known
        )
        begun = replace(series, observations=tuple(known.values()), comparisons=tuple(pairs))
        found.append(VisitJudgement(visit.day, visit.ids, judge(begun, workspace.noise).axes))
    return tuple(found)
