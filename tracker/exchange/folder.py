"""The folder of an export: written beside its place, then renamed; never over anybody's files.

`moletrail-export.json` marks an export and lists each of its files with size and SHA-256. A folder
is replaced only if it is such an export and nobody has added or changed a file in it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tracker.errors import InputError

MARKER = "moletrail-export.json"
#: Of the marker's own form; a reader refuses a higher one.
LAYOUT = 1
#: A quarter of a million files; a wrong file must not fill the memory.
MAX_MARKER_BYTES = 64 * 1024 * 1024
_CHOOSE = "Choose another folder, or move these files away first."


class DiskFolder:
    """`ExportFolder` on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, data: bytes) -> None:
        """Write a new file; its folders are made where they are missing."""
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)


@contextmanager
def new_folder(out: Path, facts: Mapping[str, Any]) -> Iterator[Path]:
    """A folder to write into that becomes `out` when the block ends well.

    Args:
        facts: what the marker says beside the files: format, program, vault.

    Raises:
        InputError: `out` is a file, or holds what is no unchanged export.
        OSError: it cannot be written.
    """
    out = out.resolve()
    check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = _beside(out, "part")
    _discard_leftover(staging)
    staging.mkdir(mode=0o700)  # as the vault: nobody else on this computer sees the photos
    (staging / f".{MARKER}").touch()
    try:
        yield staging
        _mark(staging, facts)
        (staging / f".{MARKER}").unlink()
        _put_in_place(staging, out)
        _discard_leftover(_beside(out, "old"))
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def check_replaceable(out: Path) -> None:
    """Refuse a place where an export would destroy something.

    Raises:
        InputError: see `new_folder`.
    """
    if out.is_dir():
        if any(out.iterdir()):
            _check_untouched(out)
    elif out.exists() or out.is_symlink():
        raise InputError(f"'{out}' is a file, not a folder.", next_step=_CHOOSE)


def read_marker(folder: Path) -> dict[str, Any] | None:
    """What the marker of an export says, None for a folder that is none.

    Raises:
        InputError: a marker that cannot be read, or of a newer program.
    """
    path = folder / MARKER
    if not path.exists() and not path.is_symlink():
        return None
    try:
        usable = path.is_file() and path.stat().st_size <= MAX_MARKER_BYTES
        data = path.read_bytes() if usable else None
    except OSError:
        data = None
    return parsed_marker(data, folder)


def parsed_marker(data: bytes | None, place: Path) -> dict[str, Any]:
    """What the marker of the export at `place` says.

    Raises:
        InputError: it cannot be read, or is of a newer program.
    """
    try:
        found = None if data is None else json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("files"), dict):
        raise InputError(
            f"'{place / MARKER}' is damaged, so the export cannot be trusted.",
            next_step="Export again from the vault.",
        )
    layout = found.get("layout")
    if not isinstance(layout, int) or layout > LAYOUT:
        raise InputError(
            f"The export '{place}' was written by a newer program.",
            next_step="Install the newest Moletrail.",
        )
    return found


def _check_untouched(out: Path) -> None:
    marker = read_marker(out)
    if marker is None:
        raise InputError(
            f"The folder '{out}' is not empty and no export of Moletrail.", next_step=_CHOOSE
        )
    listed = marker["files"]
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if name == MARKER or (path.is_dir() and not path.is_symlink()):
            continue
        if name not in listed:
            raise InputError(
                f"'{path}' does not belong to the export in that folder, and would be lost.",
                next_step=_CHOOSE,
            )
        if path.is_symlink() or facts_of(path) != listed[name]:
            raise InputError(
                f"'{path}' was changed since it was exported, and the change would be lost.",
                next_step=_CHOOSE,
            )


def facts_of(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file, as the marker lists them."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"size_bytes": path.stat().st_size, "sha256": digest}


def _mark(folder: Path, facts: Mapping[str, Any]) -> None:
    files = {
        path.relative_to(folder).as_posix(): facts_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != f".{MARKER}"
    }
    (folder / MARKER).write_bytes(marker_bytes(facts, files))


def marker_bytes(facts: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The marker of an export.

    Args:
        files: size and SHA-256 by name, see `facts_of`.
    """
    marker = {"layout": LAYOUT, **facts, "files": dict(sorted(files.items()))}
    return (json.dumps(marker, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _put_in_place(staging: Path, out: Path) -> None:
    if not out.exists():
        staging.rename(out)
        return
    if not any(out.iterdir()):
        out.rmdir()  # Windows renames onto nothing that exists
        staging.rename(out)
        return
    old = _beside(out, "old")
    _discard_leftover(old)
    out.rename(old)
    try:
        staging.rename(out)
    except BaseException:
        old.rename(out)
        raise


def _discard_leftover(folder: Path) -> None:
    """Remove an earlier export's staging or replaced folder; another's stays and is refused."""
    if not folder.exists():
        return
    marks = (folder / f".{MARKER}", folder / MARKER)
    if any(folder.iterdir()) and not any(mark.exists() for mark in marks):
        raise InputError(f"'{folder}' is in the way.", next_step="Move it away.")
    for path in folder.iterdir():  # what tells whose it is goes last, should this be stopped too
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path not in marks:
            path.unlink()
    shutil.rmtree(folder)


def _beside(out: Path, what: str) -> Path:
    """A hidden neighbour on the same disk, so that the rename is one step."""
    with suppress(ValueError):
        return out.with_name(f".{out.name[:200]}.moletrail-{what}")
    raise InputError(f"'{out}' is no folder to export to.", next_step=_CHOOSE)
