"""The command that writes open formats: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import options
from tracker.cli.session import session_of


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(rich_help_panel="Reports and app")(export)


def export(
    ctx: typer.Context,
    form: Annotated[
        str, typer.Option("--format", metavar="csv|parquet|fhir|dicom|isic", help="The format.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="A new folder, or one of an earlier export.")
    ],
    person: Annotated[
        str | None, typer.Option("--person", metavar="P", help="One person; else everybody.")
    ] = None,
    no_photos: Annotated[
        bool, typer.Option("--no-photos", help="Tables only; they cannot be imported again.")
    ] = False,
    clinician: Annotated[
        bool, typer.Option("--clinician", help="Class probabilities too, for a clinician.")
    ] = False,
) -> None:
    """Write open formats. Nothing in them is encrypted; the place of each photo is taken out."""
    from tracker.services.exporting import write_export

    session = session_of(ctx)
    with session.output.progress("Exporting") as advance:
        done = write_export(
            session.workspace(),
            form.strip().lower(),
            out,
            person,
            with_photos=not no_photos,
            clinician=clinician,
            on_compared=advance,
            on_photo=advance,
        )
    for each in done.left_out:
        advice = each.advice or ""
        session.output.result(
            {"type": "refusal", "photo": each.photo, "reason": each.reason, "advice": each.advice},
            f"{each.photo}: left out. {each.reason} {advice}".rstrip(),
        )
    session.output.result(
        {
            "type": "export",
            "format": done.form,
            "path": str(done.path),
            "people": done.people,
            "observations": done.observations,
            "photos": done.photos,
            "files": done.files,
        },
        f"Wrote {done.path}: {done.observations} observations, {done.photos} photos, "
        f"{done.files} files. Where photos were taken is not in them. The folder is not encrypted.",
    )
    options.exit_with_refusals(1, len(done.left_out))
