"""Every clinical sentence Moletrail says, in one place, so that each can be read and tested.

Numbers are passed in; nothing here is computed. Binding rules: never a diagnosis, never
reassurance, no word of healing; what was not measured is said to be not measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from tracker.domain.change import Against, Axis, Status
from tracker.domain.quality import QualityCode
from tracker.domain.records import SymptomKind

PURPOSE: Final = (
    "A diary that measures and shows change in photos of your own skin, so that you can bring it "
    "to a clinician and a clinician can review it. It does not diagnose, and it does not tell "
    "anyone that a spot can be left alone."
)
FOOTER: Final = (
    "No measured change does not mean safe: see a clinician for any spot that is new, different "
    "from the others, changing, itching or bleeding."
)
#: Shown once, before the first photo.
WHAT_THIS_IS_NOT: Final = (
    "Moletrail is not a doctor and does not diagnose. It compares photos of the same spot.",
    "Melanoma can grow without a change that a photo shows, and fast ones often look round and "
    "even. If a spot bleeds, crusts, hurts, keeps itching, is raised, firm or growing: do not "
    "wait for a photo, see a clinician now.",
    "A new spot in an adult is a reason to see a clinician, whatever the numbers say.",
    "The model learned from dermoscopic pictures of mostly light skin. For brown and black skin "
    "nothing has been tested, and no claim is made.",
    "Photos, notes and numbers stay on this machine.",
)

STATUS: Final[Mapping[Status, str]] = {
    Status.CHANGED: "Change measured: show this to a clinician",
    Status.NO_CHANGE_DETECTED: "No change larger than this tool can detect",
    Status.CANNOT_COMPARE: "Cannot compare: retake",
    Status.BASELINE_ONLY: "First photo: nothing to compare yet",
}

#: The questions at each new lesion and each new photo.
SYMPTOM_QUESTION: Final = (
    "Has this spot done any of these: bled, crusted, itched for weeks, hurt, become raised or "
    "firm, or grown for more than a month?"
)
SYMPTOM_NAMES: Final[Mapping[SymptomKind, str]] = {
    SymptomKind.BLEEDING: "bleeding",
    SymptomKind.CRUSTING: "crusting",
    SymptomKind.ITCH: "lasting itch",
    SymptomKind.PAIN: "pain",
    SymptomKind.RAISED: "raised",
    SymptomKind.FIRM: "firm",
    SymptomKind.GROWING: "growing for over a month",
}
#: Raised, firm, growing (Liu 2006): such spots are referred, not followed.
EFG_KINDS: Final = frozenset({SymptomKind.RAISED, SymptomKind.FIRM, SymptomKind.GROWING})

SEE_NOW: Final = "See a clinician now; do not wait for another photo."
NEW_LESION: Final = (
    "This spot is new. Most melanomas in adults begin as a new spot: show it to a clinician, "
    "whatever the photos measure."
)
NEW_LESION_QUESTION: Final = "Is this spot new, so that it was not there some months ago?"
UGLY_DUCKLING: Final = (
    "This spot looks different from your other spots in these photos ({how}). A spot that stands "
    "out is a reason to show it to a clinician."
)
IDENTITY_DENIED: Final = (
    "The latest photo seems to show another spot than the earlier ones. Check whether it belongs "
    "to this lesion, and move it if it does not."
)
IDENTITY_UNSURE: Final = (
    "It could not be confirmed that the latest photo shows the same spot as the earlier ones. "
    "Compare the pictures yourself; a photo with the same framing and light helps."
)

AXIS_NAMES: Final[Mapping[Axis, str]] = {
    Axis.EMBEDDING: "overall look",
    Axis.AREA: "area",
    Axis.DIAMETER: "largest diameter",
    Axis.SHAPE: "shape",
    Axis.COLOUR: "colour of parts of the spot",
}
AGAINST_NAMES: Final[Mapping[Against, str]] = {
    Against.FIRST: "the first photo",
    Against.PREVIOUS: "the previous photo",
    Against.TREND: "the trend over all photos",
}
AGAINST_LEADS: Final[Mapping[Against, str]] = {
    Against.FIRST: "Against the first photo",
    Against.PREVIOUS: "Against the previous photo",
    Against.TREND: "Over all photos",
}
GROWTH_CONFOUNDERS: Final = (
    "Spots may also grow with age, in pregnancy and after sun; that does not make this change "
    "smaller, so show it."
)
CONFIRM_WITH_SECOND: Final = (
    "One photo can mislead: a second photo on the same day, taken anew, makes the result firmer. "
    "It is no reason to put off the visit."
)
PART_OF_SPOT: Final = "part of the spot became {how}"
AREA_UNSURE: Final = (
    "The area was compared, but only growth by more than {limit:.0f} % would be noticed: too "
    "little to say that it has stayed the same. Take two photos at each visit, each framed anew, "
    "and put the printed card or a ruler beside the spot."
)
MEASURED_ALL_THE_SAME: Final = (
    "Measured against the first photo all the same: {finding}. This is less than the tool can tell "
    "from its own noise here, but if the spot looks changed to you, show it to a clinician."
)
SHRINKING_COUNTS: Final = (
    "A spot that shrinks or fades has changed as well, and is shown like any other change."
)
MORE_DOUBLE_SHOTS: Final = (
    "Two photos on one day, each framed anew and not in a burst, narrow what can be detected."
)
NOT_COMPARED: Final = "Not compared: {axes}."
STILL_COMPARED: Final = "These could be compared and show no change that can be detected: {axes}."
NEVER_COMPARED: Final = "The latest photo has not been held against an earlier one yet."
OTHER_MODEL: Final = (
    "The photos were measured by different versions of the model; measure them again first, on the "
    "page Data and privacy or with: moletrail reanalyze."
)
OTHER_KIND: Final = (
    "One photo was taken through a dermatoscope and the other was not; compare like with like."
)
RETAKE: Final = (
    "Take the photo again like the earlier one: same distance, angle and light, with skin all "
    "around the lesion in view. If the spot seems different to you, show it to a clinician anyway."
)
RECHECK: Final = (
    "Suggested next photos: after 3 months, then every 6 to 12 months. You or your clinician may "
    "choose otherwise."
)
EXPERT_SCALE: Final = (
    "For scale: two experts' borders differ by 15 % of the area on average, and the best hardware "
    "cannot tell area changes under about 17 %."
)
PROBABILITIES_NOTE: Final = (
    "For clinicians: class probabilities of a network trained on dermoscopic pictures. They are "
    "weaker on clinical photos and on darker skin (published AUC 0.57 on Fitzpatrick V-VI against "
    "0.72 on I-II for a model of this kind), and this network was never tested on Fitzpatrick "
    "V-VI. They are not part of the comparison."
)
NOT_CERTAIN: Final = "not certain"
UNLIKE_TRAINING: Final = (
    "This photo is unlike the pictures the model learned from; its numbers deserve less trust."
)
#: The network's classes (HAM10000's abbreviations), for a clinician's view only.
CLASS_NAMES: Final[Mapping[str, str]] = {
    "akiec": "actinic keratosis, intraepithelial carcinoma (akiec)",
    "bcc": "basal cell carcinoma (bcc)",
    "bkl": "seborrhoeic keratosis, solar lentigo, lichenoid keratosis (bkl)",
    "df": "dermatofibroma (df)",
    "mel": "melanoma (mel)",
    "nv": "melanocytic naevus (nv)",
    "vasc": "vascular lesion (vasc)",
}
HEATMAP_NOTE: Final = (
    "Lighter: that part of the picture speaks more than the rest for the class that the network "
    "finds likeliest, however little. It does not show disease."
)
ABCDE_NOTE: Final = (
    "Measured values, no score: none of these was made or tested for phone photos as a rule of "
    "decision. Size is context and never a limit."
)

_QUALITY: Final[Mapping[QualityCode, tuple[str, str]]] = {
    QualityCode.BLUR: (
        "The lesion is not in focus.",
        "Hold the camera still, tap on the lesion to focus, and step back a little if it will "
        "not focus.",
    ),
    QualityCode.TOO_DARK: (
        "The photo is too dark.",
        "Take it in bright, even light, such as daylight by a window.",
    ),
    QualityCode.TOO_BRIGHT: (
        "The photo is overexposed: colours around the lesion are washed out.",
        "Turn the flash off or move away from the lamp, and tap on the lesion to set the exposure.",
    ),
    QualityCode.GLARE: (
        "Light is reflected from the skin over the lesion.",
        "Tilt the camera or move the light so that the shine leaves the lesion.",
    ),
    QualityCode.SMALL_FRAME: (
        "The picture has few pixels.",
        "Use the original photo from the camera instead of a reduced copy, if there is one.",
    ),
    QualityCode.LESION_TOO_SMALL: (
        "The lesion covers too few pixels.",
        "Move closer until the lesion fills about a quarter of the picture's width.",
    ),
    QualityCode.LESION_CUT: (
        "The lesion is cut off by the edge of the photo, so its size and shape are not fully seen.",
        "Take the photo again with the whole lesion and some skin around it in view.",
    ),
    QualityCode.NO_SKIN: (
        "No skin was recognised in this photo.",
        "Check that it is the right photo. If it does show skin, take it in even light, or mark "
        "the lesion yourself.",
    ),
    QualityCode.NO_LESION: (
        "No single lesion was found on the skin in this photo.",
        "Move closer to one lesion, or mark it yourself.",
    ),
}

#: Findings on the scale only warn: the photo is measured, in pixels or by another scale.
_SCALE: Final[Mapping[QualityCode, tuple[str, str]]] = {
    QualityCode.CARD_TWICE: (
        "More than one scale card is in view, so none of them was used.",
        "Leave one card in view, in the plane of the skin beside the spot.",
    ),
    QualityCode.CARD_MIRRORED: (
        "The scale card is mirrored in this photo, so it was not used.",
        "Use the original photo of the back camera; selfie cameras often mirror. A mirrored photo "
        "does not compare with others.",
    ),
    QualityCode.CARD_FOREIGN: (
        "There are markers in view that are not those of Moletrail's card, so they give no scale.",
        "Print Moletrail's own card (moletrail card --out card.pdf) and use that one.",
    ),
    QualityCode.CARD_NOT_FLAT: (
        "The markers of the scale card do not fit one flat card, so it was not used.",
        "Print it on stiff paper, lay it flat on the skin, and keep fingers off its markers.",
    ),
    QualityCode.CARD_UNSHARP: (
        "Too little of the scale card is seen sharply, so it was not used.",
        "Take the photo again with all four markers of the card in view and in focus.",
    ),
    QualityCode.CARD_TOO_FAR: (
        "The scale card is too far from the lesion, or too little of it is in view, to give a "
        "scale there.",
        "Lay the card close beside the spot, its ruler towards it, with all four markers in view.",
    ),
    QualityCode.SCALES_DISAGREE: (
        "The scale that was given and the scale card differ by more than 10 %. The card was used.",
        "Check that the card was printed at 100 % (its line must measure 50.0 mm), and the "
        "millimetres per pixel that were given.",
    ),
}


def quality_words(code: QualityCode, severity: Literal["warn", "refuse"]) -> tuple[str, str]:
    """Reason and advice of a quality finding, each one or two plain sentences."""
    if code in _SCALE:
        return _SCALE[code]
    reason, advice = _QUALITY[code]
    return (reason, advice) if severity == "refuse" else (f"{reason} It was measured.", advice)


def status_sentence(status: Status, limit: str | None = None) -> str:
    """The status as a person reads it.

    Args:
        limit: the smallest detectable change in words ("area 25 %"), for "no change detected".
    """
    sentence = STATUS[status]
    if status is Status.NO_CHANGE_DETECTED and limit:
        return f"{sentence} (±{limit})"
    return sentence


def false_flags_sentence(rate: float, visits: int, expected: float) -> str:
    """How many flags to expect when nothing changes.

    Args:
        rate: false-flag rate per lesion and visit, 0..1. visits: lesions times visits counted.
        expected: rate times visits.
    """
    return (
        f"Even when nothing changes, about {100 * rate:.0f} in 100 comparisons are flagged by "
        f"chance: for {visits} lesion photos a year, about {expected:.1f} false flags. "
        "A flag is a reason to show the spot; it does not say what the spot is."
    )


def symptom_sentence(kinds: Sequence[SymptomKind], noted_on: str) -> str:
    """A symptom overrides every measurement.

    Args:
        kinds: what was reported, at least one. noted_on: the latest date, `YYYY-MM-DD`.
    """
    named = join_words([SYMPTOM_NAMES[kind] for kind in kinds])
    text = f"Reported on {noted_on}: {named}. {SEE_NOW}"
    if EFG_KINDS.intersection(kinds):
        text += " Raised, firm or growing spots are not for following with photos."
    return text


def join_words(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
