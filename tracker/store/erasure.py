"""A deletion on its way: what makes it happen as a whole, whenever the program is stopped.

The order is: a journal without what goes, beside the one in use -> `erasure.json`, which names the
files that must go and how the new journal ends -> everything derived is removed -> the new journal
takes its place, from which moment the deletion has happened -> the files go -> `erasure.json` goes.
The next use of the vault finds `erasure.json` and finishes, or, where the old journal is still in
place, undoes: what is derived is made again.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from tracker.store.cache import CACHE_FOLDER
from tracker.store.chain import BrokenChainError, follow_chain
from tracker.store.conversion import erase_file, is_behind_link
from tracker.store.database import DATABASE_FILE
from tracker.store.disk import explained, flush_folder, move_aside, neutral_times, write_atomic
from tracker.store.entry import Head
from tracker.store.head import HEAD_FILE, HeadFile
from tracker.store.header import JOURNAL_FOLDER
from tracker.store.index import INDEX_FILE, STAMP_FILE
from tracker.store.lines import EVENTS_FILE, SEALED_EVENTS_FILE, lines_of
from tracker.store.photos import PHOTO_FOLDER, SEALED_FOLDER
from tracker.store.sealing import ERASURE, SealBrokenError, Sealing
from tracker.store.snapshot import SNAPSHOT_FILE

ERASURE_FILE = "erasure.json"
LOST_AND_FOUND = "lost+found"
_MARK = "moletrail_erasure"
#: Only here may a deletion remove files that cannot be made again.
_FOLDERS = frozenset({PHOTO_FOLDER, SEALED_FOLDER, JOURNAL_FOLDER, LOST_AND_FOUND})
_NEVER = frozenset(
    f"{JOURNAL_FOLDER}/{name}" for name in (EVENTS_FILE, SEALED_EVENTS_FILE, HEAD_FILE)
)
_DERIVED = (DATABASE_FILE, INDEX_FILE, STAMP_FILE, SNAPSHOT_FILE)
_PHOTO = re.compile(rf"({PHOTO_FOLDER}|{SEALED_FOLDER})/[0-9a-f]{{2}}/[0-9a-f]{{64}}(\..+)?")
#: A line of the journal ends with 64 hex digits, `"}` and a line feed.
_TAIL_BYTES = 67
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erasure:
    """head: how the journal ends once it has happened. files: what goes, relative to the vault."""

    head: Head
    files: tuple[str, ...]


def new_journal(vault: Path, sealing: Sealing) -> Path:
    """Where the journal without what goes is made."""
    return vault / JOURNAL_FOLDER / f"{lines_of(sealing).file_name}.erasing"


def carry_out(vault: Path, sealing: Sealing, erasure: Erasure) -> None:
    """Make a deletion happen whose new journal lies ready and flushed; under the vault's lock.

    Raises:
        StorageFullError, VaultError: the disk refuses; the next use finishes or undoes.
    """
    write_atomic(vault / ERASURE_FILE, _note(sealing, erasure), neutral=sealing.encrypted)
    remove_derived(vault)
    _swap_in(vault, sealing)
    _complete(vault, sealing, erasure)


def finish_erasure(vault: Path, sealing: Sealing) -> Literal["finished", "undone"] | None:
    """Finish or undo a deletion that was interrupted; use it under the vault's lock.

    Returns:
        What was done; None where nothing was under way.

    Raises:
        VaultError: the disk refuses.
    """
    erasure = _read(vault, sealing)
    if erasure is not None:
        if _is_only_whole(vault, sealing, erasure):
            _swap_in(vault, sealing)
        if _ends_with(_journal(vault, sealing), erasure.head.hash):
            remove_derived(vault)
            _complete(vault, sealing, erasure)
            _log.info("a deletion that was interrupted is finished")
            return "finished"
        _log.info("a deletion that was interrupted before it happened is undone")
    with explained(vault):
        new_journal(vault, sealing).unlink(missing_ok=True)
        (vault / ERASURE_FILE).unlink(missing_ok=True)
    return None if erasure is None else "undone"


def _swap_in(vault: Path, sealing: Sealing) -> None:
    journal = _journal(vault, sealing)
    with explained(journal):
        new_journal(vault, sealing).replace(journal)
        flush_folder(journal.parent)


def _journal(vault: Path, sealing: Sealing) -> Path:
    return vault / JOURNAL_FOLDER / lines_of(sealing).file_name


def _is_only_whole(vault: Path, sealing: Sealing, erasure: Erasure) -> bool:
    """Whether the journal in use was damaged meanwhile, and the new one is as it was written.

    What is derived is gone by then, so that undoing it would leave nothing to restore from.
    """
    new = _head_of(new_journal(vault, sealing))
    return new == erasure.head and _head_of(_journal(vault, sealing)) is None


def _head_of(journal: Path) -> Head | None:
    """The last entry of a journal; None for one that is missing or damaged."""
    with (
        explained(journal),
        suppress(FileNotFoundError, BrokenChainError),
        journal.open("rb") as file,
    ):
        head = follow_chain(file, journal.stat().st_size)
        return head if head.seq else None
    return None


def remove_derived(vault: Path) -> None:
    """Remove everything that can be made again, and set-aside copies of it.

    Raises:
        VaultError: the disk refuses.
    """
    with explained(vault):
        for name in _DERIVED:
            for path in (*vault.glob(f"{name}*"), *vault.glob(f".{name}*.part")):
                _remove(path)
        _remove(vault / CACHE_FOLDER)
        flush_folder(vault)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for inner in path.iterdir():
            _remove(inner)
        path.rmdir()
    else:
        erase_file(path)


def _complete(vault: Path, sealing: Sealing, erasure: Erasure) -> None:
    """All that follows once the new journal is in place; done twice it does no harm."""
    if sealing.encrypted:
        HeadFile(vault, sealing).write(erasure.head.seq, erasure.head.hash, anew=True)
    named = [vault.joinpath(*name.split("/")) for name in erasure.files]
    # Photos may be kept elsewhere by way of a link, and have names that nothing else has.
    paths = [
        path
        for path, name in zip(named, erasure.files, strict=True)
        if _PHOTO.fullmatch(name) or not is_behind_link(vault, path.parent)
    ]
    with explained(vault):
        for path in paths:
            _remove(path)
        for folder in {path.parent for path in paths}:
            with suppress(OSError):
                folder.rmdir()  # an empty folder tells how the name of a photo began
            with suppress(FileNotFoundError):
                flush_folder(folder if folder.exists() else folder.parent)
        (vault / ERASURE_FILE).unlink(missing_ok=True)
        flush_folder(vault)
    if sealing.encrypted:
        neutral_times(vault / JOURNAL_FOLDER, *{path.parent for path in paths}, vault)


def _note(sealing: Sealing, erasure: Erasure) -> bytes:
    """The text of `erasure.json`. In an encrypted vault it is sealed: nobody without the key may
    have the program believe that a journal ends where it does not.
    """
    head = {"seq": erasure.head.seq, "hash": erasure.head.hash}
    content = json.dumps({_MARK: 1, **head, "files": list(erasure.files)}).encode("ascii")
    if sealing.encrypted:
        box = base64.b64encode(sealing.seal(ERASURE, ERASURE_FILE, content)).decode("ascii")
        content = json.dumps({"box": box}).encode("ascii")
    return content


def _read(vault: Path, sealing: Sealing) -> Erasure | None:
    """The deletion that is under way; one that cannot be read is kept aside."""
    path = vault / ERASURE_FILE
    with explained(path):
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        if sealing.encrypted:
            box = base64.b64decode(json.loads(text)["box"], validate=True)
            text = sealing.unseal(ERASURE, ERASURE_FILE, box)
        return _parsed(json.loads(text))
    except (SealBrokenError, ValueError, KeyError, TypeError, RecursionError):
        aside = move_aside(path, "damaged")
        _log.warning("the note of an interrupted deletion is not readable: %s", aside)
        return None


def _parsed(found: Any) -> Erasure:
    if found[_MARK] != 1 or type(found["seq"]) is not int or type(found["hash"]) is not str:
        raise ValueError("no note of a deletion")
    files = tuple(found["files"])
    if not all(may_go(name) for name in files):
        raise ValueError("a file that is not a deletion's to remove")
    return Erasure(Head(found["seq"], found["hash"]), files)


def may_go(name: str) -> bool:
    """Whether a deletion may remove the file of that name, relative to the vault."""
    path = PurePosixPath(name)
    inside = len(path.parts) > 1 and path.parts[0] in _FOLDERS and ".." not in path.parts
    return inside and name == path.as_posix() and "\\" not in name and name not in _NEVER


def _ends_with(journal: Path, digest: str) -> bool:
    """Whether the last whole line of the journal has that hash."""
    with explained(journal):
        try:
            with journal.open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - _TAIL_BYTES))
                return file.read().startswith(digest.encode("ascii"))
        except FileNotFoundError:
            return False
