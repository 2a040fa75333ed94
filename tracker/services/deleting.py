"""Deleting a photo, a lesion or a person: explicit, complete, and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.errors import UnknownNameError, UsageError
from tracker.services import keyring
from tracker.services.people import person_name, required_person
from tracker.services.session import Workspace
from tracker.store.doomed import Doomed, doomed_lesion, doomed_observation, doomed_person
from tracker.store.erase import erase

if TYPE_CHECKING:
    from tracker.store.vault import Vault

#: What no program can take back, said wherever something is deleted.
WHAT_REMAINS = (
    "Backups made before still hold it; so do exports, reports, and the photo files that you "
    "added, which are outside of the vault. Delete those yourself.",
    "A solid-state disk may keep deleted bytes until it reuses their place, where special tools "
    "could find them. An encrypted vault, or an encrypted disk, makes them unreadable.",
)


@dataclass(frozen=True, slots=True)
class Target:
    """What is meant: one observation, or a lesion of a person, or a person; names as typed."""

    observation_id: str | None = None
    lesion: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """What a deletion takes with it.

    lesions: names. photos: how many files go; kept_photos: how many stay, since a kept observation
    uses them too. first, last: capture times (local) of what goes, None where nothing was taken.
    """

    person: str
    whole_person: bool
    lesions: tuple[str, ...]
    observations: int
    photos: int
    kept_photos: int
    symptoms: int
    first: datetime | None
    last: datetime | None
    observation_id: str | None
    of_lesion: str | None
    doomed: Doomed


def look(workspace: Workspace, target: Target) -> Going:
    """What would go; nothing is deleted.

    Raises:
        UnknownNameError: no such person, lesion or observation. UsageError: nothing is named, or
        too much. PersonRequiredError: several people and none named.
    """
    choose = _choice(workspace, target)
    with workspace.open("delete") as vault:
        return choose(vault)


def delete(workspace: Workspace, target: Target, confirmed: Going) -> Going:
    """Delete what a person has confirmed; on return it is gone from the vault's folder.

    What is derived, the database among it, is made again when the vault is next used; so are
    comparisons, where the first photo of a lesion is another one now.

    Args:
        confirmed: what `look` said, and the person agreed to.

    Raises:
        UsageError: it would now be something else; nothing was deleted. Else as `look`.
        StorageFullError, VaultError and its kin: nothing was deleted, or, where the disk refused
        halfway, the next use of the vault finishes it.
    """
    choose = _choice(workspace, target)

    def again(vault: Vault) -> Doomed:
        going = choose(vault)
        if going.doomed != confirmed.doomed:
            raise UsageError(
                "The vault has changed since you were asked; nothing was deleted.",
                next_step="Look again at what would go, and confirm that.",
            )
        return going.doomed

    erase(workspace.vault_path, again, key=keyring.key_of(workspace))
    return confirmed


def _choice(workspace: Workspace, target: Target) -> Callable[[Vault], Going]:
    if target.observation_id is not None and target.lesion is not None:
        raise UsageError(
            "A photo and a lesion were named.", next_step="Name the one that is to be deleted."
        )
    if target.observation_id is not None:
        return lambda vault: _observation(vault, target)
    if target.lesion is not None:
        name = target.lesion
        who = person_name(workspace, target.person) or required_person(workspace, target.person)
        return lambda vault: _lesion(vault, who, name)
    if target.person is None:
        raise UsageError(
            "Nothing was named to be deleted.",
            next_step="Name a photo (--observation ID), a lesion (--lesion L) or a person "
            "(--person P).",
        )
    person = target.person
    return lambda vault: _person(vault, person)


def _observation(vault: Vault, target: Target) -> Going:
    assert target.observation_id is not None
    seen = vault.observation(target.observation_id)
    if target.person is not None and vault.person(target.person) != seen.person:
        raise UnknownNameError(
            f"The photo {seen.observation_id} is of '{seen.person.name}', not of "
            f"'{target.person}'.",
            next_step="See the ids with: moletrail timeline LESION",
        )
    return _going(
        vault,
        doomed_observation(vault, seen),
        seen.person.name,
        observation_id=seen.observation_id,
        of_lesion=None if seen.lesion is None else seen.lesion.name,
    )


def _lesion(vault: Vault, person: str, name: str) -> Going:
    owner = vault.person(person)
    return _going(vault, doomed_lesion(vault, vault.lesion(owner, name)), owner.name)


def _person(vault: Vault, name: str) -> Going:
    person = vault.person(name)
    return _going(vault, doomed_person(vault, person), person.name)


def _going(
    vault: Vault,
    doomed: Doomed,
    person: str,
    *,
    observation_id: str | None = None,
    of_lesion: str | None = None,
) -> Going:
    return Going(
        person=person,
        whole_person=bool(doomed.people),
        lesions=tuple(
            each.name for each in vault.lesions(binned=True) if each.lesion_id in doomed.lesions
        ),
        observations=len(doomed.observations),
        photos=len(doomed.photos),
        kept_photos=doomed.shared_photos,
        symptoms=doomed.symptoms,
        first=doomed.first,
        last=doomed.last,
        observation_id=observation_id,
        of_lesion=of_lesion,
        doomed=doomed,
    )


def describe(going: Going) -> str:
    """What goes, as a sentence."""
    if going.observation_id is not None:
        what = f"one photo of '{going.person}'" + (
            f", lesion '{going.of_lesion}'" if going.of_lesion is not None else ""
        )
    elif going.whole_person:
        what = f"the person '{going.person}' with {_lesions(going.lesions)}"
    else:
        what = f"{_lesions(going.lesions)} of '{going.person}'"
    return f"{what}: {', '.join(_counts(going))}."


def _lesions(names: tuple[str, ...]) -> str:
    if not names:
        return "no lesions"
    if len(names) == 1:
        return f"the lesion '{names[0]}'"
    return f"{len(names)} lesions (" + ", ".join(f"'{name}'" for name in names) + ")"


def _counts(going: Going) -> list[str]:
    counts = [
        _many(going.observations, "entry with its measurements", "entries with their measurements"),
        _many(going.photos, "photo file", "photo files"),
    ]
    if going.symptoms:
        counts.append(_many(going.symptoms, "reported symptom", "reported symptoms"))
    if going.first is not None and going.last is not None:
        first, last = going.first.date(), going.last.date()
        counts.append(f"taken on {first}" if first == last else f"taken from {first} to {last}")
    if going.kept_photos:
        stay = _many(going.kept_photos, "photo file stays", "photo files stay")
        counts.append(f"{stay}, since other entries show it too")
    return counts


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
