"""The workspace: one vault's place, and the models, loaded once a process when first needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from tracker import resources, silence
from tracker.services import keyring

if TYPE_CHECKING:
    from tracker.analysis.noise import NoiseTable
    from tracker.store.vault import Vault
    from tracker.vision.analyzer import Analyzer

silence.silence()

#: Environment variable that names the vault where `--vault` does not.
VAULT_VARIABLE = "MOLETRAIL_VAULT"


def resolve_vault_path(option: str | None) -> Path:
    """Where the vault lies: the option, else MOLETRAIL_VAULT, else the user-data folder."""
    chosen = option or os.environ.get(VAULT_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_data_dir("moletrail", appauthor=False)) / "vault"


class _Models:
    """Networks and tables of this process; loading takes a second and happens once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._analyzer: Analyzer | None = None
        self._noise: NoiseTable | None = None

    def analyzer(self) -> Analyzer:
        with self._lock:
            if self._analyzer is None:
                from tracker.vision.decode import start_decoder  # noqa: PLC0415

                start_decoder()  # it gets ready while the networks load
                # Takes a second and needs system libraries: lists do without it.
                from tracker.vision.analyzer import Analyzer  # noqa: PLC0415

                self._analyzer = Analyzer.load(resources.models_dir())
            return self._analyzer

    def noise(self) -> NoiseTable:
        with self._lock:
            if self._noise is None:
                from tracker.services.noise_table import load_noise_table  # noqa: PLC0415

                self._noise = load_noise_table(resources.models_dir())
            return self._noise


_MODELS = _Models()


class Workspace:
    """What every service works on. Cheap to make; safe to use from several threads.

    Args:
        secret: where the passphrase (or recovery key) of an encrypted vault comes from; asked at
            most once, when the vault is first opened, and never for a vault that is not encrypted.
    """

    def __init__(self, vault_path: Path, *, secret: Callable[[], str] | None = None) -> None:
        self.vault_path = vault_path
        self.asking = threading.Lock()
        self._secret = secret

    def ask_secret(self) -> str | None:
        """What the source says; None where there is none, or it was asked before."""
        source, self._secret = self._secret, None
        return None if source is None else source()

    @property
    def analyzer(self) -> Analyzer:
        """The loaded networks.

        Raises:
            ModelError: a model file is missing or not the one its manifest names.
        """
        return _MODELS.analyzer()

    @property
    def noise(self) -> NoiseTable:
        """The noise of repeated photos, per axis and modality."""
        return _MODELS.noise()

    def open(self, purpose: str = "") -> AbstractContextManager[Vault]:
        """Open the vault for the length of one short operation.

        Computing does not belong inside: no other process can use the vault meanwhile.

        Raises:
            VaultNotFoundError, VaultNewerError, VaultError, VaultDamagedError, VaultBusyError.
            VaultLockedError, WrongPassphraseError: encrypted, and not unlocked; see `keyring`.
        """
        from tracker.store.vault import Vault  # noqa: PLC0415 - `analyze` needs no database

        return Vault.open(self.vault_path, key=keyring.key_of(self), purpose=purpose)
