"""Vaults of every format that was ever written can be opened, with all that is in them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store.builders import (
    a_capture,
    a_comparison,
    an_analysis,
    photo_data,
)
from tests.store.same import assert_same
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.store import Vault
from tracker.store.events import KINDS
from tracker.store.journal import EVENTS_FILE

FIXTURES = Path(__file__).parent / "fixtures"
FORMATS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", FORMATS)
def test_a_stored_vault_opens_as_it_was(tmp_path: Path, name: str) -> None:
    path = tmp_path / "vault"
    shutil.copytree(FIXTURES / name, path)
    with Vault.open(path) as vault:
        zoe, ben = vault.person("Zoë Å."), vault.person("Ben")
        (lesion,) = vault.lesions(zoe)
        (one,) = vault.observations(lesion)
        (two,) = vault.unassigned(zoe)
        (three,) = vault.unassigned(ben)
        assert (lesion.name, lesion.site) == ("left arm", "arm")
        assert lesion.life_cycle is LifeCycle.RESOLVED
        assert one.note == "seen by a clinician"
        assert two.capture == a_capture(20)
        assert three.note == "note 3"
        assert vault.photo_bytes(one.photo.photo_sha256) == photo_data(1)
        (symptom,) = vault.symptoms(lesion)
        assert symptom.kind is SymptomKind.ITCH
        assert symptom.noted_at == datetime(2025, 4, 1, 12, tzinfo=UTC)
        assert vault.find_duplicate(two.photo.photo_sha256, zoe, None, Box(5, 6, 70, 80))
        again = vault.move_observation(two.observation_id, lesion)
        (comparison,) = vault.comparisons(lesion)
        assert comparison == a_comparison(one.observation_id, again.observation_id)
        # Embeddings are drawn by numpy's generator, whose rounding may differ between machines.
        for observation, seed in ((one, 1), (two, 2), (three, 3)):
            assert observation.analysis.embedding == pytest.approx(
                an_analysis(seed).embedding, abs=1e-6
            )
            assert_same(observation.analysis.mask, an_analysis(seed).mask)
            assert observation.analysis.model == an_analysis(seed).model
            assert observation.analysis.others == an_analysis(seed).others


def test_the_newest_fixture_has_every_kind_of_event() -> None:
    journal = (FIXTURES / FORMATS[-1] / "journal" / EVENTS_FILE).read_text(encoding="ascii")
    assert {json.loads(line)["kind"] for line in journal.splitlines()} == set(KINDS)
