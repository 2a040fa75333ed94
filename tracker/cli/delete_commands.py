"""The command that deletes: it says what goes, and asks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.output import JsonObject
from tracker.cli.session import session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.services.deleting import Going

_PANEL = "Edits"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(rich_help_panel=_PANEL)(delete)


def delete(
    ctx: typer.Context,
    observation: Annotated[
        str | None,
        typer.Option("--observation", metavar="ID", help="One photo, by its id in the timeline."),
    ] = None,
    lesion: Annotated[
        str | None, typer.Option("--lesion", metavar="L", help="A lesion with all its photos.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="P", help="Whose; alone: the person with everything."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
) -> None:
    """Delete a photo, a lesion or a person completely. It cannot be undone."""
    from tracker.services import deleting

    session = session_of(ctx)
    workspace = session.workspace()
    target = deleting.Target(observation, lesion, person)
    going = deleting.look(workspace, target)
    if not yes:
        _ask(ctx, going)
    deleting.delete(workspace, target, going)
    session.output.result(_going_object("deleted", going), f"Deleted: {deleting.describe(going)}")
    for sentence in deleting.WHAT_REMAINS:
        session.output.note(sentence)


def _ask(ctx: typer.Context, going: Going) -> None:
    """Go on only when a person at the terminal says so.

    Raises:
        UsageError: there is nobody to ask. typer.Exit: the person said no.
    """
    from tracker.services.deleting import describe

    output = session_of(ctx).output
    if output.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        if output.as_json:
            output.object(_going_object("would_delete", going))
        raise UsageError(
            f"This would delete {describe(going)} Nothing was deleted.",
            next_step="Say --yes to delete it. It cannot be undone.",
        )
    output.note(f"This deletes {describe(going)}")
    if not typer.confirm("It cannot be undone. Delete it?", default=False, err=True):
        output.note("Nothing was deleted.")
        raise typer.Exit(3)


def _going_object(kind: str, going: Going) -> JsonObject:
    from tracker.services.deleting import WHAT_REMAINS

    return {
        "type": kind,
        "person": going.person,
        "whole_person": going.whole_person,
        "lesions": list(going.lesions),
        "observation_id": going.observation_id,
        "observations": going.observations,
        "photos": going.photos,
        "kept_photos": going.kept_photos,
        "symptoms": going.symptoms,
        "first_taken_at": None if going.first is None else going.first.isoformat(),
        "last_taken_at": None if going.last is None else going.last.isoformat(),
        "remains": list(WHAT_REMAINS),
    }
