"""One lesion's part of the report, out of its series and its judgement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.analysis.noise import DoubleShot
from tracker.domain import wording
from tracker.domain.care import Answer, Decision, Survey
from tracker.domain.change import Change, Status
from tracker.domain.records import Symptom
from tracker.domain.wording_change import MARK_NAMES
from tracker.report.document import Audience, DatedText, LesionSection, PhotoRow
from tracker.report.presentation import short_limit
from tracker.services.comparing import Series
from tracker.services.report_charts import charts, flags_by_day
from tracker.services.report_clinical import clinical_part
from tracker.services.report_pictures import lesion_pictures, local_day, scale_words
from tracker.services.results import ObservationRow
from tracker.services.session import Workspace
from tracker.services.timeline import series_rows

#: So many days are named of a list of them; how many there are is said.
MOST_DAYS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a section is made from.

    others: double shots of the person's other lesions. decisions, answers: on the lesion, oldest
    first. surveys: of the person, by day.
    """

    series: Series
    change: Change
    others: tuple[DoubleShot, ...]
    decisions: tuple[Decision, ...] = ()
    answers: tuple[Answer, ...] = ()
    surveys: tuple[Survey, ...] = ()


def section(workspace: Workspace, source: Source, audience: Audience) -> LesionSection:
    """The lesion's part of the report.

    Raises:
        VaultDamagedError: a photo is not what it was.
    """
    series, change = source.series, source.change
    rows = series_rows(workspace, series)
    flags = flags_by_day(workspace.noise, series, change, source.others)
    pictures, lined_up = lesion_pictures(workspace, change, series)
    clinical = None
    if audience == "clinician":
        decided = tuple(_decision(each) for each in source.decisions)
        clinical = clinical_part(workspace, change, series, decided)
    return LesionSection(
        change=change,
        status_words=wording.status_sentence(change.status, short_limit(change)),
        photos=tuple(_photo_row(row) for row in rows),
        pictures=pictures,
        lined_up=lined_up,
        charts=charts(workspace.noise, source.change, rows, flags, series.symptoms),
        symptoms=tuple(_symptom(symptom) for symptom in series.symptoms),
        notes=tuple(
            DatedText(seen.capture.isoformat(), seen.note)
            for seen in series.observations
            if seen.note
        ),
        life_cycle=series.lesion.life_cycle,
        versions=versions(change, series),
        place=series.lesion.place,
        clinical=clinical,
        recorded=tuple(_recorded(source)),
    )


def _photo_row(row: ObservationRow) -> PhotoRow:
    return PhotoRow(
        taken_on=row.observation.capture.isoformat(),
        area_mm2=row.area_mm2,
        diameter_mm=row.diameter_mm,
        scale=None if row.scale is None else scale_words(row.scale),
        comparable=row.comparable,
        why_not=row.why_not,
    )


def _symptom(symptom: Symptom) -> DatedText:
    name = wording.SYMPTOM_NAMES[symptom.kind]
    text = f"{name}: {symptom.note}" if symptom.note else name
    return DatedText(local_day(symptom.noted_at), text)


def _recorded(source: Source) -> Iterator[str]:
    """Answers of "none", the person's mark of the site, and when the site was looked over."""
    lesion, series = source.series.lesion, source.series
    nothing = [each for each in source.answers if not each.kinds]
    none_on = dict.fromkeys(local_day(each.answered_at) for each in nothing)
    if none_on:
        yield f"asked about symptoms, none reported on {_days(list(none_on))}"
    if lesion.mark is not None:
        yield f"site marked as {MARK_NAMES[lesion.mark]}"
    if series.absent_on is not None:
        yield f"site looked over on {series.absent_on.isoformat()}, spot not seen"
    seen_on = [
        each.surveyed_on.isoformat() for each in source.surveys if lesion.lesion_id in each.lesions
    ]
    if seen_on:
        yield f"site looked over and spot seen on {_days(list(dict.fromkeys(seen_on)))}"


def _days(days: list[str]) -> str:
    """The latest few of some days."""
    told = wording.join_words(days[-MOST_DAYS:])
    return told if len(days) <= MOST_DAYS else f"{told} (the latest of {len(days)} days)"


def _decision(decision: Decision) -> DatedText:
    """`monitor until 2025-09-01, by Dr A: note`."""
    text = decision.kind.value.replace("_", " ")
    if decision.until is not None:
        text += f" until {decision.until.isoformat()}"
    text += f", by {decision.by}"
    if decision.note:
        text += f": {decision.note}"
    return DatedText(local_day(decision.decided_at), text)


def versions(change: Change, series: Series) -> tuple[str, ...]:
    """Who computed what: each network and method once, in order of first use."""
    lines: dict[str, None] = {}
    for seen in series.observations:
        for model in (seen.analysis.model, seen.analysis.gate):
            if model is not None:
                lines[f"{model.name} {model.version}, sha256 {model.sha256[:12]}…"] = None
        if seen.analysis.measures is not None:
            lines[seen.analysis.measures.method] = None
    for comparison in series.comparisons.values():
        lines[comparison.method] = None
    if change.status is not Status.BASELINE_ONLY:
        lines[change.method] = None
    return tuple(lines)
