"""Commands of a review: places and marks of lesions, and what a clinician decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import jsonl, options, texts
from tracker.cli.output import JsonObject
from tracker.cli.session import session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.domain.care import Decision
    from tracker.domain.records import Lesion
    from tracker.services.decisions import DecisionRow

_PANEL = "Review"
LesionArgument = Annotated[str, typer.Argument(metavar="LESION")]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
NoteOption = Annotated[str | None, typer.Option("--note", metavar="T")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    commands: dict[str, Callable[..., None]] = {
        "decide": decide,
        "reopen": reopen,
        "decisions": decisions,
    }
    for name, command in commands.items():
        app.command(name, rich_help_panel=_PANEL)(command)
    app.command("place", rich_help_panel="Edits")(place)
    app.command("mark", rich_help_panel="Edits")(mark)


def place(
    ctx: typer.Context,
    lesion: LesionArgument,
    view: Annotated[
        str | None, typer.Option(metavar="V", help="The drawing: front, back, left-palm, …")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="X,Y", help="0..1 from its top left corner.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take it off the body map.")] = False,
    person: options.PersonOption = None,
) -> None:
    """Put a lesion on the body map."""
    from tracker.services import details

    workspace = session_of(ctx).workspace()
    if clear:
        _show(ctx, details.clear_place(workspace, person, lesion))
        return
    if view is None or at is None:
        raise UsageError(
            "A drawing and a point on it are needed.",
            next_step="moletrail place LESION --view front --at 0.4,0.3",
        )
    x, y = options.read_numbers(at, "--at", 2)
    _show(ctx, details.set_place(workspace, person, lesion, view, x, y))


def mark(
    ctx: typer.Context,
    lesion: LesionArgument,
    what: Annotated[str, typer.Argument(metavar="wound|rash|treated|none")],
    person: options.PersonOption = None,
) -> None:
    """Say that the skin there is a wound, a rash or treated, so that its recovery is followed."""
    from tracker.services import details

    word = None if what.strip().lower() == "none" else what
    _show(ctx, details.mark_site(session_of(ctx).workspace(), person, lesion, word))


def _show(ctx: typer.Context, lesion: Lesion) -> None:
    output = session_of(ctx).output
    output.result(jsonl.edited_lesion_object(lesion), texts.edited_lesion_text(lesion))


def decide(
    ctx: typer.Context,
    lesion: LesionArgument,
    kind: Annotated[str, typer.Argument(metavar="monitor|refer|biopsy|excise|no_action")],
    by: ByOption,
    until: Annotated[
        str | None, typer.Option("--until", metavar="D", help="The next look; for monitor.")
    ] = None,
    note: NoteOption = None,
    photo: Annotated[
        list[str] | None,
        typer.Option("--photo", metavar="ID", help="It is based on; else the latest day's."),
    ] = None,
    person: options.PersonOption = None,
) -> None:
    """Record what a clinician decides on a lesion."""
    from tracker.services import decisions as service

    session = session_of(ctx)
    workspace = session.workspace()
    day = options.read_day(until, "--until")
    service.decide(
        workspace, person, lesion, kind, by=by, until=day, note=note, observations=photo or ()
    )
    _show_decision(ctx, service.decisions(workspace, person, lesion)[0])


def reopen(
    ctx: typer.Context,
    lesion: LesionArgument,
    by: ByOption,
    note: NoteOption = None,
    person: options.PersonOption = None,
) -> None:
    """Take the standing decision on a lesion back."""
    from tracker.services import decisions as service

    workspace = session_of(ctx).workspace()
    service.reopen(workspace, person, lesion, by=by, note=note)
    _show_decision(ctx, service.decisions(workspace, person, lesion)[0])


def decisions(
    ctx: typer.Context,
    lesion: Annotated[str | None, typer.Argument(metavar="[LESION]")] = None,
    person: options.PersonOption = None,
) -> None:
    """What was decided, newest first: on a lesion, on a person's, or on everybody's."""
    from tracker.services import decisions as service

    for row in service.decisions(session_of(ctx).workspace(), person, lesion):
        _show_decision(ctx, row)


def _show_decision(ctx: typer.Context, row: DecisionRow) -> None:
    whose = {"person": row.person, "lesion": row.lesion, "stands": row.stands}
    text = f"{row.person}, {row.lesion}: {decision_text(row.decision)}"
    session_of(ctx).output.result(decision_object(row.decision) | whose, text)


def decision_object(made: Decision) -> JsonObject:
    """The `decision` object."""
    return {
        "type": "decision",
        "decision_id": made.decision_id,
        "lesion_id": made.lesion_id,
        "kind": made.kind.value,
        "by": made.by,
        "decided_at": made.decided_at.isoformat(timespec="seconds"),
        "until": None if made.until is None else made.until.isoformat(),
        "note": made.note,
        "observations": list(made.observations),
    }


def decision_text(made: Decision) -> str:
    """What was decided, until when, by whom and when."""
    from tracker.domain.wording_care import DECISION_NAMES

    until = "" if made.until is None else f" until {made.until.isoformat()}"
    note = f" ({made.note})" if made.note else ""
    day = made.decided_at.astimezone().date().isoformat()
    return f"{DECISION_NAMES[made.kind]}{until}, {made.by}, {day}{note}"
