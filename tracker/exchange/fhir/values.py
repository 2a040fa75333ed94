"""Values of FHIR resources: text, codes, quantities, identifiers.

https://hl7.org/fhir/R4/datatypes.html. Every function returns what `json.dumps` takes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from tracker.domain.capture import CaptureTime
from tracker.domain.plain_text import spelled_out

Json = dict[str, Any]

SNOMED: Final = "http://snomed.info/sct"
UCUM: Final = "http://unitsofmeasure.org"
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ABSENT_EXTENSION: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
#: Digits that are written: what is measured on a photo is never known better.
_DIGITS: Final = 6
#: What Markdown takes for markup: anywhere, where an address begins, and where a line does.
_MARKUP: Final = re.compile(r"(?m)[\\`*_\[\]<>&#~|]|:(?=//)|(?<=www)\.|^[ \t]*[-+=]|^[ \t]*\d+[.)]")


def plain(text: str | None) -> str | None:
    r"""A FHIR string: what steers a screen is written out (`\x1b`); None where nothing is left."""
    if text is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return spelled_out(lines).strip() or None


def note(*texts: str | None) -> list[Json]:
    """Annotations; FHIR takes their text for Markdown, so what could be markup is escaped."""
    kept = [shown for text in texts if (shown := plain(text)) is not None]
    return [{"text": _MARKUP.sub(_escaped, shown)} for shown in kept]


def _escaped(found: re.Match[str]) -> str:
    return f"{found.group()[:-1]}\\{found.group()[-1]}"


def number(value: float | None) -> float | int | None:
    """A decimal of at most six digits, None for what is no number."""
    if value is None or not math.isfinite(value):
        return None
    return value if isinstance(value, int) else float(f"{value:.{_DIGITS}g}")


def quantity(value: float | None, unit: str, *, at_least: bool = False) -> Json | None:
    """A value with its UCUM unit; `at_least`: it is a lower bound."""
    shown = number(value)
    if shown is None:
        return None
    bound = {"comparator": ">="} if at_least else {}
    words = unit.replace("{", "").replace("}", "")
    return {"value": shown, **bound, "unit": words, "system": UCUM, "code": unit}


def coding(system: str, code: str, display: str) -> Json:
    """One code of a system."""
    return {"system": system, "code": code, "display": display}


def concept(text: str | None, *codings: Json) -> Json:
    """A concept in words, with codes where there are some."""
    shown = plain(text)
    return filled({"coding": list(codings), "text": shown})


def absent(reason: str, text: str | None = None) -> Json:
    """Why a value is missing: a code of FHIR's list (unknown, masked, error), and in words."""
    return filled({"coding": [{"system": ABSENT, "code": reason}], "text": plain(text)})


def day(capture: CaptureTime) -> str:
    """The day of capture: a FHIR time of day needs a zone, and no zone is known."""
    return capture.value.date().isoformat()


def filled(values: Json) -> Json:
    """Without what is None or empty, which FHIR does not allow."""
    return {name: value for name, value in values.items() if value not in (None, [], {}, "")}


@dataclass(frozen=True, slots=True)
class Namer:
    """Ids of one person's resources: the same vault and ids give the same UUIDs."""

    vault_id: str
    person_id: str

    def id_of(self, kind: str, *parts: str) -> str:
        """The id of a resource, from ids of the vault."""
        return str(uuid5(self._namespace, "/".join((kind, self.person_id, *parts))))

    def ref(self, kind: str, *parts: str) -> Json:
        """A reference to that resource within the bundle."""
        return {"reference": f"urn:uuid:{self.id_of(kind, *parts)}"}

    def refs(self, kind: str, ids: Iterable[str | None]) -> list[Json]:
        """References to several, each once and in that order."""
        return [self.ref(kind, one) for one in dict.fromkeys(ids) if one is not None]

    def identifier(self, value: str) -> list[Json]:
        """An id of the vault as a business identifier; other exports of the vault use it too."""
        return [{"system": f"urn:uuid:{self._namespace}", "value": value}]

    @property
    def _namespace(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"moletrail:vault:{self.vault_id}")
