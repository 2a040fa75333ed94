"""Where on the body, from a person's words to codes: only where the words leave no doubt.

SNOMED CT codes are those of DICOM's list of dermatology sites (PS3.16 CID 4029); where it has not
the site itself, the code is of the larger part that holds it, and the person's words stand beside
it. ISIC's names are those of the ISIC Archive's tree of sites.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class BodySite:
    """A part of the body: SNOMED CT code with its name, the ISIC Archive's name, and the side."""

    snomed_code: str
    snomed_name: str
    isic: str
    side: Side | None = None


_HEAD, _FACE = "Head and neck:Head", "Head and neck:Head:Face"
_NECK = "Head and neck:Neck"
_FRONT, _SIDE, _BACK = "Trunk:Anterior trunk", "Trunk:Lateral trunk", "Trunk:Posterior trunk"
_ARM, _LEG = "Upper extremity", "Lower extremity"
_SKIN_OF_ARM, _SKIN_OF_LEG = (
    "371311000 Skin of upper extremity",
    "371304004 Skin of lower extremity",
)
_SKIN_OF_BACK, _SKIN_OF_HAND = "66643007 Skin of back", "33712006 Skin of hand"
_SKIN_OF_FOOT, _SKIN_OF_DIGIT = "60496002 Skin of foot", "244169007 Skin of digit of hand"
_SKIN_OF_TOE = "52034004 Skin of toe"

#: Words, all of them and no others, to code and name; the side is taken out of the words first.
_SITES: Final[tuple[tuple[str, str, str], ...]] = (
    ("head", "70762009 Skin of head", _HEAD),
    ("scalp", "43067004 Skin of scalp", f"{_HEAD}:Scalp"),
    ("face", "73897004 Skin of face", _FACE),
    ("forehead", "68698007 Skin of forehead", f"{_FACE}:Forehead"),
    ("temple", "16621002 Skin of temporal region", f"{_FACE}:Temple"),
    ("cheek", "36141000 Skin of cheek", f"{_FACE}:Cheek"),
    ("nose", "113179006 Skin of nose", f"{_FACE}:Nose"),
    ("tip of nose|nose tip", "79283007 Skin of tip of nose", f"{_FACE}:Nose:Tip of nose"),
    ("chin", "23747009 Skin of chin", f"{_FACE}:Chin"),
    ("lip", "88089004 Skin of lip", f"{_FACE}:Oral region:Lip"),
    ("upper lip", "16251004 Skin of upper lip", f"{_FACE}:Oral region:Upper lip"),
    ("lower lip", "66934001 Skin of lower lip", f"{_FACE}:Oral region:Lower lip"),
    ("upper eyelid", "41310005 Skin of upper eyelid", f"{_FACE}:Orbital region:Eyelid"),
    ("lower eyelid", "40069000 Skin of lower eyelid", f"{_FACE}:Orbital region:Eyelid"),
    ("ear", "1902009 Skin of ear", f"{_HEAD}:Ear"),
    ("earlobe|ear lobe", "2059009 Skin of ear lobule", f"{_HEAD}:Ear:Pinna"),
    ("neck", "43081002 Skin of neck", _NECK),
    ("front of neck", "11584001 Skin of anterior portion of neck", f"{_NECK}:Front of neck"),
    ("side of neck", "5272005 Skin of lateral portion of neck", f"{_NECK}:Side of neck"),
    (
        "nape|nape of neck|back of neck",
        "4658004 Skin of nuchal region",
        f"{_NECK}:Nape of neck",
    ),
    ("chest", "244106003 Skin of anterior surface of thorax", f"{_FRONT}:Anterior chest"),
    ("abdomen|belly|tummy", "75093004 Skin of abdomen", f"{_FRONT}:Anterior abdomen"),
    (
        "upper abdomen",
        "699935000 Skin of upper abdomen",
        f"{_FRONT}:Anterior abdomen:Upper anterior abdomen",
    ),
    (
        "lower abdomen|lower belly",
        "699914002 Skin of lower abdomen",
        f"{_FRONT}:Anterior abdomen:Lower anterior abdomen",
    ),
    (
        "navel|belly button",
        "315003 Skin of umbilicus",
        f"{_FRONT}:Anterior abdomen:Periumbilical region",
    ),
    ("flank", "39937001 Skin", _SIDE),
    ("armpit|axilla|underarm", "76261009 Skin of axilla", f"{_SIDE}:Axilla"),
    ("back", _SKIN_OF_BACK, _BACK),
    ("upper back", _SKIN_OF_BACK, f"{_BACK}:Upper back"),
    ("mid back|middle back|middle of back", _SKIN_OF_BACK, f"{_BACK}:Mid back"),
    ("lower back", "113182001 Skin of lower back", f"{_BACK}:Lower back"),
    ("shoulder", _SKIN_OF_ARM, f"{_ARM}:Shoulder"),
    ("arm", _SKIN_OF_ARM, _ARM),
    ("upper arm", _SKIN_OF_ARM, f"{_ARM}:Upper arm"),
    ("elbow", _SKIN_OF_ARM, f"{_ARM}:Elbow"),
    (
        "inner elbow|crook of elbow|crook of arm",
        "17957002 Skin of antecubital fossa",
        f"{_ARM}:Elbow:Antecubital fossa",
    ),
    ("forearm|lower arm", _SKIN_OF_ARM, f"{_ARM}:Forearm"),
    ("wrist", _SKIN_OF_ARM, f"{_ARM}:Wrist"),
    ("hand", _SKIN_OF_HAND, f"{_ARM}:Hand"),
    ("back of hand", _SKIN_OF_HAND, f"{_ARM}:Hand:Dorsum of hand"),
    ("palm|palm of hand", "70887009 Skin of palm of hand", f"{_ARM}:Hand:Palm of hand"),
    ("finger", _SKIN_OF_DIGIT, f"{_ARM}:Hand:Fingers and thumb"),
    ("thumb", _SKIN_OF_DIGIT, f"{_ARM}:Hand:Fingers and thumb:Thumb"),
    ("buttock", "22180002 Skin of buttock", f"{_LEG}:Buttock"),
    ("hip", _SKIN_OF_LEG, f"{_LEG}:Thigh:Lateral thigh:Hip"),
    (
        "groin",
        "39687006 Skin of inguinal region",
        "Anogenital region:Genital region:Perigenital region",
    ),
    ("leg", _SKIN_OF_LEG, _LEG),
    ("thigh|upper leg", _SKIN_OF_LEG, f"{_LEG}:Thigh"),
    (
        "front of thigh",
        "61248009 Skin of anterior surface of thigh",
        f"{_LEG}:Thigh:Anterior thigh",
    ),
    ("inner thigh", "73958006 Skin of medial surface of thigh", f"{_LEG}:Thigh:Medial thigh"),
    ("outer thigh", _SKIN_OF_LEG, f"{_LEG}:Thigh:Lateral thigh"),
    (
        "back of thigh",
        "4578000 Skin of posterior surface of thigh",
        f"{_LEG}:Thigh:Posterior thigh",
    ),
    ("knee", _SKIN_OF_LEG, f"{_LEG}:Knee"),
    ("back of knee", "84507004 Skin of popliteal fossa", f"{_LEG}:Knee:Popliteal fossa"),
    ("lower leg", _SKIN_OF_LEG, f"{_LEG}:Lower leg"),
    ("shin", "25763004 Skin of anterior surface of lower leg", f"{_LEG}:Lower leg:Shin"),
    ("calf", "47224004 Skin of posterior surface of lower leg", f"{_LEG}:Lower leg:Calf"),
    ("ankle", _SKIN_OF_LEG, f"{_LEG}:Ankle"),
    ("foot", _SKIN_OF_FOOT, f"{_LEG}:Foot"),
    ("back of foot|top of foot", _SKIN_OF_FOOT, f"{_LEG}:Foot:Dorsum of foot"),
    ("sole|sole of foot", _SKIN_OF_FOOT, f"{_LEG}:Foot:Sole of foot"),
    ("heel", "84607009 Skin of heel", f"{_LEG}:Foot:Sole of foot:Heel"),
    ("toe", _SKIN_OF_TOE, f"{_LEG}:Foot:Toes"),
    ("big toe|great toe", _SKIN_OF_TOE, f"{_LEG}:Foot:Toes:Great toe"),
)


def _by_words() -> dict[str, BodySite]:
    found = {}
    for phrases, snomed, isic in _SITES:
        code, _, name = snomed.partition(" ")
        for phrase in phrases.split("|"):
            found[phrase] = BodySite(code, name, isic)
    return found


#: By the words that name them, without a side.
KNOWN: Final = _by_words()
_FILLERS: Final = frozenset({"the", "my", "on", "skin"})
_SIDES: Final[tuple[Side, Side]] = ("left", "right")


def body_site(words: str | None) -> BodySite | None:
    """The site that English words name, None where they say more, less or something else.

    "back" within other words is not the back ("back, by the spine"): only whole phrases count.
    """
    if words is None:
        return None
    named = [word for word in re.findall(r"[^\W\d_]+", words.casefold()) if word not in _FILLERS]
    sides = [side for side in _SIDES if side in named]
    known = KNOWN.get(" ".join(word for word in named if word not in _SIDES))
    if known is None or len(sides) > 1 or any(letter.isdigit() for letter in words):
        return None
    side = sides[0] if sides else None
    return BodySite(known.snomed_code, known.snomed_name, known.isic, side)


#: Words for all of the skin.
_EVERYWHERE: Final = frozenset({"body", "whole body", "entire body", "all", "everywhere"})


def covers(larger: str, site: str | None) -> bool:
    """Whether whoever looked over all of `larger` has looked at `site` too.

    The same words do; else both must be known sites, the one within the other, on a side that was
    looked at. All of the body covers every site, also one that nobody named.
    """
    words = " ".join(re.findall(r"[^\W_]+", larger.casefold()))
    if words in _EVERYWHERE:
        return True
    if site is None:
        return False
    if words == " ".join(re.findall(r"[^\W_]+", site.casefold())):
        return True
    outer, inner = body_site(larger), body_site(site)
    if outer is None or inner is None:
        return False
    within = inner.isic == outer.isic or inner.isic.startswith(f"{outer.isic}:")
    return within and outer.side in (None, inner.side)
