"""What is kept: the vault with its journal, photos, database and search index."""

from tracker.store.values import NewObservation, VaultInfo
from tracker.store.vault import Vault

__all__ = ["NewObservation", "Vault", "VaultInfo"]
