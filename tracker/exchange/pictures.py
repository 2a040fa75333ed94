"""Photos and masks as files of an export."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping

import numpy as np
from PIL import Image

from tracker.domain.analysis import Analysis
from tracker.domain.exporting import (
    Export,
    ExportFolder,
    ExportOptions,
    ExportPhotos,
    LeftOut,
)
from tracker.domain.records import PhotoRecord
from tracker.errors import InputError, PhotoDamagedError
from tracker.exchange.columns import PhotoFile

PHOTO_FOLDER = "photos"
MASK_FOLDER = "masks"


def write_photos(
    export: Export, photos: ExportPhotos, folder: ExportFolder, options: ExportOptions
) -> dict[str, PhotoFile]:
    """Each photo once, without its place, under day and hash: `photos/2025-03-01_0123….jpg`.

    No name of a person, a lesion or a file is in a path: such names lead out of folders, mean
    devices on Windows, or tell what they should not.

    Returns:
        What was written, by the original's hash; without a file for one that is damaged.
    """
    days = _first_days(export)
    records = export.photos()
    written = {}
    for done, record in enumerate(records, start=1):
        try:
            safe = photos.safe(record)
        except (InputError, PhotoDamagedError) as error:
            reason = LeftOut(record.file_name, error.message, error.next_step)
            written[record.photo_sha256] = PhotoFile(record, left_out=reason)
            continue
        digest = hashlib.sha256(safe.data).hexdigest()
        stem = f"{done:04d}" if options.names == "numbered" else digest[:24]
        day = f"{days[record.photo_sha256]}_" if options.names == "dated" else ""
        name = f"{PHOTO_FOLDER}/{day}{stem}{safe.suffix}"
        folder.put(name, safe.data)
        written[record.photo_sha256] = PhotoFile(
            record,
            name,
            safe.media_type,
            len(safe.data),
            digest,
            safe.recoded,
            sha1=base64.b64encode(hashlib.sha1(safe.data, usedforsecurity=False).digest()).decode(),
        )
        if options.on_progress is not None:
            options.on_progress(done, len(records))
    return written


def without_photos(export: Export) -> dict[str, PhotoFile]:
    """The photos of an export that leaves their files out."""
    return {record.photo_sha256: PhotoFile(record) for record in export.photos()}


def _first_days(export: Export) -> Mapping[str, str]:
    days: dict[str, str] = {}
    for each in export.observations():
        digest = each.observation.photo.photo_sha256
        day = each.observation.capture.value.date().isoformat()
        days[digest] = min(day, days.get(digest, day))
    return days


def write_masks(export: Export, folder: ExportFolder) -> dict[str, str]:
    """The mask of each observation as PNG of the upright photo's size; files by observation id."""
    written = {}
    for each in export.observations():
        data = mask_png(each.observation.analysis, each.observation.photo)
        if data is not None:
            name = f"{MASK_FOLDER}/{each.observation_id}.png"
            folder.put(name, data)
            written[each.observation_id] = name
    return written


def mask_png(analysis: Analysis, photo: PhotoRecord) -> bytes | None:
    """The mask on the whole upright photo, 8 bit, 255 inside and 0 outside; None without one."""
    if analysis.mask is None:
        return None
    full = analysis.mask.on_photo(photo.width, photo.height)
    file = io.BytesIO()
    Image.fromarray(full.astype(np.uint8) * 255).save(file, "PNG", compress_level=4)
    return file.getvalue()
