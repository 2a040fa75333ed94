"""Commands that list what the vault holds: people, lesions, timeline, unassigned, changes."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import jsonl, options, texts
from tracker.cli.session import session_of

_PANEL = "Lists"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (people, lesions, timeline, unassigned, changes):
        app.command(rich_help_panel=_PANEL)(command)


def people(ctx: typer.Context) -> None:
    """Everyone in the vault."""
    from tracker.services import timeline as service

    session = session_of(ctx)
    for row in service.people(session.workspace()):
        session.output.result(jsonl.person_object(row), texts.person_text(row))


def lesions(ctx: typer.Context, person: options.PersonOption = None) -> None:
    """The lesions of a person."""
    from tracker.services import timeline as service

    session = session_of(ctx)
    for row in service.lesions(session.workspace(), person):
        session.output.result(jsonl.lesion_object(row), texts.lesion_text(row))


def timeline(
    ctx: typer.Context,
    lesion: Annotated[str, typer.Argument(metavar="LESION", show_default=False)],
    person: options.PersonOption = None,
) -> None:
    """The photos of a lesion, oldest first, each measured against the first."""
    from tracker.services import timeline as service

    session = session_of(ctx)
    workspace = session.workspace()
    with session.output.progress("Comparing") as advance:
        rows = service.timeline(workspace, person, lesion, on_progress=advance)
    for row in rows:
        session.output.result(jsonl.observation_object(row), texts.observation_text(row))
    if not session.output.as_json:
        session.output.line(texts.footer())


def unassigned(ctx: typer.Context, person: options.PersonOption = None) -> None:
    """Photos that wait to be assigned to a lesion (see: move)."""
    from tracker.services import timeline as service

    session = session_of(ctx)
    for seen in service.unassigned(session.workspace(), person):
        session.output.result(jsonl.unassigned_object(seen), texts.unassigned_text(seen))


def changes(
    ctx: typer.Context,
    person: options.PersonOption = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="D", help="Only lesions with a photo on or after this day."),
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="All people of the vault at once.")
    ] = False,
) -> None:
    """What changed, most urgent first."""
    from tracker.services.changes import changes as judge_all
    from tracker.services.people import person_name

    session = session_of(ctx)
    workspace = session.workspace()
    day = options.read_day(since, "--since")
    who = None if everyone else person_name(workspace, person)
    with session.output.progress("Comparing") as advance:
        found = judge_all(workspace, who, since=day, on_progress=advance)
    for change in found:
        session.output.result(jsonl.change_object(change), texts.change_text(change))
    if not session.output.as_json:
        session.output.line(texts.footer())
