"""A case of a review: all that is known of one lesion beyond its judgement, in one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from tracker.domain.analysis import Analysis
from tracker.domain.care import Decision
from tracker.domain.change import AlertKind, Change
from tracker.domain.records import LifeCycle, Observation, Symptom
from tracker.domain.wording import EFG_KINDS
from tracker.errors import UnknownNameError
from tracker.report.document import ClinicalPart, ReportPicture
from tracker.services import memo
from tracker.services.comparing import Series
from tracker.services.decisions import standing
from tracker.services.due import DueRow, due_row
from tracker.services.person_view import PersonView
from tracker.services.report_clinical import clinical_part
from tracker.services.report_pictures import lesion_pictures
from tracker.services.report_section import versions
from tracker.services.session import Workspace

#: Lesions of the same person that are shown beside a case.
MOST_SIMILAR = 4


@dataclass(frozen=True, slots=True)
class SimilarLesion:
    """Another lesion of the person. cosine: of the embeddings of both latest photos, -1..1."""

    lesion: str
    observation_id: str
    cosine: float


@dataclass(frozen=True, slots=True, eq=False)
class CaseView:
    """One lesion as a clinician reviews it.

    pictures: first, previous and latest photo, each once; lined_up: how they were brought into one
    frame, None where they were not. clinical: None where no photo was measured; its heat map is
    not in it. latest: the latest measured photo. similar: most similar first. decisions: newest
    first, those taken back too; standing: the one that stands. due: None for a lesion that is not
    followed any more. versions: of networks and methods, in order of first use.
    offers_monitoring: False after the spot was reported raised, firm or growing, until a decision.
    """

    change: Change
    pictures: tuple[ReportPicture, ...]
    lined_up: Literal["skin", "lesion"] | None
    clinical: ClinicalPart | None
    latest: Observation | None
    similar: tuple[SimilarLesion, ...]
    decisions: tuple[Decision, ...]
    standing: Decision | None
    due: DueRow | None
    versions: tuple[str, ...]
    offers_monitoring: bool

    @property
    def stands_out(self) -> str | None:
        """Why the lesion is the odd one among the person's (ugly duckling), None if it is not."""
        found = (a.message for a in self.change.alerts if a.kind is AlertKind.UGLY_DUCKLING)
        return next(found, None)


def case_view(workspace: Workspace, view: PersonView, lesion: str) -> CaseView:
    """The case, read and drawn once for each state of the vault.

    Raises:
        UnknownNameError: the person has no such lesion with photos. VaultDamagedError: a photo is
        not what it was.
    """
    today = date.today()
    return memo.get(
        workspace.vault_path,
        view.position,
        "case",
        (view.person, lesion, today),
        lambda: _made(workspace, view, lesion, today),
    )


def _made(workspace: Workspace, view: PersonView, lesion: str, today: date) -> CaseView:
    change = view.change(lesion)
    if change is None:
        raise UnknownNameError(
            f"There is no lesion '{lesion}' with photos.",
            next_step="See what there is with: moletrail lesions",
        )
    series = view.series[lesion]
    pictures, lined_up = lesion_pictures(workspace, change, series)
    made, due = _decided(workspace, series, today)
    return CaseView(
        change=change,
        pictures=pictures,
        lined_up=lined_up,
        clinical=clinical_part(workspace, change, series, with_heatmap=False),
        latest=_latest(series),
        similar=_similar(view, lesion),
        decisions=made[::-1],
        standing=standing(made),
        due=due,
        versions=versions(change, series),
        offers_monitoring=not _is_for_referral(series.symptoms, made),
    )


def _decided(
    workspace: Workspace, series: Series, today: date
) -> tuple[tuple[Decision, ...], DueRow | None]:
    """Decisions on the lesion, oldest first, and when it is due."""
    lesion = series.lesion
    with workspace.open("case") as vault:
        made = tuple(vault.decisions(lesion))
        spans = vault.lesion_spans(vault.person(lesion.person))
    span = next(each for each in spans if each.lesion.lesion_id == lesion.lesion_id)
    known, felt = {lesion.lesion_id: made}, {lesion.lesion_id: series.symptoms}
    return made, due_row(span, known, felt, today)


def _is_for_referral(symptoms: Sequence[Symptom], made: Sequence[Decision]) -> bool:
    """Whether EFG (Liu 2006) was reported that no decision has known of yet."""
    decided = standing(made)
    return any(
        each.kind in EFG_KINDS and (decided is None or each.noted_at > decided.decided_at)
        for each in symptoms
    )


def _latest(series: Series) -> Observation | None:
    """The latest measured photo."""
    measured = [seen for seen in series.observations if seen.analysis.measures is not None]
    return measured[-1] if measured else None


def _similar(view: PersonView, lesion: str) -> tuple[SimilarLesion, ...]:
    """The person's other lesions that look most like this one, by one network's embeddings."""
    own = _latest(view.series[lesion])
    if own is None or own.analysis.embedding is None:
        return ()
    found = [
        SimilarLesion(name, latest.observation_id, _cosine(own.analysis, latest.analysis))
        for name, series in view.series.items()
        if name != lesion
        and series.lesion.life_cycle is LifeCycle.ACTIVE
        and (latest := _latest(series)) is not None
        and latest.analysis.embedding is not None
        and latest.analysis.model == own.analysis.model
    ]
    return tuple(sorted(found, key=_likest)[:MOST_SIMILAR])


def _likest(one: SimilarLesion) -> tuple[float, str]:
    return -one.cosine, one.lesion


def _cosine(one: Analysis, other: Analysis) -> float:
    """Of two embeddings of unit length that are there."""
    assert one.embedding is not None
    assert other.embedding is not None
    return float(np.dot(one.embedding, other.embedding))
