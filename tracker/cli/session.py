"""What the global options say, kept for the command that runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tracker.cli.output import Output

if TYPE_CHECKING:
    from tracker.services.session import Workspace


@dataclass
class CliSession:
    """Global options of one invocation.

    vault: as typed, None for MOLETRAIL_VAULT or the platform's folder.
    """

    vault: str | None = None
    passphrase_file: Path | None = None
    output: Output = field(default_factory=Output)

    def workspace(self) -> Workspace:
        """The workspace on the chosen vault; loads the services."""
        from tracker.services.session import Workspace, resolve_vault_path

        return Workspace(resolve_vault_path(self.vault))


def session_of(ctx: typer.Context) -> CliSession:
    """The session that the root callback put there."""
    session = ctx.find_root().obj
    return session if isinstance(session, CliSession) else CliSession()
