"""Vaults to attack: how one is opened, filled, recovered and read after an attack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.campaigns.content import Content, content_of
from tests.store.builders import a_capture, a_comparison, add
from tests.store.kinds import CHEAP
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.errors import VaultDamagedError, WrongPassphraseError
from tracker.store import Vault, kept, tables
from tracker.store.keys import VaultKey, is_encrypted, unlock
from tracker.store.verify import Finding, Repair, check_vault, repair_vault

PASSPHRASE, NEW_PASSPHRASE = "correct horse battery staple", "another horse, another battery"
PLAIN, ENCRYPTED = "plain", "encrypted"
KINDS = (PLAIN, ENCRYPTED)
#: Cached pictures of every filled vault: keys, and what they must show whatever lies on the disk.
CACHED = {f"thumbnail {number}": f"made-up thumbnail {number} ".encode() * 60 for number in (1, 2)}


@dataclass(frozen=True)
class Place:
    """Where a vault lies and what opens it; a child gets it whole, the data key with it."""

    path: Path
    data_key: bytes | None = None
    vault_id: str = ""
    recovery_key: str = ""

    @property
    def key(self) -> VaultKey | None:
        """The key of an encrypted vault."""
        return None if self.data_key is None else VaultKey(self.data_key, self.vault_id)

    @contextmanager
    def open(self) -> Iterator[Vault]:
        """The open vault."""
        with Vault.open(self.path, wait_s=60.0, purpose="a campaign", key=self.key) as vault:
            yield vault

    def content(self) -> Content:
        """Everything in it."""
        with self.open() as vault:
            return content_of(vault)


def unlocked(path: Path, *secrets: str) -> Place:
    """The place of a vault, opened with the first of the secrets that fits if it is encrypted."""
    if not is_encrypted(path):
        return Place(path)
    for secret in secrets:
        with suppress(WrongPassphraseError):
            key = unlock(path, secret)
            return Place(path, key._data_key, key.vault_id)
    raise WrongPassphraseError(f"none of the campaign's passphrases opens '{path}'")


def new_place(path: Path, kind: str) -> Place:
    """An empty vault of that kind."""
    passphrase = PASSPHRASE if kind == ENCRYPTED else None
    recovery_key = Vault.create(path, passphrase=passphrase, cost=CHEAP)
    return replace(unlocked(path, PASSPHRASE), recovery_key=recovery_key or "")


def fill(place: Place) -> None:
    """A bit of everything that a vault can hold, index and cached pictures included.

    Names and numbers are long, so that a search for one finds nothing by chance.
    """
    ada, zoe = "Adelheid Campaign", "Zoë Müller-Lüdenscheidt"
    with place.open() as vault:
        with vault.batch():
            one, two = add(vault, 100_001, ada), add(vault, 100_002, ada)
            add(vault, 100_003, zoe, "rücken unten")
            add(vault, 100_004, zoe, None)
        assert one.lesion is not None
        vault.add_comparison(a_comparison(one.observation_id, two.observation_id))
        noted = datetime(2025, 4, 1, 12, tzinfo=UTC)
        vault.add_symptom(one.lesion, SymptomKind.ITCH, noted, "at night")
        vault.set_note(two.observation_id, "seen by a clinician")
        vault.set_capture(two.observation_id, a_capture(20))
        vault.set_life_cycle(one.lesion, LifeCycle.ACTIVE, "still there")
    with place.open() as vault:
        search(vault)
        for key, picture in CACHED.items():
            vault.cached(key, lambda picture=picture: picture)


def search(vault: Vault) -> None:
    """Look for one observation by its embedding; it must be found, and as itself."""
    for seen in vault.all_observations()[:1]:
        embedding, model = seen.analysis.embedding, seen.analysis.model
        assert embedding is not None
        assert model is not None
        found = vault.nearest(embedding, person=seen.person, model_sha256=model.sha256, k=1)
        assert found, "an embedding that is stored was not found"
        assert abs(found[0][1] - 1.0) < 1e-4, f"a wrong similarity: {found[0]}"


def bare(place: Place) -> list[str]:
    """Names of people and lesions without a photo: what half of an import would leave."""
    with place.open() as vault:
        seen = vault.all_observations()
        people = {each.person.name for each in seen}
        lesions = {each.lesion.lesion_id for each in seen if each.lesion is not None}
        names = [each.name for each in vault.people() if each.name not in people]
        return names + [each.name for each in vault.lesions() if each.lesion_id not in lesions]


def keep_snapshots_early() -> None:
    """Let small vaults have what else only those of hundreds of entries have."""
    tables.worth_writing = lambda seq, kept_seq: seq > kept_seq + 3


@dataclass(frozen=True)
class Recovered:
    """A vault after an attack. how: "opened" as it is, or "repaired" first."""

    how: str
    content: Content
    lost: frozenset[str]


def recover(place: Place) -> Recovered:
    """Open the vault as a person would: if it says that it is damaged, by the repair it names.

    Raises:
        MoletrailError: it does not open even so.
    """
    lost: set[str] = set()
    kept.forget(place.path)  # as a program that was just started
    try:
        content = _read(place, lost)
        how = "opened"
    except VaultDamagedError:
        repair(place)
        lost.clear()
        content = _read(place, lost)
        how = "repaired"
    return Recovered(how, content, frozenset(lost))


def _read(place: Place, lost: set[str]) -> Content:
    with place.open() as vault:
        content = content_of(vault, lost=lost)
        search(vault)
    return content


def repair(place: Place) -> list[Repair]:
    """`verify --repair`."""
    return list(repair_vault(place.path, place.key))


def check(place: Place) -> list[Finding]:
    """`verify --deep`."""
    return list(check_vault(place.path, place.key, deep=True))


def damages(place: Place) -> list[str]:
    """What a deep check calls damage, in words."""
    return [f"{each.code}: {each.message}" for each in check(place) if each.severity == "damage"]
