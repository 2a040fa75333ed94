"""What this computer, not the diary, has to remember of a vault: its inbox, its last backup.

A path on one computer means nothing on another, so these stay out of the vault and its backups.
They lie in the user's configuration folder, under a hash of where the vault lies.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import platformdirs

from tracker.errors import StorageFullError
from tracker.services.session import Workspace

#: Environment variable that names the folder of the settings where the usual one is not wanted.
FOLDER_VARIABLE = "MOLETRAIL_SETTINGS"


@dataclass(frozen=True, slots=True)
class Settings:
    """inbox: folder whose new pictures are offered. left_out: keys of pictures there that the
    person does not want to be asked about. backed_up_on: ISO date. backup_file: where it went.
    """

    inbox: str | None = None
    left_out: tuple[str, ...] = ()
    backed_up_on: str | None = None
    backup_file: str | None = None


def settings(workspace: Workspace) -> Settings:
    """What is remembered; what cannot be read is as if it had never been set."""
    try:
        found = json.loads(_file(workspace).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(found, dict):
        return Settings()
    texts = {
        name: found[name]
        for name in ("inbox", "backed_up_on", "backup_file")
        if isinstance(found.get(name), str)
    }
    left_out = found.get("left_out")
    keys = left_out if isinstance(left_out, list) else []
    return Settings(**texts, left_out=tuple(key for key in keys if isinstance(key, str)))


def keep(workspace: Workspace, changed: Settings) -> None:
    """Remember all of this from now on.

    Raises:
        StorageFullError: the configuration folder cannot be written.
    """
    file = _file(workspace)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.stem, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as part:
                json.dump(asdict(changed), part)
            Path(name).replace(file)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise StorageFullError(
            f"The settings cannot be written to '{file.parent}' ({reason}).",
            next_step=f"Make room there, or name another folder in {FOLDER_VARIABLE}.",
        ) from None


def note_backup(workspace: Workspace, file: Path, day: str) -> None:
    """Remember when and where the last backup went; a backup counts without it too."""
    with suppress(StorageFullError):
        known = settings(workspace)
        keep(workspace, replace(known, backed_up_on=day, backup_file=str(file)))


def _file(workspace: Workspace) -> Path:
    chosen = os.environ.get(FOLDER_VARIABLE)
    folder = Path(chosen) if chosen else Path(platformdirs.user_config_dir("moletrail", False))
    place = os.path.realpath(workspace.vault_path)
    return folder / f"vault-{hashlib.sha256(place.encode()).hexdigest()[:16]}.json"
