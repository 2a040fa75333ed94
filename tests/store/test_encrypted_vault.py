"""An encrypted vault behaves as a plain one, and nothing in its folder can be read."""

from __future__ import annotations

import functools
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store import test_names, test_reads, test_round_trip
from tests.store.builders import (
    MODEL_SHA,
    SECRET,
    add,
    lose_tables,
    photo_data,
    unit_vector,
)
from tests.store.plaintext import leaks, secrets_of
from tests.store.same import assert_same
from tests.store.workers import (
    CRASHED,
    SEALED_STEPS,
    context,
    crash_at,
    drain,
    keep_adding,
)
from tracker.errors import InternalError, VaultLockedError
from tracker.store import Vault, kept
from tracker.store.engine import Engine
from tracker.store.keys import VaultKey
from tracker.store.snapshot import SNAPSHOT_FILE

_PATIENCE_S = 120.0
_ALIKE = (
    test_names.test_odd_names_are_kept_as_they_are,
    test_names.test_spellings_that_unicode_calls_equal_are_one_name,
    test_reads.test_observations_come_by_capture_then_by_adding,
    test_reads.test_unassigned_until_moved,
    test_reads.test_duplicates_are_of_one_photo_person_lesion_and_region,
    test_reads.test_a_photo_is_stored_once,
    test_round_trip.test_edits_win_and_survive_a_rebuild,
    test_round_trip.test_the_latest_comparison_of_a_pair_wins,
    test_round_trip.test_photos_come_back_byte_for_byte,
    test_round_trip.test_symptom_times_are_kept_as_instants,
)


@pytest.mark.parametrize("behaviour", _ALIKE, ids=lambda test: test.__name__)
def test_it_behaves_as_a_plain_one(
    sealed: tuple[Path, VaultKey], monkeypatch: pytest.MonkeyPatch, behaviour: object
) -> None:
    path, key = sealed
    monkeypatch.setattr(Vault, "open", functools.partial(Vault.open, key=key))
    assert callable(behaviour)
    behaviour(path)


def test_without_a_key_it_is_locked(sealed: tuple[Path, VaultKey]) -> None:
    path, _ = sealed
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*")}
    with pytest.raises(VaultLockedError, match="encrypted") as locked, Vault.open(path):
        pass
    assert locked.value.exit_code == 4
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*")} == before


def test_nothing_in_the_folder_can_be_read(
    sealed: tuple[Path, VaultKey], small_steps: None, tmp_path: Path
) -> None:
    path, key = sealed
    used = [use(path, key, tmp_path, seed) for seed in range(3)]
    assert (path / SNAPSHOT_FILE).exists()
    for secrets in used:
        assert leaks(path, secrets) == []
    year = datetime.now(UTC).year
    for file in [path, *path.rglob("*")]:
        assert datetime.fromtimestamp(file.stat().st_mtime, UTC).year < year, file


def use(path: Path, key: VaultKey, tmp_path: Path, seed: int) -> dict[str, bytes]:
    """A bit of everything; nothing can be read meanwhile either. Returns what to look for."""
    with Vault.open(path, key=key, purpose="a test") as vault:
        stored = add(vault, 100 + seed, person="Zoë Größenwahn", lesion="between the shoulders")
        vault.set_note(stored.observation_id, "itches since the holidays")
        found = vault.observation(stored.observation_id)
        vault.cached("thumbnail", lambda: photo_data(100 + seed))
        vault.nearest(unit_vector(0), person=found.person, model_sha256=MODEL_SHA, k=1)
        secrets = secrets_of(found, photo_data(100 + seed))
        assert leaks(path, secrets) == []
    return secrets


def test_the_search_for_plain_text_finds_it_in_a_plain_vault(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        stored = add(vault, 1, person="Zoë", lesion="between the shoulders")
        vault.nearest(unit_vector(0), person=stored.person, model_sha256=MODEL_SHA, k=1)
    found = leaks(vault_path, secrets_of(stored, photo_data(1)))
    labels = {leak.partition(" in ")[0] for leak in found}
    missed = set(secrets_of(stored, photo_data(1))) - labels
    assert missed <= {"person decomposed", "person in UTF-16", "raw hash of the photo"}


@pytest.mark.parametrize(
    "step", ["half a photo", "half a journal line", "before the commit", *SEALED_STEPS]
)
def test_a_killed_process_leaves_nothing_readable(sealed: tuple[Path, VaultKey], step: str) -> None:
    path, key = sealed
    with Vault.open(path, key=key) as vault:
        before = add(vault, 1)
    child = context().Process(target=crash_at, args=(str(path), step, SECRET))
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode == CRASHED
    # What the lost process was adding: the person, lesion and dates of `add`, another photo.
    assert leaks(path, secrets_of(before, photo_data(77))) == []
    with Vault.open(path, key=key) as vault:
        assert_same(vault.observation(before.observation_id), before)
        again = add(vault, 77)
        assert vault.photo_bytes(again.photo.photo_sha256) == photo_data(77)
        assert not list((path / "sealed" / "incoming").iterdir())


def test_two_processes_see_what_each_other_adds(sealed: tuple[Path, VaultKey]) -> None:
    path, key = sealed
    ours, theirs = context().Pipe(duplex=False)
    child = context().Process(target=keep_adding, args=(str(path), 1000, 4, theirs, SECRET))
    child.start()
    theirs.close()
    acknowledged: set[str] = set()
    for seed in range(4):
        with Vault.open(path, key=key, wait_s=_PATIENCE_S) as vault:
            acknowledged.add(add(vault, seed).observation_id)
    acknowledged |= drain(ours)
    child.join(_PATIENCE_S)
    assert child.exitcode == 0
    assert len(acknowledged) == 4 + 4 * 3
    with Vault.open(path, key=key) as vault:
        live = vault.all_observations()
        assert {o.observation_id for o in live} == acknowledged
        assert [person.name for person in vault.people()] == ["Ada"]
    lose_tables(path)
    with Vault.open(path, key=key) as vault:
        assert_same(vault.all_observations(), live)


def test_tables_stay_in_memory_until_they_are_forgotten(
    sealed: tuple[Path, VaultKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key = sealed
    made: list[Engine] = []
    real = Engine.__init__

    def counted(self: Engine, *args: object, **more: object) -> None:
        made.append(self)
        real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "__init__", counted)
    for seed in range(3):
        with Vault.open(path, key=key) as vault:
            add(vault, seed)
    assert len(made) == 1
    kept.forget(path)
    with Vault.open(path, key=key) as vault:
        assert vault.info().observations == 3
        kept.forget(path)  # while it is in use: takes effect at the end
        assert vault.info().observations == 3
    assert len(made) == 2
    with Vault.open(path, key=key) as vault:
        assert vault.info().observations == 3
    assert len(made) == 3


def test_a_folder_that_was_put_in_place_of_another_is_read_anew(
    sealed: tuple[Path, VaultKey], tmp_path: Path
) -> None:
    path, key = sealed
    with Vault.open(path, key=key) as vault:
        add(vault, 1)
    shutil.copytree(path, tmp_path / "earlier")
    with Vault.open(path, key=key) as vault:
        add(vault, 2)
    shutil.rmtree(path)
    shutil.copytree(tmp_path / "earlier", path)
    with Vault.open(path, key=key) as vault:
        assert vault.info().observations == 1


def test_a_batch_that_fails_leaves_the_search_as_it_was(sealed: tuple[Path, VaultKey]) -> None:
    path, key = sealed

    def search(vault: Vault) -> list[tuple[str, float]]:
        person = vault.person("Ada")
        return vault.nearest(unit_vector(5), person=person, model_sha256=MODEL_SHA, k=9)

    def add_search_and_fail(vault: Vault) -> None:
        with vault.batch():
            add(vault, 5)
            assert len(search(vault)) == 2
            raise InternalError("in the middle of a batch")

    with Vault.open(path, key=key) as vault:
        add(vault, 1)
        before = search(vault)
        with pytest.raises(InternalError):
            add_search_and_fail(vault)
        assert search(vault) == before
        add(vault, 6)
        found = search(vault)
    assert len(found) == 2
    kept.forget(path)
    with Vault.open(path, key=key) as vault:
        assert search(vault) == found
