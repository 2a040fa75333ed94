"""What was measured of a lesion on one photo: a panel with one observation a measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tracker.domain import wording
from tracker.domain.analysis import CLASSES, Analysis, Measures, Scale
from tracker.domain.exporting import ExportObservation
from tracker.domain.records import Observation
from tracker.exchange.fhir.codes import own
from tracker.exchange.fhir.values import (
    Json,
    Namer,
    absent,
    coding,
    concept,
    day,
    filled,
    note,
    quantity,
)

_CATEGORIES: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
IMAGING: Final = coding(_CATEGORIES, "imaging", "Imaging")
SURVEY: Final = coding(_CATEGORIES, "survey", "Survey")
_NO_SCALE: Final = absent("unknown", "no scale: the size in millimetres is not known")
_BY_HAND: Final = "The border was drawn or corrected by a person."
_CUT: Final = "Cut by the edge of the photo: the size is a lower bound."


def observation(namer: Namer, key: tuple[str, ...], code: Json, more: Json) -> Json:
    """An observation of the person; `key` makes its id, `more` wins over the common parts."""
    return filled(
        {
            "resourceType": "Observation",
            "id": namer.id_of(*key),
            "status": "preliminary",
            "category": [concept(None, IMAGING)],
            "code": code,
            "subject": namer.ref("patient"),
            **more,
        }
    )


def component(code: str, value: Json | None) -> list[Json]:
    """A part of an observation, none where the value is not known."""
    return [] if value is None else [{"code": own(code), "valueQuantity": value}]


def about(namer: Namer, seen: Observation) -> Json:
    """What each observation on that photo says: the lesion, the day."""
    lesion = None if seen.lesion is None else seen.lesion.lesion_id
    return {"focus": namer.refs("lesion", [lesion]), "effectiveDateTime": day(seen.capture)}


@dataclass(frozen=True, slots=True)
class _Measure:
    """One measure: `value` with the code `unit`; `parts` beside it; `bounded` by the frame."""

    code: str
    value: Json | None
    parts: tuple[Json, ...] = ()
    is_size: bool = False


def panel(namer: Namer, each: ExportObservation, *, clinician: bool) -> Iterator[Json]:
    """The observation of a lesion on a photo, followed by its measures."""
    seen, analysis = each.observation, each.observation.analysis
    members = [*_measured(namer, seen)]
    if clinician and analysis.probabilities is not None:
        members.append(_probabilities(namer, seen))
    why = analysis.reason or "no lesion was measured on this photo"
    more = about(namer, seen) | {
        "dataAbsentReason": None if members else absent("not-performed", why),
        "device": _device(namer, analysis),
        "derivedFrom": [namer.ref("photo", seen.photo.photo_sha256)],
        "hasMember": [{"reference": f"urn:uuid:{one['id']}"} for one in members],
        "note": note(seen.note, *_remarks(each)),
    }
    key = ("panel", seen.observation_id)
    identified = {"identifier": namer.identifier(seen.observation_id)}
    yield observation(namer, key, own("lesion-on-photo"), identified | more)
    yield from members


def _remarks(each: ExportObservation) -> Iterator[str]:
    analysis = each.observation.analysis
    if analysis.quality is not None:
        yield from (f"{issue.reason} {issue.advice}" for issue in analysis.quality.issues)
    if analysis.is_unlike_training:
        yield wording.UNLIKE_TRAINING


def _measured(namer: Namer, seen: Observation) -> Iterator[Json]:
    analysis = seen.analysis
    measures = analysis.measures
    if measures is None:
        return
    by_hand = analysis.mask is not None and analysis.mask.source == "person"
    for one in _measures(analysis, measures):
        cut = one.is_size and measures.touches_frame
        more = about(namer, seen) | {
            "valueQuantity": one.value,
            "dataAbsentReason": _NO_SCALE if one.value is None else None,
            "method": concept(measures.method),
            "device": _device(namer, analysis),
            "derivedFrom": [namer.ref("photo", seen.photo.photo_sha256)],
            "component": list(one.parts),
            "note": note(_BY_HAND if by_hand else None, _CUT if cut else None),
        }
        yield observation(namer, (one.code, seen.observation_id), own(one.code), more)


def _measures(analysis: Analysis, measures: Measures) -> Iterator[_Measure]:
    cut = measures.touches_frame
    scale = tuple(_scale(analysis.scale))
    area = quantity(analysis.area_mm2, "mm2", at_least=cut)
    pixels = component("pixels", quantity(measures.area_px, "{pixels}", at_least=cut))
    doubt = component("border-doubt", quantity(measures.border_doubt, "1"))
    yield _Measure("area", area, (*pixels, *scale, *doubt), is_size=True)
    diameter = quantity(analysis.diameter_mm, "mm", at_least=cut)
    pixels = component("pixels", quantity(measures.diameter_px, "{pixels}", at_least=cut))
    yield _Measure("diameter", diameter, (*pixels, *scale), is_size=True)
    yield _Measure("asymmetry", quantity(measures.asymmetry, "{score}"))
    yield _Measure("border-irregularity", quantity(measures.border_irregularity, "{score}"))
    yield _Measure("colours", quantity(measures.colours, "1"))


def _scale(scale: Scale | None) -> Iterator[Json]:
    if scale is None:
        return
    yield from component("scale", quantity(scale.mm_per_px, "mm/{pixel}"))
    yield from component("scale-standard-error", quantity(scale.sigma, "mm/{pixel}"))
    yield {"code": own("scale-source"), "valueCodeableConcept": concept(scale.source.value)}


def _device(namer: Namer, analysis: Analysis) -> Json:
    """The network where it drew the border, else the program."""
    by_hand = analysis.mask is not None and analysis.mask.source == "person"
    if analysis.model is None or by_hand:
        return namer.ref("program")
    return namer.ref("network", analysis.model.sha256)


def _probabilities(namer: Namer, seen: Observation) -> Json:
    analysis = seen.analysis
    chances = analysis.probabilities or {}
    parts = [
        part
        for name in CLASSES
        for part in component(f"class-{name}", quantity(chances.get(name), "1"))
    ]
    model = analysis.model
    return observation(
        namer,
        ("class-probabilities", seen.observation_id),
        own("class-probabilities"),
        about(namer, seen)
        | {
            "interpretation": [] if analysis.certain else [concept(wording.NOT_CERTAIN)],
            "device": namer.ref("program" if model is None else "network", *_hash(analysis)),
            "derivedFrom": [namer.ref("photo", seen.photo.photo_sha256)],
            "component": parts,
            "note": note(
                wording.PROBABILITIES_NOTE,
                wording.UNLIKE_TRAINING if analysis.is_unlike_training else None,
            ),
        },
    )


def _hash(analysis: Analysis) -> tuple[str, ...]:
    return () if analysis.model is None else (analysis.model.sha256,)
