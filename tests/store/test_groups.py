"""What was written at once is there as a whole or not at all, wherever the journal ends."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.builders import add
from tests.store.groups import codec_of, damage_of, hash_of, journal_of, lines_in, marks
from tests.store.kinds import KINDS_OF_VAULT, Kept, copied
from tracker.domain.records import Person
from tracker.errors import VaultDamagedError
from tracker.store import kept as in_memory
from tracker.store.events import Event, PersonSaved
from tracker.store.head import HEAD_FILE, HeadFile
from tracker.store.journal import Journal
from tracker.store.lines import (
    more_of,
)
from tracker.store.sealing import PLAIN, AesSealing, Sealing
from tracker.store.verify import check_vault, repair_vault
from tracker.store.verify.scanning import scan

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEALED = AesSealing(b"\1" * 32, "vault")
SEALINGS = pytest.mark.parametrize("sealing", [PLAIN, SEALED], ids=["plain", "sealed"])
KINDS = pytest.mark.parametrize("kind", KINDS_OF_VAULT)


def people(number: int) -> list[Event]:
    return [PersonSaved(Person(f"id{index}", "Zoë")) for index in range(number)]


def write(vault: Path, sealing: Sealing, groups: list[int]) -> Path:
    """A journal of groups of those sizes."""
    with Journal(vault, sealing) as journal:
        for size in groups:
            journal.append(journal.seal(journal.draft(people(size))))
        return journal.path


@KINDS
def test_a_batch_is_one_group_and_a_single_write_is_one_too(
    grouped: dict[str, Kept], kind: str
) -> None:
    alone = [0, 0, 0, 0, 0]  # the vault, and what `add` writes without a batch
    assert marks(journal_of(grouped[kind])) == [*alone, *reversed(range(6))]


@SEALINGS
def test_cut_at_any_byte_of_a_group_all_of_it_is_gone_or_none(
    tmp_path: Path, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # thousands of them take a while
    path = write(tmp_path, sealing, [1, 2, 3])
    whole = path.read_bytes()
    begin = sum(map(len, lines_in(path)[:3]))
    for end in range(begin, len(whole) + 1):
        path.write_bytes(whole[:end])
        (path.parent / HEAD_FILE).unlink(missing_ok=True)  # it is written after the journal
        HeadFile(tmp_path, sealing).write(3, lines_in(path)[2][-67:-3].decode(), anew=True)
        stored = 6 if end >= len(whole) - 1 else 3  # all but the last line feed is all
        found = scan(path)
        assert len(found.sound) == stored
        assert found.is_torn == (begin < end < len(whole) - 1)
        with Journal(tmp_path, sealing) as journal:
            assert journal.head.seq == stored
            assert len(list(journal.entries())) == stored
        torn = list(path.parent.glob("torn-*.part"))
        assert [each.read_bytes() for each in torn] == [whole[begin:end]] * found.is_torn
        for each in torn:
            each.unlink()


@SEALINGS
def test_groups_of_any_size_cut_anywhere(
    tmp_path: Path, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.floats(0, 1))
    def check(groups: list[int], where: float) -> None:
        shutil.rmtree(tmp_path / "journal", ignore_errors=True)
        path = write(tmp_path, sealing, groups)
        lines = lines_in(path)
        end = int(where * sum(map(len, lines)))
        path.write_bytes(path.read_bytes()[:end])
        (path.parent / HEAD_FILE).unlink(missing_ok=True)
        ends = [sum(map(len, lines[:seq])) - 1 for seq in accumulate(groups)]
        stored = sum(size for size, last in zip(groups, ends, strict=True) if last <= end)
        assert len(scan(path).sound) == stored
        if stored and sealing.encrypted:
            HeadFile(tmp_path, sealing).write(stored, lines[stored - 1][-67:-3].decode())
        with Journal(tmp_path, sealing) as journal:
            assert journal.head.seq == stored
            journal.append(journal.seal(journal.draft(people(2))))
        assert len(scan(path).sound) == stored + 2
        assert not scan(path).rest

    check()


@pytest.mark.parametrize("lines_left", range(1, 6))
@KINDS
def test_of_an_interrupted_batch_nothing_is_in_the_vault(
    grouped: dict[str, Kept], tmp_path: Path, kind: str, lines_left: int
) -> None:
    vault = _cut(copied(grouped[kind], tmp_path / "vault"), lines_left)
    assert [each.code for each in check_vault(vault.path, vault.key)][:1] == ["journal_torn"]
    assert damage_of(vault) == []
    with vault.open() as opened:
        assert [each.name for each in opened.people()] == ["Ada"]
        assert [each.name for each in opened.lesions()] == ["left arm"]
        add(opened, 2, "Ben", "knee")
    assert damage_of(vault) == []
    (aside,) = journal_of(vault).parent.glob("torn-6-*.part")
    assert len(aside.read_bytes().splitlines()) == lines_left


@KINDS
def test_a_repair_moves_all_of_an_interrupted_batch(
    grouped: dict[str, Kept], tmp_path: Path, kind: str
) -> None:
    vault = _cut(copied(grouped[kind], tmp_path / "vault"), 4)
    assert next(each.code for each in repair_vault(vault.path, vault.key)) == "journal_torn"
    assert len(lines_in(journal_of(vault))) == 5
    assert damage_of(vault) == []
    moved = vault.path / "lost+found" / "journal-after-5"
    assert [more_of(line) for line in moved.read_bytes().splitlines()] == [5, 4, 3, 2]


def _cut(vault: Kept, lines_left: int) -> Kept:
    """As if the process had died with so many lines of the batch written."""
    journal = journal_of(vault)
    lines = lines_in(journal)
    journal.write_bytes(b"".join(lines[: 5 + lines_left]))
    for path in vault.path.glob("moletrail.duckdb*"):
        path.unlink()
    if vault.key is not None:
        HeadFile(vault.path, vault.key.sealing).write(5, lines[4][-67:-3].decode(), anew=True)
    return vault


@pytest.mark.parametrize("opened_before", [False, True], ids=["at once", "after an opening"])
def test_an_acknowledged_batch_that_was_cut_comes_back_to_the_byte(
    grouped: dict[str, Kept], tmp_path: Path, opened_before: bool
) -> None:
    vault = copied(grouped["plain"], tmp_path / "vault")
    journal = journal_of(vault)
    whole = journal.read_bytes()
    journal.write_bytes(b"".join(lines_in(journal)[:8]))
    if opened_before:
        with pytest.raises(VaultDamagedError), vault.open():
            pass
    assert "journal_torn" in {each.code for each in check_vault(vault.path)} or opened_before
    assert damage_of(vault)
    repair_vault(vault.path)
    assert journal.read_bytes() == whole
    assert damage_of(vault) == []


def test_a_lost_journal_comes_back_with_its_groups(
    grouped: dict[str, Kept], tmp_path: Path
) -> None:
    vault = copied(grouped["plain"], tmp_path / "vault")
    journal = journal_of(vault)
    whole = journal.read_bytes()
    journal.unlink()
    repair_vault(vault.path)
    assert journal.read_bytes() == whole


def test_of_a_sealed_batch_that_was_cut_nothing_more_is_lost(
    grouped: dict[str, Kept], tmp_path: Path
) -> None:
    vault = copied(grouped["encrypted"], tmp_path / "vault")
    journal = journal_of(vault)
    journal.write_bytes(b"".join(lines_in(journal)[:10]))
    in_memory.forget(vault.path)
    with pytest.raises(VaultDamagedError), vault.open():
        pass
    assert len(lines_in(journal)) == 10  # the opening took nothing away
    assert "journal_cut" in damage_of(vault)
    repair_vault(vault.path, vault.key)
    assert damage_of(vault) == []
    with vault.open() as opened:
        assert [each.name for each in opened.people()] == ["Ada", "Ben"]
        assert len(opened.all_observations()) == 2  # the entry of the third is the one that is lost


@KINDS
def test_a_group_that_others_follow_unfinished_is_damage_and_kept(
    grouped: dict[str, Kept], tmp_path: Path, kind: str
) -> None:
    vault = copied(grouped[kind], tmp_path / "vault")
    codec, journal = codec_of(vault), journal_of(vault)
    lines = lines_in(journal)[:9]
    note = {"observation_id": "nobody's", "note": "x"}
    lines.append(codec.encode(10, hash_of(lines[-1]), NOW, "note_set", note)[0])
    journal.write_bytes(b"".join(lines))
    for path in vault.path.glob("moletrail.duckdb*"):
        path.unlink()
    if vault.key is not None:
        HeadFile(vault.path, vault.key.sealing).write(10, hash_of(lines[-1]), anew=True)
    in_memory.forget(vault.path)
    with pytest.raises(VaultDamagedError, match=r"Entry 10 .* group before it"), vault.open():
        pass
    assert "group_unfinished" in damage_of(vault)
    repair_vault(vault.path, vault.key)
    assert damage_of(vault) == []
    assert marks(journal)[5:] == [3, 2, 1, 0, 0, 0]  # and the note of the repair
    assert [codec.decode(raw).kind for raw in lines_in(journal)[9:]] == [
        "note_set",
        "journal_repaired",
    ]
    with vault.open() as opened:
        assert len(opened.all_observations()) == 2
    assert list(journal.parent.glob("*.damaged-1"))
