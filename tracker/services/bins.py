"""The bin: photos and lesions that are left out of everything, until put back or purged.

Purging is the same deletion as `delete`: complete, and nothing brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracker.domain.care import BinItem
from tracker.errors import UnknownNameError, UsageError
from tracker.services import keyring
from tracker.services.people import person_name, required_person
from tracker.services.session import Workspace
from tracker.store.doomed import Doomed, doomed_items
from tracker.store.erase import erase
from tracker.store.values import Use
from tracker.store.vault import Vault


@dataclass(frozen=True, slots=True)
class BinRow:
    """One thing in the bin. photos: how many are in it. taken_at: local, of the latest of them."""

    kind: Literal["photo", "lesion"]
    item_id: str
    person: str
    lesion: str | None
    photos: int
    binned_at: datetime
    taken_at: datetime | None


def bin_photo(workspace: Workspace, observation_id: str) -> BinRow:
    """Put a photo of a lesion into the bin; what was compared with it is compared anew.

    Raises:
        UnknownNameError: no such observation.
    """
    with workspace.open("bin") as vault:
        seen = vault.observation(observation_id)
        vault.put_in_bin("photo", seen.observation_id)
        return _row_of(vault, seen.observation_id)


def bin_lesion(workspace: Workspace, person: str | None, lesion: str) -> BinRow:
    """Put a lesion with all its photos into the bin.

    Raises:
        UnknownNameError: no such person or lesion.
    """
    who = person_name(workspace, person) or required_person(workspace, person)
    with workspace.open("bin") as vault:
        found = vault.lesion(vault.person(who), lesion)
        vault.put_in_bin("lesion", found.lesion_id)
        return _row_of(vault, found.lesion_id)


def binned(workspace: Workspace, person: str | None = None) -> list[BinRow]:
    """What is in the bin, latest first: of a person, or of everybody.

    Raises:
        UnknownNameError: nobody of that name.
    """
    with workspace.open("bin") as vault:
        name = None if person is None else vault.person(person).name
        return [row for row in _rows(vault) if name is None or row.person == name]


def undo(workspace: Workspace, item_id: str) -> BinRow:
    """Put something back as it was.

    Raises:
        UnknownNameError: it is not in the bin. UsageError: another lesion has its name now, or the
        same photo was added again.
    """
    with workspace.open("bin") as vault:
        row = _row_of(vault, item_id)
        item = next(each for each in vault.bin_items() if each.item_id == item_id)
        _check_free(vault, row)
        vault.take_from_bin(item)
    return row


def purge(workspace: Workspace, item_ids: Sequence[str] | None = None) -> int:
    """Delete what is in the bin for good: these things, or (None) all of it.

    Returns:
        How many things were deleted.

    Raises:
        UnknownNameError: one of them is not in the bin; nothing was deleted then.
        StorageFullError, VaultError and its kin: as `deleting.delete`.
    """
    with workspace.open("bin") as vault:
        wanted = [each.item_id for each in vault.bin_items()] if item_ids is None else item_ids
        for item_id in wanted:
            _row_of(vault, item_id)
    if not wanted:
        return 0

    def choose(vault: Vault) -> Doomed:
        return doomed_items(vault, [each for each in vault.bin_items() if each.item_id in wanted])

    erase(workspace.vault_path, choose, key=keyring.key_of(workspace))
    return len(wanted)


def _rows(vault: Vault) -> list[BinRow]:
    uses, lesions = vault.uses(), {each.lesion_id: each for each in vault.lesions(binned=True)}
    people = {each.person_id: each.name for each in vault.people()}
    rows = []
    for item in vault.bin_items():
        own = [use for use in uses if item.item_id in (use.observation_id, use.lesion_id)]
        if not own and item.kind == "photo":
            continue  # its entry was lost in a damaged journal
        lesion_id = item.item_id if item.kind == "lesion" else own[0].lesion_id
        lesion = None if lesion_id is None else lesions[lesion_id]
        person = people[own[0].person_id] if lesion is None else lesion.person
        rows.append(_row(item, person, None if lesion is None else lesion.name, own))
    return rows


def _row(item: BinItem, person: str, lesion: str | None, own: Iterable[Use]) -> BinRow:
    times = [use.taken_at for use in own]
    return BinRow(
        kind=item.kind,
        item_id=item.item_id,
        person=person,
        lesion=lesion,
        photos=len(times),
        binned_at=item.binned_at,
        taken_at=max(times, default=None),
    )


def _row_of(vault: Vault, item_id: str) -> BinRow:
    row = next((each for each in _rows(vault) if each.item_id == item_id), None)
    if row is None:
        raise UnknownNameError(
            f"{item_id!a} is not in the bin.", next_step="See what is there with: moletrail bin"
        )
    return row


def _check_free(vault: Vault, row: BinRow) -> None:
    """Refuse what would make two of one name, or the same photo twice."""
    owner = vault.person(row.person)
    if row.kind == "lesion":
        if any(each.name == row.lesion for each in vault.lesions(owner)):
            raise UsageError(
                f"'{row.person}' has another lesion called '{row.lesion}' now.",
                next_step="Give that one another name first: moletrail rename LESION NEW-NAME",
            )
        return
    same = vault.twin_in_use(row.item_id)
    if same is not None:
        raise UsageError(
            f"The same photo was added again, as {same}.",
            next_step="Keep that one, or put it into the bin first.",
        )
