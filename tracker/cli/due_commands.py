"""Commands about the next photos: what is due, how often, and a calendar file of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import jsonl, options, texts
from tracker.cli.output import JsonObject
from tracker.cli.session import session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.services.due import DueRow

_PANEL = "Review"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    commands: dict[str, Callable[..., None]] = {"due": due, "recheck": recheck}
    for name, command in commands.items():
        app.command(name, rich_help_panel=_PANEL)(command)


def due(
    ctx: typer.Context,
    person: options.PersonOption = None,
    calendar: Annotated[
        Path | None, typer.Option(metavar="FILE.ics", help="Write the days as a calendar file.")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Name people and lesions in the calendar file.")
    ] = False,
) -> None:
    """Which lesions are due for a photo, soonest first: everybody's, or one person's."""
    from tracker.services import due as service

    session = session_of(ctx)
    workspace = session.workspace()
    if names and calendar is None:
        raise UsageError("--names is about the calendar file.", next_step="Add --calendar FILE.ics")
    rows = service.due(workspace, person)
    for row in rows:
        session.output.result(due_object(row), _text(row))
    if calendar is not None:
        events = service.write_calendar(workspace, calendar, person, names=names)
        session.output.result(
            {"type": "calendar", "file": str(calendar), "events": events},
            f"{calendar}: {events} day{'' if events == 1 else 's'}.",
        )
    if not session.output.as_json:
        session.output.note(texts.footer())


def recheck(
    ctx: typer.Context,
    lesion: Annotated[str, typer.Argument(metavar="LESION")],
    months: Annotated[
        str,
        typer.Argument(metavar="MONTHS|usual", help="usual: after 3, then every 6 to 12 months."),
    ],
    person: options.PersonOption = None,
) -> None:
    """Say after how many months the next photo of a lesion is due."""
    from tracker.services import details

    session = session_of(ctx)
    wanted = None if months.strip().lower() == "usual" else _whole(months)
    found = details.set_recheck(session.workspace(), person, lesion, wanted)
    session.output.result(jsonl.edited_lesion_object(found), texts.edited_lesion_text(found))


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(
            f"'{text}' is no number of months.", next_step="Give a whole number, or: usual"
        ) from None


def due_object(row: DueRow) -> JsonObject:
    """The `due` object."""
    return {
        "type": "due",
        "person": row.person,
        "lesion": row.lesion,
        "lesion_id": row.lesion_id,
        "site": row.site,
        "last_taken_at": row.last_taken.isoformat(),
        "due_on": None if row.due_on is None else row.due_on.isoformat(),
        "latest_by": None if row.latest_by is None else row.latest_by.isoformat(),
        "reason": row.reason.value,
        "overdue_days": row.overdue_days,
    }


def _text(row: DueRow) -> str:
    from tracker.domain import wording

    who = f"{row.person}, {row.lesion}"
    if row.due_on is None:
        return f"{who}: {wording.SEE_NOW}"
    late = f", {row.overdue_days} days ago" if row.overdue_days else ""
    by = f", by {row.latest_by.isoformat()} at the latest" if row.latest_by else ""
    return f"{who}: {row.due_on.isoformat()}{late}{by}"
