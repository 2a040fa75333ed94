"""Vaults of every format and schema that was ever written can be opened, with all that is in them.

A fixture lies as its time's program wrote it, its database packed beside it (`fixtures_make`).
"""

from __future__ import annotations

import functools
import json
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.store.builders import a_capture, a_comparison, add, an_analysis, photo_data
from tests.store.everything import everything
from tests.store.fixtures_make import FIXTURES, PACKED_DATABASE, by_hand, unpack
from tests.store.kinds import PASSPHRASE, Kept
from tests.store.same import assert_same
from tracker.domain.body import BodyPlace, BodyView, SiteMark
from tracker.domain.care import DecisionKind
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.errors import WrongPassphraseError
from tracker.store.database import DATABASE_FILE
from tracker.store.events import KINDS
from tracker.store.journal import EVENTS_FILE
from tracker.store.keys import VaultKey, unlock
from tracker.store.snapshot import SNAPSHOT_FILE

NAMES = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())
FULL = [name for name in NAMES if not name.endswith("-empty")]
EMPTY = [name for name in NAMES if name.endswith("-empty")]
#: Fixtures from before a photo could be analysed again, with a mask drawn by hand.
BEFORE_REANALYSIS = {"format-1"}
#: What was printed when the encrypted ones were made; `kinds.PASSPHRASE` opens them too.
RECOVERY_KEYS = {
    "format-2-care": "FZ24G-RGMYM-402WY-MK78D-YV99H-WT5X3-N6C6K",
    "format-2-empty": "YP1M1-4KVPQ-CSBG7-GR4PF-M5VYG-ZGW5R-16231",
    "format-2-groups": "Q6684-FNYFG-EA6SD-8P3JX-1PDTG-NK4BS-G91DM",
    "format-2-full": "36P6K-C7VF0-S567Z-PMEA9-N291D-HPCBH-MNSZ1",
}


@functools.cache
def key_of(name: str) -> VaultKey | None:
    """The key of an encrypted fixture, which is that of its copies as well."""
    if name not in RECOVERY_KEYS:
        return None
    with tempfile.TemporaryDirectory() as folder:
        return unlock(unpack(name, Path(folder) / "vault"), PASSPHRASE)


def stored(name: str, path: Path) -> Kept:
    """A copy of the fixture at `path`."""
    return Kept(unpack(name, path), key_of(name))


def without_tables(kept: Kept) -> Kept:
    """The same vault with its journal alone to make tables from."""
    for name in (DATABASE_FILE, SNAPSHOT_FILE):
        (kept.path / name).unlink(missing_ok=True)
    return kept


@pytest.mark.parametrize("name", FULL)
def test_a_stored_vault_opens_as_it_was(tmp_path: Path, name: str) -> None:
    with stored(name, tmp_path / "vault").open() as vault:
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
        second = an_analysis(2) if name in BEFORE_REANALYSIS else by_hand(2)
        for observation, wanted in ((one, an_analysis(1)), (two, second), (three, an_analysis(3))):
            # Embeddings are drawn by numpy's generator, whose rounding may differ by machine.
            assert observation.analysis.embedding == pytest.approx(wanted.embedding, abs=1e-6)
            assert_same(observation.analysis.mask, wanted.mask)
            assert observation.analysis.model == wanted.model
            assert observation.analysis.others == wanted.others


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("-care")])
def test_what_people_decided_is_read_as_it_was(tmp_path: Path, name: str) -> None:
    with stored(name, tmp_path / "vault").open() as vault:
        lesion = vault.lesion(vault.person("Zoë Å."), "left arm")
        (one,), (three,) = vault.observations(lesion), vault.unassigned(vault.person("Ben"))
        assert lesion.place == BodyPlace(BodyView.LEFT_PALM, 0.25, 0.5)
        assert (lesion.mark, lesion.recheck_months) == (SiteMark.WOUND, 4)
        assert (lesion.stage_on, lesion.merged_into) == (date(2026, 2, 3), None)
        (decision,), (answer,) = vault.decisions(lesion), vault.answers(lesion)
        assert (decision.by, decision.kind) == ("Dr Bär", DecisionKind.MONITOR)
        assert decision.until == date(2026, 9, 1)
        assert decision.observations == (one.observation_id,)
        assert answer.kinds == (SymptomKind.ITCH,)
        (survey,), (profile,) = vault.surveys(), vault.profiles()
        assert (survey.site, survey.lesions) == ("arm", (lesion.lesion_id,))
        assert (profile.name, profile.mm_per_px) == ("my lens", 0.01)
        assert (vault.bin_items(), three.mask_corrected) == ([], None)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("-groups")])
def test_what_was_written_as_one_is_read_as_it_was(tmp_path: Path, name: str) -> None:
    with stored(name, tmp_path / "vault").open() as vault:
        lesion = vault.lesion(vault.person("Max"), "knee")
        assert [each.note for each in vault.observations(lesion)] == ["note 5", "note 6"]


@pytest.mark.parametrize("name", EMPTY)
def test_a_stored_empty_vault_takes_photos(tmp_path: Path, name: str) -> None:
    kept = stored(name, tmp_path / "vault")
    with kept.open() as vault:
        assert (vault.info().observations, vault.people()) == (0, [])
        seen = add(vault, 1)
    with kept.open() as vault:
        assert_same(vault.all_observations(), [seen])


@pytest.mark.parametrize("name", NAMES)
def test_upgraded_and_made_from_the_journal_it_is_the_same(tmp_path: Path, name: str) -> None:
    upgraded = stored(name, tmp_path / "a")
    remade = without_tables(stored(name, tmp_path / "b"))
    assert_same(everything(upgraded.path, upgraded.key), everything(remade.path, remade.key))
    assert not list(upgraded.path.glob("*.replaced-*"))
    for kept in (upgraded, remade):
        with kept.open() as vault:
            person = vault.ensure_person("Ida")
            vault.ensure_lesion(person, "new spot")
    after = everything(upgraded.path, upgraded.key)
    assert_same(everything(without_tables(upgraded).path, upgraded.key), after)


@pytest.mark.parametrize("name", sorted(RECOVERY_KEYS))
def test_a_stored_recovery_key_opens_its_vault(tmp_path: Path, name: str) -> None:
    kept = stored(name, tmp_path / "vault")
    with pytest.raises(WrongPassphraseError):
        unlock(kept.path, "another")
    assert kept.key is not None
    assert unlock(kept.path, RECOVERY_KEYS[name]).key_id == kept.key.key_id


def test_the_fixtures_have_every_kind_of_event() -> None:
    plain = [name for name in FULL if name not in RECOVERY_KEYS]
    journals = [FIXTURES / name / "journal" / EVENTS_FILE for name in plain]
    lines = [line for path in journals for line in path.read_text("ascii").splitlines()]
    assert {json.loads(line)["kind"] for line in lines} == set(KINDS)


def test_plain_fixtures_keep_their_database() -> None:
    plain = [name for name in NAMES if name.startswith("format-1")]
    assert plain
    assert all((FIXTURES / name / PACKED_DATABASE).exists() for name in plain)
