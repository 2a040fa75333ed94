"""Commands about the vault as a whole: init, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import texts
from tracker.cli.key_commands import show_recovery_key, vault_object
from tracker.cli.session import CliSession, session_of
from tracker.errors import UsageError

_PANEL = "Vault"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(rich_help_panel=_PANEL)(init)
    app.command(rich_help_panel=_PANEL)(doctor)


def init(
    ctx: typer.Context,
    encrypt: Annotated[
        bool,
        typer.Option("--encrypt", help="Encrypted with a passphrase; prints a recovery key once."),
    ] = False,
) -> None:
    """Make a vault."""
    session = session_of(ctx)
    if encrypt:
        _init_encrypted(session)
        return
    if session.passphrase.file is not None:
        raise UsageError(
            "A passphrase was given, and --encrypt was not; nothing was made.",
            next_step="Run: moletrail init --encrypt",
        )
    from tracker.services.vaults import create_vault

    path = create_vault(session.workspace())
    session.output.result(
        {"type": "vault", "path": str(path), "encrypted": False},
        f"Made a vault at {path}. It is not encrypted.",
    )


def _init_encrypted(session: CliSession) -> None:
    from tracker.services.protection import create_encrypted_vault

    workspace = session.workspace(may_ask=False)
    recovery_key = create_encrypted_vault(workspace, session.passphrase.fresh(session.output))
    session.output.result(
        vault_object(workspace, recovery_key),
        f"Made an encrypted vault at {workspace.vault_path}.",
    )
    show_recovery_key(session, recovery_key)


def doctor(ctx: typer.Context) -> None:
    """Versions, model hash, execution provider, telemetry and vault state."""
    from tracker.services.doctor import examine, report_object

    session = session_of(ctx)
    report = examine(session.workspace(may_ask=False))
    if session.output.as_json:
        session.output.object(report_object(report))
        return
    for line in texts.doctor_lines(report):
        session.output.line(line)
