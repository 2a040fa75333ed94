"""All that can be read of a vault, as one value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tracker.store import Vault
from tracker.store.keys import VaultKey

_MODELS = ("a" * 64, "b" * 64)


def everything(path: Path, key: VaultKey | None = None) -> dict[str, Any]:
    """Every answer of an open vault, but for the number of its schema."""
    with Vault.open(path, key=key) as vault:
        people, lesions, seen = vault.people(), vault.lesions(), vault.all_observations()
        ids = [each.observation_id for each in seen]
        info = vault.info()
        return {
            "people": people,
            "lesions": lesions,
            "by person": {p.person_id: vault.lesions(p) for p in people},
            "observations": seen,
            "of a person": {p.person_id: vault.all_observations(p) for p in people},
            "of a lesion": {each.lesion_id: vault.observations(each) for each in lesions},
            "waiting": vault.unassigned(),
            "comparisons": {each.lesion_id: vault.comparisons(each) for each in lesions},
            "symptoms": {each.lesion_id: vault.symptoms(each) for each in lesions},
            "decisions": vault.decisions(),
            "answers": vault.answers(),
            "surveys": vault.surveys(),
            "profiles": vault.profiles(),
            "bin": vault.bin_items(),
            "lesions and bin": vault.lesions(binned=True),
            "networks' masks": {name: vault.network_analysis(name) for name in ids},
            "photos": {
                each.observation_id: vault.photo_bytes(each.photo.photo_sha256) for each in seen
            },
            "marks": dict(sorted(vault.analysis_marks(ids).items())),
            "nearest": [
                [name for name, _ in vault.nearest(e, person=s.person, model_sha256=model, k=3)]
                for s in seen
                if (e := s.analysis.embedding) is not None
                for model in _MODELS
            ],
            "counts": (info.vault_id, info.created_at, info.journal_entries, info.comparisons),
        }
