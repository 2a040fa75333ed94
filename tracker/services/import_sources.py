"""What a person may point `import` at: a table, a folder of photos, or an export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tracker.errors import UsageError
from tracker.exchange.folder import MARKER
from tracker.exchange.reading import count_rows, find_export
from tracker.exchange.tables_observations import OBSERVATIONS
from tracker.services.import_export import import_export
from tracker.services.importing import import_manifest
from tracker.services.manifest import ManifestRow, read_manifest
from tracker.services.people import required_person
from tracker.services.photo_folder import PassedOver, read_photo_folder
from tracker.services.results import ImportStep
from tracker.services.session import Workspace


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What there is to import: how many photos, the work itself, and files that are none."""

    total: int
    steps: Iterator[ImportStep]
    passed_over: tuple[PassedOver, ...] = ()


def open_source(workspace: Workspace, path: Path, person: str | None = None) -> ImportSource:
    """See what lies at `path`; the work is done as `steps` are taken.

    Args:
        person: whose photos they are where neither table nor folder says it.

    Raises:
        ManifestError, InputError: nothing that can be imported.
        PersonRequiredError: photos of nobody, and the vault has no person or several.
        UsageError: a person was named for an export, which names its own.
    """
    if path.name == MARKER:
        path = path.parent
    if not path.is_dir():
        rows = read_manifest(path)
        if person is not None:
            rows = _of(rows, person)
        return ImportSource(len(rows), import_manifest(workspace, rows))
    export = find_export(path)
    if export is not None:
        if person is not None:
            raise UsageError(
                "An export says itself whose photos it holds.", next_step="Leave --person out."
            )
        return ImportSource(count_rows(export, OBSERVATIONS), import_export(workspace, export))
    found = read_photo_folder(path, person)
    rows = list(found.rows)
    if any(row.person is None and row.problem is None for row in rows):
        rows = _of(rows, required_person(workspace, None))
    return ImportSource(len(rows), import_manifest(workspace, rows), found.passed_over)


def _of(rows: list[ManifestRow], person: str) -> list[ManifestRow]:
    return [row if row.person is not None else replace(row, person=person) for row in rows]
