"""What a person is told before photos leave: sentences about privacy, none of them clinical."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from tracker.domain.wording import join_words

LookReason = Literal["face", "unknown_site", "wide"]

LOOK_AT_EACH: Final = (
    "Look at every picture before you hand it over. No part of this program recognises faces, "
    "tattoos, jewellery or rooms: only you can tell what a photo gives away."
)
PHOTO_REASONS: Final[Mapping[LookReason, str]] = {
    "face": "The spot is on the head or neck: the photo may show a face.",
    "unknown_site": "Nobody said where the spot is: the photo may show a face.",
    "wide": "Much more than the spot is in view: the photo may show a face or the surroundings.",
}
_OTHERS: Final = "It also shows what you did not choose: {names}."


def photo_warnings(reasons: Sequence[LookReason], others: Sequence[str]) -> list[str]:
    """What to look out for in one photo, a sentence each; empty for none.

    Args:
        others: names of spots on the photo that were not chosen.
    """
    said = [PHOTO_REASONS[reason] for reason in reasons]
    if others:
        said.append(_OTHERS.format(names=join_words([f"'{name}'" for name in others])))
    return said
