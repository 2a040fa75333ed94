"""What a person says of a lesion beside its name: its place, its skin, when to look again."""

from __future__ import annotations

from collections.abc import Callable

from tracker.domain.body import BodyPlace, BodyView, SiteMark
from tracker.domain.records import Lesion
from tracker.errors import UsageError
from tracker.exchange.body_sites import BodySite, body_site
from tracker.services.people import person_name, required_person
from tracker.services.session import Workspace
from tracker.store.vault import Vault

#: Months between photos that may be chosen.
MOST_MONTHS = 60
#: Sites that a drawing alone names, in a person's words.
_SITE_OF_VIEW = {
    BodyView.SCALP: "scalp",
    BodyView.LEFT_PALM: "left palm",
    BodyView.RIGHT_PALM: "right palm",
    BodyView.LEFT_HAND: "back of left hand",
    BodyView.RIGHT_HAND: "back of right hand",
    BodyView.LEFT_FOOT: "top of left foot",
    BodyView.RIGHT_FOOT: "top of right foot",
    BodyView.LEFT_SOLE: "left sole",
    BodyView.RIGHT_SOLE: "right sole",
}


def set_place(
    workspace: Workspace, person: str | None, lesion: str, view: str | BodyView, x: float, y: float
) -> Lesion:
    """Put a lesion on the body map; a drawing of one site also gives the site, if none is known.

    Args:
        x, y: 0..1 of the drawing, from its top left corner.

    Raises:
        UsageError: another view, or a point beside the drawing. UnknownNameError.
    """
    place = BodyPlace(body_view(view), x, y)

    def put(vault: Vault, found: Lesion) -> None:
        vault.set_place(found, place)
        if found.site is None and place.view in _SITE_OF_VIEW:
            vault.set_site(found, _SITE_OF_VIEW[place.view])

    return _changed(workspace, person, lesion, put)


def clear_place(workspace: Workspace, person: str | None, lesion: str) -> Lesion:
    """Take a lesion off the body map.

    Raises:
        UnknownNameError: no such person or lesion.
    """
    return _changed(workspace, person, lesion, lambda vault, found: vault.set_place(found, None))


def mark_site(
    workspace: Workspace, person: str | None, lesion: str, mark: str | SiteMark | None
) -> Lesion:
    """Say that the skin is a wound, a rash or treated; None for a spot like any other.

    Raises:
        UsageError: another word. UnknownNameError: no such person or lesion.
    """
    word = None if mark is None else _mark(mark)
    return _changed(workspace, person, lesion, lambda vault, found: vault.set_mark(found, word))


def set_recheck(
    workspace: Workspace, person: str | None, lesion: str, months: int | None
) -> Lesion:
    """Say after how many months the next photo is due; None: 3 months, then every 6 to 12.

    Raises:
        UsageError: no whole number from 1 to 60. UnknownNameError: no such person or lesion.
    """
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise UsageError(
            f"{months} months cannot be chosen.",
            next_step=f"Give a whole number from 1 to {MOST_MONTHS}.",
        )
    return _changed(
        workspace, person, lesion, lambda vault, found: vault.set_recheck(found, months)
    )


def site_term(site: str | Lesion | None) -> BodySite | None:
    """The codes (SNOMED CT, ISIC) and the side of a site, where its words leave no doubt."""
    return body_site(site.site if isinstance(site, Lesion) else site)


def body_view(word: str | BodyView) -> BodyView:
    """The drawing of that name.

    Raises:
        UsageError: there is none.
    """
    try:
        return BodyView(word.strip().lower())
    except ValueError:
        raise UsageError(
            f"'{word}' is not a drawing of the body map.",
            next_step=f"Use one of: {', '.join(view.value for view in BodyView)}.",
        ) from None


def _mark(word: str | SiteMark) -> SiteMark:
    try:
        return SiteMark(word.strip().lower())
    except ValueError:
        raise UsageError(
            f"'{word}' cannot be marked.",
            next_step=f"Use one of: {', '.join(mark.value for mark in SiteMark)}, none.",
        ) from None


def _changed(
    workspace: Workspace,
    person: str | None,
    lesion: str,
    change: Callable[[Vault, Lesion], object],
) -> Lesion:
    who = person_name(workspace, person) or required_person(workspace, person)
    with workspace.open("lesion") as vault:
        owner = vault.person(who)
        change(vault, vault.lesion(owner, lesion))
        return vault.lesion(owner, lesion)
