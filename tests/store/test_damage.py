"""Whatever is damaged is either made again without loss, or said, with the repair command."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from pathlib import Path

import pytest

from tests.store.builders import MODEL_SHA, add, new_vault, unit_vector
from tests.store.same import assert_same
from tracker.domain.records import Observation
from tracker.errors import UnknownNameError, VaultDamagedError, VaultNewerError
from tracker.store import Vault
from tracker.store.database import DATABASE_FILE
from tracker.store.index import INDEX_FILE, STAMP_FILE
from tracker.store.journal import EVENTS_FILE

ADDED = 12


@pytest.fixture
def filled(vault_path: Path) -> tuple[Path, list[Observation]]:
    """A vault with observations, searched once so that the index is there."""
    with Vault.open(vault_path) as vault:
        with vault.batch():
            for seed in range(ADDED):
                add(vault, seed)
        stored = vault.all_observations()
        vault.nearest(unit_vector(0), person=stored[0].person, model_sha256=MODEL_SHA, k=1)
    return vault_path, stored


def assert_all_there(path: Path, stored: list[Observation]) -> None:
    with Vault.open(path) as vault:
        assert_same(vault.all_observations(), stored)
        for observation in stored:
            vault.photo_bytes(observation.photo.photo_sha256)
        someone = stored[3]
        assert someone.analysis.embedding is not None
        found = vault.nearest(
            someone.analysis.embedding, person=someone.person, model_sha256=MODEL_SHA, k=1
        )
        assert found[0][0] == someone.observation_id
        assert found[0][1] == pytest.approx(1.0, abs=1e-5)


def journal_of(path: Path) -> Path:
    return path / "journal" / EVENTS_FILE


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 0x01
    path.write_bytes(data)


def test_a_lost_database_is_made_again(filled: tuple[Path, list[Observation]]) -> None:
    path, stored = filled
    (path / DATABASE_FILE).unlink()
    assert_all_there(path, stored)


@pytest.mark.parametrize("content", [b"", b"no database", b"\0" * 8192], ids=["empty", "text", "0"])
def test_an_unreadable_database_is_set_aside_and_made_again(
    filled: tuple[Path, list[Observation]], content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path, stored = filled
    (path / DATABASE_FILE).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert_all_there(path, stored)
    if content:
        (aside,) = path.glob(f"{DATABASE_FILE}.replaced-*")
        assert aside.read_bytes() == content
        assert "made again from the journal" in caplog.text


def test_flipped_bytes_in_the_database_lose_nothing(
    filled: tuple[Path, list[Observation]],
) -> None:
    path, stored = filled
    good = (path / DATABASE_FILE).read_bytes()
    for position in range(0, len(good), len(good) // 16):
        (path / DATABASE_FILE).write_bytes(good)
        flip(path / DATABASE_FILE, position)
        assert_all_there(path, stored)


def test_an_older_database_is_brought_up_to_date(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        add(vault, 1)
    shutil.copy(vault_path / DATABASE_FILE, vault_path / "old")
    with Vault.open(vault_path) as vault:
        add(vault, 2)
        stored = vault.all_observations()
    shutil.move(vault_path / "old", vault_path / DATABASE_FILE)
    with Vault.open(vault_path) as vault:
        assert_same(vault.all_observations(), stored)
    assert not list(vault_path.glob("*.replaced-*"))


def test_a_lost_write_ahead_log_is_replayed_from_the_journal(vault_path: Path) -> None:
    copies = vault_path.with_name("copy")
    with Vault.open(vault_path) as vault:
        stored = [add(vault, seed) for seed in range(4)]
        shutil.copytree(vault_path, copies)  # as a power cut leaves it: not closed
    wal = copies / (DATABASE_FILE + ".wal")
    for cut in (wal.stat().st_size * 2 // 3, wal.stat().st_size // 3, 0):
        wal.write_bytes(wal.read_bytes()[:cut])
        again = copies.with_name(f"copy-{cut}")
        shutil.copytree(copies, again)
        with Vault.open(again) as vault:
            assert_same(vault.all_observations(), stored)


def test_a_database_of_another_vault_is_not_used(
    filled: tuple[Path, list[Observation]], tmp_path: Path
) -> None:
    path, stored = filled
    (tmp_path / "other").mkdir()
    other = new_vault(tmp_path / "other")
    with Vault.open(other) as vault:
        add(vault, 99, person="Somebody else")
    shutil.copy(other / DATABASE_FILE, path / DATABASE_FILE)
    assert_all_there(path, stored)


def test_a_lost_index_is_made_again(filled: tuple[Path, list[Observation]]) -> None:
    path, stored = filled
    (path / INDEX_FILE).unlink()
    assert_all_there(path, stored)
    assert (path / INDEX_FILE).exists()


@pytest.mark.parametrize("name", [INDEX_FILE, STAMP_FILE])
def test_a_damaged_index_is_made_again(filled: tuple[Path, list[Observation]], name: str) -> None:
    path, stored = filled
    good = (path / name).read_bytes()
    for position in range(0, len(good), max(1, len(good) // 8)):
        (path / name).write_bytes(good)
        flip(path / name, position)
        assert_all_there(path, stored)


def test_a_torn_last_line_is_set_aside(
    filled: tuple[Path, list[Observation]], caplog: pytest.LogCaptureFixture
) -> None:
    path, stored = filled
    torn = b'{"seq":%d,"time":"2026-' % (len(journal_of(path).read_bytes().splitlines()) + 1)
    with journal_of(path).open("ab") as journal:
        journal.write(torn)
    with caplog.at_level(logging.WARNING):
        assert_all_there(path, stored)
    (aside,) = journal_of(path).parent.glob("torn-*.part")
    assert aside.read_bytes() == torn
    assert "interrupted write" in caplog.text


def test_zeros_after_a_power_cut_are_a_torn_line(
    filled: tuple[Path, list[Observation]],
) -> None:
    path, stored = filled
    with journal_of(path).open("ab") as journal:
        journal.write(b"\0" * 5000)
    assert_all_there(path, stored)


def test_only_the_last_line_feed_missing_is_a_whole_entry(
    filled: tuple[Path, list[Observation]],
) -> None:
    path, stored = filled
    content = journal_of(path).read_bytes()
    journal_of(path).write_bytes(content[:-1])
    assert_all_there(path, stored)
    assert journal_of(path).read_bytes() == content


def damage_is_said(path: Path) -> str:
    with pytest.raises(VaultDamagedError) as damage, Vault.open(path):
        pass
    assert damage.value.exit_code == 5
    assert damage.value.next_step == f"Run: moletrail --vault '{path}' verify --repair"
    return damage.value.message


def test_a_flipped_byte_anywhere_in_the_journal_is_said(
    filled: tuple[Path, list[Observation]],
) -> None:
    path, _ = filled
    good = journal_of(path).read_bytes()
    for position in range(0, len(good), len(good) // 40):
        journal_of(path).write_bytes(good)
        flip(journal_of(path), position)
        assert str(journal_of(path)) in damage_is_said(path)
        kept = bytearray(journal_of(path).read_bytes())
        kept[position] ^= 0x01
        assert bytes(kept) == good, "looking at damage must not change it"


@pytest.mark.parametrize("gone", [0, 3, -1], ids=["first", "middle", "last"])
def test_a_missing_journal_line_is_said(filled: tuple[Path, list[Observation]], gone: int) -> None:
    path, _ = filled
    lines = journal_of(path).read_bytes().splitlines(keepends=True)
    del lines[gone]
    journal_of(path).write_bytes(b"".join(lines))
    damage_is_said(path)


def test_a_cut_acknowledged_line_is_damage_and_not_an_interrupted_write(
    filled: tuple[Path, list[Observation]],
) -> None:
    path, _ = filled
    content = journal_of(path).read_bytes()
    journal_of(path).write_bytes(content[:-40])
    assert "were stored" in damage_is_said(path)


def test_a_lost_journal_is_said(filled: tuple[Path, list[Observation]]) -> None:
    path, _ = filled
    journal_of(path).unlink()
    assert "missing its beginning" in damage_is_said(path)


def test_a_journal_of_another_vault_is_said(
    filled: tuple[Path, list[Observation]], tmp_path: Path
) -> None:
    path, _ = filled
    (tmp_path / "other").mkdir()
    shutil.copy(journal_of(new_vault(tmp_path / "other")), journal_of(path))
    assert "another vault" in damage_is_said(path)


def test_a_lost_head_is_said(filled: tuple[Path, list[Observation]]) -> None:
    path, _ = filled
    (path / "vault.json").unlink()
    assert "vault.json" in damage_is_said(path)


def test_an_unreadable_head_is_said(filled: tuple[Path, list[Observation]]) -> None:
    path, _ = filled
    (path / "vault.json").write_text("{")
    assert "vault.json" in damage_is_said(path)


def test_an_event_of_a_newer_program_is_said(
    filled: tuple[Path, list[Observation]],
) -> None:
    path, _ = filled
    lines = journal_of(path).read_bytes().splitlines()
    last = json.loads(lines[-1])
    newer = reseal(last["seq"] + 1, "lesion_dreamed_of", {"x": 1}, last["hash"])
    with journal_of(path).open("ab") as journal:
        journal.write(newer)
    with pytest.raises(VaultNewerError, match="lesion_dreamed_of"), Vault.open(path):
        pass
    assert journal_of(path).read_bytes().endswith(newer)


def reseal(seq: int, kind: str, payload: object, prev: str) -> bytes:
    """A line written by the rules of the journal's documentation, not by its code."""

    time = "2030-01-01T00:00:00+00:00"
    content = {"seq": seq, "time": time, "kind": kind, "payload": payload, "prev": prev}
    body = json.dumps(content, separators=(",", ":")).encode()[:-1]
    return body + b',"hash":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'


def test_a_flipped_byte_in_a_photo_is_said(filled: tuple[Path, list[Observation]]) -> None:
    path, stored = filled
    sha = stored[0].photo.photo_sha256
    file = path / "photos" / sha[:2] / sha
    flip(file, 100)
    with Vault.open(path) as vault, pytest.raises(VaultDamagedError, match="verify --repair"):
        vault.photo_bytes(sha)
    file.unlink()
    with Vault.open(path) as vault:
        with pytest.raises(VaultDamagedError, match="is missing"):
            vault.photo_bytes(sha)
        again = add(vault, int(stored[0].photo.file_name.removesuffix(".jpg")))
        assert again.photo == stored[0].photo
        vault.photo_bytes(sha)


@pytest.mark.parametrize("sha", ["0" * 64, "../../../etc/passwd", "", "A" * 64])
def test_a_photo_that_was_never_stored(filled: tuple[Path, list[Observation]], sha: str) -> None:
    path, _ = filled
    with Vault.open(path) as vault, pytest.raises(UnknownNameError):
        vault.photo_bytes(sha)


def test_a_damaged_cache_is_made_again(vault_path: Path) -> None:
    made = iter([b"one", b"two", b"three"])
    with Vault.open(vault_path) as vault:
        assert vault.cached("key", lambda: next(made)) == b"one"
        assert vault.cached("key", lambda: next(made)) == b"one"
        (file,) = (vault_path / "cache").rglob("*/*")
        flip(file, -1)
        assert vault.cached("key", lambda: next(made)) == b"two"
        shutil.rmtree(vault_path / "cache")
        assert vault.cached("key", lambda: next(made)) == b"three"
