"""The originals against the journal: none missing, none altered, none that nobody knows of."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tracker.store.disk import explained
from tracker.store.events import ObservationAdded
from tracker.store.sealing import PHOTO, SealBrokenError
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Finding, relative

INCOMING = "incoming"
_NAME = re.compile(r"[0-9a-f]{64}")
_PIECE_BYTES = 1 << 20
_ADD_AGAIN = (
    "If another copy of it lies in the vault it is taken. Else it cannot be made again: add the "
    "original file once more (moletrail add FILE), or take it from a backup."
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stray:
    """A file under the originals' folder that no entry of the journal accounts for."""

    path: Path
    is_photo: bool


def no_progress(_done: int, _total: int) -> None:
    """For callers that show none."""


def check_photos(
    seen: Evidence, *, deep: bool, on_progress: Progress = no_progress
) -> Iterator[Finding]:
    """Findings about every original, in the order of the journal.

    Args:
        deep: read every byte; else only look for the files and their sizes.
    """
    total = len(seen.recorded)
    for done, (sha, size_bytes) in enumerate(seen.recorded.items(), start=1):
        path = seen.photo_path(sha)
        problem = fault(seen, path, sha, size_bytes, deep=deep)
        if problem is not None:
            code = "photo_missing" if problem == "is missing" else "photo_damaged"
            name = relative(seen.vault, path)
            yield Finding(code, "damage", name, f"The photo '{name}' {problem}.", _ADD_AGAIN)
        on_progress(done, total)
    for stray in strays(seen):
        yield _stray(seen, stray)
    for sha in unused(seen):
        name = relative(seen.vault, seen.photo_path(sha))
        yield Finding(
            "photo_unused",
            "leftover",
            name,
            f"The photo '{name}' is kept, but the entry that says what it shows is lost.",
            "Nothing is done: write it to a folder with 'moletrail recover --out FOLDER', and add "
            "it again from there.",
        )


def unused(seen: Evidence) -> list[str]:
    """Hashes of originals that no observation is of."""
    shown = {e.photo_sha256 for e in seen.events() if isinstance(e, ObservationAdded)}
    return [sha for sha in seen.recorded if sha not in shown]


def fault(seen: Evidence, path: Path, sha: str, size_bytes: int, *, deep: bool) -> str | None:
    """What is wrong with the original of that hash and size, in words; None for nothing."""
    with explained(path):
        if not path.is_file():
            return "is missing"
        found = path.stat().st_size
        if size_bytes and found != seen.stored_size(size_bytes):  # 0: lost, and not known
            return f"has {found} bytes where {seen.stored_size(size_bytes)} were stored"
        if deep and content_hash(seen, path) != sha:
            return "is not what was stored"
    return None


def content_hash(seen: Evidence, path: Path) -> str | None:
    """SHA-256 of the original in a file; None for one that cannot be unsealed.

    Raises:
        OSError: the system refuses.
    """
    if not seen.sealing.encrypted:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
        return digest.hexdigest()
    try:
        data = seen.sealing.unseal(PHOTO, path.name, path.read_bytes())
    except SealBrokenError:
        return None
    return hashlib.sha256(data).hexdigest()


def strays(seen: Evidence) -> list[Stray]:
    """Files in the originals' folder that are not where the journal has an original."""
    expected = {seen.photo_path(sha) for sha in seen.recorded}
    found: list[Stray] = []
    with explained(seen.photo_root):
        for folder, _, names in os.walk(seen.photo_root):
            for name in names:
                path = Path(folder) / name
                if path not in expected and name not in (".DS_Store", "Thumbs.db", "desktop.ini"):
                    found.append(Stray(path, _is_in_place(seen.photo_root, path)))
    return sorted(found, key=lambda stray: stray.path)


def _is_in_place(root: Path, path: Path) -> bool:
    """Whether it has the name of an original and lies where an original of that name does."""
    return _NAME.fullmatch(path.name) is not None and path == root / path.name[:2] / path.name


def _stray(seen: Evidence, stray: Stray) -> Finding:
    name = relative(seen.vault, stray.path)
    if stray.path.parent == seen.photo_root / INCOMING:
        return Finding(
            "photo_unfinished",
            "leftover",
            name,
            "A photo was on its way in when the program was stopped; it was not acknowledged.",
            "It is moved to lost+found.",
        )
    if stray.is_photo:
        return Finding(
            "photo_unrecorded",
            "leftover",
            name,
            f"The photo '{name}' is in no entry of the journal: adding it was interrupted, or its "
            "entry is lost.",
            "It is moved to lost+found, from where it can be added again.",
        )
    return Finding(
        "file_unknown",
        "leftover",
        name,
        f"'{name}' is no photo of this vault.",
        "It is moved to lost+found.",
    )
