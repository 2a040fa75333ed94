"""Importing a manifest, row by row; what is acknowledged is durable, and a rerun continues."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from tracker.errors import InputError, UsageError
from tracker.services.files import read_photo
from tracker.services.intake import add_photo, find_duplicate
from tracker.services.manifest import ManifestRow
from tracker.services.results import AddRequest, Duplicate, ImportStep, IntakeResult, Refusal
from tracker.services.session import Workspace

#: Rows looked up together: a rerun of a long import opens the vault once for so many.
ROWS_AT_ONCE = 64


def import_manifest(workspace: Workspace, rows: Sequence[ManifestRow]) -> Iterator[ImportStep]:
    """Add the photo of each row; yields after each row is durable, refused or found stored.

    Raises:
        VaultError, VaultDamagedError, VaultBusyError: the vault cannot take more; the rows
            acknowledged so far are safe, and running again continues.
    """
    done = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        stored = _stored_before(workspace, some)
        for row in some:
            done += 1
            result = stored.get(row.number) or _import_row(workspace, row)
            yield ImportStep(done, len(rows), row.number, result)


def _stored_before(workspace: Workspace, rows: Sequence[ManifestRow]) -> dict[int, Duplicate]:
    """Rows, by number, that an earlier run has stored. Rows without a person are left out."""
    digests = {}
    for row in rows:
        if row.problem is None and row.person is not None:
            try:
                digests[row.number] = hashlib.sha256(read_photo(row.path)).hexdigest()
            except InputError:
                continue
    found = {}
    with workspace.open("import") as vault:
        for row in rows:
            if row.number in digests:
                request = _request(row, b"")
                duplicate = find_duplicate(vault, digests[row.number], request)
                if duplicate is not None:
                    found[row.number] = duplicate
    return found


def _import_row(workspace: Workspace, row: ManifestRow) -> IntakeResult:
    if row.problem is not None:
        return Refusal(row.photo, row.problem.message, row.problem.next_step)
    try:
        return add_photo(workspace, _request(row, read_photo(row.path)))
    except (InputError, UsageError) as error:
        return Refusal(row.photo, error.message, error.next_step)


def _request(row: ManifestRow, data: bytes) -> AddRequest:
    return AddRequest(
        data=data,
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
        date_in_name=row.date_in_name,
    )
