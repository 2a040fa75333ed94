"""The whole vault as one file, and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import platformdirs

from tracker.services.session import Workspace
from tracker.services.settings import note_backup
from tracker.store import backup as writing
from tracker.store import restore as reading
from tracker.store.archive import Progress
from tracker.store.backup import BackedUp
from tracker.store.restore import Restored
from tracker.store.verify import check_vault

__all__ = ["BackedUp", "Outcome", "Restored", "back_up", "restore", "suggested_file"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A vault that was brought back, and what was damaged in it when the backup was made."""

    restored: Restored
    damage: tuple[str, ...]


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
    made = writing.back_up(lambda: workspace.open("backup"), file, progress)
    note_backup(workspace, made.file, date.today().isoformat())
    return made


def restore(file: Path, to: Path, progress: Progress = lambda done, total: None) -> Outcome:
    """Make the vault of a backup in the folder `to`, which must be new or empty, and check it.

    Of an encrypted vault that nobody has unlocked, all is checked that can be without its key:
    every byte against the backup's own hashes, and the chain of the journal.

    Raises:
        BackupError: `file` is no backup, or a damaged one. VaultNewerError: of a newer program.
        VaultError: there is something at `to`. StorageFullError: no room.
    """
    made = reading.restore(file, to, progress)
    if made.encrypted:
        told = [(made.missing, "missing from"), (made.damaged, "damaged in")]
        damage = [f"{count} photos were {how} the vault." for count, how in told if count]
    else:
        found = check_vault(made.path, deep=True)
        damage = [finding.message for finding in found if finding.severity == "damage"]
    return Outcome(made, tuple(damage))


def suggested_file(today: date) -> Path:
    """Where a person may look for a backup: the documents folder, with the day in the name."""
    return Path(platformdirs.user_documents_dir()) / f"moletrail-{today.isoformat()}.backup.zip"
