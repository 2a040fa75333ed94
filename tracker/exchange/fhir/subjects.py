"""Who and what the observations are about: person, lesions, photos, program and networks."""

from __future__ import annotations

from typing import Final

from tracker.domain.analysis import ModelIdentity
from tracker.domain.capture import Modality
from tracker.domain.exporting import Export, ExportLesion, ExportObservation
from tracker.domain.records import LifeCycle, Person
from tracker.exchange.body_sites import body_site
from tracker.exchange.columns import PhotoFile
from tracker.exchange.fhir.values import (
    ABSENT_EXTENSION,
    DICOM,
    SNOMED,
    Json,
    Namer,
    coding,
    concept,
    day,
    filled,
    note,
    plain,
)

#: SNOMED CT for "a lesion" and nothing more: what kind it is, a diary does not say.
_LESION: Final = coding(SNOMED, "52988006", "Lesion")
_SIDES: Final = {
    "left": coding(SNOMED, "7771000", "Left"),
    "right": coding(SNOMED, "24028007", "Right"),
}
#: DICOM's acquisition modalities (PS3.16 CID 29).
_MODALITIES: Final = {
    Modality.DERMOSCOPIC: coding(DICOM, "DMS", "Dermoscopy"),
    Modality.CLINICAL: coding(DICOM, "XC", "External-camera Photography"),
}
_IMAGE: Final = coding("http://terminology.hl7.org/CodeSystem/media-type", "image", "Image")
_NO_ZONE: Final = "Taken at {time} by the camera's clock; its time zone is not known."


def patient(namer: Namer, person: Person) -> Json:
    """The person: the name as it was given, and nothing else, since nothing else is known."""
    name = plain(person.name)
    return filled(
        {
            "resourceType": "Patient",
            "id": namer.id_of("patient"),
            "identifier": namer.identifier(person.person_id),
            "name": [] if name is None else [{"text": name}],
        }
    )


def body_structure(namer: Namer, each: ExportLesion) -> Json:
    """A lesion: where it is, coded only where the person's words leave no doubt."""
    lesion = each.lesion
    site = body_site(lesion.site)
    place = [] if site is None else [coding(SNOMED, site.snomed_code, site.snomed_name)]
    side = None if site is None or site.side is None else _SIDES[site.side]
    return filled(
        {
            "resourceType": "BodyStructure",
            "id": namer.id_of("lesion", lesion.lesion_id),
            "identifier": namer.identifier(lesion.lesion_id),
            "active": lesion.life_cycle is not LifeCycle.MERGED,
            "morphology": concept(None, _LESION),
            "location": concept(lesion.site, *place),
            "locationQualifier": [] if side is None else [concept(None, side)],
            "description": plain(lesion.name),
            "patient": namer.ref("patient"),
        }
    )


def media(namer: Namer, seen: ExportObservation, photo: PhotoFile) -> Json:
    """A photo: a file of this export with its SHA-1, or why there is none."""
    capture, kind = seen.observation.capture, seen.observation.modality
    time = None if capture.precision == "day" else capture.value.time().isoformat()
    return filled(
        {
            "resourceType": "Media",
            "id": namer.id_of("photo", photo.record.photo_sha256),
            "identifier": namer.identifier(photo.record.photo_sha256),
            "status": "completed",
            "type": concept(None, _IMAGE),
            "modality": None if kind is None else concept(kind.value, _MODALITIES[kind]),
            "subject": namer.ref("patient"),
            "createdDateTime": day(capture),
            "height": photo.record.height,
            "width": photo.record.width,
            "content": _attachment(photo),
            "note": note(time and _NO_ZONE.format(time=time)),
        }
    )


def _attachment(photo: PhotoFile) -> Json:
    if photo.file is None:
        reason = "masked" if photo.left_out is None else "error"
        return {"_url": {"extension": [{"url": ABSENT_EXTENSION, "valueCode": reason}]}}
    return filled(
        {
            "contentType": photo.media_type,
            "url": photo.file,
            "size": photo.size_bytes,
            "hash": photo.sha1,
        }
    )


def devices(namer: Namer, export: Export) -> list[Json]:
    """The program, and each network whose numbers are inside."""
    name, _, version = export.program.rpartition(" ")
    program = {
        "resourceType": "Device",
        "id": namer.id_of("program"),
        "deviceName": [{"name": name, "type": "user-friendly-name"}],
        "type": {"text": "program that measures photos of skin lesions"},
        "version": [{"value": version}],
    }
    return [program, *(_network(namer, model) for model in export.models())]


def _network(namer: Namer, model: ModelIdentity) -> Json:
    return {
        "resourceType": "Device",
        "id": namer.id_of("network", model.sha256),
        "deviceName": [{"name": model.name, "type": "model-name"}],
        "type": {"text": "neural network"},
        "version": [
            {"type": {"text": "release"}, "value": model.version},
            {"type": {"text": "SHA-256 of its file"}, "value": model.sha256},
        ],
        "parent": namer.ref("program"),
    }
