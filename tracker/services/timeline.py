"""Lists for people: who, which lesions, and one lesion's photos over time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.analysis.noise import NoiseTable
from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation
from tracker.errors import UnknownNameError
from tracker.services.area import PathRatio, ratios_to_reference, standard_error
from tracker.services.comparing import OnProgress, Series, complete_series
from tracker.services.noise_table import mask_sigma_log
from tracker.services.people import person_name
from tracker.services.results import AreaRatio, LesionRow, ObservationRow, PersonRow
from tracker.services.session import Workspace

NOT_MEASURED = "No lesion could be measured on this photo."
NOTHING_MEASURED = "No other photo of this lesion could be measured."
NO_PATH = "It lines up with no photo that lines up with the first comparable one."


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


def _lesion_row(lesion: Lesion, seen: Sequence[Observation]) -> LesionRow:
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


def timeline(
    workspace: Workspace,
    person: str | None,
    lesion: str,
    *,
    on_progress: OnProgress | None = None,
) -> list[ObservationRow]:
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
    series = complete_series(workspace, who, lesion, on_progress=on_progress)
    return series_rows(workspace, series)


def series_rows(workspace: Workspace, series: Series) -> list[ObservationRow]:
    """The rows of a completed series."""
    ids = [seen.observation_id for seen in series.observations]
    reference, paths = ratios_to_reference(ids, series.comparisons.values())
    frame = _Frame(workspace.noise, reference, paths)
    return [_row(series, index, frame) for index in range(len(series.observations))]


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """The areas of a series in one frame; `reference` is the first comparable photo's id."""

    noise: NoiseTable
    reference: str | None
    paths: Mapping[str, PathRatio]

    def ratio(self, seen: Observation) -> AreaRatio | None:
        path = self.paths.get(seen.observation_id)
        if path is None or self.reference is None:
            return None
        value = math.exp(path.log_ratio)
        measures = seen.analysis.measures
        doubt = None if measures is None else measures.border_doubt
        sigma = standard_error(
            path, lambda pair: mask_sigma_log(self.noise, pair, seen.modality, doubt)
        )
        return AreaRatio(value, value * sigma, self.reference)


def _row(series: Series, index: int, frame: _Frame) -> ObservationRow:
    seen = series.observations[index]
    to_first = series.between(series.observations[0], seen) if index else None
    to_previous = series.between(series.observations[index - 1], seen) if index else None
    analysis, measures = seen.analysis, seen.analysis.measures
    ratio = frame.ratio(seen)
    return ObservationRow(
        observation=seen,
        area_px=None if measures is None else measures.area_px,
        area_mm2=analysis.area_mm2,
        diameter_mm=analysis.diameter_mm,
        area_ratio=ratio,
        cosine_to_first=None if to_first is None else to_first.cosine,
        cosine_to_previous=None if to_previous is None else to_previous.cosine,
        colour_delta_e=None if to_first is None else to_first.colour_delta_e,
        asymmetry=None if measures is None else measures.asymmetry,
        border_irregularity=None if measures is None else measures.border_irregularity,
        scale=analysis.scale,
        comparable=None if len(series.observations) == 1 else ratio is not None,
        why_not=None if ratio is not None else _why_not(series, index),
        model=analysis.model,
        remarks=_remarks(to_first, to_previous),
        focal_delta_e=None if to_first is None else to_first.focal_delta_e,
    )


def _remarks(*pairs: Comparison | None) -> tuple[str, ...]:
    """What the comparisons noticed, each sentence once."""
    told = [note for pair in pairs if pair is not None for note in pair.notes]
    return tuple(dict.fromkeys(told))


def _why_not(series: Series, index: int) -> str | None:
    """Why a photo's size cannot be held against any other, in words; None for a lone photo."""
    seen = series.observations[index]
    if len(series.observations) == 1:
        return None
    if seen.analysis.measures is None:
        return NOT_MEASURED
    own = [pair for pair in series.comparisons.values() if seen.observation_id in _ids(pair)]
    # A pair's reason speaks of "the later photo": it is told where that is this one.
    mine = [pair for pair in own if pair.later == seen.observation_id]
    reasons = [pair.size_why_not for pair in mine if pair.size_why_not]
    if reasons:
        return reasons[0]
    return NO_PATH if own else NOTHING_MEASURED


def _ids(pair: Comparison) -> tuple[str, str]:
    return pair.earlier, pair.later
