"""FHIR R4: a bundle a person as JSON, with the photos beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from tracker.domain.exporting import (
    Export,
    ExportedFiles,
    ExportFolder,
    ExportLesion,
    ExportOptions,
    ExportPerson,
    ExportPhotos,
)
from tracker.exchange.columns import Content
from tracker.exchange.csv_tables import summary
from tracker.exchange.fhir.codes import code_system
from tracker.exchange.fhir.judgements import against_earlier, report, told, verdict
from tracker.exchange.fhir.measurements import panel
from tracker.exchange.fhir.readme import readme
from tracker.exchange.fhir.subjects import body_structure, devices, media, patient
from tracker.exchange.fhir.values import Json, Namer, coding
from tracker.exchange.pictures import without_photos, write_photos

#: FHIR's mark for data that are no person's.
_TEST_DATA: Final = coding(
    "http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", "test health data"
)


def write(
    export: Export, photos: ExportPhotos, folder: ExportFolder, options: ExportOptions
) -> ExportedFiles:
    """Write bundles and photos into the empty `folder`; the same export gives the same bytes.

    Raises:
        OSError: the folder cannot be written. VaultError: the disk refuses.
    """
    if options.with_photos:
        written = write_photos(export, photos, folder, options)
    else:
        written = without_photos(export)
    content = Content(export, written, {})
    for person in export.people:
        bundle = person_bundle(content, person)
        text = json.dumps(bundle, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        folder.put(f"person-{bundle['id']}.json", text.encode())
    folder.put("README.md", readme(export, options).encode())
    return summary(content)


def person_bundle(content: Content, person: ExportPerson) -> Json:
    """One person's resources as a bundle of type collection; references stay within it."""
    export = content.export
    namer = Namer(export.vault_id, person.person.person_id)
    meta = {"meta": {"security": [_TEST_DATA]}} if export.demo else {}
    resources = [
        {**_head(resource), **meta, **resource} for resource in _resources(content, person, namer)
    ]
    return {
        "resourceType": "Bundle",
        "id": namer.id_of("bundle"),
        **meta,
        "type": "collection",
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }


def _head(resource: Json) -> Json:
    return {name: resource[name] for name in ("resourceType", "id")}


def _resources(content: Content, person: ExportPerson, namer: Namer) -> Iterator[Json]:
    export = content.export
    yield patient(namer, person.person)
    yield from devices(namer, export)
    yield code_system(namer.id_of("codes"), clinician=export.clinician)
    pictured = set()
    for seen in person.observations():
        digest = seen.observation.photo.photo_sha256
        if digest not in pictured:
            pictured.add(digest)
            yield media(namer, seen, content.photos[digest])
    for each in person.lesions:
        yield body_structure(namer, each)
        yield from _lesion(namer, each, clinician=export.clinician)
    for seen in person.unassigned:
        yield from panel(namer, seen, clinician=export.clinician)


def _lesion(namer: Namer, each: ExportLesion, *, clinician: bool) -> Iterator[Json]:
    """Observations of a lesion, then the report that names them."""
    results: list[Json] = []
    said = list(told(namer, each))
    if each.change is not None:
        judged = list(verdict(namer, each, each.change))
        results.append(judged[0])
        yield from judged
    results += said
    yield from said
    for seen in each.observations:
        measured = list(panel(namer, seen, clinician=clinician))
        compared = list(against_earlier(namer, seen, each.observations[0].observation_id))
        results += [measured[0], *compared]
        yield from measured
        yield from compared
    if each.change is not None:
        yield report(namer, each, each.change, results)
