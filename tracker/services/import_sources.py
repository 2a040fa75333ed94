"""What a person may point `import` at: a table, a folder of photos, or an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tracker.errors import InputError, UsageError
from tracker.exchange.folder import MARKER
from tracker.exchange.reading import (
    DATA,
    SHARE_MANIFEST,
    FoundExport,
    count_rows,
    find_export,
    find_in_archive,
)
from tracker.exchange.sealed_zip import OpenedZip
from tracker.exchange.tables_observations import OBSERVATIONS
from tracker.services.files import why
from tracker.services.import_export import import_export
from tracker.services.importing import import_manifest
from tracker.services.manifest import ManifestRow, read_manifest
from tracker.services.people import required_person
from tracker.services.photo_folder import PassedOver, read_photo_folder
from tracker.services.results import ImportStep
from tracker.services.session import Workspace
from tracker.store.archive import looks_like_backup


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What there is to import: how many photos, the work itself, and files that are none."""

    total: int
    steps: Iterator[ImportStep]
    passed_over: tuple[PassedOver, ...] = ()


#: How every zip file begins; the second is one without files.
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


def open_source(
    workspace: Workspace,
    path: Path,
    person: str | None = None,
    *,
    password: Callable[[], str] | None = None,
) -> ImportSource:
    """See what lies at `path`; the work is done as `steps` are taken.

    Args:
        person: whose photos they are where neither table nor folder says it.
        password: asked once, for an encrypted share pack only.

    Raises:
        ManifestError, InputError: nothing that can be imported.
        PersonRequiredError: photos of nobody, and the vault has no person or several.
        UsageError: a person was named for an export, which names its own; or it is a backup.
    """
    if path.name == MARKER:
        path = path.parent
    if looks_like_backup(path):
        raise UsageError(
            f"'{path}' is a backup of a vault, which is restored, not imported.",
            next_step=f"Run: moletrail restore '{path}' --to NEW_FOLDER",
        )
    if _is_zip(path):
        return _of_export(workspace, _in_zip(path, password), person)
    if not path.is_dir():
        rows = read_manifest(path)
        if person is not None:
            rows = _of(rows, person)
        return ImportSource(len(rows), import_manifest(workspace, rows))
    export = find_export(path) or (find_export(path / DATA) if _is_pack(path) else None)
    if export is not None:
        return _of_export(workspace, export, person)
    found = read_photo_folder(path, person)
    rows = list(found.rows)
    if any(row.person is None and row.problem is None for row in rows):
        rows = _of(rows, required_person(workspace, None))
    return ImportSource(len(rows), import_manifest(workspace, rows), found.passed_over)


def _of(rows: list[ManifestRow], person: str) -> list[ManifestRow]:
    return [row if row.person is not None else replace(row, person=person) for row in rows]


def _of_export(workspace: Workspace, export: FoundExport, person: str | None) -> ImportSource:
    if person is not None:
        raise UsageError(
            "An export says itself whose photos it holds.", next_step="Leave --person out."
        )
    return ImportSource(count_rows(export, OBSERVATIONS), import_export(workspace, export))


def _is_pack(path: Path) -> bool:
    return (path / SHARE_MANIFEST).is_file()


def _is_zip(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) in _ZIP_STARTS
    except OSError:
        return False


def _in_zip(path: Path, password: Callable[[], str] | None) -> FoundExport:
    try:
        archive = OpenedZip(path)
        if archive.encrypted:
            if password is None:
                raise InputError(
                    f"'{path}' is encrypted, and no password was given.",
                    next_step="Ask whoever made it for the password.",
                )
            archive.close()
            archive = OpenedZip(path, password())
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be read ({why(error)}).", next_step="Check that you may read it."
        ) from None
    return find_in_archive(archive, path)
