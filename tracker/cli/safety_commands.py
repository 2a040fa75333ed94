"""The commands that check a vault, repair it, and bring out what a repair set aside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.session import session_of
from tracker.errors import VaultDamagedError

if TYPE_CHECKING:
    from tracker.cli.output import JsonObject
    from tracker.services.safety import Finding, Repair, Report

_PANEL = "Vault"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(rich_help_panel=_PANEL)(verify)
    app.command(rich_help_panel=_PANEL)(recover)


def verify(
    ctx: typer.Context,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep", help="Read every byte of every photo, and compute every value again."
        ),
    ] = False,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Repair what can be repaired, then check deeply. Deletes no photo."
        ),
    ] = False,
) -> None:
    """Check that all that was stored is there and sound. Exit code 5 when damaged."""
    from tracker.services import safety

    session = session_of(ctx)
    workspace = session.workspace()
    if repair:
        with session.output.progress("Looking for what can be repaired") as advance:
            done = safety.repair(workspace, on_progress=advance)
        for each in done:
            session.output.result(repair_object(each), repair_text(each))
    with session.output.progress("Checking photos") as advance:
        report = safety.check(workspace, deep=deep or repair, on_progress=advance)
    for finding in report.findings:
        session.output.result(finding_object(finding), finding_text(finding))
    session.output.result(verified_object(report), verified_text(report, repaired=repair))
    if report.damage:
        raise typer.Exit(VaultDamagedError.exit_code)


def recover(
    ctx: typer.Context,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder to write to; made if needed.")
    ],
) -> None:
    """Write photos that a repair set aside to a folder, readable, so that they can be added."""
    from tracker.services import safety

    session = session_of(ctx)
    written = safety.recover(session.workspace(), out)
    for path in written:
        session.output.result({"type": "recovered", "photo": str(path)}, str(path))
    if not session.output.as_json:
        text = "Add them with: moletrail add FILE" if written else "No photo was set aside."
        session.output.line(text)


def repair_object(repair: Repair) -> JsonObject:
    """The `repair` object."""
    return {
        "type": "repair",
        "code": repair.code,
        "file": repair.file,
        "message": repair.message,
    }


def repair_text(repair: Repair) -> str:
    """A repair as one line."""
    return f"Repaired: {repair.message} [{repair.code}: {repair.file}]"


def finding_object(finding: Finding) -> JsonObject:
    """The `finding` object."""
    return {
        "type": "finding",
        "code": finding.code,
        "severity": finding.severity,
        "file": finding.file,
        "message": finding.message,
        "repair": finding.repair,
    }


def finding_text(finding: Finding) -> str:
    """A finding as two lines."""
    word = "DAMAGE" if finding.severity == "damage" else "left over"
    return f"{word}: {finding.message} [{finding.code}: {finding.file}]\n  {finding.repair}"


def verified_object(report: Report) -> JsonObject:
    """The closing `verified` object."""
    return {
        "type": "verified",
        "findings": len(report.findings),
        "damage": report.damage,
        "deep": report.deep,
        "photos": report.photos,
        "entries": report.entries,
    }


def verified_text(report: Report, *, repaired: bool = False) -> str:
    """The closing sentence; `repaired` when a repair has just done what it can."""
    how = "every byte read" if report.deep else "quick check"
    what = f"{report.entries} journal entries and {report.photos} photos checked ({how})"
    if report.damage:
        damaged = (
            "1 thing is damaged" if report.damage == 1 else f"{report.damage} things are damaged"
        )
        after = "" if repaired else " To repair, run the same with --repair."
        return f"{what}: {damaged}.{after}"
    rest = len(report.findings)
    if not rest:
        return f"{what}: sound."
    return f"{what}: sound. {rest} left over, named above: nothing that is stored is damaged."
