"""Who is meant: the rule for commands without `--person`."""

from __future__ import annotations

from tracker.errors import PersonRequiredError
from tracker.services.session import Workspace
from tracker.store.names import clean_name


def person_name(workspace: Workspace, given: str | None) -> str | None:
    """The person a reading command is about; None for a vault without people.

    Raises:
        PersonRequiredError: several people and none named.
        UnknownNameError: nobody of that name.
    """
    with workspace.open("people") as vault:
        if given is not None:
            return vault.person(clean_name(given, "person")).name
        names = [person.name for person in vault.people()]
    return _only(names) if names else None


def required_person(workspace: Workspace, given: str | None) -> str:
    """The person a photo is added for; a new name is welcome.

    Raises:
        PersonRequiredError: none named, and the vault has none or several.
    """
    if given is not None:
        return clean_name(given, "person")
    with workspace.open("people") as vault:
        names = [person.name for person in vault.people()]
    if not names:
        raise PersonRequiredError(
            "The vault has no person yet, and none is named.",
            next_step="Say whose photo it is with --person NAME.",
        )
    return _only(names)


def _only(names: list[str]) -> str:
    if len(names) > 1:
        raise PersonRequiredError(
            f"The vault holds {len(names)} people: {', '.join(sorted(names))}.",
            next_step="Say who is meant with --person NAME.",
        )
    return names[0]
