"""A folder of photos as rows to import: who and which lesion by sub-folder, when by file name.

`FOLDER/person/lesion/photo.jpg`, or with a person named, `FOLDER/lesion/photo.jpg`; photos higher
up have no lesion yet. A phone's own folders (DCIM, 100APPLE, Camera) are neither. The date in the
photo wins over the one in its name. Films, screenshots and other files are passed over, and of a
shot that a phone kept twice all but the file that its camera wrote.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tracker.domain.capture import DateSource, parse_capture_time
from tracker.errors import CaptureDateError, ManifestError, MoletrailError
from tracker.services.manifest import ManifestRow
from tracker.store.names import clean_name

_PHOTOS = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".heic", ".heif")
) | {".avif", ".hif"}
_FILMS = frozenset((".mov", ".mp4", ".m4v", ".3gp", ".avi", ".mkv", ".webm", ".mts", ".mpg"))
#: What phones and their backups call the folders that they make themselves.
_PHONE_FOLDERS = re.compile(
    r"dcim|camera|camera roll|photos|pictures|"
    r"\d{3}[a-z0-9_]{5}|\d{6}_+|\d{4}|\d{4}[-_]\d{2}(\D.*)?",
    re.IGNORECASE,
)
_HEIF = frozenset((".heic", ".heif", ".hif"))
_JPEG = frozenset((".jpg", ".jpeg", ".jpe", ".jfif"))
#: Names that cameras count or time themselves: one stem in one folder is one shot. A name that a
#: person gave, a day for instance, may well stand for two photos.
_CAMERA = re.compile(r"(img|mvimg|pxl|_?dsc[fn]?|_mg)_?\d{4,}(_\d{6,9})?", re.IGNORECASE)
#: An iPhone's edited copy of `IMG_0001` is `IMG_E0001`: recoloured or cropped, it does not compare.
_EDITED = re.compile(r"(img_)e(\d{4,})", re.IGNORECASE)
_SCREENSHOT = re.compile(r"^(screen[ _-]?(shot|recording)|bildschirmfoto|simulator)", re.IGNORECASE)
_SCREENSHOT_FOLDERS = frozenset(("screenshots", "screen recordings"))
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
    r"(?:[ T_.-]*(?:at )?([01]\d|2[0-3])[-_.:h]?([0-5]\d)[-_.:m]?([0-5]\d)\d{0,3}(?!\d))?(?!\d{5})",
    re.IGNORECASE,
)
#: WhatsApp writes when a photo was sent, Pixel phones the time in UTC: only the day is taken.
_DAY_ONLY = re.compile(r"^PXL_|-WA\d{4}|^WhatsApp ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that is not imported, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhotoFolder:
    """What was found: photos in order of their path, and what was passed over."""

    rows: tuple[ManifestRow, ...]
    passed_over: tuple[PassedOver, ...]


def read_photo_folder(folder: Path, person: str | None = None) -> PhotoFolder:
    """Every photo in a folder and its sub-folders; links are not followed, vaults not entered.

    Raises:
        ManifestError: no photo in it, or it cannot be read.
    """
    rows: list[ManifestRow] = []
    passed: list[PassedOver] = []
    places = [path.relative_to(folder) for path in _files(folder)]
    taken = [place for place in places if _why_not(place) is None]
    heif = {_key(place, place.stem): place for place in taken if place.suffix.lower() in _HEIF}
    photos = {_key(place, place.stem): place for place in taken} | heif
    for place in places:
        reason = _why_not(place)
        if reason is None:
            reason = _same_shot(place, photos, heif)
        if reason is None:
            rows.append(_row(len(rows) + 1, folder, place, person))
        elif reason:
            passed.append(PassedOver(place.as_posix(), reason))
    if not rows:
        raise ManifestError(
            f"There are no photos in '{folder}'.",
            next_step="Name a folder of photos, an export of Moletrail, or a table of photos.",
        )
    return PhotoFolder(tuple(rows), tuple(passed))


def _files(folder: Path) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        raise ManifestError(
            f"'{error.filename}' cannot be read ({(error.strerror or 'error').lower()}).",
            next_step="Name a folder that you may read.",
        ) from None

    for where, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(where)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not (here / name / "vault.json").exists()
        )
        for name in sorted(files):
            if not (here / name).is_symlink():
                yield here / name


def _why_not(place: Path) -> str | None:
    """Why a file is passed over, in words; "" for what is not worth a word, None for a photo."""
    suffix = place.suffix.lower()
    if place.name.startswith(".") or suffix in (".aae", ".ini", ".db", ".xmp", ".json"):
        return ""
    if suffix in _FILMS:
        return "a film"
    folders = {part.lower() for part in place.parts[:-1]}
    if _SCREENSHOT.match(place.name) or folders & _SCREENSHOT_FOLDERS:
        return "a screenshot"
    return None if suffix in _PHOTOS else "not a photo"


def _key(place: Path, stem: str) -> tuple[Path, str]:
    """Names in one folder that differ in case or suffix alone have one key."""
    return place.parent, stem.lower()


def _same_shot(
    place: Path, photos: Mapping[tuple[Path, str], Path], heif: Mapping[tuple[Path, str], Path]
) -> str | None:
    """Why a photo is passed over for another file of its shot, in words; None for its only file.

    photos, heif: the folder's photos, and those of a phone's own format, by `_key`.
    """
    edited = _EDITED.fullmatch(place.stem)
    if edited is not None:
        original = photos.get(_key(place, "".join(edited.groups())))
        if original is not None:
            return f"an edited copy of {original.name}"
    if place.suffix.lower() in _JPEG and _CAMERA.fullmatch(place.stem):
        original = heif.get(_key(place, place.stem))
        if original is not None:
            return f"the same shot as {original.name}"
    return None


def _row(number: int, folder: Path, place: Path, person: str | None) -> ManifestRow:
    row = ManifestRow(number, str(place), folder / place, date_in_name=date_in_name(place.name))
    names = [part for part in place.parts[:-1] if not _PHONE_FOLDERS.fullmatch(part)]
    if person is not None:
        names = [person, *names]
    try:
        if len(names) > 2:
            raise ManifestError(
                f"'{place}' lies too deep: a person and a lesion are all a path can say.",
                next_step="Use FOLDER/person/lesion/photo, or FOLDER/lesion/photo with --person.",
            )
        return replace(
            row,
            person=clean_name(names[0], "person") if names else None,
            lesion=clean_name(names[1], "lesion") if len(names) > 1 else None,
        )
    except MoletrailError as problem:
        return replace(row, problem=problem)


def date_in_name(name: str) -> str | None:
    """The date that a camera or messenger wrote into a file's name, as ISO 8601; None without.

    `IMG_20250131_101500.jpg`, `PXL_20250131_101500123.jpg`, `2025-01-31 10.15.00.jpg`,
    `IMG-20250131-WA0001.jpg`, `20250131101500.jpg`, `Mole 2025-01-31.jpg`. A date in the future or
    before photography is none.
    """
    found = _DATE.search(name)
    if found is None:
        return None
    year, _, month, day, hour, minute, second = found.groups()
    text = f"{year}-{month}-{day}"
    if hour is not None and not _DAY_ONLY.search(name):
        text += f"T{hour}:{minute}:{second}"
    try:
        parse_capture_time(text, DateSource.MANIFEST, now=datetime.now())
    except CaptureDateError:
        return None
    return text
