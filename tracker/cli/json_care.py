"""JSON keys of what people correct, decide and answer: a part of `jsonl`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.output import JsonObject

if TYPE_CHECKING:
    from tracker.domain.care import Answer
    from tracker.domain.records import Lesion, Observation


def answer_object(told: Answer, lesion: str) -> JsonObject:
    """The `answer` object: asked about symptoms on that day; no symptoms is an empty list."""
    return {
        "type": "answer",
        "lesion": lesion,
        "answer_id": told.answer_id,
        "observation_id": told.observation_id,
        "answered_at": told.answered_at.isoformat(timespec="seconds"),
        "symptoms": [kind.value for kind in told.kinds],
    }


def lesion_details(lesion: Lesion) -> JsonObject:
    """Place on the body map, coded site, what the skin is, and when it is looked at again."""
    from tracker.services.details import site_term

    place, term = lesion.place, site_term(lesion.site)
    return {
        "place": None if place is None else {"view": place.view.value, "x": place.x, "y": place.y},
        "site_code": None
        if term is None
        else {
            "snomed": term.snomed_code,
            "name": term.snomed_name,
            "isic": term.isic,
            "side": term.side,
        },
        "mark": None if lesion.mark is None else lesion.mark.value,
        "recheck_months": lesion.recheck_months,
        "status_on": None if lesion.stage_on is None else lesion.stage_on.isoformat(),
    }


def mask_keys(seen: Observation) -> JsonObject:
    """Whose the mask is: "model" or "person", and who corrected it, how and when."""
    mask, by_hand = seen.analysis.mask, seen.mask_corrected
    return {
        "mask_source": None if mask is None else mask.source,
        "mask_corrected_by": None if by_hand is None else by_hand.by,
        "mask_method": None if by_hand is None else by_hand.method.value,
        "mask_corrected_at": None
        if by_hand is None
        else by_hand.corrected_at.isoformat(timespec="seconds"),
    }
