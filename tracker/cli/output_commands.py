"""Commands that make something to look at: report, card, serve, demo."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import options
from tracker.cli.session import CliSession, session_of

_PANEL = "Reports and app"
PortOption = Annotated[
    int | None, typer.Option("--port", metavar="N", min=1, max=65535, help="Port of the app.")
]


class ReportFor(StrEnum):
    """Who a report is for."""

    PERSON = "person"
    CLINICIAN = "clinician"


class ReportPaper(StrEnum):
    """The page it is printed on."""

    A4 = "a4"
    LETTER = "letter"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (report, card, serve, demo):
        app.command(rich_help_panel=_PANEL)(command)


def report(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Ends in .pdf or .html.")],
    person: options.PersonOption = None,
    lesion: Annotated[str | None, typer.Option(metavar="L", help="One lesion only.")] = None,
    audience: Annotated[
        ReportFor,
        typer.Option("--for", help="A clinician's carries class probabilities and their warning."),
    ] = ReportFor.PERSON,
    paper: Annotated[ReportPaper, typer.Option(help="Size of the page.")] = ReportPaper.A4,
    date: Annotated[
        str | None, typer.Option(metavar="D", help="Date of the report; today without it.")
    ] = None,
) -> None:
    """The change report, to take to a clinician."""
    from tracker.services.reporting import ReportOptions, report_date, write_report

    session = session_of(ctx)
    made_on = None if date is None else report_date(date)
    asked = ReportOptions(audience.value, paper.value, made_on)
    with session.output.progress("Writing the report"):
        path, name = write_report(session.workspace(), person, lesion, out, asked)
    session.output.result(
        {
            "type": "report",
            "path": str(path),
            "person": name,
            "lesion": lesion,
            "for": audience.value,
            "paper": paper.value,
        },
        f"Wrote {path}.",
    )


def card(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(metavar="FILE", help="card.pdf or card.png.")],
) -> None:
    """The printable scale and colour card (85.6 x 54.0 mm)."""
    from tracker.services.reporting import write_card_file

    session = session_of(ctx)
    path = write_card_file(out)
    session.output.result({"type": "card", "path": str(path)}, f"Wrote {path}.")


def serve(ctx: typer.Context, port: PortOption = None) -> None:
    """Open the app in the browser."""
    open_app(session_of(ctx), port=port)


def demo(
    ctx: typer.Context,
    port: PortOption = None,
    build_only: Annotated[
        bool, typer.Option("--build-only", help="Make the demo vault without opening the app.")
    ] = False,
) -> None:
    """Open the app on a made-up vault that is full of timelines."""
    from tracker.services.demo import (
        build_demo,
        demo_photo_count,
        demo_vault_path,
        demo_workspace,
    )

    session = session_of(ctx)
    workspace = demo_workspace(session.vault, secret=session.secret)
    built = 0
    with session.output.progress("Making the demo vault", demo_photo_count()) as advance:
        for built, _ in build_demo(workspace):
            advance(built)
    path = str(demo_vault_path(session.vault))
    session.output.result(
        {"type": "demo", "vault": path, "photos": built},
        f"The demo vault lies at {path}: made-up pictures, no person's.",
    )
    if not build_only:
        open_app(replace(session, vault=path), port=port)


def open_app(session: CliSession, *, port: int | None) -> None:
    """Run the app's server until it is stopped."""
    from tracker.cli.serve import run_app

    run_app(session, port)
