"""What rewrites, copies or reads a journal keeps the groups in it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.store.everything import everything
from tests.store.groups import damage_of, journal_of, marks
from tests.store.kinds import CHEAP, KINDS_OF_VAULT, Kept, copied
from tests.store.same import assert_same
from tracker.errors import MoletrailError
from tracker.store.chain import BrokenChainError, follow_chain
from tracker.store.doomed import doomed_observation
from tracker.store.encrypting import encrypt_vault
from tracker.store.erase import erase
from tracker.store.journal import Journal
from tracker.store.keys import unlock
from tracker.store.lines import (
    GENESIS,
    LineUnreadableError,
    check_line,
    goes_on,
    lines_of,
    more_of,
)
from tracker.store.sealing import PLAIN, AesSealing, Sealing

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEALED = AesSealing(b"\1" * 32, "vault")
SEALINGS = pytest.mark.parametrize("sealing", [PLAIN, SEALED], ids=["plain", "sealed"])
KINDS = pytest.mark.parametrize("kind", KINDS_OF_VAULT)


@KINDS
def test_deleting_takes_entries_out_of_a_group_that_stays_one(
    grouped: dict[str, Kept], tmp_path: Path, kind: str
) -> None:
    vault = copied(grouped[kind], tmp_path / "vault")
    with vault.open() as opened:
        seen = next(each for each in opened.all_observations() if each.note == "note 3")
    erase(vault.path, lambda opened: doomed_observation(opened, seen), key=vault.key)
    assert marks(journal_of(vault)) == [0, 0, 0, 0, 0, 3, 2, 1, 0, 0]
    assert damage_of(vault) == []


def test_encrypting_keeps_the_groups(grouped: dict[str, Kept], tmp_path: Path) -> None:
    plain = copied(grouped["plain"], tmp_path / "vault")
    wanted, before = marks(journal_of(plain)), everything(plain.path)
    encrypt_vault(plain.path, "words", cost=CHEAP)
    vault = Kept(plain.path, unlock(plain.path, "words"))
    assert marks(journal_of(vault)) == wanted
    after = everything(vault.path, vault.key)
    del before["marks"], after["marks"]  # hashes of lines
    assert_same(after, before)


def test_a_chain_that_ends_within_a_group_is_broken(grouped: dict[str, Kept]) -> None:
    whole = journal_of(grouped["plain"]).read_bytes()
    assert follow_chain(io.BytesIO(whole), len(whole)).seq == 11
    for lines in (8, 10):
        cut = b"".join(whole.splitlines(keepends=True)[:lines])
        with pytest.raises(BrokenChainError):
            follow_chain(io.BytesIO(cut), len(cut))


@SEALINGS
@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("person_saved", {"person": {"person_id": "x", "name": ["Zoë Secret"]}}),
        ("person_saved", {"person": {"person_id": "x", "name": "y", "Zoë Secret": 1}}),
        ("capture_corrected", {"observation_id": "x", "capture": {"value": "Zoë Secret"}}),
        ("Zoë Secret", {}),
    ],
)
def test_no_message_repeats_what_is_stored(
    tmp_path: Path, sealing: Sealing, kind: str, payload: Any
) -> None:
    raw, _ = lines_of(sealing).encode(1, GENESIS, NOW, kind, payload)
    with Journal(tmp_path, sealing) as journal:
        journal.path.write_bytes(raw)
    with pytest.raises(MoletrailError) as told, Journal(tmp_path, sealing) as journal:
        list(journal.entries())
    assert "Secret" not in f"{told.value.message} {told.value.next_step}"
    assert told.value.__cause__ is None


@pytest.mark.parametrize("more", [0, 1, 3])
def test_a_sealed_line_is_bound_to_its_group(more: int) -> None:
    codec = lines_of(SEALED)
    raw, digest = codec.encode(7, GENESIS, NOW, "note_set", {}, 2)
    assert check_line(raw[:-1], 7, GENESIS) == digest
    assert (more_of(raw), codec.decode(raw).more) == (2, 2)
    other = raw.replace(b'"more":2,', b'"more":%d,' % more if more else b"")
    with pytest.raises(LineUnreadableError):
        codec.decode(other)


def test_a_plain_line_tells_its_kind_in_a_group_too() -> None:
    raw, _ = lines_of(PLAIN).encode(7, GENESIS, NOW, "note_set", {}, 2)
    assert lines_of(PLAIN).kind_of(raw) == "note_set"
    assert lines_of(PLAIN).decode(raw).more == 2


def test_a_group_counts_down() -> None:
    fits = {(before, more) for before in range(4) for more in range(4) if goes_on(more, before)}
    assert fits == {(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (2, 1), (3, 2)}
