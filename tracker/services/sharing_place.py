"""Where a share pack is written: beside its place first, and over nobody's file."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import platformdirs

from tracker.errors import InputError, VaultError
from tracker.exchange.folder import DiskFolder
from tracker.exchange.recorded import RecordedFolder
from tracker.exchange.sealed_zip import SealedZip, is_whole
from tracker.services.exporting import check_place
from tracker.services.files import unwritable
from tracker.services.session import Workspace
from tracker.store.staging import staging


def suggested_place(today: date, *, sealed: bool) -> Path:
    """A free name in the documents folder that tells nobody what is inside."""
    folder = Path(platformdirs.user_documents_dir())
    suffix = ".zip" if sealed else ""
    for number in range(1, 1000):
        more = "" if number == 1 else f"-{number}"
        place = folder / f"shared-{today.isoformat()}{more}{suffix}"
        if not place.exists():
            break
    return place


def check_free(workspace: Workspace, out: Path) -> None:
    """Refuse a place in the vault, and one where something is.

    Raises:
        InputError: see above.
    """
    check_place(workspace, out)
    if out.exists() or out.is_symlink():
        raise InputError(
            f"There is something at '{out}' already; a share pack replaces nothing.",
            next_step="Choose another name, or move it away first.",
        )


@contextmanager
def made_at(out: Path, password: str | None) -> Iterator[RecordedFolder]:
    """A folder to write into that becomes `out` when the block ends well.

    Args:
        password: of an encrypted zip file; None for a plain folder.

    Raises:
        InputError: it cannot be written, or something came up at `out`. StorageFullError.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with staging(out) as work:
            made = work / "pack"
            if password is None:
                made.mkdir()
                yield RecordedFolder(DiskFolder(made))
            else:
                yield from _sealed(made, password)
            _put_in_place(made, out)
    except VaultError as error:
        if isinstance(error.__cause__, OSError):
            raise unwritable(out, error.__cause__) from None
        raise
    except OSError as error:
        raise unwritable(out, error) from None


def _sealed(made: Path, password: str) -> Iterator[RecordedFolder]:
    """The encrypted archive, on the device and read back before anybody is told of it."""
    with made.open("x+b") as file:
        with SealedZip(file, password) as archive:
            folder = RecordedFolder(archive)
            yield folder
        file.flush()
        os.fsync(file.fileno())
    if not is_whole(made, password, folder.files):
        raise OSError("what was written does not read back")


def _put_in_place(made: Path, out: Path) -> None:
    """Rename, over nothing: a file that came up meanwhile stays."""
    if made.is_file():
        try:
            os.link(made, out)  # where the file system knows links, this refuses what exists
        except FileExistsError:
            raise
        except OSError:
            pass
        else:
            made.unlink()
            return
    if out.exists():
        raise FileExistsError(errno.EEXIST, "there is something already")
    made.rename(out)
