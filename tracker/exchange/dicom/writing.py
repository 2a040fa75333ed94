"""The folder of a DICOM export: images, masks and measurements as one file each."""

from __future__ import annotations

from collections import Counter

from pydicom.dataset import Dataset

from tracker.domain import wording
from tracker.domain.exporting import (
    Export,
    ExportedFiles,
    ExportFolder,
    ExportOptions,
    ExportPhotos,
    LeftOut,
)
from tracker.errors import InputError, PhotoDamagedError
from tracker.exchange.dicom.image import image_of
from tracker.exchange.dicom.measurement_report import SYNTAX as REPORT_SYNTAX
from tracker.exchange.dicom.measurement_report import report_of
from tracker.exchange.dicom.modules import Maker, file_bytes
from tracker.exchange.dicom.segmentation import SYNTAX as MASK_SYNTAX
from tracker.exchange.dicom.segmentation import segmentation_of
from tracker.exchange.dicom.shots import Shot, shots_of
from tracker.exchange.dicom.uids import file_stem_of

IMAGE_FOLDER = "images"
MASK_FOLDER = "segmentations"
REPORT_FOLDER = "reports"

_README = """\
- `images`: one object a photo. Dermoscopic Photography Image (modality DMS), or VL Photographic
  Image (XC). A JPEG that DICOM can hold is inside bit by bit; other photos are written as upright
  sRGB pixels. Where it was taken and what else the camera wrote is not inside.
- `segmentations`: the mask of a lesion on a photo, one binary segment of the photo's size; made by
  the named network and version, or by hand. Unverified.
- `reports`: the measurements of a lesion on a photo, a structured report (TID 1500) that refers to
  photo and mask; preliminary and unverified, no diagnosis. What was not measured or cannot be
  compared is not inside; lengths in mm are there only with a scale. Class probabilities never are.
- A study is what was photographed of one person on one day. Tracking UID (0062,0021) is the same
  for all objects of one lesion.
- Dates are those of the photo, without a time where none is known; local times have no zone.
  Content Date and Time of masks and reports are when the photo was added, in UTC.
- The anatomic region is coded (SNOMED CT) where the words for the site leave no doubt, else it is
  "Skin"; the words themselves are in Image Comments (0020,4000).
- Pixel Spacing (0028,0030) is there only where a scale is known, and says what it rests on; it
  holds at the lesion.
- Recognizable Visual Features (0028,0302) is YES in dermoscopic images since nobody looked for
  them. Burned In Annotation is absent for the same reason.
- The same content has the same SOP Instance UID in every export."""


def write(
    export: Export, photos: ExportPhotos, folder: ExportFolder, options: ExportOptions
) -> ExportedFiles:
    """Write DICOM files into the empty `folder`; the same export gives the same bytes.

    Raises:
        OSError: the folder cannot be written. VaultError: the vault cannot be read.
    """
    maker = Maker.of(export)
    shots = shots_of(export)
    left_out: dict[str, LeftOut] = {}
    written: set[str] = set()
    numbers: Counter[str] = Counter()
    for done, shot in enumerate(shots, start=1):
        try:
            _write_shot(shot, photos, maker, folder, numbers, dated=options.names == "dated")
            written.add(shot.photo.photo_sha256)
        except (InputError, PhotoDamagedError) as error:
            reason = LeftOut(shot.photo.file_name, error.message, error.next_step)
            left_out.setdefault(shot.photo.photo_sha256, reason)
        if options.on_progress is not None:
            options.on_progress(done, len(shots))
    folder.put("README.md", _readme(export).encode())
    return ExportedFiles(len(written), tuple(left_out.values()))


def _write_shot(
    shot: Shot,
    photos: ExportPhotos,
    maker: Maker,
    folder: ExportFolder,
    numbers: Counter[str],
    *,
    dated: bool,
) -> None:
    """The photo, and for each lesion on it its mask and its report.

    numbers: how many masks each study has, counted on here.
    """
    image, syntax = image_of(shot, photos, maker)
    day = f"{shot.capture.value.date().isoformat()}_" if dated else ""

    def put(place: str, dataset: Dataset, transfer_syntax: str) -> None:
        name = f"{place}/{day}{file_stem_of(dataset.SOPInstanceUID)}.dcm"
        folder.put(name, file_bytes(dataset, transfer_syntax))

    put(IMAGE_FOLDER, image, syntax)
    for seen in shot.observations:
        number = numbers[shot.study_uid] + 1
        mask = segmentation_of(shot, seen, image, number, maker)
        if mask is None:
            continue
        numbers[shot.study_uid] = number
        put(MASK_FOLDER, mask, MASK_SYNTAX)
        report = report_of(shot, seen, image, mask, maker)
        if report is not None:
            put(REPORT_FOLDER, report, REPORT_SYNTAX)


def _readme(export: Export) -> str:
    parts = [f"# DICOM export of a Moletrail vault\n\n{wording.PURPOSE}\n\n{wording.FOOTER}"]
    if export.demo:
        parts.append("These are made-up pictures of the demo, no person's.")
    return "\n\n".join([*parts, _README]) + "\n"
