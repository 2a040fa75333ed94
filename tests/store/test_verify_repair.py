"""Every kind of damage is repaired as far as anything in the vault allows, and nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.store.builders import add, new_sealed_vault, photo_data
from tests.store.everything import everything
from tests.store.same import assert_same
from tests.store.test_verify import (
    DAMAGE,
    LEFTOVERS,
    drop_sealed_line,
    flip,
    journal,
    path,
    photo_files,
    sound,
    state_of,
    use,
    without_line,
    write,
)
from tracker import resources
from tracker.store import Vault
from tracker.store.events import JournalRepaired
from tracker.store.journal import Journal
from tracker.store.kept import forget
from tracker.store.migrate import load_migrations
from tracker.store.snapshot import write_snapshot
from tracker.store.verify import check_vault, repair_vault

__all__ = ["path", "sound"]
#: Nothing in the vault can bring these back.
GONE = {"photo gone", "photo cut", "photo byte"}
#: One repair a kind of file that is repaired; after these a second repair finds nothing to do.
AGAIN = {"no header", "no journal", "line gone", "database edited", "photo gone", "torn journal"}
#: The time of an analysis made again stands in the journal only, so its bytes cannot be proven.
NUMBERED = {"counts", "marks"}
RESEALED = {"no journal", "journal emptied"}


def read(path: Path) -> dict[str, object]:
    return {name: value for name, value in everything(path).items() if name not in NUMBERED}


def damage_of(path: Path) -> list[str]:
    return [each.code for each in check_vault(path, deep=True) if each.severity == "damage"]


def repairs_noted(path: Path) -> list[JournalRepaired]:
    with Journal(path) as opened:
        return [e.event for e in opened.entries() if isinstance(e.event, JournalRepaired)]


@pytest.fixture(scope="module")
def wanted(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """All that can be read of the sound vault."""
    return read(Path(shutil.copytree(sound, tmp_path_factory.mktemp("wanted") / "vault")))


@pytest.mark.parametrize("name", [*DAMAGE, *LEFTOVERS])
def test_a_repair_loses_nothing(
    path: Path, sound: Path, wanted: dict[str, object], name: str
) -> None:
    (DAMAGE | LEFTOVERS)[name][0](path)
    before = journal(sound).read_bytes()
    done = repair_vault(path)
    assert done or name in GONE | {"database set aside", "stale holder"}
    assert damage_of(path) == (
        ["photo_" + ("missing" if name == "photo gone" else "damaged")] if name in GONE else []
    )
    if name in RESEALED:
        (note,) = repairs_noted(path)
        assert (note.kept, note.salvaged, note.lost) == (0, 0, 0)
        assert note.restored == len(before.splitlines())
    else:
        assert journal(path).read_bytes().startswith(before), "hashes prove every byte"
    if name in DAMAGE and name not in GONE:
        assert_same(read(path), wanted)
    if name in AGAIN:
        after = state_of(path)
        assert repair_vault(path) == []
        assert state_of(path) == after


def break_all(path: Path) -> None:
    """Damage in several places at once; what the database holds is older than the journal."""
    flip(journal(path), 9000)
    (path / "vault.json").unlink()
    flip(path / "index.faiss")
    lost = photo_files(path)[0]
    (path / "lost+found").mkdir()
    shutil.copy(lost, path / "lost+found" / "copy.jpg")
    flip(lost)
    photo_files(path)[1].rename(path / "photos" / "elsewhere")
    write(path / "photos" / "ab" / ("ab" * 32), b"a photo that was never recorded")


@pytest.mark.parametrize("database", ["kept", "lost"])
def test_damage_everywhere(path: Path, sound: Path, tmp_path: Path, database: str) -> None:
    break_all(path)
    if database == "lost":
        (path / "moletrail.duckdb").unlink()
    repair_vault(path)
    assert damage_of(path) == []
    kept = {file.name: file.read_bytes() for file in (path / "lost+found").iterdir()}
    assert b"a photo that was never recorded" in kept.values()
    assert any(name.endswith(".damaged") for name in kept)
    copy = Path(shutil.copytree(sound, tmp_path / "copy"))
    if database == "kept":
        assert_same(read(path), read(copy))
        assert repairs_noted(path) == []
        return
    (note,) = repairs_noted(path)
    assert (note.restored, note.lost) == (0, 1)
    assert note.kept + note.salvaged + 1 == len(journal(sound).read_bytes().splitlines())
    before, after = everything(copy), everything(path)
    seen = {each.observation_id: each for each in after["observations"]}
    lost = [each for each in before["observations"] if each.observation_id not in seen]
    assert len(lost) <= 1, "one line is lost, and no more than one"
    for each in before["observations"]:
        if each not in lost:
            assert_same(seen[each.observation_id].analysis, each.analysis)


@pytest.mark.parametrize("gone", [1, 4, 5, 11, 16])
def test_any_one_lost_entry_takes_nothing_else_with_it(path: Path, sound: Path, gone: int) -> None:
    without_line(path, gone)
    (path / "moletrail.duckdb").unlink()
    photos = {file.name for file in photo_files(path)}
    done = repair_vault(path)
    assert damage_of(path) == []
    (note,) = repairs_noted(path)
    assert note.lost <= 1
    assert f"{note.lost} are lost" in " ".join(each.message for each in done) or not note.lost
    with Vault.open(path) as vault:
        seen = vault.all_observations()
        assert len(seen) >= 2
        in_use = {each.photo.photo_sha256 for each in seen}
        for sha in in_use:
            vault.photo_bytes(sha)
    aside = {file.name for file in (path / "lost+found").glob("*")}
    recorded = {file.name for file in photo_files(path)}
    assert recorded | aside >= photos, "no photo is gone"


def test_people_and_lesions_that_are_lost_get_stand_ins(path: Path) -> None:
    lines = journal(path).read_bytes().splitlines(keepends=True)
    kinds = (b'"person_saved"', b'"lesion_saved"', b'"photo_kept"')
    journal(path).write_bytes(
        b"".join(line for line in lines if not any(kind in line for kind in kinds))
    )
    (path / "moletrail.duckdb").unlink()
    repair_vault(path)
    assert damage_of(path) == []
    with Vault.open(path) as vault:
        assert [each.name for each in vault.people()] == [
            "Recovered person 1",
            "Recovered person 2",
        ]
        assert [each.name for each in vault.lesions()] == ["Recovered lesion 1"]
        seen = vault.all_observations()
        assert len(seen) == 3
        for each in seen:
            assert len(vault.photo_bytes(each.photo.photo_sha256)) == each.photo.size_bytes
    assert repair_vault(path) == []


SEALED = {
    "header": lambda p: flip(p / "vault.json", 100),
    "header copy": lambda p: (p / "vault.copy.json").write_bytes(b""),
    "journal byte": lambda p: flip(p / "journal" / "events.sealed", 3000),
    "journal cut": drop_sealed_line,
    "record": lambda p: (p / "journal" / "head.sealed").unlink(),
    "cache": lambda p: flip(next(p.glob("cache/??/*"))),
    "incoming": lambda p: (p / "sealed" / "incoming" / ".x.1.part").write_bytes(b"x"),
}


@pytest.mark.parametrize(
    ("name", "snapshot"),
    [*((name, False) for name in SEALED), ("journal byte", True), ("journal cut", True)],
)
def test_an_encrypted_vault_is_repaired(tmp_path: Path, name: str, snapshot: bool) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with Vault.open(path, key=key) as vault:
        for seed in range(3):
            add(vault, seed)
        before = vault.all_observations()
        if snapshot:
            database = vault._engine._database
            write_snapshot(path, key.sealing, database, load_migrations(resources.migrations_dir()))
    use(path, key)
    forget(path)
    SEALED[name](path)
    repair_vault(path, key)
    assert [e for e in check_vault(path, key, deep=True) if e.severity == "damage"] == []
    with Vault.open(path, key=key) as vault:
        after = {each.observation_id: each for each in vault.all_observations()}
    lossless = snapshot or not name.startswith("journal")
    assert len(after) == 3 if lossless else len(after) >= 2
    for each in before if lossless else ():
        assert_same(after[each.observation_id], each)
    assert len([*path.glob("sealed/??/*"), *path.glob("lost+found/[0-9a-f]*")]) == 3
    assert repair_vault(path, key) == []


def test_a_sealed_photo_comes_back_from_a_copy(tmp_path: Path) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with Vault.open(path, key=key) as vault:
        stored = [add(vault, seed) for seed in range(3)]
    files = sorted(path.glob("sealed/??/*"))
    (path / "lost+found").mkdir()
    (path / "lost+found" / "readable").write_bytes(photo_data(0))
    for number, file in enumerate(files):
        shutil.copy(file, path / "lost+found" / f"{number}")
        file.unlink()
    repair_vault(path, key)
    assert [e for e in check_vault(path, key, deep=True) if e.severity == "damage"] == []
    with Vault.open(path, key=key) as vault:
        for seed, each in enumerate(stored):
            assert vault.photo_bytes(each.photo.photo_sha256) == photo_data(seed)
