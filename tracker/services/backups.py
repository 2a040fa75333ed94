"""The whole vault as one file, and back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import platformdirs

from tracker.services.session import Workspace
from tracker.store import backup as writing
from tracker.store import restore as reading
from tracker.store.archive import Progress
from tracker.store.backup import BackedUp
from tracker.store.restore import Restored

__all__ = ["BackedUp", "Restored", "back_up", "restore", "suggested_file"]


def back_up(
    workspace: Workspace, file: Path, progress: Progress = lambda done, total: None
) -> BackedUp:
    """Write the vault to `file`; an earlier backup of the same vault there is replaced.

    Other windows and commands may go on using the vault meanwhile. The copy is encrypted when the
    vault is, and opens with the same passphrase and recovery key.

    Args:
        progress: told how many bytes of how many are done.

    Raises:
        UsageError: no possible place. BackupError: there is something else at `file`.
        StorageFullError, VaultDamagedError, VaultError: nothing was written.
    """
    return writing.back_up(lambda: workspace.open("backup"), file, progress)


def restore(file: Path, to: Path, progress: Progress = lambda done, total: None) -> Restored:
    """Make the vault of a backup in the folder `to`, which must be new or empty.

    Raises:
        BackupError: `file` is no backup, or a damaged one. VaultNewerError: of a newer program.
        VaultError: there is something at `to`. StorageFullError: no room.
    """
    return reading.restore(file, to, progress)


def suggested_file(today: date) -> Path:
    """Where a person may look for a backup: the documents folder, with the day in the name."""
    return Path(platformdirs.user_documents_dir()) / f"moletrail-{today.isoformat()}.backup.zip"
