"""Importing a manifest, row by row; what is acknowledged is durable, and a rerun continues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracker.errors import InputError, UsageError
from tracker.services.files import read_photo
from tracker.services.intake import add_photo
from tracker.services.manifest import ManifestRow
from tracker.services.results import AddRequest, ImportStep, IntakeResult, Refusal
from tracker.services.session import Workspace


def import_manifest(workspace: Workspace, rows: Sequence[ManifestRow]) -> Iterator[ImportStep]:
    """Add the photo of each row; yields after each row is durable, refused or found stored.

    Raises:
        VaultError, VaultDamagedError, VaultBusyError: the vault cannot take more; the rows
            acknowledged so far are safe, and running again continues.
    """
    for done, row in enumerate(rows, start=1):
        yield ImportStep(done, len(rows), row.number, _import_row(workspace, row))


def _import_row(workspace: Workspace, row: ManifestRow) -> IntakeResult:
    if row.problem is not None:
        return Refusal(row.photo, row.problem.message, row.problem.next_step)
    try:
        return add_photo(
            workspace,
            AddRequest(
                data=read_photo(row.path),
                photo=row.photo,
                person=row.person,
                lesion=row.lesion,
                site=row.site,
                taken_at=row.taken_at,
                mm_per_px=row.mm_per_px,
                roi=row.roi,
                modality=row.modality,
                note=row.note,
                from_manifest=True,
            ),
        )
    except (InputError, UsageError) as error:
        return Refusal(row.photo, error.message, error.next_step)
