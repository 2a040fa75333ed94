"""Questions that need more than one row to be answered right."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from tests.store.builders import (
    MODEL_SHA,
    OTHER_MODEL_SHA,
    a_comparison,
    add,
    an_analysis,
    photo_data,
    unit_vector,
)
from tracker.domain.capture import CaptureTime, DateSource
from tracker.domain.geometry import Box
from tracker.errors import InternalError, UnknownNameError
from tracker.store import Vault
from tracker.store.index import INDEX_FILE


def test_observations_come_by_capture_then_by_adding(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        late, first, second = add(vault, 1), add(vault, 2), add(vault, 3)
        day = CaptureTime(datetime(2024, 1, 1), "day", DateSource.GIVEN)
        vault.set_capture(first.observation_id, day)
        vault.set_capture(second.observation_id, day)
        assert late.lesion is not None
        ids = [o.observation_id for o in vault.observations(late.lesion)]
    assert ids == [first.observation_id, second.observation_id, late.observation_id]


def test_unassigned_until_moved(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        ada, eve = add(vault, 1, lesion=None), add(vault, 2, person="Eve", lesion=None)
        assert [o.observation_id for o in vault.unassigned()] == [
            ada.observation_id,
            eve.observation_id,
        ]
        assert [o.observation_id for o in vault.unassigned(eve.person)] == [eve.observation_id]
        assert vault.info().unassigned == 2
        arm = vault.ensure_lesion(ada.person, "arm")
        vault.move_observation(ada.observation_id, arm)
        assert vault.unassigned(ada.person) == []
        assert vault.observations(arm)[0].observation_id == ada.observation_id
        assert len(vault.all_observations()) == 2
        assert len(vault.all_observations(ada.person)) == 1


def test_duplicates_are_of_one_photo_person_lesion_and_region(vault_path: Path) -> None:
    box = Box(1, 2, 30, 40)
    with Vault.open(vault_path) as vault:
        whole = add(vault, 1)
        part = add(vault, 1, lesion="back", requested_roi=box)
        sha, ada = whole.photo.photo_sha256, whole.person
        eve = vault.ensure_person("Eve")

        def found(lesion: str | None, roi: Box | None, who: str = "Ada") -> str | None:
            spot = None if lesion is None else vault.ensure_lesion(ada, lesion)
            person = ada if who == "Ada" else eve
            duplicate = vault.find_duplicate(sha, person, spot, roi)
            return None if duplicate is None else duplicate.observation_id

        assert found("left arm", None) == whole.observation_id
        assert found("back", box) == part.observation_id
        assert found("left arm", box) is None
        assert found("back", None) is None
        assert found(None, None) == whole.observation_id
        assert found(None, box) == part.observation_id
        assert found(None, None, "Eve") is None
        assert vault.find_duplicate("0" * 64, ada, None, None) is None
        assert vault.info().photos == 1


def test_a_photo_is_stored_once(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        first = add(vault, 1).photo
        entries = vault.info().journal_entries
        again = vault.keep_photo(
            photo_data(1), file_name="copy.jpg", media_type="image/jpeg", width=1, height=1
        )
        assert again == first
        assert vault.info().journal_entries == entries


def test_a_known_lesion_only_gains_what_was_unknown(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        ada = vault.ensure_person("Ada")
        bare = vault.ensure_lesion(ada, "spot")
        assert (bare.site, bare.is_new) == (None, False)
        filled = vault.ensure_lesion(ada, "spot", site="back", is_new=True)
        assert filled == dataclasses.replace(bare, site="back", is_new=True)
        assert vault.ensure_lesion(ada, "spot", site="arm") == filled
        assert vault.lesion(ada, "spot") == filled


def test_nearest_agrees_with_the_dot_product(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        with vault.batch():
            stored = [add(vault, seed, lesion=f"l{seed % 3}") for seed in range(40)]
            add(vault, 100, person="Eve", analysis=an_analysis(100, embedding=unit_vector(7)))
            add(vault, 101, analysis=an_analysis(7, model_sha256=OTHER_MODEL_SHA))
            add(vault, 102, analysis=dataclasses.replace(an_analysis(1), embedding=None))
        query = unit_vector(1000)
        ada = stored[0].person
        found = vault.nearest(query, person=ada, model_sha256=MODEL_SHA, k=5)
        cosines = {o.observation_id: float(o.analysis.embedding @ query) for o in stored}  # type: ignore[operator]
        best = sorted(cosines, key=lambda identity: -cosines[identity])[:5]
        assert [identity for identity, _ in found] == best
        assert [c for _, c in found] == pytest.approx([cosines[i] for i in best], abs=1e-6)
        other = vault.nearest(query, person=ada, model_sha256=OTHER_MODEL_SHA, k=5)
        assert len(other) == 1
        assert vault.nearest(query, person=ada, model_sha256="0" * 64, k=5) == []
        assert vault.nearest(query, person=ada, model_sha256=MODEL_SHA, k=0) == []
        assert len(vault.nearest(query, person=ada, model_sha256=MODEL_SHA, k=99)) == 40


def test_the_index_grows_with_the_vault(vault_path: Path) -> None:
    for seed in range(4):
        with Vault.open(vault_path) as vault:
            added = add(vault, seed)
            found = vault.nearest(
                unit_vector(seed), person=added.person, model_sha256=MODEL_SHA, k=9
            )
            assert found[0][0] == added.observation_id
            assert len(found) == seed + 1
        assert (vault_path / INDEX_FILE).exists()


@pytest.mark.parametrize(
    "embedding", [np.zeros(64, np.float32), np.full(128, np.inf, np.float32)], ids=["shape", "inf"]
)
def test_what_is_no_embedding_is_not_searched(
    vault_path: Path, embedding: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> None:
    with Vault.open(vault_path) as vault:
        ada = add(vault, 1).person
        with pytest.raises(InternalError):
            vault.nearest(embedding, person=ada, model_sha256=MODEL_SHA, k=1)


def test_comparisons_need_stored_observations(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        known = add(vault, 1).observation_id
        entries = vault.info().journal_entries
        with pytest.raises(UnknownNameError):
            vault.add_comparison(a_comparison(known, "obs_none"))
        assert vault.info().journal_entries == entries


def test_things_of_another_vault_are_not_taken(vault_path: Path, tmp_path: Path) -> None:
    Vault.create(tmp_path / "other")
    with Vault.open(tmp_path / "other") as other:
        foreign = add(other, 1)
    assert foreign.lesion is not None
    with Vault.open(vault_path) as vault:
        with pytest.raises(UnknownNameError):
            vault.ensure_lesion(foreign.person, "arm")
        with pytest.raises(UnknownNameError):
            vault.set_site(foreign.lesion, "arm")
        with pytest.raises(UnknownNameError):
            vault.set_note(foreign.observation_id, "hello")
        assert vault.info().journal_entries == 1
