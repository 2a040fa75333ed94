"""Domain values as the objects of the JSON Lines contract; the one place that knows the keys.

Unknown is null, never 0 or a guess. Keys may be added, none renamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.json_analysis import (
    analysis_object,
    model_object,
    scale_object,
    time_source,
    time_text,
)
from tracker.cli.json_care import answer_object, lesion_details, mask_keys
from tracker.cli.output import JsonObject

__all__ = [
    "analysis_object",
    "answer_object",
    "change_object",
    "duplicate_object",
    "edited_lesion_object",
    "edited_observation_object",
    "intake_object",
    "lesion_details",
    "lesion_object",
    "mask_keys",
    "match_object",
    "observation_object",
    "person_object",
    "refusal_object",
    "stored_object",
    "symptom_object",
    "unassigned_object",
]

if TYPE_CHECKING:
    from tracker.domain.change import AxisChange, Change
    from tracker.domain.records import Lesion, Observation, Symptom
    from tracker.services.results import (
        AreaRatio,
        Duplicate,
        IntakeResult,
        LesionRow,
        Match,
        ObservationRow,
        PersonRow,
        Refusal,
        Stored,
    )


def stored_object(stored: Stored) -> JsonObject:
    """The `stored` object; written only once the photo is durable."""
    return {
        "type": "stored",
        "photo": stored.photo,
        "person": stored.person,
        "lesion": stored.lesion,
        "observation_id": stored.observation_id,
        "taken_at": time_text(stored.taken_at),
        "taken_at_source": time_source(stored.taken_at),
        "unassigned": stored.lesion is None,
        "auto_assigned": stored.auto_assigned,
        "warnings": list(stored.warnings),
    }


def duplicate_object(duplicate: Duplicate) -> JsonObject:
    """The `duplicate` object."""
    return {
        "type": "duplicate",
        "photo": duplicate.photo,
        "person": duplicate.person,
        "lesion": duplicate.lesion,
        "observation_id": duplicate.observation_id,
    }


def refusal_object(refusal: Refusal) -> JsonObject:
    """The `refusal` object."""
    return {
        "type": "refusal",
        "photo": refusal.photo,
        "reason": refusal.reason,
        "advice": refusal.advice,
    }


def intake_object(result: IntakeResult) -> JsonObject:
    """`stored`, `duplicate` or `refusal`."""
    from tracker.services.results import Duplicate, Stored

    if isinstance(result, Stored):
        return stored_object(result)
    if isinstance(result, Duplicate):
        return duplicate_object(result)
    return refusal_object(result)


def person_object(row: PersonRow) -> JsonObject:
    """The `person` object, with counts."""
    return {
        "type": "person",
        "person": row.person,
        "lesions": row.lesions,
        "observations": row.observations,
        "unassigned": row.unassigned,
    }


def lesion_object(row: LesionRow) -> JsonObject:
    """The `lesion` object; `observations` is a count."""
    return {
        "type": "lesion",
        "person": row.person,
        "lesion": row.lesion,
        "lesion_id": row.lesion_id,
        "site": row.site,
        "observations": row.observations,
        "first_taken_at": time_text(row.first_taken_at),
        "latest_taken_at": time_text(row.latest_taken_at),
        "status": row.status.value,
        "is_new": row.is_new,
    }


def _ratio(ratio: AreaRatio | None) -> JsonObject | None:
    if ratio is None:
        return None
    return {"value": ratio.value, "sigma": ratio.sigma, "against": ratio.against}


def observation_object(row: ObservationRow) -> JsonObject:
    """The `observation` object of a timeline."""
    seen = row.observation
    return {
        "type": "observation",
        **_identity(seen),
        "area_px": row.area_px,
        "area_mm2": row.area_mm2,
        "area_ratio": _ratio(row.area_ratio),
        "diameter_mm": row.diameter_mm,
        "cosine_to_first": row.cosine_to_first,
        "cosine_to_previous": row.cosine_to_previous,
        "colour_delta_e": row.colour_delta_e,
        "focal_delta_e": row.focal_delta_e,
        "asymmetry": row.asymmetry,
        "border_irregularity": row.border_irregularity,
        "scale": scale_object(row.scale),
        **mask_keys(seen),
        "comparable": row.comparable,
        "why_not": row.why_not,
        "remarks": list(row.remarks),
        "model": model_object(row.model),
    }


def _identity(seen: Observation) -> JsonObject:
    return {
        "observation_id": seen.observation_id,
        "person": seen.person.name,
        "lesion": None if seen.lesion is None else seen.lesion.name,
        "site": None if seen.lesion is None else seen.lesion.site,
        "taken_at": seen.capture.isoformat(),
        "taken_at_source": seen.capture.source.value,
        "modality": None if seen.modality is None else seen.modality.value,
        "photo": seen.photo.file_name,
        "photo_sha256": seen.photo.photo_sha256,
        "note": seen.note,
    }


def unassigned_object(seen: Observation) -> JsonObject:
    """A photo that waits to be assigned to a lesion."""
    return {"type": "unassigned", **_identity(seen)}


def _axis(axis: AxisChange) -> JsonObject:
    return {
        "axis": axis.axis.value,
        "against": axis.against.value,
        "change": axis.change,
        "unit": axis.unit,
        "sigma": axis.sigma,
        "detectable": axis.detectable,
        "z": axis.z,
        "flagged": axis.flagged,
    }


def change_object(change: Change) -> JsonObject:
    """The `change` object; `score` is for ordering, never for a person."""
    return {
        "type": "change",
        "person": change.person,
        "lesion": change.lesion,
        "site": change.site,
        "status": change.status.value,
        "score": change.score,
        "first": change.first,
        "previous": change.previous,
        "latest": change.latest,
        "axes": [_axis(axis) for axis in change.axes],
        "alerts": [{"kind": alert.kind.value, "message": alert.message} for alert in change.alerts],
        "message": change.message,
        "method": change.method,
    }


def match_object(match: Match) -> JsonObject:
    """The `match` object."""
    return {
        "type": "match",
        "lesion": match.lesion,
        "person": match.person,
        "site": match.site,
        "similarity": match.similarity,
        "rank": match.rank,
        "same_lesion": match.same_lesion,
        "observation_id": match.observation_id,
    }


def edited_observation_object(seen: Observation) -> JsonObject:
    """An observation after an edit: who, which lesion, when; no comparisons."""
    return {"type": "edited", **_identity(seen)}


def edited_lesion_object(lesion: Lesion) -> JsonObject:
    """A lesion after an edit."""
    return {
        "type": "edited",
        "person": lesion.person,
        "lesion": lesion.name,
        "lesion_id": lesion.lesion_id,
        "site": lesion.site,
        "status": lesion.life_cycle.value,
        **lesion_details(lesion),
    }


def symptom_object(symptom: Symptom, lesion: str) -> JsonObject:
    """The `symptom` object."""
    return {
        "type": "symptom",
        "lesion": lesion,
        "symptom_id": symptom.symptom_id,
        "symptom": symptom.kind.value,
        "noted_at": symptom.noted_at.isoformat(timespec="seconds"),
        "note": symptom.note,
    }
