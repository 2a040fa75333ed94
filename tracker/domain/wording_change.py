"""What is said of how a spot changed, beside the statuses of `wording`; the same rules bind it.

Words of healing stand in this file only, in what is said of a site that the person marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tracker.domain.body import SiteMark

#: How a border moved, the later photo laid over the earlier one; {side} as seen in the earlier.
BORDER_MOVED: Final = "The border moved"
GREW_ON_ONE_SIDE: Final = f"{BORDER_MOVED} outwards on one side: {{side}}."
GREW_EVENLY: Final = f"{BORDER_MOVED} outwards about evenly all round."
SHRANK_ON_ONE_SIDE: Final = f"{BORDER_MOVED} inwards on one side: {{side}}."
SHRANK_EVENLY: Final = f"{BORDER_MOVED} inwards about evenly all round."
NEW_COLOUR_LEAD: Final = "Part of the spot has a colour that the earlier photo does not show"
NEW_COLOUR: Final = f"{NEW_COLOUR_LEAD}: {{colour}}."
#: Of a site that the person marked, and of no other: only there may healing be spoken of.
MARK_NAMES: Final[Mapping[SiteMark, str]] = {
    SiteMark.WOUND: "a wound",
    SiteMark.RASH: "a rash",
    SiteMark.TREATED: "treated skin",
}
RECOVERY_SMALLER: Final = (
    "You marked this site as {mark}. Its area is {amount} smaller than on the first photo "
    "(told from {limit} on): by its size it is healing."
)
RECOVERY_LARGER: Final = (
    "You marked this site as {mark}. Its area is {amount} larger than on the first photo "
    "(told from {limit} on): by its size it is not healing. Show it to a clinician."
)
RECOVERY_UNCLEAR: Final = (
    "You marked this site as {mark}. Whether it is healing cannot be told yet: its area differs "
    "by {amount} from the first photo, and less than {limit} is what two photos differ by."
)
RECOVERY_TREND: Final = (
    "Over all photos its area changes by {weekly} a week (standard error {error})."
)
