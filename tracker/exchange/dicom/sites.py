"""Body sites that a person wrote, as SNOMED CT codes where the words leave no doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CodedSite:
    """A code of CID 4029 (dermatology anatomic sites), and the side where it was told."""

    code: str
    meaning: str
    side: tuple[str, str] | None = None


LEFT: Final = ("7771000", "Left")
RIGHT: Final = ("24028007", "Right")
#: Where nothing surer is known: every lesion here is one of the skin.
SKIN: Final = CodedSite("39937001", "Skin")

_BACK = ("66643007", "Skin of back")
_ARM = ("371311000", "Skin of upper extremity")
_HAND = ("33712006", "Skin of hand")
_FINGER = ("244169007", "Skin of digit of hand")
_LEG = ("371304004", "Skin of lower extremity")
_FOOT = ("60496002", "Skin of foot")
#: Whole phrases only; a region that contains the named one stands for it where CID 4029 has no
#: code for exactly that.
CODES: Final = {
    "abdomen": ("75093004", "Skin of abdomen"),
    "arm": _ARM,
    "armpit": ("76261009", "Skin of axilla"),
    "axilla": ("76261009", "Skin of axilla"),
    "back": _BACK,
    "belly": ("75093004", "Skin of abdomen"),
    "buttock": ("22180002", "Skin of buttock"),
    "calf": _LEG,
    "cheek": ("36141000", "Skin of cheek"),
    "chest": ("244106003", "Skin of anterior surface of thorax"),
    "chin": ("23747009", "Skin of chin"),
    "ear": ("1902009", "Skin of ear"),
    "face": ("73897004", "Skin of face"),
    "finger": _FINGER,
    "foot": _FOOT,
    "forearm": _ARM,
    "forehead": ("68698007", "Skin of forehead"),
    "hand": _HAND,
    "head": ("70762009", "Skin of head"),
    "heel": ("84607009", "Skin of heel"),
    "knee": _LEG,
    "leg": _LEG,
    "lip": ("88089004", "Skin of lip"),
    "lower arm": _ARM,
    "lower back": ("113182001", "Skin of lower back"),
    "lower leg": _LEG,
    "neck": ("43081002", "Skin of neck"),
    "nose": ("113179006", "Skin of nose"),
    "palm": ("70887009", "Skin of palm of hand"),
    "scalp": ("43067004", "Skin of scalp"),
    "shin": _LEG,
    "sole": _FOOT,
    "thigh": _LEG,
    "toe": ("52034004", "Skin of toe"),
    "upper arm": _ARM,
    "upper back": _BACK,
}
_SIDED = re.compile(r"(?P<side>left|right) (?P<rest>.+)|(?P<first>.+?),? (?P<last>left|right)")


def coded_site(text: str | None) -> CodedSite:
    """The code for a person's words, `SKIN` where they are missing or not on the list."""
    words = " ".join((text or "").casefold().split())
    found = _SIDED.fullmatch(words)
    side = None
    if found is not None:
        side = LEFT if (found["side"] or found["last"]) == "left" else RIGHT
        words = found["rest"] or found["first"]
    code = CODES.get(words)
    return SKIN if code is None else CodedSite(*code, side)
