"""Commands over all people: the worklist of a review, and surveys of whole sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import options, texts
from tracker.cli.json_analysis import time_text
from tracker.cli.output import JsonObject
from tracker.cli.review_commands import decision_object, decision_text
from tracker.cli.session import session_of

if TYPE_CHECKING:
    from tracker.services.surveys import SurveyRow
    from tracker.services.worklist import WorkRow

_PANEL = "Review"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    commands: dict[str, Callable[..., None]] = {
        "review": review,
        "survey": survey,
        "surveys": surveys,
    }
    for name, command in commands.items():
        app.command(name, rich_help_panel=_PANEL)(command)


def review(
    ctx: typer.Context,
    person: options.PersonOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also lesions on which a decision stands.")
    ] = False,
) -> None:
    """The worklist: everybody's lesions that wait for a decision, most urgent first."""
    from tracker.services.worklist import worklist

    session = session_of(ctx)
    workspace = session.workspace()
    with session.output.progress("Judging") as advance:
        found = worklist(workspace, person=person, include_decided=everything, on_progress=advance)
    for row in found.rows:
        session.output.result(work_object(row), _work_text(row))
    if session.output.as_json:
        return
    if found.not_compared:
        session.output.note(
            f"\nPhotos of {found.not_compared} lesions are not compared yet: moletrail changes"
        )
    session.output.note(texts.footer())


def work_object(row: WorkRow) -> JsonObject:
    """The `review` object."""
    return {
        "type": "review",
        "person": row.person,
        "lesion": row.lesion,
        "lesion_id": row.lesion_id,
        "site": row.site,
        "urgency": row.urgency.value,
        "status": None if row.status is None else row.status.value,
        "score": row.score,
        "alerts": [kind.value for kind in row.alerts],
        "photos": row.photos,
        "first_taken_at": time_text(row.first_taken_at),
        "latest_taken_at": time_text(row.latest_taken_at),
        "latest": row.latest,
        "due_on": None if row.due_on is None else row.due_on.isoformat(),
        "overdue_days": row.overdue_days,
        "decision": None if row.decision is None else decision_object(row.decision),
        "decided": row.decided,
        "not_compared": row.not_compared,
    }


def _work_text(row: WorkRow) -> str:
    from tracker.domain.wording_care import URGENCY_NAMES

    place = f" ({row.site})" if row.site else ""
    parts = [f"{row.person}, {row.lesion}{place}: {URGENCY_NAMES[row.urgency.value]}"]
    parts.append(f"{row.photos} photo" + ("" if row.photos == 1 else "s"))
    if row.due_on is not None:
        parts.append(f"next photo {row.due_on.isoformat()}")
    if row.decision is not None:
        parts.append(decision_text(row.decision))
    return ", ".join(parts)


def survey(
    ctx: typer.Context,
    site: Annotated[
        str, typer.Argument(metavar="SITE", help="All of it was looked over: back, whole body, …")
    ],
    shows: Annotated[
        list[str] | None,
        typer.Option("--shows", metavar="LESION", help="A lesion that is there; may repeat."),
    ] = None,
    person: options.PersonOption = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="D", help="When; else today.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="T")] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take back the survey whose id is given as SITE.")
    ] = False,
) -> None:
    """Record that a whole site was looked over: a lesion seen there later is new."""
    from tracker.services import surveys as service

    session = session_of(ctx)
    workspace = session.workspace()
    if remove:
        row = service.remove_survey(workspace, site)
    else:
        day = options.read_day(date, "--date")
        row = service.survey(workspace, person, site, shows or [], on=day, note=note)
    session.output.result(survey_object(row, removed=remove), _survey_text(row))


def surveys(ctx: typer.Context, person: options.PersonOption = None) -> None:
    """Which sites were looked over, and when."""
    from tracker.services import surveys as service

    session = session_of(ctx)
    for row in service.surveys(session.workspace(), person):
        session.output.result(survey_object(row), _survey_text(row))


def survey_object(row: SurveyRow, *, removed: bool = False) -> JsonObject:
    """The `survey` object."""
    return {
        "type": "survey",
        "survey_id": row.survey.survey_id,
        "person": row.person,
        "site": row.survey.site,
        "surveyed_on": row.survey.surveyed_on.isoformat(),
        "lesions": list(row.lesions),
        "note": row.survey.note,
        "removed": removed,
    }


def _survey_text(row: SurveyRow) -> str:
    shown = ", ".join(row.lesions) or "no lesions"
    note = f" ({row.survey.note})" if row.survey.note else ""
    return f"{row.person}, {row.survey.surveyed_on.isoformat()}, {row.survey.site}: {shown}{note}"
