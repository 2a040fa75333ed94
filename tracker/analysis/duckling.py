"""The ugly duckling: a lesion that looks unlike a person's other lesions (Grob & Bonerandi 1998).

Pure arithmetic over the latest photo of each lesion; it says "looks different", no more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from tracker.domain import wording
from tracker.domain.analysis import Measures, Scale
from tracker.domain.capture import Modality
from tracker.domain.change import Alert, AlertKind, Change

#: Fewer lesions make no family.
MIN_LESIONS = 5
#: Robust standard deviations from the others' median at which a lesion stands out. With six
#: features and ten lesions about one person in ten has such a lesion by chance if all features
#: were normal; that is why it is an alert in words, not a status.
STANDS_OUT = 4.0
MAD_TO_SD = 1.4826

#: Below these differences a feature is measurement noise, however alike the others are. Lightness
#: and a* in CIE units, the look in 1 - cosine, the rest as named in `_features`.
_FLOORS: Mapping[str, float] = {
    "lightness": 4.0,
    "redness": 3.0,
    "tones": 1.5,
    "asymmetry": 0.025,
    "border": 0.06,
    "size": 0.2,
    "look": 0.08,
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "lightness": ("darker", "lighter"),
    "redness": ("less red", "redder"),
    "tones": ("more even in tone", "more uneven in tone"),
    "asymmetry": ("more symmetric", "less symmetric"),
    "border": ("a smoother border", "a more irregular border"),
    "size": ("smaller", "larger"),
    "look": ("very like the others as a whole", "unlike the others as a whole"),
}


@dataclass(frozen=True, slots=True, eq=False)
class LesionLook:
    """The latest photo of one lesion.

    embedding: (d,) of unit length by the network `model_sha256`, or None.
    """

    lesion: str
    measures: Measures
    modality: Modality | None
    scale: Scale | None
    embedding: NDArray[np.float32] | None = None
    model_sha256: str | None = None


def ugly_ducklings(looks: Sequence[LesionLook]) -> dict[str, Alert]:
    """Alerts by lesion for those that stand out among a person's lesions.

    Only lesions photographed the same way are held against each other, and only where there are
    MIN_LESIONS of them. Colours are taken against the skin around each lesion; a lesion without
    visible skin is left out. Size counts only where all have a scale, and the overall look (the
    median 1 - cosine to the others) only where one network saw them all; being alike is no reason.
    """
    alerts: dict[str, Alert] = {}
    for modality in {look.modality for look in looks}:
        family = [
            look
            for look in looks
            if look.modality is modality
            and look.measures.skin_lab is not None
            and not look.measures.touches_frame
        ]
        if len(family) >= MIN_LESIONS:
            alerts.update(_within(family))
    return alerts


def with_alert(change: Change, alert: Alert) -> Change:
    """The judgement of a lesion with one more alert, in its message after those it has.

    A symptom goes before all else.
    """
    told = " ".join(known.message for known in change.alerts)
    rest = change.message.removeprefix(told).strip()
    parts = (
        (told, alert.message, rest) if told and rest != change.message else (alert.message, rest)
    )
    return replace(change, alerts=(*change.alerts, alert), message=" ".join(parts))


def _within(family: Sequence[LesionLook]) -> dict[str, Alert]:
    scaled = all(look.scale is not None for look in family)
    features = {look.lesion: _features(look, scaled=scaled) for look in family}
    for lesion, unlike in _looks_apart(family).items():
        features[lesion]["look"] = unlike
    found = {}
    for lesion, own in features.items():
        others = [values for name, values in features.items() if name != lesion]
        apart = {
            name: _deviation(value, [other[name] for other in others], _FLOORS[name])
            for name, value in own.items()
        }
        words = [
            _WORDS[name][deviation > 0]
            for name, deviation in sorted(apart.items(), key=lambda item: -abs(item[1]))
            if abs(deviation) >= STANDS_OUT and not (name == "look" and deviation < 0)
        ]
        if words:
            text = wording.UGLY_DUCKLING.format(how=wording.join_words(words))
            found[lesion] = Alert(AlertKind.UGLY_DUCKLING, text)
    return found


def _looks_apart(family: Sequence[LesionLook]) -> dict[str, float]:
    """Median 1 - cosine of each lesion to the others; empty unless one network saw them all."""
    found = [look.embedding for look in family if look.embedding is not None]
    models = {look.model_sha256 for look in family}
    if len(found) < len(family) or len(models) != 1 or None in models:
        return {}
    rows = np.stack([row / max(float(np.linalg.norm(row)), 1e-9) for row in found])
    apart = 1 - rows @ rows.T
    return {
        look.lesion: float(np.median(np.delete(apart[place], place)))
        for place, look in enumerate(family)
    }


def _features(look: LesionLook, *, scaled: bool) -> dict[str, float]:
    """Lightness and redness against the skin, unevenness, ln(irregularity), ln(diameter in mm)."""
    measures, skin = look.measures, look.measures.skin_lab
    assert skin is not None  # the family has only such
    features = {
        "lightness": measures.lesion_lab[0] - skin[0],
        "redness": measures.lesion_lab[1] - skin[1],
        "tones": math.hypot(*measures.lesion_lab_sd),
        "asymmetry": measures.asymmetry,
        "border": math.log(measures.border_irregularity),
    }
    if scaled and look.scale is not None:
        features["size"] = math.log(measures.diameter_px * look.scale.mm_per_px)
    return features


def _deviation(value: float, others: Sequence[float], floor: float) -> float:
    """Robust z of a value among the others, whose spread is taken as no less than `floor`."""
    middle = median(others)
    spread = MAD_TO_SD * median(abs(other - middle) for other in others)
    return (value - middle) / max(spread, floor)
