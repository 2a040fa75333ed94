"""The neutral read model of an export: one pass over the vault, no format in mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker import __version__
from tracker.domain.care import Answer, Decision, Survey
from tracker.domain.change import Change
from tracker.domain.exporting import (
    Export,
    ExportLesion,
    ExportObservation,
    ExportPerson,
    OnProgress,
)
from tracker.domain.records import Observation, Person
from tracker.services.changes import changes
from tracker.services.comparing import Series, series_in
from tracker.services.due import by_lesion
from tracker.services.results import ObservationRow
from tracker.services.session import Workspace
from tracker.services.timeline import series_rows
from tracker.store.names import clean_name
from tracker.store.vault import Vault

#: By the ids of person and lesion name, as a `Change` names them.
_Judged = dict[tuple[str, str], Change]


def build_export(
    workspace: Workspace,
    person: str | None = None,
    *,
    clinician: bool = False,
    on_progress: OnProgress | None = None,
) -> Export:
    """Everything that is exported of one person, or of everybody.

    Missing comparisons are computed and stored first. Equal vault states, also after the database
    was made again or a backup restored, give equal values in equal order: nothing of this moment
    is inside.

    Args:
        person: None for the whole vault. clinician: see `Export`.
        on_progress: called with (pairs done, pairs to do) while photos are compared.

    Raises:
        UnknownNameError: nobody of that name. VaultError, VaultDamagedError, VaultBusyError.
    """
    only = None
    if person is not None:
        with workspace.open("export") as vault:
            only = vault.person(clean_name(person, "person")).name
    judged = {
        (change.person, change.lesion): change
        for change in changes(workspace, only, on_progress=on_progress)
    }
    with workspace.open("export") as vault:
        info = vault.info()
        chosen = vault.people() if only is None else [vault.person(only)]
        notes = vault.life_cycle_notes()
        read = [(each, *_read_person(vault, each)) for each in chosen]
        care = _Care(
            notes, by_lesion(vault.decisions()), by_lesion(vault.answers()), vault.surveys()
        )
    return Export(
        vault_id=info.vault_id,
        demo=info.demo,
        program=f"Moletrail {__version__}",
        only_person=only,
        people=tuple(
            ExportPerson(
                each,
                tuple(_lesion(workspace, series, care, judged) for series in of_lesions),
                tuple(ExportObservation(seen) for seen in unassigned),
                tuple(one for one in care.surveys if one.person_id == each.person_id),
            )
            for each, of_lesions, unassigned in read
        ),
        clinician=clinician,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Care:
    """What people wrote, decided and answered, by lesion id, and what they looked over."""

    notes: Mapping[str, str]
    decisions: Mapping[str, Sequence[Decision]]
    answers: Mapping[str, Sequence[Answer]]
    surveys: Sequence[Survey]


def _read_person(vault: Vault, person: Person) -> tuple[list[Series], list[Observation]]:
    by_lesion: dict[str | None, list[Observation]] = {}
    for seen in vault.all_observations(person):
        key = None if seen.lesion is None else seen.lesion.lesion_id
        by_lesion.setdefault(key, []).append(seen)
    of_lesions = [
        series_in(vault, lesion, by_lesion.get(lesion.lesion_id, []))
        for lesion in vault.lesions(person)
    ]
    return of_lesions, by_lesion.get(None, [])


def _lesion(workspace: Workspace, series: Series, care: _Care, judged: _Judged) -> ExportLesion:
    lesion = series.lesion
    rows: Sequence[ObservationRow] = series_rows(workspace, series) if series.observations else ()
    return ExportLesion(
        lesion=lesion,
        life_cycle_note=care.notes.get(lesion.lesion_id),
        observations=tuple(_observation(row) for row in rows),
        comparisons=tuple(series.comparisons.values()),
        change=judged.get((lesion.person, lesion.name)),
        symptoms=series.symptoms,
        decisions=tuple(care.decisions.get(lesion.lesion_id, ())),
        answers=tuple(care.answers.get(lesion.lesion_id, ())),
    )


def _observation(row: ObservationRow) -> ExportObservation:
    ratio = row.area_ratio
    return ExportObservation(
        observation=row.observation,
        area_ratio=None if ratio is None else ratio.value,
        area_ratio_sigma=None if ratio is None else ratio.sigma,
        area_ratio_against=None if ratio is None else ratio.against,
        cosine_to_first=row.cosine_to_first,
        cosine_to_previous=row.cosine_to_previous,
        colour_delta_e=row.colour_delta_e,
        focal_delta_e=row.focal_delta_e,
        comparable=row.comparable,
        why_not=row.why_not,
        remarks=row.remarks,
    )
