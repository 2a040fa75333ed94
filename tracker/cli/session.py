"""What the global options say, kept for the command that runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from tracker.cli.output import Output
from tracker.cli.passphrases import PassphraseSource

if TYPE_CHECKING:
    from tracker.services.session import Workspace


@dataclass
class CliSession:
    """Global options of one invocation.

    vault: as typed, None for MOLETRAIL_VAULT or the platform's folder.
    """

    vault: str | None = None
    passphrase: PassphraseSource = field(default_factory=PassphraseSource)
    output: Output = field(default_factory=Output)
    _used: list[Workspace] = field(default_factory=list, init=False, repr=False)

    def workspace(self, *, may_ask: bool = True) -> Workspace:
        """The workspace on the chosen vault; loads the services.

        may_ask: whether an encrypted vault may be unlocked with a question on the terminal.
        """
        from tracker.services.session import Workspace, resolve_vault_path

        secret = self.secret if may_ask or self.passphrase.given() is not None else None
        workspace = Workspace(resolve_vault_path(self.vault), secret=secret)
        self._used.append(workspace)
        return workspace

    def secret(self) -> str:
        """The passphrase of the vault: given, or asked for.

        Raises:
            InputError: its file cannot be used. VaultLockedError: neither given nor to be asked.
        """
        return self.passphrase.current(self.output)

    def close(self) -> None:
        """Forget the keys, and leave the environment as it was found."""
        self.passphrase.give_back()
        if self._used:
            from tracker.services import keyring

            for workspace in self._used:
                keyring.lock(workspace)


def session_of(ctx: typer.Context) -> CliSession:
    """The session that the root callback put there."""
    session = ctx.find_root().obj
    return session if isinstance(session, CliSession) else CliSession()
