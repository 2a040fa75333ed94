"""Checking a vault, and repairing it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import VaultDamagedError
from tracker.services.session import Workspace
from tracker.store.verify import (
    Finding,
    Repair,
    Report,
    examine_vault,
    recover_photos,
    repair_vault,
)
from tracker.store.verify.evidence import looks_encrypted
from tracker.store.verify.photo_check import Progress, no_progress

if TYPE_CHECKING:
    from tracker.store.keys import VaultKey

__all__ = ["Finding", "Repair", "Report", "check", "recover", "repair"]


def check(
    workspace: Workspace, *, deep: bool = False, on_progress: Progress = no_progress
) -> Report:
    """Check the vault; nothing is changed.

    Args:
        deep: read every byte of every photo, and compute every derived value again.
        on_progress: called with photos checked and photos in all.

    Raises:
        VaultNotFoundError, VaultLockedError, WrongPassphraseError, VaultNewerError, VaultError,
        VaultBusyError: it cannot be looked at. Damage is a finding, not an error.
    """
    return examine_vault(workspace.vault_path, _key(workspace), deep=deep, on_progress=on_progress)


def repair(workspace: Workspace, *, on_progress: Progress = no_progress) -> list[Repair]:
    """Repair what can be repaired, and tell what was done; a sound vault is left as it is.

    Raises:
        As `check`; StorageFullError: no room, and what was done so far stays done.
    """
    return repair_vault(workspace.vault_path, _key(workspace), on_progress=on_progress)


def recover(workspace: Workspace, out: Path) -> list[Path]:
    """Write every photo that waits to be added again into the folder `out`; the files written.

    These are in lost+found, or kept without an entry that says what they show. The vault keeps
    them as well.

    Raises:
        As `check`; StorageFullError: no room in `out`.
    """
    return recover_photos(workspace.vault_path, _key(workspace), out)


def _key(workspace: Workspace) -> VaultKey | None:
    """The key of an encrypted vault, judged from whatever is left of it."""
    from tracker.services import keyring  # noqa: PLC0415 - loads cryptography

    path = workspace.vault_path
    if not path.is_dir() or not looks_encrypted(path):
        return None
    with suppress(VaultDamagedError):  # without a head there is no key, and the check says so
        return keyring.key_of(workspace)
    return None
