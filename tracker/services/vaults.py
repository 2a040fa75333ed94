"""Making a vault, and its state in words."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import MoletrailError
from tracker.services import keyring
from tracker.services.results import VaultState
from tracker.services.session import Workspace
from tracker.store.vault import Vault


def create_vault(workspace: Workspace, *, demo: bool = False) -> Path:
    """Make an empty vault.

    Args:
        demo: marks the vault as one of made-up pictures.

    Raises:
        VaultError: there is a vault or a file already, or the place cannot be written.
    """
    Vault.create(workspace.vault_path, demo=demo)
    return workspace.vault_path


def vault_state(workspace: Workspace) -> VaultState:
    """The vault's state; an unusable vault is an answer here, not an error."""
    path = str(workspace.vault_path)
    encrypted = None
    try:
        encrypted = keyring.is_encrypted(workspace)
        with workspace.open("doctor") as vault:
            info = vault.info()
    except MoletrailError as error:
        state = type(error).__name__.removesuffix("Error")
        locked = encrypted and not keyring.is_unlocked(workspace)
        return VaultState(path, state, str(error), None, None, None, None, None, encrypted, locked)
    return VaultState(
        path,
        "ok",
        None,
        info.schema_version,
        info.people,
        info.lesions,
        info.observations,
        info.demo,
        encrypted,
        locked=False,
    )
