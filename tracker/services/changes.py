"""The judgement of every lesion, most urgent first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tracker.analysis.judge import judge, sort_key
from tracker.analysis.noise import DoubleShot
from tracker.analysis.series import LesionSeries, double_shots, series_of
from tracker.domain.change import Change
from tracker.services.comparing import OnProgress, Series, complete_all, read_person
from tracker.services.session import Workspace


def changes(
    workspace: Workspace,
    person: str | None = None,
    *,
    since: date | None = None,
    lesion: str | None = None,
    on_progress: OnProgress | None = None,
) -> list[Change]:
    """Judge lesions with photos; missing comparisons are computed and stored.

    Args:
        person: None for everybody. since: only lesions with a photo on or after this day.
        lesion: only this one; the person's other lesions still tell how their photos scatter.
        on_progress: called with (pairs done, pairs to do) while photos are compared.

    Returns:
        Changes in order: symptoms, changed, new, cannot compare, the rest. Lesions without a
        photo (also those merged into another) are left out.

    Raises:
        UnknownNameError: nobody of that name.
    """
    by_person: dict[str, list[LesionSeries]] = {}
    stored = [one for name in _people(workspace, person) for one in read_person(workspace, name)]
    for one in complete_all(workspace, stored, on_progress=on_progress):
        by_person.setdefault(one.lesion.person_id, []).append(_judged(one))
    found: list[Change] = []
    for everything in by_person.values():
        shots = [double_shots(one.observations, one.comparisons) for one in everything]
        for index, series in enumerate(everything):
            if _is_wanted(series, since, lesion):
                others = _all_but(shots, index)
                found.append(judge(replace(series, other_double_shots=others), workspace.noise))
    return sorted(found, key=sort_key)


def _people(workspace: Workspace, person: str | None) -> list[str]:
    if person is not None:
        return [person]
    with workspace.open("changes") as vault:
        return [each.name for each in vault.people()]


def _judged(series: Series) -> LesionSeries:
    return series_of(
        series.lesion, series.observations, series.comparisons.values(), series.symptoms
    )


def _is_wanted(series: LesionSeries, since: date | None, lesion: str | None) -> bool:
    if not series.observations or (lesion is not None and series.lesion != lesion):
        return False
    latest = max(each.capture.value.date() for each in series.observations)
    return since is None or latest >= since


def _all_but(shots: list[tuple[DoubleShot, ...]], index: int) -> tuple[DoubleShot, ...]:
    return tuple(shot for place, own in enumerate(shots) if place != index for shot in own)
