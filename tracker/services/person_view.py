"""A person's lesions as pages show them: read and judged once for each state of the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tracker.analysis.judge import judge
from tracker.analysis.series import double_shots, series_of, visits_of
from tracker.domain.change import Axis, Change
from tracker.services import memo
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
class FlaggedVisit:
    """A day on which change was measured, judged by the photos up to that day alone."""

    day: date
    axes: tuple[Axis, ...]


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


def flagged_visits(workspace: Workspace, view: PersonView, lesion: str) -> tuple[FlaggedVisit, ...]:
    """The days whose photos showed change, each as it would have been judged on that day."""
    return memo.get(
        workspace.vault_path,
        view.position,
        "flags",
        (view.person, lesion),
        lambda: _flagged(workspace, view, lesion),
    )


def _flagged(workspace: Workspace, view: PersonView, lesion: str) -> tuple[FlaggedVisit, ...]:
    """Judges each beginning of the series; how the person's photos scatter is as known today."""
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
    found = []
    visits = visits_of(whole[lesion].observations)
    for count in range(2, len(visits) + 1):
        known = tuple(seen for visit in visits[:count] for seen in visit.observations)
        ids = {seen.observation_id for seen in known}
        pairs = tuple(
            pair for pair in whole[lesion].comparisons if pair.earlier in ids and pair.later in ids
        )
        begun = replace(
            whole[lesion], observations=known, comparisons=pairs, other_double_shots=others
        )
        change = judge(begun, workspace.noise)
        axes = tuple(dict.fromkeys(one.axis for one in change.axes if one.flagged))
        if axes:
            found.append(FlaggedVisit(visits[count - 1].day, axes))
    return tuple(found)
