"""A check finds every kind of damage, calls leftovers what they are, and changes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.store.builders import MODEL_SHA, add, new_sealed_vault, photo_data
from tests.store.fixtures_make import fill
from tracker.errors import (
    VaultLockedError,
    VaultNewerError,
    VaultNotFoundError,
    WrongPassphraseError,
)
from tracker.store import Vault
from tracker.store.keys import VaultKey
from tracker.store.verify import check_vault, examine_vault, repair_vault

Break = Callable[[Path], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with every kind of event, an index and a derived picture; not to be changed."""
    path = tmp_path_factory.mktemp("sound") / "vault"
    fill(path)
    use(path)
    return path


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    """A copy of `sound`."""
    return Path(shutil.copytree(sound, tmp_path / "vault"))


def use(path: Path, key: VaultKey | None = None) -> None:
    with Vault.open(path, key=key) as vault:
        seen = vault.all_observations()[0]
        assert seen.analysis.embedding is not None
        vault.nearest(seen.analysis.embedding, person=seen.person, model_sha256=MODEL_SHA, k=1)
        vault.cached("picture", lambda: b"thumbnail" * 20)


def flip(file: Path, position: int = -20) -> None:
    content = bytearray(file.read_bytes())
    content[position] ^= 0x04
    file.write_bytes(content)


def photo_files(path: Path) -> list[Path]:
    return sorted(path.glob("photos/??/*"))


def journal(path: Path) -> Path:
    return path / "journal" / "events.jsonl"


def without_line(path: Path, gone: int) -> None:
    lines = journal(path).read_bytes().splitlines(keepends=True)
    del lines[gone]
    journal(path).write_bytes(b"".join(lines))


def in_database(path: Path, sql: str) -> None:
    with duckdb.connect(str(path / "moletrail.duckdb")) as connection:
        connection.execute(sql)


def older_database(path: Path) -> None:
    """The database file of before the last entry, as a lost write-ahead log leaves it."""
    shutil.copy(path / "moletrail.duckdb", path / "old")
    with Vault.open(path) as vault:
        vault.ensure_person("Later")
    shutil.move(path / "old", path / "moletrail.duckdb")


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def edit_header(path: Path, **changes: object) -> None:
    head = path / "vault.json"
    head.write_text(json.dumps(json.loads(head.read_text()) | changes))


#: What is done to a vault, and what a quick check finds; None where only a deep one sees it.
DAMAGE: dict[str, tuple[Break, str | None, str]] = {
    "no header": (lambda p: (p / "vault.json").unlink(), "header_damaged", "header_damaged"),
    "header cut": (lambda p: write(p / "vault.json", b"{"), "header_damaged", "header_damaged"),
    "header of another": (
        lambda p: edit_header(p, moletrail_vault="0" * 32),
        "vault_id_differs",
        "vault_id_differs",
    ),
    "header altered": (lambda p: edit_header(p, demo=True), "header_altered", "header_altered"),
    "no journal": (lambda p: journal(p).unlink(), "journal_lost", "journal_lost"),
    "journal emptied": (lambda p: write(journal(p), b""), "journal_lost", "journal_lost"),
    "first line gone": (lambda p: without_line(p, 0), "journal_lost", "journal_lost"),
    "line gone": (lambda p: without_line(p, 5), "journal_broken", "journal_broken"),
    "last line gone": (lambda p: without_line(p, -1), "journal_cut", "journal_cut"),
    "journal byte": (lambda p: flip(journal(p), 9000), "journal_broken", "journal_broken"),
    "journal cut in a line": (
        lambda p: write(journal(p), journal(p).read_bytes()[:-30]),
        "journal_cut",
        "journal_cut",
    ),
    "database scribbled on": (
        lambda p: write(p / "moletrail.duckdb", b"\1" * 9000),
        "database_unreadable",
        "database_unreadable",
    ),
    "database edited": (
        lambda p: in_database(p, "UPDATE analysis SET label = 'mel'"),
        None,
        "database_differs",
    ),
    "database row added": (
        lambda p: in_database(p, "INSERT INTO note VALUES (99999, 'obs', 'x')"),
        None,
        "database_differs",
    ),
    "database with a gap": (
        lambda p: in_database(p, "DELETE FROM applied_entry WHERE seq = 3"),
        "database_differs",
        "database_differs",
    ),
    "photo gone": (lambda p: photo_files(p)[0].unlink(), "photo_missing", "photo_missing"),
    "photo cut": (
        lambda p: write(photo_files(p)[0], photo_files(p)[0].read_bytes()[:-1]),
        "photo_damaged",
        "photo_damaged",
    ),
    "photo byte": (lambda p: flip(photo_files(p)[0]), None, "photo_damaged"),
    "index byte": (lambda p: flip(p / "index.faiss"), "index_damaged", "index_damaged"),
    "index stamp": (lambda p: write(p / "index.json", b"{"), "index_damaged", "index_damaged"),
    "cache byte": (lambda p: flip(next(p.glob("cache/??/*"))), None, "cache_damaged"),
}
LEFTOVERS: dict[str, tuple[Break, str]] = {
    "torn journal": (
        lambda p: write(journal(p), journal(p).read_bytes() + b'{"seq":'),
        "journal_torn",
    ),
    "zeros": (lambda p: write(journal(p), journal(p).read_bytes() + b"\0" * 99), "journal_torn"),
    "no last line feed": (
        lambda p: write(journal(p), journal(p).read_bytes()[:-1]),
        "journal_torn",
    ),
    "no database": (lambda p: (p / "moletrail.duckdb").unlink(), "database_missing"),
    "empty database": (lambda p: write(p / "moletrail.duckdb", b""), "database_missing"),
    "older database": (older_database, "database_behind"),
    "photo on its way in": (
        lambda p: write(p / "photos/incoming/.x.part", b"x"),
        "photo_unfinished",
    ),
    "unrecorded photo": (
        lambda p: write(p / "photos" / "ab" / ("ab" * 32), b"x"),
        "photo_unrecorded",
    ),
    "unfinished file": (lambda p: write(p / ".vault.json.1.part", b"x"), "file_unfinished"),
    "database set aside": (lambda p: write(p / "moletrail.duckdb.replaced-1", b"x"), "kept_aside"),
    "index without stamp": (lambda p: (p / "index.json").unlink(), "index_unfinished"),
    "stale holder": (
        lambda p: write(p / "lock-holder.json", b'{"pid":1,"purpose":"add","since":"x"}'),
        "holder_stale",
    ),
}


def state_of(path: Path) -> dict[str, bytes]:
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file() and not file.name.startswith("lock")
    }


@pytest.mark.parametrize("deep", [False, True], ids=["quick", "deep"])
def test_a_sound_vault(sound: Path, deep: bool) -> None:
    report = examine_vault(sound, deep=deep)
    assert report.findings == ()
    assert (report.photos, report.damage) == (3, 0)
    assert report.entries == len(journal(sound).read_bytes().splitlines())


def test_a_new_vault_is_sound(vault_path: Path) -> None:
    assert check_vault(vault_path, deep=True) == []


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_nothing_is_changed(path: Path, name: str) -> None:
    damage, quick, deep = DAMAGE[name]
    damage(path)
    before = state_of(path)
    found = [each.code for each in check_vault(path) if each.severity == "damage"]
    assert (quick in found) if quick else not found
    found = [each.code for each in check_vault(path, deep=True) if each.severity == "damage"]
    assert deep in found
    assert state_of(path) == before


@pytest.mark.parametrize("name", LEFTOVERS)
def test_leftovers_are_not_damage(path: Path, name: str) -> None:
    leave, code = LEFTOVERS[name]
    leave(path)
    before = state_of(path)
    found = check_vault(path, deep=True)
    assert code in {each.code for each in found}
    assert {each.severity for each in found} == {"leftover"}
    assert state_of(path) == before


def test_an_index_whose_stamp_was_not_written_yet_is_a_leftover(path: Path) -> None:
    stamp = (path / "index.json").read_bytes()
    with Vault.open(path) as vault:
        add(vault, 9)
    use(path)
    (path / "index.json").write_bytes(stamp)
    found = check_vault(path, deep=True)
    assert [(each.code, each.severity) for each in found] == [("index_unfinished", "leftover")]


def test_places_that_are_no_vault(tmp_path: Path) -> None:
    with pytest.raises(VaultNotFoundError):
        check_vault(tmp_path / "none")
    with pytest.raises(VaultNotFoundError):
        check_vault(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_newer_vault_is_refused(path: Path) -> None:
    edit_header(path, format=99)
    with pytest.raises(VaultNewerError):
        check_vault(path)


def test_an_encrypted_vault(tmp_path: Path) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with Vault.open(path, key=key) as vault:
        for seed in range(3):
            add(vault, seed)
    use(path, key)
    report = examine_vault(path, key, deep=True)
    assert (report.findings, report.photos) == ((), 3)
    with pytest.raises(VaultLockedError):
        check_vault(path)
    (tmp_path / "other").mkdir()
    with pytest.raises(WrongPassphraseError):
        check_vault(path, new_sealed_vault(tmp_path / "other")[1])


def another_format(file: Path) -> None:
    """One flipped bit of the header's format, whose own hash then does not fit."""
    file.write_text(file.read_text().replace('"format": 2', '"format": 6'))


def drop_sealed_line(path: Path) -> None:
    file = path / "journal" / "events.sealed"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda p: flip(p / "vault.json", 100), "header_damaged"),
        (lambda p: another_format(p / "vault.json"), "header_damaged"),
        (lambda p: (p / "vault.copy.json").unlink(), "header_damaged"),
        (lambda p: flip(p / "journal" / "events.sealed", 3000), "journal_broken"),
        (drop_sealed_line, "journal_cut"),
        (lambda p: (p / "journal" / "head.sealed").unlink(), "record_damaged"),
        (lambda p: flip(next(p.glob("sealed/??/*"))), "photo_damaged"),
        (lambda p: next(p.glob("sealed/??/*")).unlink(), "photo_missing"),
        (lambda p: flip(next(p.glob("cache/??/*"))), "cache_damaged"),
    ],
)
def test_damage_of_an_encrypted_vault_is_found(tmp_path: Path, damage: Break, code: str) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with Vault.open(path, key=key) as vault:
        for seed in range(3):
            add(vault, seed)
    use(path, key)
    damage(path)
    assert code in {e.code for e in check_vault(path, key, deep=True) if e.severity == "damage"}


def test_the_bytes_of_every_photo_are_read(path: Path) -> None:
    sha = photo_files(path)[1].name
    photo_files(path)[1].write_bytes(photo_data(50)[: photo_files(path)[1].stat().st_size])
    (found,) = check_vault(path, deep=True)
    assert sha in found.file


def test_an_encrypted_vault_without_any_head(tmp_path: Path) -> None:
    path, _, _ = new_sealed_vault(tmp_path)
    for name in ("vault.json", "vault.copy.json"):
        (path / name).write_bytes(b"{")
    before = state_of(path)
    assert repair_vault(path) == []
    (found,) = check_vault(path, deep=True)
    assert (found.code, found.severity) == ("header_damaged", "damage")
    assert "backup" in found.repair
    assert state_of(path) == before
