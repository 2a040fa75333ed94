"""What was deleted is in no file of the vault, and what was kept is untouched."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.store.backed_up import read, write
from tests.store.builders import MODEL_SHA, add, photo_data, unit_vector
from tests.store.kinds import KINDS_OF_VAULT, Kept, copied, make_vault
from tests.store.plaintext import leaks
from tests.store.same import assert_same
from tests.store.two_people import GOES, STAYS, delete_person, secrets
from tests.store.whole import everything
from tracker.domain.records import LifeCycle
from tracker.errors import BackupError, UnknownNameError
from tracker.store import doomed
from tracker.store.doomed import doomed_lesion, doomed_observation
from tracker.store.erase import erase
from tracker.store.events import KINDS
from tracker.store.header import read_header
from tracker.store.keys import sealing_for
from tracker.store.lines import lines_of
from tracker.store.verify import check_vault


@pytest.fixture(params=KINDS_OF_VAULT)
def kept(tmp_path: Path, request: pytest.FixtureRequest, two_people: dict[str, Kept]) -> Kept:
    return copied(two_people[request.param], tmp_path / "vault")


@pytest.fixture
def plain(tmp_path: Path, two_people: dict[str, Kept]) -> Kept:
    return copied(two_people["plain"], tmp_path / "vault")


def entries(kept: Kept) -> list[tuple[str, Any]]:
    """Kind, time and payload of each entry."""
    header = read_header(kept.path)
    codec = lines_of(sealing_for(kept.path, header, kept.key))
    lines = (kept.path / "journal" / codec.file_name).read_bytes().splitlines()
    decoded = [codec.decode(line) for line in lines]
    return [(line.kind, (line.time, line.payload)) for line in decoded]


def test_a_check_misses_nothing_after_a_deletion(kept: Kept) -> None:
    delete_person(kept)
    assert check_vault(kept.path, kept.key, deep=True) == []


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_a_photo_that_was_moved_on_outlives_its_first_lesion(
    tmp_path: Path, encrypted: bool
) -> None:
    kept = make_vault(tmp_path / "vault", encrypted=encrypted)
    with kept.open() as vault:
        moved, waits = add(vault, 1, lesion="knee"), add(vault, 2, lesion="knee")
        assert moved.lesion is not None
        knee, foot = moved.lesion, vault.ensure_lesion(moved.person, "foot")
        vault.move_observation(waits.observation_id, foot)
        vault.move_observation(waits.observation_id, knee)
        vault.move_observation(waits.observation_id, None)
        vault.move_observation(moved.observation_id, foot)
    erase(kept.path, lambda vault: doomed_lesion(vault, knee), key=kept.key)
    assert check_vault(kept.path, kept.key, deep=True) == []
    assert not any(knee.lesion_id in repr(entry) for entry in entries(kept))
    with kept.open() as vault:
        (there,), (waiting,) = vault.observations(foot), vault.unassigned()
        assert (there.observation_id, waiting.observation_id) == (
            moved.observation_id,
            waits.observation_id,
        )


def test_a_person_is_gone_and_the_others_are_untouched(kept: Kept) -> None:
    before = entries(kept)
    hidden = secrets(kept)
    with kept.open() as vault:
        stays = vault.person(STAYS)
        expected = vault.all_observations(stays)
        comparisons = [vault.comparisons(lesion) for lesion in vault.lesions(stays)]
    gone = delete_person(kept)
    assert (len(gone.people), len(gone.lesions), len(gone.observations)) == (1, 1, 3)
    assert (len(gone.photos), gone.shared_photos, gone.symptoms) == (2, 1, 1)
    assert leaks(kept.path, hidden) == []
    with kept.open() as vault:
        assert vault.people() == [stays]
        assert_same(vault.all_observations(), expected)
        assert_same([vault.comparisons(lesion) for lesion in vault.lesions()], comparisons)
        for photo in vault.photos():
            vault.photo_bytes(photo.photo_sha256)
        assert len(vault.photos()) == 2
        assert vault.nearest(unit_vector(1), person=stays, model_sha256=MODEL_SHA, k=5)
    assert leaks(kept.path, hidden) == []
    after = entries(kept)
    assert after[-1][0] == "deleted"
    assert after[-1][1][1]["entries"] == len(before)
    assert after[:-1] == [entry for entry in before if entry in after[:-1]]
    with kept.open() as vault:
        add(vault, 20, person=GOES)
        assert len(vault.people()) == 2


def test_a_lesion_goes_with_what_was_merged_into_it(plain: Kept) -> None:
    with plain.open() as vault:
        stays = vault.person(STAYS)
        target = vault.ensure_lesion(stays, "freckle on the nose")
        moved = add(vault, 9, person=STAYS, lesion="second name")
        merged = vault.ensure_lesion(stays, "second name")
        vault.move_observation(moved.observation_id, target)
        vault.set_life_cycle(merged, LifeCycle.MERGED, "Merged into freckle on the nose")
        apart = add(vault, 10, person=STAYS, lesion="freckle on the nose")
        vault.move_observation(apart.observation_id, vault.ensure_lesion(stays, "spot 1"))
    gone = erase(plain.path, lambda vault: doomed_lesion(vault, target))
    assert gone.lesions == {target.lesion_id, merged.lesion_id}
    assert gone.observations == {moved.observation_id}
    assert leaks(plain.path, {"a": b"freckle on the nose", "b": b"second name"}) == []
    with plain.open() as vault:
        assert {lesion.name for lesion in vault.lesions(stays)} == {"spot 1"}
        assert apart.observation_id in {o.observation_id for o in vault.all_observations()}
        with pytest.raises(UnknownNameError):
            vault.observation(moved.observation_id)


def test_a_photo_goes_and_its_lesion_stays(kept: Kept) -> None:
    with kept.open() as vault:
        lesion = vault.lesion(vault.person(GOES), "spot 0")
        seen = vault.observations(lesion)
        expected = [each for each in seen if each.photo.file_name != "0.jpg"]
    (first,) = (each for each in seen if each.photo.file_name == "0.jpg")
    gone = erase(kept.path, lambda vault: doomed_observation(vault, first), key=kept.key)
    assert gone.observations == {first.observation_id}
    assert (
        leaks(kept.path, {"photo": photo_data(0)[:32], "name": b"0.jpg", "note": b"note 0"}) == []
    )
    with kept.open() as vault:
        assert_same(vault.observations(lesion), expected)
        assert vault.comparisons(lesion) == ()


def test_a_photo_that_shows_two_lesions_stays_with_the_other(plain: Kept) -> None:
    with plain.open() as vault:
        shared = [o for o in vault.all_observations() if o.photo.file_name == "1.jpg"]
        mine = next(o for o in shared if o.person.name == GOES)
    gone = erase(plain.path, lambda vault: doomed_observation(vault, mine))
    assert (gone.photos, gone.shared_photos) == (frozenset(), 1)
    with plain.open() as vault:
        vault.photo_bytes(mine.photo.photo_sha256)


def test_set_aside_files_go_and_those_of_others_stay(kept: Kept) -> None:
    hidden = secrets(kept)
    with kept.open() as vault:
        paths = {
            photo.file_name: vault.originals.path_of(photo.photo_sha256) for photo in vault.photos()
        }
    journal = next((kept.path / "journal").glob("events.*"))
    lost = kept.path / "lost+found"
    lost.mkdir()
    lines = journal.read_bytes().splitlines(keepends=True)
    shutil.copy(paths["0.jpg"], lost / "photo-1")
    shutil.copy(paths["3.jpg"], lost / "photo-2")
    (lost / "journal-1.jsonl").write_bytes(b"".join(lines))
    (lost / "journal-2.jsonl").write_bytes(lines[0])
    shutil.copy(journal, journal.with_name(f"{journal.name}.damaged-1"))
    (journal.parent / "torn-3-x.part").write_bytes(lines[3][:-9])
    (kept.path / "moletrail.duckdb.replaced-1").write_bytes(photo_data(0))
    delete_person(kept)
    assert leaks(kept.path, hidden) == []
    assert sorted(path.name for path in lost.iterdir()) == ["journal-2.jsonl", "photo-2"]
    assert not list(kept.path.rglob("*.damaged-*"))
    assert not list(kept.path.rglob("torn-*"))
    with kept.open() as vault:
        assert len(vault.all_observations()) == 2


def test_what_the_choice_raises_leaves_everything(kept: Kept) -> None:
    with kept.open() as vault:
        before = everything(vault)
    with pytest.raises(UnknownNameError):
        delete_person(kept, "nobody")
    with kept.open() as vault:
        assert_same(everything(vault), before)


def test_every_kind_of_event_says_what_it_is_about() -> None:
    assert KINDS.keys() == doomed._ABOUT.keys()


def test_a_backup_from_before_is_replaced_by_one_without(kept: Kept, tmp_path: Path) -> None:
    write(kept, tmp_path / "b.zip")
    other = tmp_path / "other"
    read(tmp_path / "b.zip", other)
    hidden = secrets(kept)
    delete_person(kept)
    write(kept, tmp_path / "b.zip")
    (tmp_path / "found").mkdir()
    shutil.copy(tmp_path / "b.zip", tmp_path / "found" / "b.zip")
    assert leaks(tmp_path / "found", hidden) == []
    with kept.open(other) as vault, vault.batch():
        for number in range(40):
            vault.ensure_person(f"person {number}")
    write(Kept(other, kept.key), tmp_path / "longer.zip")
    with pytest.raises(BackupError, match="does not have"):
        write(kept, tmp_path / "longer.zip")


def test_a_vault_of_one_person_becomes_empty(plain: Kept) -> None:
    delete_person(plain)
    delete_person(plain, STAYS)
    with plain.open() as vault:
        assert (vault.people(), vault.photos(), vault.lesions()) == ([], [], [])
    assert [path for path in (plain.path / "photos").rglob("*") if path.is_file()] == []
