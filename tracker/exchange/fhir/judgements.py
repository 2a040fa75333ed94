"""What was judged and reported of a lesion: comparisons, verdict, symptoms, life cycle, report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tracker.domain import wording
from tracker.domain.change import Against, AxisChange, Change
from tracker.domain.exporting import ExportLesion, ExportObservation
from tracker.domain.records import LifeCycle
from tracker.exchange.cells import utc_text
from tracker.exchange.fhir.codes import own
from tracker.exchange.fhir.measurements import SURVEY, about, component, observation
from tracker.exchange.fhir.values import (
    Json,
    Namer,
    absent,
    concept,
    day,
    filled,
    note,
    plain,
    quantity,
)

_PER_YEAR: Final = "_per_year"
#: The judge's units in UCUM; what has none there is a named score.
_UNITS: Final = {
    "1-cosine": "1",
    "percent": "%",
    "index": "{score}",
    "delta_e_2000": "{CIEDE2000}",
}
_FLAGGED: Final = "larger than this tool's noise explains"
_NOT_FLAGGED: Final = "not larger than this tool's noise explains"


def against_earlier(namer: Namer, each: ExportObservation, first: str) -> Iterator[Json]:
    """The photo held against earlier ones: area ratio, likeness, colours; none for the first."""
    parts = [
        *component("area-ratio", quantity(each.area_ratio, "1")),
        *component("area-ratio-standard-error", quantity(each.area_ratio_sigma, "1")),
        *component("cosine-to-first", quantity(each.cosine_to_first, "1")),
        *component("cosine-to-previous", quantity(each.cosine_to_previous, "1")),
        *component("colour-difference", quantity(each.colour_delta_e, "{CIEDE2000}")),
        *component("focal-colour-difference", quantity(each.focal_delta_e, "{CIEDE2000}")),
    ]
    if each.observation_id == first or not (parts or each.why_not):
        return
    ids = [each.observation_id, each.area_ratio_against, first]
    more = about(namer, each.observation) | {
        "dataAbsentReason": None if parts else absent("unknown", each.why_not),
        "device": namer.ref("program"),
        "derivedFrom": namer.refs("panel", ids),
        "component": parts,
        "note": note(each.why_not if parts else None, *each.remarks),
    }
    key = ("against-earlier", each.observation_id)
    yield observation(namer, key, own("against-earlier"), more)


def verdict(namer: Namer, each: ExportLesion, change: Change) -> Iterator[Json]:
    """The judgement in the tool's own words, followed by each axis it rests on."""
    axes = [_axis(namer, each, change, axis) for axis in change.axes]
    compared = [change.latest, change.previous, change.first]
    more = _of(namer, each) | {
        "valueCodeableConcept": own(f"status-{change.status.value}"),
        "interpretation": [concept(change.message)],
        "method": concept(change.method),
        "device": namer.ref("program"),
        "derivedFrom": namer.refs("panel", compared),
        "hasMember": [{"reference": f"urn:uuid:{one['id']}"} for one in axes],
        "note": note(*(alert.message for alert in change.alerts), wording.FOOTER),
    }
    key = ("change-verdict", each.lesion.lesion_id)
    yield observation(namer, key, own("change-verdict"), more)
    yield from axes


def _axis(namer: Namer, each: ExportLesion, change: Change, axis: AxisChange) -> Json:
    unit = _ucum(axis.unit)
    value = quantity(axis.change, unit)
    text = f"{wording.AXIS_NAMES[axis.axis]}, against {wording.AGAINST_NAMES[axis.against]}"
    parts = [
        *component("standard-error", quantity(axis.sigma, unit)),
        *component("detectable-change", quantity(axis.detectable, unit)),
        *component("evidence", quantity(axis.z, "1")),
    ]
    found = concept(_FLAGGED if axis.flagged else _NOT_FLAGGED)
    more = _of(namer, each) | {
        "valueQuantity": value,
        "dataAbsentReason": absent("unknown", "cannot be compared") if value is None else None,
        "interpretation": [] if value is None else [found],
        "method": concept(change.method),
        "device": namer.ref("program"),
        "derivedFrom": namer.refs("panel", _compared(each, change, axis.against)),
        "component": parts,
    }
    key = ("axis", each.lesion.lesion_id, axis.axis.value, axis.against.value)
    return observation(namer, key, own(f"change-{axis.axis.value}", text), more)


def _ucum(unit: str) -> str:
    base = unit.removesuffix(_PER_YEAR)
    known = _UNITS.get(base, "1")
    return known if base == unit else f"{known}/a"


def _compared(each: ExportLesion, change: Change, against: Against) -> list[str | None]:
    match against:
        case Against.FIRST:
            return [change.latest, change.first]
        case Against.PREVIOUS:
            return [change.latest, change.previous]
    return [seen.observation_id for seen in each.observations]


def _of(namer: Namer, each: ExportLesion) -> Json:
    """The lesion, and the day of its newest photo."""
    captured = [seen.observation.capture for seen in each.observations]
    return {
        "focus": [namer.ref("lesion", each.lesion.lesion_id)],
        "effectiveDateTime": day(captured[-1]) if captured else None,
    }


def told(namer: Namer, each: ExportLesion) -> Iterator[Json]:
    """What the person said: symptoms, and where the lesion stands if it is not just followed."""
    lesion = namer.ref("lesion", each.lesion.lesion_id)
    said = {"status": "final", "category": [concept(None, SURVEY)], "focus": [lesion]}
    for symptom in each.symptoms:
        more = said | {
            "effectiveDateTime": utc_text(symptom.noted_at),
            "performer": [namer.ref("patient")],
            "valueCodeableConcept": own(f"symptom-{symptom.kind.value}"),
            "note": note(symptom.note),
        }
        yield observation(namer, ("symptom", symptom.symptom_id), own("symptom"), more)
    life = each.lesion.life_cycle
    if life is not LifeCycle.ACTIVE or each.life_cycle_note:
        more = said | {
            "valueCodeableConcept": own(f"life-{life.value}"),
            "note": note(each.life_cycle_note),
        }
        yield observation(namer, ("life-cycle", each.lesion.lesion_id), own("life-cycle"), more)


def report(namer: Namer, each: ExportLesion, change: Change, results: list[Json]) -> Json:
    """All of one lesion in one place; preliminary, since no clinician has seen it.

    Args:
        results: the observations it names, in that order.
    """
    days = [day(seen.observation.capture) for seen in each.observations]
    photos = [seen.observation.photo.photo_sha256 for seen in each.observations]
    return filled(
        {
            "resourceType": "DiagnosticReport",
            "id": namer.id_of("report", each.lesion.lesion_id),
            "status": "preliminary",
            "code": own("change-report"),
            "subject": namer.ref("patient"),
            "effectivePeriod": {"start": min(days), "end": max(days)} if days else None,
            "result": [{"reference": f"urn:uuid:{one['id']}"} for one in results],
            "media": [{"link": link} for link in namer.refs("photo", photos)],
            "conclusion": plain(f"{change.message} {wording.FOOTER}"),
        }
    )
