"""Vaults of every format and schema that was ever written can be opened, with all that is in them.

A fixture lies as its time's program wrote it, its database packed beside it (`fixtures_make`).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store.builders import a_capture, a_comparison, add, an_analysis, photo_data
from tests.store.everything import everything
from tests.store.fixtures_make import FIXTURES, PACKED_DATABASE, by_hand, unpack
from tests.store.same import assert_same
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.store import Vault
from tracker.store.database import DATABASE_FILE
from tracker.store.events import KINDS
from tracker.store.journal import EVENTS_FILE

NAMES = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())
FULL = [name for name in NAMES if not name.endswith("-empty")]
EMPTY = [name for name in NAMES if name.endswith("-empty")]
#: Fixtures in which a photo was analysed again, with a mask drawn by hand.
REANALYSED = {"format-1-reanalysed", "format-1-repaired", "format-1-deleted"}


@pytest.mark.parametrize("name", FULL)
def test_a_stored_vault_opens_as_it_was(tmp_path: Path, name: str) -> None:
    with Vault.open(unpack(name, tmp_path / "vault")) as vault:
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
        second = by_hand(2) if name in REANALYSED else an_analysis(2)
        for observation, wanted in ((one, an_analysis(1)), (two, second), (three, an_analysis(3))):
            # Embeddings are drawn by numpy's generator, whose rounding may differ by machine.
            assert observation.analysis.embedding == pytest.approx(wanted.embedding, abs=1e-6)
            assert_same(observation.analysis.mask, wanted.mask)
            assert observation.analysis.model == wanted.model
            assert observation.analysis.others == wanted.others


@pytest.mark.parametrize("name", EMPTY)
def test_a_stored_empty_vault_takes_photos(tmp_path: Path, name: str) -> None:
    path = unpack(name, tmp_path / "vault")
    with Vault.open(path) as vault:
        assert (vault.info().observations, vault.people()) == (0, [])
        stored = add(vault, 1)
    with Vault.open(path) as vault:
        assert_same(vault.all_observations(), [stored])


@pytest.mark.parametrize("name", NAMES)
def test_upgraded_and_made_from_the_journal_it_is_the_same(tmp_path: Path, name: str) -> None:
    upgraded, remade = unpack(name, tmp_path / "a"), unpack(name, tmp_path / "b")
    (remade / DATABASE_FILE).unlink(missing_ok=True)
    assert_same(everything(upgraded), everything(remade))
    assert not list(upgraded.glob("*.replaced-*"))
    for path in (upgraded, remade):
        with Vault.open(path) as vault:
            person = vault.ensure_person("Ida")
            vault.ensure_lesion(person, "new spot")
    after = everything(upgraded)
    (upgraded / DATABASE_FILE).unlink(missing_ok=True)
    assert_same(everything(upgraded), after)


def test_the_fixtures_have_every_kind_of_event() -> None:
    journals = [FIXTURES / name / "journal" / EVENTS_FILE for name in FULL]
    lines = [line for path in journals for line in path.read_text("ascii").splitlines()]
    assert {json.loads(line)["kind"] for line in lines} == set(KINDS)


def test_plain_fixtures_keep_their_database() -> None:
    plain = [name for name in NAMES if name.startswith("format-1")]
    assert plain
    assert all((FIXTURES / name / PACKED_DATABASE).exists() for name in plain)
