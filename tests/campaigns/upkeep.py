"""Operations on a vault as a whole: made, migrated, backed up, restored, given other keys."""

from __future__ import annotations

import shutil
from dataclasses import replace

from tests.campaigns.content import Content
from tests.campaigns.operations import Operation
from tests.campaigns.places import (
    ENCRYPTED,
    NEW_PASSPHRASE,
    PASSPHRASE,
    Place,
    unlocked,
)
from tests.campaigns.scripts import Acknowledge
from tests.store.builders import add
from tests.store.fixtures_make import unpack
from tests.store.kinds import CHEAP
from tests.store.kinds import PASSPHRASE as FIXTURES_PASSPHRASE
from tracker.errors import WrongPassphraseError
from tracker.store import Vault, backup, kept, keys, restore
from tracker.store.cache import CACHE_FOLDER
from tracker.store.disk import neutral_times
from tracker.store.head import HEAD_FILE
from tracker.store.header import HEADER_COPY_FILE, JOURNAL_FOLDER
from tracker.store.index import STAMP_FILE
from tracker.store.verify import repair_vault

BACKUP_FILE, EARLIER = "diary.backup.zip", "earlier.txt"


def _quiet(done: int, total: int) -> None:
    """A progress that nobody watches."""


class Create(Operation):
    """A new vault."""

    name = "create"

    def prepare(self, place: Place) -> Place:
        shutil.rmtree(place.path)
        return place

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        kind = PASSPHRASE if place.data_key is not None else None
        Vault.create(place.path, passphrase=kind, cost=CHEAP)
        acknowledge(None)

    def find(self, place: Place) -> Place:
        if not self.contents_are_there(place):
            return place
        found = unlocked(place.path, PASSPHRASE)
        return replace(place, data_key=found.data_key, vault_id=found.vault_id)

    def resume(self, place: Place) -> Place:
        if not self.contents_are_there(place):
            self.act(place, lambda _: None)
        return self.find(place)


class Migrate(Operation):
    """The first opening by this program of a vault that one of an earlier schema wrote."""

    name = "migrate"

    def prepare(self, place: Place) -> Place:
        shutil.rmtree(place.path)
        unpack("format-1-reanalysed" if place.data_key is None else "format-2-full", place.path)
        return unlocked(place.path, FIXTURES_PASSPHRASE)

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        with place.open() as vault:
            vault.info()
        acknowledge(None)


class BackUp(Operation):
    """A backup over an earlier one: the file must at any time be one of the two, whole."""

    name = "back up"

    def prepare(self, place: Place) -> Place:
        backup.back_up(place.open, place.path.parent / BACKUP_FILE, _quiet)
        earlier = "\n".join(place.content().normal)
        (place.path.parent / EARLIER).write_text(earlier, encoding="utf-8")
        with place.open() as vault:
            add(vault, 100_777, "Added since")
        return place

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        backup.back_up(place.open, place.path.parent / BACKUP_FILE, _quiet)
        acknowledge(None)

    def flaw(self, place: Place, *, finished: bool) -> str:
        copy = replace(place, path=place.path.parent / "restored")
        restore.restore(place.path.parent / BACKUP_FILE, copy.path, _quiet)
        content, wanted = copy.content(), place.content()
        shutil.rmtree(copy.path)
        earlier = (place.path.parent / EARLIER).read_text(encoding="utf-8").split("\n")
        if content.normal == wanted.normal or (not finished and list(content.normal) == earlier):
            return ""
        return f"the backup is not what was backed up (finished: {finished})"


class Restore(Operation):
    """A vault from a backup: there whole, or not at all."""

    name = "restore"

    def prepare(self, place: Place) -> Place:
        backup.back_up(place.open, place.path.parent / BACKUP_FILE, _quiet)
        shutil.rmtree(place.path)
        return place

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        restore.restore(place.path.parent / BACKUP_FILE, place.path, _quiet)
        acknowledge(None)

    def resume(self, place: Place) -> Place:
        if not self.contents_are_there(place):
            self.act(place, lambda _: None)
        return place


class Rekey(Operation):
    """Another passphrase, then another recovery key: at any time one of each opens the vault."""

    name = "rekey"
    kinds = (ENCRYPTED,)

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        assert place.key is not None
        keys.rekey(place.path, place.key, NEW_PASSPHRASE, cost=CHEAP)
        acknowledge(None)
        keys.new_recovery_key(place.path, place.key)
        acknowledge(None)

    def find(self, place: Place) -> Place:
        found = unlocked(place.path, NEW_PASSPHRASE, PASSPHRASE)
        assert found.data_key == place.data_key, "another data key"
        return place

    def flaw(self, place: Place, *, finished: bool) -> str:
        opens = [secret for secret in (PASSPHRASE, NEW_PASSPHRASE) if _opens(place, secret)]
        if len(opens) != 1 or (finished and opens != [NEW_PASSPHRASE]):
            return (
                f"{len(opens)} passphrases open the vault, the new one: {NEW_PASSPHRASE in opens}"
            )
        if finished and _opens(place, place.recovery_key):
            return "the recovery key that was replaced still opens the vault"
        if opens == [PASSPHRASE] and not _opens(place, place.recovery_key):
            return "the recovery key does not open the vault"
        return ""


def _opens(place: Place, secret: str) -> bool:
    try:
        keys.unlock(place.path, secret)
    except WrongPassphraseError:
        return False
    return True


class Repair(Operation):
    """The repair of a vault with damage of several kinds; what it makes good must stay good."""

    name = "repair"

    def prepare(self, place: Place) -> Place:
        folder = place.path / JOURNAL_FOLDER
        (journal,) = (each for each in folder.glob("events.*"))
        lines = journal.read_bytes().splitlines(keepends=True)
        middle = len(lines) // 2
        lines[middle] = lines[middle].replace(b"e", b"f", 3)
        journal.write_bytes(b"".join(lines) + b'{"seq":torn')
        for name in (HEADER_COPY_FILE, f"{JOURNAL_FOLDER}/{HEAD_FILE}", STAMP_FILE):
            (place.path / name).unlink(missing_ok=True)
        for cached in (place.path / CACHE_FOLDER).rglob("*"):
            if cached.is_file():
                cached.write_bytes(cached.read_bytes()[:-1])
        neutral_times(*place.path.rglob("*"))  # the damage is to tell nothing
        return place

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        repair_vault(place.path, place.key)
        acknowledge(None)

    def contents(self, place: Place) -> Content:
        """What is in it once it is repaired: the damage is not what is looked at here."""
        copy = replace(place, path=place.path.with_name("looked-at"))
        shutil.copytree(place.path, copy.path)
        try:
            repair_vault(copy.path, copy.key)
            return copy.content()
        finally:
            kept.forget(copy.path)
            shutil.rmtree(copy.path)
