"""Exports in open formats: which there are, and writing one into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path

import platformdirs

from tracker.domain.exporting import Export, ExportOptions, ExportWriter, LeftOut, OnProgress
from tracker.errors import InputError, UsageError
from tracker.exchange.folder import DiskFolder, new_folder
from tracker.services.export_model import build_export
from tracker.services.export_photos import VaultPhotos
from tracker.services.files import unwritable
from tracker.services.session import Workspace

#: Formats in which nobody is named.
_PSEUDONYMOUS = frozenset({"isic"})
#: The contract's formats and the module whose `write` makes them (see `ExportWriter`); one line
#: each.
WRITERS: dict[str, str] = {
    "csv": "tracker.exchange.csv_tables",
    "parquet": "tracker.exchange.parquet_tables",
    "fhir": "tracker.exchange.fhir.writing",
    "dicom": "tracker.exchange.dicom.writing",
    "isic": "tracker.exchange.isic",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: its folder, what is inside, and the pictures that had to be left out."""

    form: str
    path: Path
    people: int
    observations: int
    photos: int
    files: int
    left_out: tuple[LeftOut, ...]


def formats() -> Sequence[str]:
    """The formats that can be written."""
    return list(WRITERS)


def suggested_folder(form: str, today: date) -> Path:
    """Where a person may look for an export: the documents folder, with the day in the name."""
    name = f"moletrail-{form}-{today.isoformat()}"
    return Path(platformdirs.user_documents_dir()) / name


def write_export(
    workspace: Workspace,
    form: str,
    out: Path,
    person: str | None = None,
    *,
    with_photos: bool = True,
    clinician: bool = False,
    on_compared: OnProgress | None = None,
    on_photo: OnProgress | None = None,
) -> Exported:
    """Write what the vault holds of one person, or of everybody, into the folder `out`.

    Args:
        clinician: class probabilities too. on_compared: (pairs done, to do) while photos are
            compared that were not yet. on_photo: (photos done, to do) while they are written.

    Raises:
        UsageError: another format. UnknownNameError: nobody of that name.
        InputError: `out` holds something else, or cannot be written. StorageFullError.
        VaultError, VaultDamagedError, VaultBusyError.
    """
    writer = writer_of(form)
    check_place(workspace, out)
    export = build_export(workspace, person, clinician=clinician, on_progress=on_compared)
    photos = VaultPhotos(workspace)
    try:
        with new_folder(out, marker_facts(export, form, with_photos=with_photos)) as folder:
            options = ExportOptions(with_photos=with_photos, on_progress=on_photo)
            written = writer(export, photos, DiskFolder(folder), options)
            files = sum(1 for path in folder.rglob("*") if path.is_file())
    except OSError as error:
        raise unwritable(out, error) from None
    return Exported(
        form=form,
        path=out,
        people=len(export.people),
        observations=sum(1 for _ in export.observations()),
        photos=written.photos,
        files=files,
        left_out=written.left_out,
    )


def writer_of(form: str) -> ExportWriter:
    """What writes a format.

    Raises:
        UsageError: no such format.
    """
    if form not in WRITERS:
        raise UsageError(
            f"'{form}' is not a format of exports.",
            next_step=f"Use one of: {', '.join(WRITERS)}.",
        )
    writer: ExportWriter = import_module(WRITERS[form]).write
    return writer


def check_place(workspace: Workspace, out: Path) -> None:
    """An export neither lies in the vault nor takes its place.

    Raises:
        InputError: it would.
    """
    vault, place = workspace.vault_path.resolve(), out.resolve()
    if place == vault or vault in place.parents or place in vault.parents:
        raise InputError(
            f"'{out}' lies in the vault or holds it.", next_step="Choose another folder."
        )


def marker_facts(export: Export, form: str, *, with_photos: bool) -> dict[str, object]:
    """What the marker says beside the files; nothing of this moment or this machine."""
    return {
        "format": form,
        "program": export.program,
        "vault_id": export.vault_id,
        "demo": export.demo,
        "person": None if form in _PSEUDONYMOUS else export.only_person,
        "photos": with_photos,
        "clinician": export.clinician,
    }
