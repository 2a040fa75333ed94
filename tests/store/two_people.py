"""A vault of two people for tests of deleting, and what must not be found afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.store.builders import MODEL_SHA, a_comparison, add, an_analysis, photo_data, unit_vector
from tests.store.kinds import Kept, make_vault
from tests.store.plaintext import secrets_of
from tracker.domain.geometry import Box
from tracker.domain.records import SymptomKind
from tracker.store.doomed import Doomed, doomed_person
from tracker.store.erase import erase

#: What made-up photos have in common.
_SHARED = frozenset({"media type", "capture date", "date of adding", "kind of event"})
GOES, STAYS = "Zoë Doomed-Person", "Ada Stays"


def filled(folder: Path, *, encrypted: bool) -> Kept:
    """Two people with a lesion each and one photo that shows both."""
    kept = make_vault(folder / "vault", encrypted=encrypted)
    with kept.open() as vault:
        with vault.batch():
            for seed in (0, 1, 2, 3):
                add(vault, seed, person=STAYS if seed % 2 else GOES, lesion=f"spot {seed % 2}")
            add(vault, 1, person=GOES, lesion="spot 0", requested_roi=Box(1, 1, 40, 40))
            for person in (GOES, STAYS):
                one, two = vault.all_observations(vault.person(person))[:2]
                vault.add_comparison(a_comparison(one.observation_id, two.observation_id))
                vault.add_analysis(one.observation_id, an_analysis(len(person)))
                vault.set_note(two.observation_id, f"{person} wrote this")
                assert one.lesion is not None
                vault.add_symptom(
                    one.lesion, SymptomKind.ITCH, datetime(2026, 1, 1, tzinfo=UTC), f"of {person}"
                )
        someone = vault.all_observations()[0]
        vault.nearest(unit_vector(0), person=someone.person, model_sha256=MODEL_SHA, k=1)
        for number in range(3):
            vault.cached(f"picture {number}", lambda: photo_data(0))
    return kept


def delete_person(kept: Kept, name: str = GOES) -> Doomed:
    return erase(kept.path, lambda vault: doomed_person(vault, vault.person(name)), key=kept.key)


def secrets(kept: Kept, person: str = GOES) -> dict[str, bytes]:
    """All that must not be found once the person is gone; the photo of both people stays."""
    found: dict[str, bytes] = {}
    with kept.open() as vault:
        for seen in vault.all_observations(vault.person(person)):
            if seen.photo.file_name != "1.jpg":
                data = vault.photo_bytes(seen.photo.photo_sha256)
                for label, secret in secrets_of(seen, data).items():
                    if label not in _SHARED:
                        found[f"{label} of {seen.photo.file_name}"] = secret
    found["a symptom's note"] = f"of {person}".encode()
    found["a note as JSON"] = json.dumps(f"{person} wrote this")[1:-1].encode()
    return found
