"""Everything that a vault holds, as values that can be compared bit for bit."""

from __future__ import annotations

from typing import Any

from tracker.store import Vault


def everything(vault: Vault) -> dict[str, Any]:
    """All that can be asked of an open vault, the bytes of the photos included."""
    info = vault.info()
    return {
        "vault_id": info.vault_id,
        "entries": info.journal_entries,
        "people": vault.people(),
        "lesions": vault.lesions(),
        "observations": vault.all_observations(),
        "comparisons": [vault.comparisons(lesion) for lesion in vault.lesions()],
        "symptoms": [vault.symptoms(lesion) for lesion in vault.lesions()],
        "photos": vault.photos(),
        "originals": [vault.photo_bytes(photo.photo_sha256) for photo in vault.photos()],
    }
