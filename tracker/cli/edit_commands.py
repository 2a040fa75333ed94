"""Commands for every edit that the app offers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import jsonl, options, texts
from tracker.cli.session import session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.domain.records import Lesion, Observation

_PANEL = "Edits"
ObservationArgument = Annotated[
    str, typer.Argument(metavar="OBSERVATION", help="Its id, as timeline and unassigned list it.")
]
LesionArgument = Annotated[str, typer.Argument(metavar="LESION")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    commands: dict[str, Callable[..., None]] = {
        "move": move,
        "set-date": set_date,
        "note": note,
        "rename": rename,
        "rename-person": rename_person,
        "site": site,
        "status": status,
        "merge": merge,
        "symptom": symptom,
        "symptoms": symptoms,
    }
    for name, command in commands.items():
        app.command(name, rich_help_panel=_PANEL)(command)


def move(
    ctx: typer.Context,
    observation: ObservationArgument,
    lesion: Annotated[
        str | None, typer.Argument(metavar="[LESION]", help="The lesion it shows; made if new.")
    ] = None,
    none: Annotated[bool, typer.Option("--unassign", help="To no lesion for now.")] = False,
) -> None:
    """Move a photo to another lesion of the same person."""
    from tracker.services import edits
    from tracker.services.comparing import complete_series

    if (lesion is None) != none:
        raise UsageError(
            "Name a lesion, or say --unassign.", next_step="moletrail move OBSERVATION LESION"
        )
    session = session_of(ctx)
    workspace = session.workspace()
    seen = edits.move(workspace, observation, lesion)
    if seen.lesion is not None:
        complete_series(workspace, seen.person.name, seen.lesion.name)
    _show_observation(ctx, seen)


def set_date(
    ctx: typer.Context,
    observation: ObservationArgument,
    date: Annotated[str, typer.Argument(metavar="DATE", help="YYYY-MM-DD, or with a time.")],
) -> None:
    """Correct when a photo was taken."""
    from tracker.services import edits

    _show_observation(ctx, edits.set_date(session_of(ctx).workspace(), observation, date))


def note(
    ctx: typer.Context,
    observation: ObservationArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Empty to clear it.")],
) -> None:
    """Write the note of a photo."""
    from tracker.services import edits

    _show_observation(ctx, edits.set_note(session_of(ctx).workspace(), observation, text))


def _show_observation(ctx: typer.Context, seen: Observation) -> None:
    output = session_of(ctx).output
    output.result(jsonl.edited_observation_object(seen), texts.edited_text(seen))


def rename(
    ctx: typer.Context,
    lesion: LesionArgument,
    name: Annotated[str, typer.Argument(metavar="NEW-NAME")],
    person: options.PersonOption = None,
) -> None:
    """Give a lesion another name."""
    from tracker.services import edits

    _show_lesion(ctx, edits.rename_lesion(session_of(ctx).workspace(), person, lesion, name))


def rename_person(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON")],
    name: Annotated[str, typer.Argument(metavar="NEW-NAME")],
) -> None:
    """Give a person another name."""
    from tracker.services import edits

    session = session_of(ctx)
    found = edits.rename_person(session.workspace(), person, name)
    session.output.result(
        {"type": "person", "person": found.name, "person_id": found.person_id},
        f"{person} is now {found.name}.",
    )


def site(
    ctx: typer.Context,
    lesion: LesionArgument,
    place: Annotated[str, typer.Argument(metavar="SITE", help="Empty for unknown.")],
    person: options.PersonOption = None,
) -> None:
    """Say where on the body a lesion is."""
    from tracker.services import edits

    _show_lesion(ctx, edits.set_site(session_of(ctx).workspace(), person, lesion, place))


def status(
    ctx: typer.Context,
    lesion: LesionArgument,
    stage: Annotated[str, typer.Argument(metavar="active|excised|resolved|merged")],
    person: options.PersonOption = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="T", help="For example the pathology.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="D", help="When it was excised or resolved.")
    ] = None,
) -> None:
    """Say where a lesion stands in its life."""
    from tracker.services import edits

    workspace = session_of(ctx).workspace()
    day = options.read_day(on, "--on")
    _show_lesion(ctx, edits.set_life_cycle(workspace, person, lesion, stage, note, on=day))


def merge(
    ctx: typer.Context,
    lesion: LesionArgument,
    into: Annotated[str, typer.Argument(metavar="INTO")],
    person: options.PersonOption = None,
) -> None:
    """Move all photos of a lesion to another one; it stays, marked as merged."""
    from tracker.services import edits

    _show_lesion(ctx, edits.merge(session_of(ctx).workspace(), person, lesion, into))


def _show_lesion(ctx: typer.Context, lesion: Lesion) -> None:
    output = session_of(ctx).output
    output.result(jsonl.edited_lesion_object(lesion), texts.edited_lesion_text(lesion))


def symptom(
    ctx: typer.Context,
    lesion: LesionArgument,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="bleeding|crusting|itch|pain|raised|firm|growing|none",
            help="none: asked, and none of these.",
        ),
    ],
    person: options.PersonOption = None,
    note: Annotated[str | None, typer.Option("--note", metavar="T")] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="D", help="When noticed; else now.")
    ] = None,
    photo: Annotated[
        str | None, typer.Option("--photo", metavar="ID", help="The photo at which it was asked.")
    ] = None,
) -> None:
    """Record a symptom; it goes before every measurement: see a clinician."""
    from tracker.services import edits

    session = session_of(ctx)
    day = options.read_day(date, "--date")
    noted_at = None if day is None else datetime.combine(day, time())
    if kind.strip().lower() == "none" or photo is not None:
        kinds = [] if kind.strip().lower() == "none" else [kind]
        _answer(ctx, lesion, person, kinds, photo, note, noted_at)
        return
    found = edits.record_symptom(
        session.workspace(), person, lesion, kind, note=note, noted_at=noted_at
    )
    session.output.result(jsonl.symptom_object(found, lesion), texts.symptom_text(found, lesion))
    if not session.output.as_json:
        session.output.note(texts.symptom_question([kind]))


def _answer(
    ctx: typer.Context,
    lesion: str,
    person: str | None,
    kinds: list[str],
    photo: str | None,
    note: str | None,
    noted_at: datetime | None,
) -> None:
    from tracker.services import answers

    session = session_of(ctx)
    told = answers.answer(
        session.workspace(),
        person,
        lesion,
        kinds,
        observation_id=photo,
        note=note,
        answered_at=noted_at,
    )
    session.output.result(jsonl.answer_object(told, lesion), texts.answer_text(told, lesion))
    if kinds and not session.output.as_json:
        session.output.note(texts.symptom_question(kinds))


def symptoms(
    ctx: typer.Context, lesion: LesionArgument, person: options.PersonOption = None
) -> None:
    """What was reported of a lesion, and when somebody was asked."""
    from tracker.services import answers, edits

    session = session_of(ctx)
    for told in answers.answers(session.workspace(), person, lesion):
        session.output.result(jsonl.answer_object(told, lesion), texts.answer_text(told, lesion))
    for found in edits.symptoms(session.workspace(), person, lesion):
        session.output.result(
            jsonl.symptom_object(found, lesion), texts.symptom_text(found, lesion)
        )
