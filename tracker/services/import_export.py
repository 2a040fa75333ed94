"""An export brought back into a vault: everything a person entered, and the numbers anew.

Ids are kept, so that the same program makes of export, import and export the same tables. Networks
measure each photo again on the terms of before (region, scale, modality); a mask that a person drew
stays with its numbers. A person or lesion whose name the vault knows already is taken for the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import Analysis
from tracker.domain.capture import CaptureTime, DateSource, Modality, check_plausible
from tracker.domain.records import Lesion, LifeCycle, Observation, Person, PhotoRecord, SymptomKind
from tracker.errors import InputError, ManifestError, PhotoUnreadableError, UsageError
from tracker.exchange.reading import FoundExport, Row, read_rows
from tracker.exchange.tables_details import COMPARISONS, EMBEDDINGS, PHOTOS
from tracker.exchange.tables_observations import OBSERVATIONS
from tracker.exchange.tables_people import LESIONS, PEOPLE, SYMPTOMS
from tracker.services.comparing import compare_pairs
from tracker.services.export_rows import box_of, earlier_analysis, word_of
from tracker.services.import_care import (
    CareTables,
    keep_care,
    keep_correction,
    keep_details,
    read_care,
    stage_on,
)
from tracker.services.remeasuring import measured_again
from tracker.services.results import Duplicate, ImportStep, IntakeResult, Refusal, Stored
from tracker.services.session import Workspace
from tracker.store.values import NewObservation
from tracker.store.vault import Vault

_MEDIA_TYPES = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "webp", "tiff", "heic", "heif", "avif")
)


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """What is read of an export; photos by hash, lesions by id, embeddings by observation."""

    people: Sequence[Row]
    lesions: Mapping[str, Row]
    observations: Sequence[Row]
    photos: Mapping[str, Row]
    symptoms: Sequence[Row]
    comparisons: Sequence[Row]
    looks: Mapping[str, NDArray[np.float32]]
    care: CareTables


def import_export(workspace: Workspace, found: FoundExport) -> Iterator[ImportStep]:
    """Add everything of an export; yields after each photo is durable, refused or found stored.

    Running it again continues after an interruption.

    Raises:
        ManifestError: a table is missing or broken; nothing was stored then.
        VaultError, VaultDamagedError, VaultBusyError: the vault cannot take more; what was
            acknowledged is safe.
    """
    tables = _read(found)
    _people_and_lesions(workspace, tables)
    rows = sorted(tables.observations, key=lambda row: row["added_at_utc"])
    ids = frozenset(row["observation_id"] for row in rows)
    for number, row in enumerate(rows, 1):
        result = _import_row(workspace, found, tables, row, ids)
        yield ImportStep(number, len(rows), number, result)
    _life(workspace, tables)
    for lesion_id, row in tables.lesions.items():
        own = [pair for pair in tables.comparisons if pair["lesion_id"] == lesion_id]
        pairs = [(pair["earlier"], pair["later"]) for pair in own]
        compare_pairs(workspace, row["person"], row["lesion"], pairs)


def _read(found: FoundExport) -> _Tables:
    tables = _Tables(
        people=read_rows(found, PEOPLE),
        lesions={row["lesion_id"]: row for row in read_rows(found, LESIONS)},
        observations=read_rows(found, OBSERVATIONS),
        photos={row["photo_sha256"]: row for row in read_rows(found, PHOTOS)},
        symptoms=read_rows(found, SYMPTOMS),
        comparisons=read_rows(found, COMPARISONS),
        looks={
            row["observation_id"]: np.asarray(row["embedding"], np.float32)
            for row in read_rows(found, EMBEDDINGS)
        },
        care=read_care(found),
    )
    for row in (*tables.observations, *tables.symptoms, *tables.comparisons):
        if row["lesion_id"] is not None and row["lesion_id"] not in tables.lesions:
            raise ManifestError(
                f"'{found.folder}' names a lesion {row['lesion_id']} that is not in its lesions.",
                next_step="Export again from the vault.",
            )
    return tables


def _people_and_lesions(workspace: Workspace, tables: _Tables) -> None:
    with workspace.open("import") as vault, vault.batch():
        for row in tables.people:
            vault.ensure_person(row["person"], person_id=row["person_id"])
        for row in tables.lesions.values():
            _lesion(vault, row)


def _lesion(vault: Vault, row: Row) -> Lesion:
    person = vault.ensure_person(row["person"], person_id=row["person_id"])
    return vault.ensure_lesion(
        person,
        row["lesion"],
        site=row["site"],
        is_new=row["is_new"],
        lesion_id=row["lesion_id"],
    )


def _import_row(
    workspace: Workspace, found: FoundExport, tables: _Tables, row: Row, ids: frozenset[str]
) -> IntakeResult:
    label = row["photo_file"] or row["observation_id"]
    photo = tables.photos.get(row["photo_sha256"])
    try:
        if photo is None:
            raise PhotoUnreadableError(
                "The photo is not in the export's list.", next_step="Export again from the vault."
            )
        with workspace.open("import") as vault:
            known = _stored_before(vault, row, photo, ids)
        if known is not None:
            return known
        seen, data = _seen(workspace, found, row, photo), found.data(photo["photo_file"])
        analysis = _measured(workspace, seen, data, tables.looks.get(seen.observation_id))
        if analysis.status == "refused":
            reason = analysis.reason or "It cannot be measured."
            return Refusal(label, reason, analysis.advice, analysis)
        return _store(workspace, tables, row, seen, data, analysis, ids)
    except (InputError, UsageError) as error:
        return Refusal(label, error.message, error.next_step)


def _stored_before(vault: Vault, row: Row, photo: Row, ids: frozenset[str]) -> Duplicate | None:
    """The observation itself, or one of the same photo, person, lesion and region."""
    label = photo["photo_file"] or row["observation_id"]
    if vault.has_observation(row["observation_id"]):
        return Duplicate(label, row["person"], row["lesion"], row["observation_id"])
    owner = next((each for each in vault.people() if each.name == row["person"]), None)
    if owner is None:
        return None
    lesion = None
    if row["lesion"] is not None:
        known = vault.lesions(owner)
        lesion = next((each for each in known if each.name == row["lesion"]), None)
    for digest in (photo["photo_sha256"], photo["exported_sha256"]):
        same = vault.find_duplicate(digest or "", owner, lesion, box_of(row, "requested"))
        if same is not None and same.observation_id not in ids:
            place = None if same.lesion is None else same.lesion.name
            return Duplicate(label, owner.name, place, same.observation_id)
    return None


def _seen(workspace: Workspace, found: FoundExport, row: Row, photo: Row) -> Observation:
    """The observation as it was when it was exported."""
    media_type = photo["exported_media_type"]
    if media_type not in _MEDIA_TYPES:
        raise PhotoUnreadableError(f"{media_type!a} is no kind of photo.")
    capture: CaptureTime = row["taken_at"]
    source = word_of(DateSource, row["taken_source"])
    capture = CaptureTime(capture.value, capture.precision, source)
    check_plausible(capture, now=datetime.now())
    modality = None if row["modality"] is None else word_of(Modality, row["modality"])
    return Observation(
        observation_id=row["observation_id"],
        photo=PhotoRecord(
            photo_sha256=photo["exported_sha256"],
            file_name=photo["file_name"],
            media_type=media_type,
            size_bytes=photo["exported_size_bytes"],
            width=photo["width_px"],
            height=photo["height_px"],
        ),
        person=Person(row["person_id"], row["person"]),
        lesion=None,
        capture=capture,
        modality=modality,
        analysis=earlier_analysis(found, row, photo["file_name"], modality),
        note=row["note"],
        added_at=row["added_at_utc"],
        requested_roi=box_of(row, "requested"),
    )


def _measured(
    workspace: Workspace, seen: Observation, data: bytes, look: NDArray[np.float32] | None
) -> Analysis:
    """The photo measured again, a mask drawn by hand kept.

    The networks had seen such a lesion before its mask was drawn, or through it: the embedding in
    the export tells which, and they look at it in the same way again.
    """
    mask = seen.analysis.mask
    if look is None or mask is None or mask.source == "model":
        return measured_again(workspace, seen, data)
    unaided = replace(seen.analysis, mask=replace(mask, source="model"))
    first = measured_again(workspace, replace(seen, analysis=unaided), data)
    if first.embedding is None or not np.array_equal(first.embedding, look):
        return measured_again(workspace, seen, data)
    before = seen.analysis
    return replace(first, roi=before.roi, mask=mask, measures=before.measures)


def _store(
    workspace: Workspace,
    tables: _Tables,
    row: Row,
    seen: Observation,
    data: bytes,
    analysis: Analysis,
    ids: frozenset[str],
) -> Stored | Duplicate:
    photo = tables.photos[row["photo_sha256"]]
    assert analysis.width is not None
    assert analysis.height is not None
    with workspace.open("import") as vault, vault.batch():
        known = _stored_before(vault, row, photo, ids)
        if known is not None:
            return known
        lesion = None
        if row["lesion_id"] is not None:
            lesion = _lesion(vault, tables.lesions[row["lesion_id"]])
        record = vault.keep_photo(
            data,
            file_name=seen.photo.file_name,
            media_type=seen.photo.media_type,
            width=analysis.width,
            height=analysis.height,
        )
        stored = vault.add_observation(
            NewObservation(
                photo=record,
                person=vault.ensure_person(row["person"], person_id=row["person_id"]),
                lesion=lesion,
                capture=seen.capture,
                modality=seen.modality,
                analysis=analysis,
                note=seen.note,
                requested_roi=seen.requested_roi,
                observation_id=seen.observation_id,
                added_at=seen.added_at,
            )
        )
        stored = keep_correction(vault, tables.care, stored, seen.observation_id)
    return Stored(
        photo=photo["photo_file"],
        person=stored.person.name,
        lesion=None if lesion is None else lesion.name,
        observation_id=stored.observation_id,
        taken_at=stored.capture,
        analysis=stored.analysis,
    )


def _life(workspace: Workspace, tables: _Tables) -> None:
    """Symptoms and life cycles; what the vault has already is left as it is."""
    with workspace.open("import") as vault, vault.batch():
        notes = vault.life_cycle_notes()
        for row in tables.lesions.values():
            lesion = _lesion(vault, row)
            stage = word_of(LifeCycle, row["life_cycle"])
            note = notes.get(lesion.lesion_id)
            told = stage is not LifeCycle.ACTIVE or row["life_cycle_note"] not in (None, note)
            details = tables.care.details.get(row["lesion_id"])
            if lesion.life_cycle is LifeCycle.ACTIVE and told:
                into = _merged_into(vault, tables, details)
                day, note = stage_on(details), row["life_cycle_note"]
                lesion = vault.set_life_cycle(lesion, stage, note, on=day, into=into)
            keep_details(vault, details, lesion)
        for row in tables.symptoms:
            lesion = _lesion(vault, tables.lesions[row["lesion_id"]])
            _symptom(vault, lesion, row)
        lesions = {lesion_id: _lesion(vault, row) for lesion_id, row in tables.lesions.items()}
        keep_care(vault, tables.care, lesions)


def _merged_into(vault: Vault, tables: _Tables, details: Row | None) -> Lesion | None:
    """The vault's lesion that a merged one became part of, if it came along."""
    into = None if details is None else tables.lesions.get(details["merged_into"])
    return None if into is None else _lesion(vault, into)


def _symptom(vault: Vault, lesion: Lesion, row: Row) -> None:
    kind = word_of(SymptomKind, row["symptom"])
    told = (kind, row["noted_at_utc"], row["note"])
    known = vault.symptoms(lesion)
    if not any((each.kind, each.noted_at, each.note) == told for each in known):
        vault.add_symptom(lesion, *told, symptom_id=row["symptom_id"])
