"""The rest of the machine: what happens to a vault as a whole, and processes that are killed."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.campaigns import children
from tests.campaigns.children import Job
from tests.campaigns.machine import (
    LESIONS,
    NAMES,
    NUMBERS,
    VaultMachine,
    has_lesions,
    has_photos,
    rested,
)
from tests.campaigns.places import ENCRYPTED, PASSPHRASE, PLAIN, Place, unlocked
from tests.campaigns.scripts import Acknowledge
from tests.campaigns.steps import Stop
from tests.store.builders import add, an_analysis, photo_data
from tests.store.kinds import CHEAP
from tests.store.same import assert_same
from tracker.store import Vault, backup, doomed, erase, keys, restore
from tracker.store.database import DATABASE_FILE
from tracker.store.doomed import Doomed
from tracker.store.encrypting import encrypt_vault
from tracker.store.index import INDEX_FILE, STAMP_FILE
from tracker.store.snapshot import SNAPSHOT_FILE

#: Files that must be made again from the rest when they are gone.
DERIVED = (DATABASE_FILE, f"{DATABASE_FILE}.wal", SNAPSHOT_FILE, INDEX_FILE, STAMP_FILE)
#: About as many steps as adding one photo takes.
_STEPS = 70


def add_one(place: Place, acknowledge: Acknowledge, *, seed: int, name: str, lesion: str) -> None:
    """Add one photo, write by write; for a child."""
    with place.open() as vault:
        add(vault, seed, name, lesion)
        acknowledge(vault)


def _quiet(done: int, total: int) -> None:
    """A progress that nobody watches."""


class MaintainedMachine(VaultMachine):
    """All rules."""

    @rule()
    def start_anew(self) -> None:
        self.took("reopen")
        self.close()
        self.agree()

    @precondition(rested)
    @rule()
    def lose_derived(self) -> None:
        self.took("rebuild the database", whole=True)
        self.close()
        for name in DERIVED:
            (self.place.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.place.path / "cache", ignore_errors=True)
        self.agree()

    @precondition(rested)
    @rule(
        name=st.sampled_from(NAMES),
        lesion=st.sampled_from(LESIONS[:-1]),
        at=st.integers(0, _STEPS),
        half=st.booleans(),
    )
    def kill_while_adding(self, name: str, lesion: str, at: int, half: bool) -> None:
        self.took("kill while adding", whole=True)
        seed = self.next_seed()
        act = partial(add_one, seed=seed, name=name, lesion=lesion)
        self.close()
        stop = Stop(None, at, "half" if half else "kill")
        ended = children.run(Job(act, self.folder, self.place, stop))
        assert not ended.error, ended.error
        self._adopt(seed, name, lesion, acknowledged=bool(ended.acknowledged))
        self.agree()

    def _adopt(self, seed: int, name: str, lesion: str, *, acknowledged: bool) -> None:
        """Take into the model what the killed process has stored: a prefix of its four writes."""
        self._adopt_names(self.vault, name, lesion)
        stored = self.vault.all_observations()
        new = [each for each in stored if each.observation_id not in self.model.seen]
        assert len(new) <= 1, "more was stored than was asked for"
        assert new or not acknowledged, "an acknowledged photo is gone"
        for seen in new:
            assert seen.lesion is not None
            assert (seen.photo.file_name, seen.note) == (f"{seed}.jpg", f"note {seed}")
            assert (seen.person.name, seen.lesion.name) == (name, lesion)
            assert_same(seen.analysis, replace(an_analysis(seed), heatmap=None, timings_ms={}))
            self.model.take(seen, photo_data(seed))

    def _adopt_names(self, vault: Vault, name: str, lesion: str) -> None:
        for person in vault.people():
            if person.person_id not in self.model.people:
                assert person.name == name
                self.model.people[person.person_id] = name
        for each in vault.lesions():
            known = self.model.lesions.get(each.lesion_id)
            if known is None or (known.site is None and each.site == "arm"):
                assert (each.person, each.name) == (name, lesion)
                self.model.change_lesion(each)

    @precondition(rested)
    @rule()
    def back_up_and_restore(self) -> None:
        self.took("backup and restore", whole=True)
        file, path = self.folder / "backup.zip", self.folder / "restored"
        self.close()
        backup.back_up(self.place.open, file, _quiet)
        restore.restore(file, path, _quiet)
        file.unlink()
        self.close()
        shutil.rmtree(self.place.path)
        path.rename(self.place.path)
        self.agree()

    @precondition(lambda self: self.kind == PLAIN and rested(self))
    @rule()
    def encrypt(self) -> None:
        self.took("encrypt", whole=True)
        self.close()
        encrypt_vault(self.place.path, PASSPHRASE, cost=CHEAP)
        self.kind = ENCRYPTED
        self.place = unlocked(self.place.path, PASSPHRASE)
        self.agree()

    @precondition(lambda self: self.kind == ENCRYPTED and rested(self))
    @rule(words=st.text(st.characters(codec="utf-8"), min_size=1, max_size=12))
    def rekey(self, words: str) -> None:
        self.took("rekey", whole=True)
        key = self.place.key
        assert key is not None
        passphrase = f"x{words}"
        self.close()
        keys.rekey(self.place.path, key, passphrase, cost=CHEAP)
        self.place = unlocked(self.place.path, passphrase)
        recovery_key = keys.new_recovery_key(self.place.path, key)
        assert unlocked(self.place.path, recovery_key) == self.place
        self.agree()

    @precondition(has_photos)
    @rule(number=NUMBERS)
    def delete_photo(self, number: int) -> None:
        self.took("delete a photo")
        seen = self.one_observation(number)
        self._erase(lambda vault: doomed.doomed_observation(vault, seen))
        self.model.delete(lambda each: each.observation_id == seen.observation_id)
        self.agree()

    @precondition(has_lesions)
    @rule(number=NUMBERS, sure=st.integers(0, 3))
    def delete_lesion(self, number: int, sure: int) -> None:
        if sure:  # rarely, or little would ever be in the vault
            return
        self.took("delete a lesion")
        lesion = self.one_lesion(number)
        gone = self._erase(lambda vault: doomed.doomed_lesion(vault, lesion))
        for lesion_id in gone.lesions:
            with suppress(KeyError):
                self.model.delete_lesion(lesion_id)
        self.agree()

    @precondition(lambda self: len(self.model.people) > 1)
    @rule(number=NUMBERS, sure=st.integers(0, 7))
    def delete_person(self, number: int, sure: int) -> None:
        if sure:
            return
        self.took("delete a person")
        identity = list(self.model.people)[number % len(self.model.people)]
        name = self.model.people[identity]
        self._erase(lambda vault: doomed.doomed_person(vault, vault.person(name)))
        self.model.delete_person(identity)
        self.agree()

    def _erase(self, choose: object) -> Doomed:
        assert callable(choose)
        self.close()
        return erase.erase(self.place.path, choose, key=self.place.key)
