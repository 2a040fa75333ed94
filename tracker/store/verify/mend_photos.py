"""Repairing the originals: from another copy in the vault, where there is one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from tracker.store.disk import explained, flush_folder, make_folder, write_atomic
from tracker.store.photos import PHOTO_FOLDER, SEALED_FOLDER
from tracker.store.sealing import PHOTO, SealBrokenError
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Repair, relative
from tracker.store.verify.lost_found import LOST_AND_FOUND, to_lost_and_found
from tracker.store.verify.photo_check import INCOMING, Progress, fault, strays

Wanted = dict[str, tuple[Path, int]]


def mend_photos(seen: Evidence, on_progress: Progress) -> Iterator[Repair]:
    """Put back every original of which the vault has a whole copy, and tidy up the others.

    What is missing and nowhere else stays reported: the numbers of its observations stay too.

    Raises:
        StorageFullError, VaultError: the system refuses.
    """
    wanted: Wanted = {}
    total = len(seen.recorded)
    for done, (sha, size_bytes) in enumerate(seen.recorded.items(), start=1):
        path = seen.photo_path(sha)
        if fault(seen, path, sha, size_bytes, deep=True) is not None:
            wanted[sha] = (path, size_bytes)
        on_progress(done, total)
    if wanted:
        yield from _from_copies(seen, wanted)
    yield from _strays(seen)


def _from_copies(seen: Evidence, wanted: Wanted) -> Iterator[Repair]:
    for candidate in _candidates(seen):
        for sha, (path, size_bytes) in list(wanted.items()):
            data = _as_photo(seen, candidate, path, sha, size_bytes)
            if data is None:
                continue
            del wanted[sha]
            yield from _put_back(seen, path, data, candidate)


def _candidates(seen: Evidence) -> list[Path]:
    """Files that may be a copy of an original: anything beside and among the originals."""
    found: list[Path] = []
    for name in (LOST_AND_FOUND, PHOTO_FOLDER, SEALED_FOLDER):
        for folder, _, names in os.walk(seen.vault / name):
            found += [Path(folder) / each for each in names]
    return sorted(found)


def _as_photo(
    seen: Evidence, candidate: Path, place: Path, sha: str, size_bytes: int
) -> bytes | None:
    """What is to be written at `place` if `candidate` is the original of that hash, else None."""
    with explained(candidate):
        found = candidate.stat().st_size
        plausible = {0: found}.get(size_bytes, size_bytes)
        if found not in (plausible, seen.stored_size(plausible)):
            return None
        content = candidate.read_bytes()
    if hashlib.sha256(content).hexdigest() == sha:
        return seen.sealing.seal(PHOTO, place.name, content)
    try:
        data = seen.sealing.unseal(PHOTO, place.name, content)
    except SealBrokenError:
        return None
    return content if hashlib.sha256(data).hexdigest() == sha else None


def _put_back(seen: Evidence, path: Path, data: bytes, source: Path) -> Iterator[Repair]:
    name = relative(seen.vault, path)
    if path.is_file():
        where = to_lost_and_found(seen.vault, path, f"{path.name}.damaged")
        yield Repair("photo_damaged", name, f"The damaged file was moved to '{where}'.")
    staging = seen.photo_root / INCOMING
    with explained(path):
        make_folder(path.parent)
        make_folder(staging)
        flush_folder(seen.photo_root)
    write_atomic(path, data, staging=staging, neutral=seen.sealing.encrypted)
    copy = relative(seen.vault, source)
    yield Repair("photo_restored", name, f"The photo was restored from the copy '{copy}'.")


def _strays(seen: Evidence) -> Iterator[Repair]:
    for stray in strays(seen):
        name = relative(seen.vault, stray.path)
        where = to_lost_and_found(seen.vault, stray.path)
        if not stray.is_photo:
            yield Repair("file_moved", name, f"'{name}' was moved to '{where}'.")
            continue
        yield Repair(
            "photo_unrecorded",
            name,
            f"The photo that no entry knows was moved to '{where}'. To add it again: "
            f"{_how_to_add(seen, where)}",
        )


def _how_to_add(seen: Evidence, where: str) -> str:
    vault = f"moletrail --vault '{seen.vault}'"
    if seen.sealing.encrypted:
        return f"{vault} recover --out FOLDER, and add the file that this writes."
    return f"{vault} add '{seen.vault / where}'"
