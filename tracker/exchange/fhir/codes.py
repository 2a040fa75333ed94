"""The codes of Moletrail's own observations, for which no code system has one.

Each bundle carries them as a CodeSystem, so that nothing has to be looked up elsewhere.
"""

from __future__ import annotations

from typing import Final
from uuid import NAMESPACE_URL, uuid5

from tracker.domain import wording
from tracker.domain.analysis import CLASSES
from tracker.domain.change import Axis, Status
from tracker.domain.records import LifeCycle
from tracker.exchange.fhir.values import SNOMED, Json, coding, concept

#: A name that is the same for every vault and needs no web address.
SYSTEM: Final = f"urn:uuid:{uuid5(NAMESPACE_URL, 'moletrail:fhir-codes')}"

_MEASURES: Final = {
    "lesion-on-photo": ("lesion on a photo", "One lesion as seen on one dated photo."),
    "area": ("area", "Area of the lesion on the skin."),
    "diameter": ("largest diameter", "Largest diameter of the lesion (maximum Feret)."),
    "asymmetry": ("asymmetry", "0 (mirror symmetric about both principal axes) to 1."),
    "border-irregularity": (
        "border irregularity",
        "P^2 / (4 pi A) of the smoothed border; 1 for a disc and more for any other shape.",
    ),
    "colours": (
        "number of colours",
        "How many of six dermoscopic colours cover more than a minimal share of the lesion.",
    ),
    "pixels": ("size in pixels", "The same size in pixels of the upright photo."),
    "scale": ("scale", "Millimetres on the skin for each pixel of the upright photo."),
    "scale-source": ("source of the scale", "What the scale rests on."),
    "border-doubt": (
        "doubt of the border",
        "How unsure the network is of the border: ln of the area where it is 30 % sure of a lesion "
        "over the area where it is 70 % sure.",
    ),
    "standard-error": ("standard error", "Standard error of the value, in its unit."),
    "scale-standard-error": ("standard error of the scale", "In the unit of the scale."),
}
_COMPARED: Final = {
    "against-earlier": ("against earlier photos", "A photo held against earlier photos."),
    "area-ratio": ("area ratio", "Area against the first comparable photo; 1 is no change."),
    "area-ratio-standard-error": ("standard error of the area ratio", "Of the area ratio."),
    "cosine-to-first": (
        "likeness to the first photo",
        "Cosine of the embeddings of this and the first photo, -1 to 1.",
    ),
    "cosine-to-previous": (
        "likeness to the previous photo",
        "Cosine of the embeddings of this and the photo before, -1 to 1.",
    ),
    "colour-difference": (
        "colour difference",
        "CIEDE2000 of mean colours against the first photo, light evened out.",
    ),
    "focal-colour-difference": (
        "colour difference of a part",
        "CIEDE2000 of the part that changed most, the overall shift taken off.",
    ),
    "change-verdict": ("change verdict", "The judgement on a lesion's series of photos."),
    "detectable-change": ("detectable change", "Smallest change that would be flagged."),
    "evidence": ("evidence", "Change over its standard error, what noise explains taken off."),
    "symptom": ("reported symptom", "What a person reported of the lesion."),
    "life-cycle": ("life cycle", "Where the lesion stands in the diary."),
    "class-probabilities": ("class probabilities", wording.PROBABILITIES_NOTE),
    "change-report": ("change report", "All that was measured and judged of one lesion."),
}
#: SNOMED CT beside our own code, where it has the same notion (as in DICOM PS3.16 CID 7469, 7470).
_SNOMED: Final = {"area": ("42798000", "Area"), "diameter": ("81827009", "Diameter")}


def _concepts() -> dict[str, tuple[str, str]]:
    axes = {
        f"change-{axis.value}": (
            f"change of {wording.AXIS_NAMES[axis]}",
            "How far it moved against another photo, or in a year over all photos.",
        )
        for axis in Axis
    }
    states = {f"status-{one.value}": (wording.STATUS[one], wording.FOOTER) for one in Status}
    lives = {f"life-{one.value}": (one.value, "Life cycle of a lesion.") for one in LifeCycle}
    kinds = {
        f"symptom-{kind.value}": (name, "Reported by the person.")
        for kind, name in wording.SYMPTOM_NAMES.items()
    }
    classes = {
        f"class-{name}": (name, "A class of the network, as HAM10000 abbreviates it; no finding.")
        for name in CLASSES
    }
    return {**_MEASURES, **_COMPARED, **axes, **states, **lives, **kinds, **classes}


CONCEPTS: Final = _concepts()
#: Only in an export for a clinician.
_CLINICIAN: Final = frozenset({"class-probabilities", *(f"class-{name}" for name in CLASSES)})


def own(code: str, text: str | None = None) -> Json:
    """A concept of ours, in its own words or in `text`."""
    display = CONCEPTS[code][0]
    others = [coding(SNOMED, *_SNOMED[code])] if code in _SNOMED else []
    return concept(text or display, coding(SYSTEM, code, display), *others)


def code_system(resource_id: str, *, clinician: bool) -> Json:
    """All codes with their meaning, as a resource; those of class probabilities for clinicians."""
    return {
        "resourceType": "CodeSystem",
        "id": resource_id,
        "url": SYSTEM,
        "name": "MoletrailCodes",
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "concept": [
            {"code": code, "display": display, "definition": meaning}
            for code, (display, meaning) in CONCEPTS.items()
            if clinician or code not in _CLINICIAN
        ],
    }
