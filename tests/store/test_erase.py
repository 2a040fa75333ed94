"""What was deleted is in no file of the vault, what was kept is untouched, whatever happens."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.store.builders import MODEL_SHA, a_comparison, add, an_analysis, photo_data, unit_vector
from tests.store.erase_workers import (
    HAPPENED,
    STEPS,
    delete_in_another_process,
    die_deleting,
)
from tests.store.kinds import Kept, make_vault
from tests.store.plaintext import leaks, secrets_of
from tests.store.same import assert_same
from tests.store.test_backup import read, write
from tests.store.whole import everything
from tests.store.workers import CRASHED, context
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.errors import BackupError, StorageFullError, UnknownNameError
from tracker.store import doomed
from tracker.store.doomed import doomed_lesion, doomed_observation, doomed_person
from tracker.store.erase import erase
from tracker.store.erasure import ERASURE_FILE, finish_erasure, may_go
from tracker.store.events import KINDS
from tracker.store.header import read_header
from tracker.store.keys import sealing_for
from tracker.store.lines import lines_of

_PATIENCE_S = 120.0
#: What made-up photos have in common.
_SHARED = frozenset({"media type", "capture date", "date of adding", "kind of event"})
KINDS_OF_VAULT = ("plain", "encrypted")
GOES, STAYS = "Zoë Doomed-Person", "Ada Stays"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kept]:
    """A filled vault of each kind, to be copied."""
    folder = tmp_path_factory.mktemp("models")
    return {kind: filled(folder / kind, encrypted=kind == "encrypted") for kind in KINDS_OF_VAULT}


@pytest.fixture(params=KINDS_OF_VAULT)
def kept(tmp_path: Path, request: pytest.FixtureRequest, models: dict[str, Kept]) -> Kept:
    return copied(models[request.param], tmp_path / "vault")


@pytest.fixture
def plain(tmp_path: Path, models: dict[str, Kept]) -> Kept:
    return copied(models["plain"], tmp_path / "vault")


@pytest.fixture
def encrypted(tmp_path: Path, models: dict[str, Kept]) -> Kept:
    return copied(models["encrypted"], tmp_path / "vault")


def copied(model: Kept, path: Path) -> Kept:
    shutil.copytree(model.path, path)
    return Kept(path, model.key)


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


def delete_person(kept: Kept, name: str = GOES) -> doomed.Doomed:
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


def entries(kept: Kept) -> list[tuple[str, Any]]:
    """Kind, time and payload of each entry."""
    header = read_header(kept.path)
    codec = lines_of(sealing_for(kept.path, header, kept.key))
    lines = (kept.path / "journal" / codec.file_name).read_bytes().splitlines()
    decoded = [codec.decode(line) for line in lines]
    return [(line.kind, (line.time, line.payload)) for line in decoded]


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


@pytest.mark.parametrize("step", STEPS)
def test_killed_between_two_steps(kept: Kept, step: str) -> None:
    hidden = secrets(kept)
    with kept.open() as vault:
        before = everything(vault)
    arguments = (str(kept.path), kept.key is not None, GOES, step)
    child = context().Process(target=die_deleting, args=arguments)
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode == CRASHED
    with kept.open() as vault:
        after = everything(vault)
        assert [person.name for person in vault.people()] == (
            [STAYS] if step in HAPPENED else [STAYS, GOES]
        )
    assert not (kept.path / ERASURE_FILE).exists()
    assert not list(kept.path.rglob("*.erasing"))
    if step in HAPPENED:
        assert leaks(kept.path, hidden) == []
        assert len(after["observations"]) == 2
        return
    assert_same(after, before)
    delete_person(kept)
    assert leaks(kept.path, hidden) == []


def test_an_engine_in_memory_notices(encrypted: Kept) -> None:
    """Another process deletes while this one keeps the tables of an encrypted vault."""
    with encrypted.open() as vault:
        assert len(vault.people()) == 2
    child = context().Process(target=delete_in_another_process, args=(str(encrypted.path), GOES))
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode == 0
    with encrypted.open() as vault:
        assert [person.name for person in vault.people()] == [STAYS]


def test_what_the_choice_raises_leaves_everything(kept: Kept) -> None:
    with kept.open() as vault:
        before = everything(vault)
    with pytest.raises(UnknownNameError):
        delete_person(kept, "nobody")
    with kept.open() as vault:
        assert_same(everything(vault), before)


def test_a_full_disk_deletes_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno  # noqa: PLC0415

    def full(descriptor: int, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with kept.open() as vault:
        before = everything(vault)
    with monkeypatch.context() as patched:
        patched.setattr("tracker.store.erase.write_all", full)
        with pytest.raises(StorageFullError):
            delete_person(kept)
    assert not list(kept.path.rglob("*.erasing"))
    with kept.open() as vault:
        assert_same(everything(vault), before)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"not json",
        b'{"moletrail_erasure": 1, "seq": 1, "hash": "x", "files": ["../../outside"]}',
        b'{"moletrail_erasure": 1, "seq": 1, "hash": "x", "files": ["journal/events.jsonl"]}',
        b'{"moletrail_erasure": 1, "seq": 1, "hash": "x", "files": ["/etc/passwd"]}',
    ],
)
def test_a_damaged_note_of_a_deletion_removes_nothing(plain: Kept, content: bytes) -> None:
    (plain.path / ERASURE_FILE).write_bytes(content)
    with plain.open() as vault:
        assert len(vault.all_observations()) == 5
    (aside,) = plain.path.glob(f"{ERASURE_FILE}.damaged-*")
    assert aside.read_bytes() == content


def test_only_files_of_the_vault_may_go() -> None:
    assert all(may_go(name) for name in ("photos/ab/x", "lost+found/a", "journal/torn-1.part"))
    refused = ("vault.json", "/photos/a", "photos/../vault.json", "journal/events.sealed", "photos")
    assert not any(may_go(name) for name in (*refused, "photos//a", "journal\\..\\x", "journal/."))


def test_nothing_under_way_is_left_alone(plain: Kept) -> None:
    sealing = sealing_for(plain.path, read_header(plain.path), None)
    before = sorted(plain.path.rglob("*"))
    finish_erasure(plain.path, sealing)
    assert sorted(plain.path.rglob("*")) == before


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
