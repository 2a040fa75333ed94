"""Lists for people: who, which lesions, and one lesion's photos over time."""

from __future__ import annotations

import math

from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation
from tracker.errors import UnknownNameError
from tracker.services.comparing import Series, complete_series
from tracker.services.noise_table import area_sigma_log
from tracker.services.people import person_name
from tracker.services.results import AreaRatio, LesionRow, ObservationRow, PersonRow
from tracker.services.session import Workspace

NOT_MEASURED = "No lesion could be measured on this photo."
FIRST_NOT_MEASURED = "No earlier photo of this lesion could be measured."


def people(workspace: Workspace) -> list[PersonRow]:
    """Everyone in the vault, with counts."""
    rows = []
    with workspace.open("people") as vault:
        for person in vault.people():
            seen = vault.all_observations(person)
            rows.append(
                PersonRow(
                    person=person.name,
                    lesions=len(vault.lesions(person)),
                    observations=len(seen),
                    unassigned=sum(1 for one in seen if one.lesion is None),
                )
            )
    return rows


def lesions(workspace: Workspace, person: str | None = None) -> list[LesionRow]:
    """The lesions of a person.

    Raises:
        PersonRequiredError: several people and none named. UnknownNameError: nobody of that name.
    """
    who = person_name(workspace, person)
    if who is None:
        return []
    with workspace.open("lesions") as vault:
        owner = vault.person(who)
        seen = vault.all_observations(owner)
        return [_lesion_row(lesion, seen) for lesion in vault.lesions(owner)]


def _lesion_row(lesion: Lesion, seen: tuple[Observation, ...] | list[Observation]) -> LesionRow:
    own = [one for one in seen if one.lesion and one.lesion.lesion_id == lesion.lesion_id]
    times = sorted((one.capture for one in own), key=lambda capture: capture.value)
    return LesionRow(
        person=lesion.person,
        lesion=lesion.name,
        lesion_id=lesion.lesion_id,
        site=lesion.site,
        observations=len(own),
        first_taken_at=times[0] if times else None,
        latest_taken_at=times[-1] if times else None,
        status=lesion.life_cycle,
        is_new=lesion.is_new,
    )


def unassigned(workspace: Workspace, person: str | None = None) -> list[Observation]:
    """Photos that wait for a lesion.

    Raises:
        PersonRequiredError: several people and none named. UnknownNameError: nobody of that name.
    """
    who = person_name(workspace, person)
    if who is None:
        return []
    with workspace.open("unassigned") as vault:
        return list(vault.unassigned(vault.person(who)))


def timeline(workspace: Workspace, person: str | None, lesion: str) -> list[ObservationRow]:
    """A lesion's photos, oldest first, measured in the frame of the first comparable one.

    Missing comparisons are computed and stored.

    Raises:
        PersonRequiredError: several people and none named.
        UnknownNameError: no such person or lesion.
    """
    who = person_name(workspace, person)
    if who is None:
        raise UnknownNameError(
            f"There is no lesion '{lesion}': the vault is empty.",
            next_step="Add photos first: moletrail add PHOTO",
        )
    return series_rows(workspace, complete_series(workspace, who, lesion))


def series_rows(workspace: Workspace, series: Series) -> list[ObservationRow]:
    """The rows of a completed series."""
    return [_row(workspace, series, index) for index in range(len(series.observations))]


def _row(workspace: Workspace, series: Series, index: int) -> ObservationRow:
    seen = series.observations[index]
    first = series.observations[0]
    previous = series.observations[index - 1] if index else None
    to_first = series.between(first, seen) if index else None
    to_previous = series.between(previous, seen) if previous is not None else None
    analysis, measures = seen.analysis, seen.analysis.measures
    comparable, why_not = _comparable(seen, index, to_first)
    return ObservationRow(
        observation=seen,
        area_px=None if measures is None else measures.area_px,
        area_mm2=analysis.area_mm2,
        diameter_mm=analysis.diameter_mm,
        area_ratio=_area_ratio(workspace, seen, to_first),
        cosine_to_first=None if to_first is None else to_first.cosine,
        cosine_to_previous=None if to_previous is None else to_previous.cosine,
        colour_delta_e=None if to_first is None else to_first.colour_delta_e,
        asymmetry=None if measures is None else measures.asymmetry,
        border_irregularity=None if measures is None else measures.border_irregularity,
        scale=analysis.scale,
        comparable=comparable,
        why_not=why_not,
        model=analysis.model,
    )


def _comparable(
    seen: Observation, index: int, to_first: Comparison | None
) -> tuple[bool | None, str | None]:
    """Whether sizes can be held against the first photo, and why not; the first has no earlier."""
    if seen.analysis.measures is None:
        return False, NOT_MEASURED
    if index == 0:
        return None, None
    if to_first is None:
        return False, FIRST_NOT_MEASURED
    if to_first.log_area_ratio is None:
        return False, to_first.size_why_not
    return True, None


def _area_ratio(
    workspace: Workspace, seen: Observation, to_first: Comparison | None
) -> AreaRatio | None:
    if to_first is None or to_first.log_area_ratio is None:
        return None
    value = math.exp(to_first.log_area_ratio)
    sigma = value * area_sigma_log(workspace.noise, to_first, seen.modality)
    return AreaRatio(value, sigma, to_first.earlier)
