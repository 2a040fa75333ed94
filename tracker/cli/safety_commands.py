"""The commands that check a vault, repair it, and bring out what a repair set aside."""

from __future__ import annotations

from itertools import pairwise
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
    done: list[Repair] = []
    if repair:
        with session.output.progress("Looking for what can be repaired") as advance:
            done = safety.repair(workspace, on_progress=advance)
        for each in done:
            session.output.result(repair_object(each), repair_text(each))
    with session.output.progress("Checking photos") as advance:
        report = safety.check(workspace, deep=deep or repair, on_progress=advance)
    for finding, after in pairwise((*report.findings, None)):
        assert finding is not None
        last = after is None or (after.code, after.repair) != (finding.code, finding.repair)
        session.output.result(finding_object(finding), finding_text(finding, with_repair=last))
    lost = sum(each.lost for each in done)
    text = verified_text(report, repaired=repair, lost_entries=lost)
    session.output.result(verified_object(report, lost_entries=lost), text)
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
        "lost": repair.lost,
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


def finding_text(finding: Finding, *, with_repair: bool) -> str:
    """A finding as one line; the last of several alike says below what is to be done about them."""
    word = "DAMAGE" if finding.severity == "damage" else "left over"
    text = f"{word}: {finding.message} [{finding.code}: {finding.file}]"
    return f"{text}\n  {finding.repair}" if with_repair else text


def verified_object(report: Report, *, lost_entries: int = 0) -> JsonObject:
    """The closing `verified` object. lost_entries: of the journal, that a repair could not find."""
    return {
        "type": "verified",
        "findings": len(report.findings),
        "damage": report.damage,
        "deep": report.deep,
        "photos": report.photos,
        "entries": report.entries,
        "lost_photos": report.lost_photos,
        "lost_entries": lost_entries,
    }


def verified_text(report: Report, *, repaired: bool = False, lost_entries: int = 0) -> str:
    """The closing sentence; `repaired` when a repair has just done what it can."""
    loss = _loss(report.lost_photos, lost_entries)
    how = "every byte read" if report.deep else "quick check"
    what = f"{report.entries} journal entries and {report.photos} photos checked ({how})"
    if report.damage:
        damaged = (
            "1 thing is damaged" if report.damage == 1 else f"{report.damage} things are damaged"
        )
        after = "" if repaired else " To repair, run the same with --repair."
        return f"{what}: {damaged}.{loss}{after}"
    rest = len(report.findings)
    if not rest:
        return f"{what}: sound.{loss}"
    return f"{what}: sound. {rest} left over, named above: nothing that is stored is damaged.{loss}"


def _loss(photos: int, entries: int) -> str:
    """What is not there as it was stored, in sentences after a space; empty for nothing."""
    text = f" Photos missing or damaged: {photos}." if photos else ""
    return f"{text} Entries of the journal that are lost: {entries}." if entries else text
