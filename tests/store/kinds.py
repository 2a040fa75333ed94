"""Vaults of both kinds, for tests that must hold for each."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tracker.store import Vault
from tracker.store.keys import VaultKey, unlock
from tracker.store.slots import KdfCost

KINDS_OF_VAULT = ("plain", "encrypted")
PASSPHRASE = "correct horse"
#: As little work as argon2id can be asked for; what it costs an attacker is not tested here.
CHEAP = KdfCost(memory_kib=64, passes=1, lanes=1)


@dataclass(frozen=True)
class Kept:
    """A vault and, where it is encrypted, its key."""

    path: Path
    key: VaultKey | None

    def open(self, path: Path | None = None) -> AbstractContextManager[Vault]:
        """The vault, or a copy of it at `path`."""
        return Vault.open(self.path if path is None else path, key=self.key)


def make_vault(path: Path, *, encrypted: bool) -> Kept:
    """An empty vault at `path`."""
    Vault.create(path, passphrase=PASSPHRASE if encrypted else None, cost=CHEAP)
    return Kept(path, unlock(path, PASSPHRASE) if encrypted else None)


def copied(model: Kept, path: Path) -> Kept:
    """A copy of a vault, which opens with the same key."""
    shutil.copytree(model.path, path)
    return Kept(path, model.key)
