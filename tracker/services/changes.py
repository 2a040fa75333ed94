"""The judgement of every lesion, most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tracker.analysis.duckling import LesionLook, ugly_ducklings, with_alert
from tracker.analysis.judge import judge, sort_key
from tracker.analysis.noise import DoubleShot, NoiseTable
from tracker.analysis.series import LesionSeries, double_shots, series_of
from tracker.domain.change import Alert, Change
from tracker.domain.records import LifeCycle, Observation
from tracker.services.comparing import OnProgress, Series, complete_all, read_person
from tracker.services.session import Workspace


def changes(
    workspace: Workspace,
    person: str | None = None,
    *,
    since: date | None = None,
    lesion: str | None = None,
    complete: bool = True,
    on_progress: OnProgress | None = None,
) -> list[Change]:
    """Judge lesions with photos; missing comparisons are computed and stored.

    Args:
        person: None for everybody. since: only lesions with a photo on or after this day.
        lesion: only this one; the person's other lesions still tell how their photos scatter.
        complete: False judges from the comparisons that are stored, and computes none.
        on_progress: called with (pairs done, pairs to do) while photos are compared.

    Returns:
        Changes in order: symptoms, changed, new, cannot compare, the rest. Lesions without a
        photo (also those merged into another) are left out.

    Raises:
        UnknownNameError: nobody of that name.
    """
    stored = [one for name in _people(workspace, person) for one in read_person(workspace, name)]
    if complete:
        stored = complete_all(workspace, stored, on_progress=on_progress)
    return judged(workspace.noise, stored, since=since, lesion=lesion)


def judged(
    noise: NoiseTable,
    stored: Sequence[Series],
    *,
    since: date | None = None,
    lesion: str | None = None,
) -> list[Change]:
    """The judgements of series that were read, as `changes` gives them.

    Args:
        stored: all lesions of each person whose lesions are to be judged.
    """
    by_person: dict[str, list[Series]] = {}
    for one in stored:
        by_person.setdefault(one.lesion.person_id, []).append(one)
    found: list[Change] = []
    for stored_of_person in by_person.values():
        ducklings = _ugly_ducklings(stored_of_person)
        everything = [_judged(one) for one in stored_of_person]
        shots = [double_shots(one.observations, one.comparisons) for one in everything]
        for index, series in enumerate(everything):
            if _is_wanted(series, since, lesion):
                others = _all_but(shots, index)
                change = judge(replace(series, other_double_shots=others), noise)
                alert = ducklings.get(series.lesion)
                found.append(change if alert is None else with_alert(change, alert))
    return sorted(found, key=sort_key)


def _people(workspace: Workspace, person: str | None) -> list[str]:
    if person is not None:
        return [person]
    with workspace.open("changes") as vault:
        return [each.name for each in vault.people()]


def _ugly_ducklings(lesions: Sequence[Series]) -> dict[str, Alert]:
    """Alerts by lesion name, by the latest measured photo of each lesion that is still there."""
    looks = []
    for series in lesions:
        measured = [seen for seen in series.observations if seen.analysis.measures is not None]
        if measured and series.lesion.life_cycle is LifeCycle.ACTIVE:
            latest = measured[-1]
            looks.append(_look(series.lesion.name, latest))
    return ugly_ducklings(looks)


def _look(lesion: str, latest: Observation) -> LesionLook:
    analysis = latest.analysis
    assert analysis.measures is not None
    model = None if analysis.model is None else analysis.model.sha256
    return LesionLook(
        lesion, analysis.measures, latest.modality, analysis.scale, analysis.embedding, model
    )


def _judged(series: Series) -> LesionSeries:
    lesion = series.lesion
    is_new = lesion.is_new or series.absent_on is not None
    return series_of(
        replace(lesion, is_new=is_new),
        series.observations,
        series.comparisons.values(),
        series.symptoms,
    )


def _is_wanted(series: LesionSeries, since: date | None, lesion: str | None) -> bool:
    if not series.observations or (lesion is not None and series.lesion != lesion):
        return False
    latest = max(each.capture.value.date() for each in series.observations)
    return since is None or latest >= since


def _all_but(shots: list[tuple[DoubleShot, ...]], index: int) -> tuple[DoubleShot, ...]:
    return tuple(shot for place, own in enumerate(shots) if place != index for shot in own)
