"""What interrupted work and earlier repairs left lying in a vault, and derived pictures."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from tracker.store.cache import CACHE_FOLDER
from tracker.store.conversion import READABLE, files_of
from tracker.store.disk import explained
from tracker.store.header import JOURNAL_FOLDER
from tracker.store.locking import HOLDER_FILE
from tracker.store.sealing import CACHE, SealBrokenError
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Finding, relative
from tracker.store.verify.lost_found import LOST_AND_FOUND

_KEPT_ASIDE = re.compile(r".+\.(replaced|damaged|foreign)-[0-9]+")
#: Of files that are renamed once they are whole, see `disk`, `erasure`, `encrypting`, `migrating`.
_UNFINISHED = (".part", ".erasing", ".new", ".migrating", ".migrating.wal")
_DIGEST_BYTES = 32


def check_leftovers(seen: Evidence) -> Iterator[Finding]:
    """Findings about files outside the folder of the originals that nothing uses."""
    for path in unfinished(seen):
        name = relative(seen.vault, path)
        yield Finding(
            "file_unfinished",
            "leftover",
            name,
            f"'{name}' was being written when the program was stopped.",
            "It is moved to lost+found.",
        )
    for path in _files(seen.vault, seen.vault / JOURNAL_FOLDER):
        if _KEPT_ASIDE.fullmatch(path.name):
            name = relative(seen.vault, path)
            yield Finding(
                "kept_aside",
                "leftover",
                name,
                f"'{name}' was replaced in an earlier repair and kept.",
                "Nothing is done: delete it once the vault is as it should be.",
            )
    yield from _lost_and_found(seen)
    if seen.sealing.encrypted:
        yield from _readable(seen)


def unfinished(seen: Evidence) -> list[Path]:
    """Half-written files, those among the originals excepted."""
    folders = [seen.vault, seen.vault / JOURNAL_FOLDER, *_folders(seen.vault / CACHE_FOLDER)]
    return [path for path in _files(*folders) if path.name.endswith(_UNFINISHED)]


def _readable(seen: Evidence) -> Iterator[Finding]:
    """What an encrypted vault should not hold."""
    for path in sorted(files_of(seen.vault, READABLE)):
        if path.is_file() and not path.name.endswith(".part") and path.name != HOLDER_FILE:
            if path.is_relative_to(seen.vault / CACHE_FOLDER):
                continue  # its pattern takes in the sealed ones
            name = relative(seen.vault, path)
            yield Finding(
                "file_readable",
                "leftover",
                name,
                f"'{name}' can be read without the passphrase.",
                "Nothing is done: move it out of the vault, or delete it.",
            )


def _lost_and_found(seen: Evidence) -> Iterator[Finding]:
    folder = seen.vault / LOST_AND_FOUND
    count = len(_files(folder, *_folders(folder)))
    if count:
        wait = "1 file waits" if count == 1 else f"{count} files wait"
        yield Finding(
            "lost_and_found",
            "leftover",
            LOST_AND_FOUND,
            f"{wait} in '{folder}'.",
            "Nothing is done: write the photos out with 'moletrail recover --out DIR', add those "
            "that you miss with 'moletrail add FILE', and delete the others.",
        )


def check_cache(seen: Evidence) -> Iterator[Finding]:
    """Findings about derived pictures, each read in full."""
    for path in cached_files(seen):
        if not is_whole_cache(seen, path):
            name = relative(seen.vault, path)
            severity = "leftover" if path.stat().st_size == 0 else "damage"
            yield Finding(
                "cache_damaged",
                "damage" if severity == "damage" else "leftover",
                name,
                f"The derived picture '{name}' is not what was stored.",
                "It is removed, and made again when it is next shown.",
            )


def cached_files(seen: Evidence) -> list[Path]:
    """The files of derived pictures."""
    return [
        path
        for path in _files(*_folders(seen.vault / CACHE_FOLDER))
        if not path.name.endswith(".part")
    ]


def is_whole_cache(seen: Evidence, path: Path) -> bool:
    """Whether a derived picture has the bytes that were stored."""
    with explained(path):
        content = path.read_bytes()
    try:
        plain = seen.sealing.unseal(CACHE, path.name, content)
    except SealBrokenError:
        return False
    return hashlib.sha256(plain[_DIGEST_BYTES:]).digest() == plain[:_DIGEST_BYTES]


def _folders(folder: Path) -> list[Path]:
    return [Path(each) for each, _, _ in os.walk(folder)]


def _files(*folders: Path) -> list[Path]:
    found: list[Path] = []
    for folder in folders:
        with explained(folder):
            if folder.is_dir():
                found += [path for path in folder.iterdir() if path.is_file()]
    return sorted(found)
