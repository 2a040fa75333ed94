"""Body sites that a person wrote, as the codes of DICOM's anatomic regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tracker.exchange.body_sites import body_site


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
_SIDES: Final = {"left": LEFT, "right": RIGHT}


def coded_site(text: str | None) -> CodedSite:
    """The code for a person's words, `SKIN` where they are missing or leave a doubt."""
    site = body_site(text)
    if site is None:
        return SKIN
    side = None if site.side is None else _SIDES[site.side]
    return CodedSite(site.snomed_code, site.snomed_name, side)
