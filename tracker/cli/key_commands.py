"""Commands about what opens a vault: encrypt, rekey; and the words around a recovery key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.passphrases import NEW_OPTION, NEW_VARIABLE, PassphraseSource
from tracker.cli.session import CliSession, session_of

if TYPE_CHECKING:
    from tracker.services.session import Workspace

_PANEL = "Vault"
_CONSEQUENCE = (
    "Whoever loses both the passphrase and the recovery key has lost the photos for good: nobody "
    "can open the vault then."
)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(rich_help_panel=_PANEL)(encrypt)
    app.command(rich_help_panel=_PANEL)(rekey)


def encrypt(ctx: typer.Context) -> None:
    """Encrypt a vault that is not; asks for a passphrase and prints the recovery key once."""
    from tracker.services import protection

    session = session_of(ctx)
    workspace = session.workspace(may_ask=False)
    protection.check_plain(workspace)
    passphrase = session.passphrase.fresh(session.output)
    with session.output.progress("Encrypting") as advance:
        recovery_key = protection.encrypt(workspace, passphrase, progress=advance)
    session.output.result(
        vault_object(workspace, recovery_key) | {"remains": list(protection.REMAINS)},
        f"Encrypted the vault at {workspace.vault_path}.",
    )
    show_recovery_key(session, recovery_key)
    session.output.note("What encrypting does not reach:")
    for sentence in protection.REMAINS:
        session.output.note(f"- {sentence}")


def rekey(
    ctx: typer.Context,
    new_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            NEW_OPTION,
            metavar="FILE",
            help=f"Its first line is the new passphrase; else {NEW_VARIABLE}, else a prompt.",
        ),
    ] = None,
    recovery_key: Annotated[
        bool,
        typer.Option("--recovery-key", help="Make a new recovery key, and print it once."),
    ] = False,
) -> None:
    """Change the passphrase; the recovery key opens the vault if the old one is forgotten.

    With --recovery-key the passphrase stays, unless a new one is given as well.
    """
    from tracker.services import protection

    session = session_of(ctx)
    workspace = session.workspace()
    source = PassphraseSource(NEW_OPTION, NEW_VARIABLE, new_passphrase_file)
    try:
        wants_passphrase = not recovery_key or source.given() is not None
        protection.unlock(workspace)
        if wants_passphrase:
            protection.change_passphrase(workspace, source.fresh(session.output))
        made = protection.new_recovery_key(workspace) if recovery_key else None
    finally:
        source.give_back()
    session.output.result(
        vault_object(workspace, made) | {"passphrase_changed": wants_passphrase},
        _changed_text(workspace, wants_passphrase),
    )
    if made is not None:
        show_recovery_key(session, made)
    session.output.note(protection.OLD_COPIES)


def vault_object(workspace: Workspace, recovery_key: str | None) -> dict[str, object]:
    """The `vault` object of an encrypted vault; `recovery_key` is null where none was made."""
    return {
        "type": "vault",
        "path": str(workspace.vault_path),
        "encrypted": True,
        "recovery_key": recovery_key,
    }


def show_recovery_key(session: CliSession, recovery_key: str) -> None:
    """For people: the key and what it is for. As JSON it is in the result."""
    if not session.output.as_json:
        session.output.note("Recovery key, shown this once and kept nowhere:")
        session.output.note(f"\n    {recovery_key}\n")
    session.output.note(
        "The recovery key opens the vault if the passphrase is forgotten. Write it down, and keep "
        "it away from this computer."
    )
    session.output.note(_CONSEQUENCE)


def _changed_text(workspace: Workspace, passphrase_changed: bool) -> str:
    if passphrase_changed:
        return f"Changed the passphrase of the vault at {workspace.vault_path}."
    return f"The vault at {workspace.vault_path} has a new recovery key; the earlier one is void."
