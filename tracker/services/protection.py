"""Encrypting a vault, and changing what opens it."""

from __future__ import annotations

from typing import Final

from tracker.errors import UsageError
from tracker.services import keyring
from tracker.services.session import Workspace
from tracker.store import keys
from tracker.store.encrypting import Progress, encrypt_vault
from tracker.store.vault import Vault

#: What encrypting a vault in place cannot reach; said wherever it was done.
REMAINS: Final = (
    "Backups and copies of this vault that were made earlier are not encrypted.",
    "The originals outside the vault (camera, phone, folders, cloud) are as they were.",
    "The disk may hold remains of the unencrypted files until it writes over them; on an SSD or "
    "a memory card they cannot be wiped one by one. Encrypting the whole disk covers them.",
)
#: What changing a passphrase does not reach.
OLD_COPIES: Final = (
    "Backups and copies made earlier still open with the passphrase and recovery key of their time."
)


def create_encrypted_vault(workspace: Workspace, passphrase: str, *, demo: bool = False) -> str:
    """Make an empty encrypted vault and unlock it.

    Returns:
        The recovery key: the only time that anybody sees it.

    Raises:
        UsageError: no possible passphrase.
        VaultError: there is a vault or a file already, or the place cannot be written.
    """
    keyring.lock(workspace)
    recovery_key = Vault.create(workspace.vault_path, demo=demo, passphrase=passphrase)
    assert recovery_key is not None
    keyring.unlock(workspace, passphrase)
    return recovery_key


def encrypt(
    workspace: Workspace, passphrase: str, *, progress: Progress = lambda done, of: None
) -> str:
    """Turn a vault that is not encrypted into one that is, in place, and unlock it.

    Args:
        progress: called with the number of photos done, and of all.

    Returns:
        The recovery key: the only time that anybody sees it. What stays readable: `REMAINS`.

    Raises:
        UsageError: it is encrypted already, or no possible passphrase.
        VaultError, VaultDamagedError, VaultBusyError, StorageFullError: the vault is as it was.
    """
    check_plain(workspace)
    recovery_key = encrypt_vault(workspace.vault_path, passphrase, progress=progress)
    keyring.unlock(workspace, passphrase)
    return recovery_key


def check_plain(workspace: Workspace) -> None:
    """Make sure that there is a vault to encrypt, before anybody thinks of a passphrase.

    Raises:
        UsageError: it is encrypted already. VaultNotFoundError, VaultError, VaultDamagedError,
            VaultBusyError: it cannot be opened.
    """
    if keyring.is_encrypted(workspace):
        raise UsageError(
            f"The vault '{workspace.vault_path}' is encrypted already.",
            next_step="To change its passphrase, run: moletrail rekey",
        )
    with workspace.open("encrypting"):
        pass


def unlock(workspace: Workspace, current: str | None = None) -> None:
    """Unlock an encrypted vault with `current`, else with the workspace's own source.

    Raises:
        UsageError: not encrypted. WrongPassphraseError: what was given does not open it.
        VaultLockedError, VaultNotFoundError, VaultError, VaultDamagedError.
    """
    _proven_key(workspace, current)


def change_passphrase(workspace: Workspace, passphrase: str, *, current: str | None = None) -> None:
    """Let another passphrase open the vault, and the present one no longer.

    Args:
        current: the passphrase or recovery key of now, checked; None where the workspace is
            unlocked or has a source of its own.

    Raises:
        UsageError: not encrypted, or no possible passphrase. WrongPassphraseError: `current`.
        VaultLockedError, VaultDamagedError, VaultBusyError, StorageFullError.
    """
    keys.rekey(workspace.vault_path, _proven_key(workspace, current), passphrase)


def new_recovery_key(workspace: Workspace, *, current: str | None = None) -> str:
    """Make a new recovery key, shown once; the earlier one no longer opens the vault.

    Raises:
        as `change_passphrase`.
    """
    return keys.new_recovery_key(workspace.vault_path, _proven_key(workspace, current))


def _proven_key(workspace: Workspace, current: str | None) -> keys.VaultKey:
    if not keyring.is_encrypted(workspace):
        raise UsageError(
            f"The vault '{workspace.vault_path}' is not encrypted.",
            next_step="To encrypt it, run: moletrail encrypt",
        )
    if current is not None:
        return keyring.unlock(workspace, current)
    key = keyring.key_of(workspace)
    assert key is not None
    return key
