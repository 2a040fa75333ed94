"""The inbox: a folder, such as the one a phone copies its photos to, whose new pictures wait.

Nothing in the folder is changed. Pictures are looked at, sorted by what can be told of them, and
stored only when the person says so; their files may then be removed, when the person says that.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tracker.domain.capture import CaptureTime, DateSource, parse_capture_time
from tracker.errors import InputError, ManifestError, UsageError
from tracker.services.files import read_photo
from tracker.services.intake import add_photo
from tracker.services.photo_folder import PassedOver, read_photo_folder
from tracker.services.preview import Preview, preview
from tracker.services.results import AddRequest, IntakeResult, Match, Refusal
from tracker.services.session import Workspace
from tracker.services.settings import keep, settings
from tracker.services.timeline import people

CHANGED_SINCE = "The file has changed since it was looked at; nothing was stored."
#: Parts of paths by which programs that copy a folder to other computers name theirs.
_SYNCED = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "my drive": "Google Drive",
    "icloud": "iCloud",
    "mobile documents": "iCloud",
    "cloudstorage": "a cloud service",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "pcloud": "pCloud",
    "mega": "MEGA",
    "box sync": "Box",
    "syncthing": "Syncthing",
}


@dataclass(frozen=True, slots=True)
class InboxPhoto:
    """A picture that waits. `key` changes with the file; person, lesion: from its folders."""

    key: str
    path: Path
    name: str
    person: str | None
    lesion: str | None
    date_in_name: str | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits in the folder, in order of the paths.

    stored: files whose pictures the vault holds already. problem: why the folder cannot be read.
    """

    folder: Path
    photos: tuple[InboxPhoto, ...] = ()
    stored: tuple[Path, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """A picture with what can be told of it; nothing is stored yet.

    capture: from its own record, else from its name. person, lesion: proposed, None where nothing
    tells. sure: the folder says so, or lined-up features confirm the lesion; else it is likeness.
    """

    photo: InboxPhoto
    photo_sha256: str
    seen: Preview
    capture: CaptureTime | None
    person: str | None
    lesion: str | None
    similarity: float | None
    sure: bool


def inbox_folder(workspace: Workspace) -> Path | None:
    """The folder that is watched, None where none was chosen."""
    chosen = settings(workspace).inbox
    return None if chosen is None else Path(chosen)


def set_inbox_folder(workspace: Workspace, folder: Path | None) -> Path | None:
    """Watch a folder from now on; None for none.

    Raises:
        InputError: it is no folder, or the vault lies in it or it in the vault.
        StorageFullError: this cannot be remembered.
    """
    if folder is None:
        keep(workspace, replace(settings(workspace), inbox=None, left_out=()))
        return None
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise InputError(
            f"There is no folder '{place}'.", next_step="Make it first, or name another one."
        )
    vault = Path(os.path.realpath(workspace.vault_path))
    if vault == place or vault in place.parents:
        raise InputError(
            "The inbox cannot be inside the diary's own folder.",
            next_step="Name the folder that your phone copies its photos to.",
        )
    keep(workspace, replace(settings(workspace), inbox=str(place), left_out=()))
    return place


def synced_by(folder: Path) -> str | None:
    """The service that seems to copy this folder to other computers, by its path; None if none.

    A name is all there is to go by: None is no proof that nothing copies it.
    """
    for part in folder.expanduser().parts:
        for sign, name in _SYNCED.items():
            if part.lower() == sign or part.lower().startswith((f"{sign} ", f"{sign}-")):
                return name
    return None


def waiting(workspace: Workspace) -> Inbox | None:
    """What is new in the folder; None where none is watched.

    Files are read only where their size is that of a photo in the vault: only those may be stored
    already.

    Raises:
        VaultError and its kin: the vault cannot be read.
    """
    folder = inbox_folder(workspace)
    if folder is None:
        return None
    if not folder.is_dir():
        return Inbox(folder, problem=f"The folder '{folder}' is not there now.")
    try:
        found = read_photo_folder(folder)
    except ManifestError as error:
        empty = error.message.startswith("There are no photos")
        return Inbox(folder, problem=None if empty else error.message)
    left_out = set(settings(workspace).left_out)
    with workspace.open("inbox") as vault:
        digests = {photo.photo_sha256: photo.size_bytes for photo in vault.photos()}
    photos, stored = [], []
    for row in found.rows:
        status = row.path.stat()
        key = f"{row.photo}|{status.st_size}|{status.st_mtime_ns}"
        if status.st_size in digests.values() and _digest(row.path) in digests:
            stored.append(row.path)
        elif key not in left_out:
            photos.append(
                InboxPhoto(key, row.path, row.photo, row.person, row.lesion, row.date_in_name)
            )
    return Inbox(folder, tuple(photos), tuple(stored), found.passed_over)


def sort_photo(workspace: Workspace, photo: InboxPhoto, person: str | None = None) -> Sorted:
    """Measure a picture and propose whose it is and which lesion it shows.

    Args:
        person: whose it is; None to go by its folders, by the only person there is, or, with
            several, by the one whose lesion is confirmed.

    Raises:
        InputError: the file cannot be read (any more). ModelError, VaultError and its kin.
    """
    data = read_photo(photo.path)
    known = [row.person for row in people(workspace)]
    named = person or photo.person
    asked: list[str | None] = [named] if named is not None else [*known] or [None]
    seen, best = None, None
    for who in asked:
        seen = preview(workspace, data, photo.path.name, who)
        likely = seen.likely
        if likely is not None:
            best = likely
            break
    assert seen is not None
    if best is None and len(asked) == 1 and seen.proposals:
        best = seen.proposals[0]
    return Sorted(
        photo=photo,
        photo_sha256=hashlib.sha256(data).hexdigest(),
        seen=seen,
        capture=seen.capture or _date_of_name(photo),
        person=named or (best.person if best else None) or (known[0] if len(known) == 1 else None),
        lesion=photo.lesion or (best.lesion if best else None),
        similarity=None if photo.lesion or best is None else best.similarity,
        sure=photo.lesion is not None or _is_confirmed(best),
    )


def store_sorted(
    workspace: Workspace,
    one: Sorted,
    *,
    person: str | None = None,
    lesion: str | None = None,
    taken_at: str | None = None,
    is_new: bool = False,
) -> IntakeResult:
    """Store a picture of the inbox as proposed, or as the person corrected it.

    Args:
        person, lesion, taken_at: where they differ from the proposal; a lesion that is neither
            proposed nor named is left open.

    Raises:
        UsageError: an unusable name. VaultError and its kin: the vault cannot take it.
    """
    try:
        data = read_photo(one.photo.path)
    except InputError as error:
        return Refusal(one.photo.name, error.message, error.next_step)
    if hashlib.sha256(data).hexdigest() != one.photo_sha256:
        return Refusal(one.photo.name, CHANGED_SINCE, "Look at it again.")
    return add_photo(
        workspace,
        AddRequest(
            data=data,
            photo=one.photo.path.name,
            person=person or one.person,
            lesion=lesion or one.lesion,
            taken_at=taken_at,
            date_in_name=one.photo.date_in_name,
            is_new=is_new,
            assign_nearest=False,
        ),
    )


def leave_out(workspace: Workspace, photos: Iterable[InboxPhoto]) -> None:
    """Do not offer these again; the files stay."""
    known = settings(workspace)
    keys = dict.fromkeys([*known.left_out, *(photo.key for photo in photos)])
    keep(workspace, replace(known, left_out=tuple(keys)))


def remove_stored(workspace: Workspace, files: Sequence[Path]) -> int:
    """Remove files of the inbox whose every byte the vault holds; returns how many went.

    Each is read again, and its original in the vault as well, just before it goes.

    Raises:
        UsageError: a file that is not in the inbox. VaultDamagedError: an original is not whole.
        InputError: a file cannot be read or removed.
    """
    folder = inbox_folder(workspace)
    gone = 0
    for file in files:
        if folder is None or folder not in file.parents:
            raise UsageError(f"'{file}' is not in the inbox.", next_step="Name files of the inbox.")
        data = read_photo(file)
        digest = hashlib.sha256(data).hexdigest()
        with workspace.open("inbox") as vault:
            if vault.photo(digest) is None or vault.photo_bytes(digest) != data:
                continue
        try:
            file.unlink()
        except OSError as error:
            raise InputError(
                f"'{file}' could not be removed ({(error.strerror or 'error').lower()}).",
                next_step="Remove it yourself; it is stored.",
            ) from None
        gone += 1
    return gone


def _is_confirmed(match: Match | None) -> bool:
    return match is not None and match.same_lesion is True


def _date_of_name(photo: InboxPhoto) -> CaptureTime | None:
    if photo.date_in_name is None:
        return None
    return parse_capture_time(photo.date_in_name, DateSource.MANIFEST, now=datetime.now())


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(read_photo(path)).hexdigest()
    except InputError:
        return None
