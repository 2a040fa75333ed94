"""The ISIC Archive's vocabulary: pictures with a metadata table, by pseudonyms.

Names and rules of the columns are those of the package `isic-metadata` (4.12), with which the tests
check every row; the program itself only writes words and needs no library for that.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from tracker.domain import wording
from tracker.domain.capture import Modality
from tracker.domain.exporting import (
    Export,
    ExportedFiles,
    ExportFolder,
    ExportObservation,
    ExportOptions,
    ExportPhotos,
)
from tracker.errors import UsageError
from tracker.exchange.body_sites import body_site
from tracker.exchange.columns import Content, PhotoFile
from tracker.exchange.csv_tables import csv_bytes, summary
from tracker.exchange.pictures import write_photos

TABLE: Final = "metadata.csv"
#: Filled in where it is known; the others are there for who knows more, and always empty.
_FILLED: Final = (
    "filename",
    "patient_id",
    "lesion_id",
    "acquisition_day",
    "image_type",
    "image_manipulation",
    "anatom_site",
    "clin_size_long_diam_mm",
)
_EMPTY: Final = (
    "dermoscopic_type",
    "age",
    "sex",
    "fitzpatrick_skin_type",
    "diagnosis",
    "diagnosis_confirm_type",
    "personal_hx_mm",
    "family_hx_mm",
    "melanocytic",
    "concomitant_biopsy",
)
HEADER: Final = (*_FILLED, *_EMPTY)
#: The archive's field holds three digits before the point.
_MAX_MM: Final = 999.9


def write(
    export: Export, photos: ExportPhotos, folder: ExportFolder, options: ExportOptions
) -> ExportedFiles:
    """Write pictures and table into the empty `folder`; the same export gives the same bytes.

    Raises:
        UsageError: without photos. OSError: the folder cannot be written. VaultError.
    """
    if not options.with_photos:
        raise UsageError(
            "The ISIC format is a table about pictures, and needs them.",
            next_step="Leave --no-photos out, or use --format csv.",
        )
    written = write_photos(export, photos, folder, replace(options, names="hashed"))
    content = Content(export, written, {})
    rows = [[row[name] for name in HEADER] for row in metadata_rows(content)]
    table = csv_bytes(HEADER, rows).removeprefix(codecs.BOM_UTF8)  # it is all ASCII
    folder.put(TABLE, table)
    folder.put("README.md", _readme(export).encode())
    return summary(content)


def metadata_rows(content: Content) -> Iterator[dict[str, str]]:
    """One row a picture that was written, by HEADER; "" for what is not known."""
    export = content.export
    seen_on: dict[str, list[ExportObservation]] = {}
    for each in export.observations():
        seen_on.setdefault(each.observation.photo.photo_sha256, []).append(each)
    first_days = _first_days(export)
    for digest, seen in seen_on.items():
        photo = content.photos[digest]
        if photo.file is not None:
            yield _row(export, photo, photo.file, seen, first_days)


def _first_days(export: Export) -> dict[str, date]:
    return {
        person.person.person_id: min(
            seen.observation.capture.value.date() for seen in person.observations()
        )
        for person in export.people
        if any(True for _ in person.observations())
    }


def _row(
    export: Export,
    photo: PhotoFile,
    file: str,
    seen: Sequence[ExportObservation],
    first_days: dict[str, date],
) -> dict[str, str]:
    """What all observations on the picture agree on; the rest stays empty."""

    def agreed(value: Callable[[ExportObservation], str]) -> str:
        return _agreed(value(each) for each in seen)

    def acquired(each: ExportObservation) -> str:
        observation = each.observation
        days = observation.capture.value.date() - first_days[observation.person.person_id]
        return str(days.days)

    row = dict.fromkeys(HEADER, "")
    one_person = len({each.observation.person.person_id for each in seen}) == 1
    row |= {
        "filename": PurePosixPath(file).name,
        "patient_id": agreed(
            lambda each: _pseudonym("P", export.vault_id, each.observation.person.person_id)
        ),
        "lesion_id": agreed(
            lambda each: (
                ""
                if each.observation.lesion is None
                else _pseudonym("L", export.vault_id, each.observation.lesion.lesion_id)
            )
        ),
        "acquisition_day": agreed(acquired) if one_person else "",
        "image_type": _image_type(seen),
        "image_manipulation": "synthetic" if export.demo else "",
        "anatom_site": agreed(_site),
        "clin_size_long_diam_mm": agreed(_diameter),
    }
    return row


def _agreed(values: Iterable[str]) -> str:
    found = set(values)
    return found.pop() if len(found) == 1 else ""


def _pseudonym(letter: str, vault_id: str, own_id: str) -> str:
    """The same in each export of a vault, and no way back from it without the vault."""
    digest = hashlib.sha256(f"moletrail:isic:{vault_id}:{own_id}".encode()).hexdigest()
    return f"{letter}{digest[:12].upper()}"


def _image_type(seen: Sequence[ExportObservation]) -> str:
    """A plain photo is an overview with several lesions, a close-up with one and no other."""
    kinds = {each.observation.modality for each in seen}
    if kinds == {Modality.DERMOSCOPIC}:
        return "dermoscopic"
    if kinds != {Modality.CLINICAL}:
        return ""
    if len(seen) > 1:
        return "clinical: overview"
    analysis = seen[0].observation.analysis
    alone = analysis.status == "measured" and not analysis.others
    return "clinical: close-up" if alone else ""


def _site(each: ExportObservation) -> str:
    lesion = each.observation.lesion
    site = None if lesion is None else body_site(lesion.site)
    return "" if site is None else site.isic


def _diameter(each: ExportObservation) -> str:
    """Largest diameter where a scale is known and the whole lesion is in view."""
    analysis = each.observation.analysis
    size = analysis.diameter_mm
    if size is None or analysis.measures is None or analysis.measures.touches_frame:
        return ""
    return f"{size:.1f}" if 0.05 <= size <= _MAX_MM else ""


_README: Final = """\
## Files
- `metadata.csv`: one row a picture, in the vocabulary of the ISIC Archive. `filename` is in
  `photos/`. What is not known is empty.
- `photos/`: the pictures, without the place they were taken. Orientation, capture date, camera
  model and colour profile are still inside each file; all other metadata is taken out.
- `moletrail-export.json`: the list of files with size and SHA-256.

## Columns
- `patient_id`, `lesion_id`: pseudonyms, the same in each export of this vault.
- `acquisition_day`: days since the person's first photo in this export.
- `image_type`: `dermoscopic`; a plain photo with several lesions of this export is `clinical:
  overview`, with one lesion and no other in view `clinical: close-up`, else empty.
- `anatom_site`: only where the words of the diary name a site of the archive without doubt.
- `clin_size_long_diam_mm`: largest diameter, only with a scale and the whole lesion in view.
- `image_manipulation`: `synthetic` for the made-up pictures of the demo.
- Where a picture shows several lesions, what they do not share is empty.
- Never filled in: diagnosis, age, sex, skin type and history. A diary does not know them.

No name, note or date is in the table. Look at each picture before you hand it over: a face, a
tattoo or a name in view tells who it is, and the capture date inside the file may as well."""


def _readme(export: Export) -> str:
    parts = [f"# ISIC export of a Moletrail vault\n\n{wording.PURPOSE}\n\n{wording.FOOTER}"]
    if export.demo:
        parts.append("These are made-up pictures of the demo, no person's.")
    return "\n\n".join([*parts, _README]) + "\n"
