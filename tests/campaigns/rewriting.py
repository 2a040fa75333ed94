"""Operations that write a vault anew in place: encrypting it, and deleting from it for good."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime

from tests.campaigns.operations import Operation
from tests.campaigns.places import PASSPHRASE, PLAIN, Place, unlocked
from tests.campaigns.scripts import Acknowledge
from tests.campaigns.traces import needles_of, needles_of_person, search, telling_times
from tests.store.kinds import CHEAP
from tracker.store import Vault, doomed, erase
from tracker.store.doomed import Doomed
from tracker.store.encrypting import encrypt_vault

#: Somebody in every filled vault, with two photos and a lesion.
DELETED = "Zoë Müller-Lüdenscheidt"
_NEEDLES = "needles.pickle"


class Encrypt(Operation):
    """A plain vault becomes an encrypted one: never half, and nothing readable left behind."""

    name = "encrypt"
    kinds = (PLAIN,)

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        encrypt_vault(place.path, PASSPHRASE, cost=CHEAP)
        acknowledge(None)

    def find(self, place: Place) -> Place:
        found = unlocked(place.path, PASSPHRASE)
        return replace(place, data_key=found.data_key, vault_id=found.vault_id)

    def resume(self, place: Place) -> Place:
        if place.data_key is None:
            self.act(place, lambda _: None)
        return self.find(place)

    def flaw(self, place: Place, *, finished: bool) -> str:
        if self.find(place).data_key is None:
            return "an acknowledged encryption did not happen" if finished else ""
        return readable(self.find(place))


def readable(place: Place) -> str:
    """What can be read of an encrypted vault without its key, in words; empty if nothing."""
    if hits := search([place.path], needles_of(place)):
        return f"readable without the key: {dict(hits)}"
    if telling := telling_times(place.path, datetime.now(UTC)):
        return f"times tell when the vault was used: {telling[:5]}"
    return ""


def _one_photo(vault: Vault) -> Doomed:
    found = [each for each in vault.all_observations() if each.photo.file_name == "100002.jpg"]
    return doomed.doomed_observation(vault, found[0]) if found else _nothing(vault)


def _somebody(vault: Vault) -> Doomed:
    found = [person for person in vault.people() if person.name == DELETED]
    return doomed.doomed_person(vault, found[0]) if found else _nothing(vault)


class AlreadyGoneError(Exception):
    """What was to be deleted is gone: an interrupted deletion was finished by the next opening."""


def _nothing(vault: Vault) -> Doomed:
    raise AlreadyGoneError


class Delete(Operation):
    """One photo, then a person: gone as a whole or not at all, and nothing left to be found."""

    name = "delete"

    def prepare(self, place: Place) -> Place:
        needles = needles_of_person(place, DELETED)
        (place.path.parent / _NEEDLES).write_bytes(pickle.dumps(needles))
        assert place.data_key is not None or search([place.path], needles)
        return place

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        for choose in (_one_photo, _somebody):
            try:
                erase.erase(place.path, choose, key=place.key)
            except AlreadyGoneError:
                continue
            acknowledge(None)

    def flaw(self, place: Place, *, finished: bool) -> str:
        with place.open() as vault:
            if any(person.name == DELETED for person in vault.people()):
                return "an acknowledged deletion did not happen" if finished else ""
        needles = pickle.loads((place.path.parent / _NEEDLES).read_bytes())
        if hits := search([place.path], needles):
            return f"what was deleted can still be read: {dict(hits)}"
        return ""
