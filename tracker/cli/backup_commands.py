"""The vault as one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import jsonl, texts
from tracker.cli.output import JsonObject
from tracker.cli.session import session_of
from tracker.errors import VaultDamagedError

if TYPE_CHECKING:
    from tracker.services.backups import BackedUp, Restored

_PANEL = "Vault"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(rich_help_panel=_PANEL)(backup)
    app.command(rich_help_panel=_PANEL)(restore)


def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An earlier backup is replaced.")],
) -> None:
    """Write the vault to one file; it is encrypted when the vault is."""
    from tracker.services import backups
    from tracker.services.results import Refusal
    from tracker.store.disk import repair_hint

    session = session_of(ctx)
    workspace = session.workspace()
    with session.output.progress("Backing up") as advance:
        made = backups.back_up(workspace, file, advance)
    session.output.result(_backup_object(made), _backup_text(made))
    advice = repair_hint(workspace.vault_path)
    refusals = [Refusal(name, "It is missing from the vault.", advice) for name in made.missing]
    refusals += [Refusal(name, "It is not what was stored.", advice) for name in made.damaged]
    for refusal in refusals:
        session.output.result(jsonl.refusal_object(refusal), texts.intake_text(refusal))
    if refusals:
        raise typer.Exit(1)


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What 'backup' has written.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Bring a backup back as a vault in a new folder."""
    from tracker.services import backups
    from tracker.store.disk import repair_hint

    session = session_of(ctx)
    with session.output.progress("Restoring") as advance:
        outcome = backups.restore(file, to, advance)
    made = outcome.restored
    session.output.result(_restored_object(made), _restored_text(made))
    if outcome.damage:
        raise VaultDamagedError(
            f"When the backup was made, its vault was damaged: {' '.join(outcome.damage)}",
            next_step=repair_hint(made.path),
        )


def _backup_object(made: BackedUp) -> JsonObject:
    return {
        "type": "backup",
        "file": str(made.file),
        "vault_id": made.vault_id,
        "photos": made.photos,
        "entries": made.entries,
        "size_bytes": made.size_bytes,
        "sha256": made.sha256,
        "encrypted": made.encrypted,
    }


def _backup_text(made: BackedUp) -> str:
    secured = "encrypted like the vault" if made.encrypted else "not encrypted, like the vault"
    return (
        f"Wrote {made.photos} photos and {made.entries} journal entries to {made.file} "
        f"({made.size_bytes / 1e6:,.1f} MB, {secured})."
    )


def _restored_object(made: Restored) -> JsonObject:
    return {
        "type": "restored",
        "path": str(made.path),
        "photos": made.photos,
        "entries": made.entries,
        "vault_id": made.vault_id,
        "encrypted": made.encrypted,
        "missing": made.missing,
        "damaged": made.damaged,
    }


def _restored_text(made: Restored) -> str:
    return (
        f"Restored {made.photos} photos and {made.entries} journal entries to {made.path}. "
        f"Use it with: moletrail --vault '{made.path}'"
    )
