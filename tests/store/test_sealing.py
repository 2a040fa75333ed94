"""Sealed blobs open only as what they were sealed as."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.store.lines import GENESIS, LineUnreadableError, check_line, lines_of
from tracker.store.sealing import (
    CACHE,
    OVERHEAD_BYTES,
    PHOTO,
    PLAIN,
    AesSealing,
    SealBrokenError,
    Sealing,
)

OURS = AesSealing(b"\1" * 32, "vault")
NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_comes_back(data: bytes, name: str) -> None:
    sealed = OURS.seal(PHOTO, name, data)
    assert OURS.unseal(PHOTO, name, sealed) == data
    assert len(sealed) == len(data) + OVERHEAD_BYTES
    assert OURS.seal(PHOTO, name, data) != sealed


@given(st.data())
def test_a_flipped_bit_anywhere_is_seen(data: st.DataObject) -> None:
    sealed = bytearray(OURS.seal(PHOTO, "a", b"some picture"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBrokenError):
        OURS.unseal(PHOTO, "a", bytes(sealed))


@given(st.integers(0, OVERHEAD_BYTES + 11))
def test_a_cut_blob_is_seen(length: int) -> None:
    with pytest.raises(SealBrokenError):
        OURS.unseal(PHOTO, "a", OURS.seal(PHOTO, "a", b"some picture")[:length])


@pytest.mark.parametrize(
    ("sealing", "kind", "name"),
    [
        (OURS, PHOTO, "b"),
        (OURS, CACHE, "a"),
        (AesSealing(b"\1" * 32, "other vault"), PHOTO, "a"),
        (AesSealing(b"\2" * 32, "vault"), PHOTO, "a"),
    ],
    ids=["name", "kind", "vault", "key"],
)
def test_a_blob_in_another_place_does_not_open(sealing: Sealing, kind: str, name: str) -> None:
    with pytest.raises(SealBrokenError):
        sealing.unseal(kind, name, OURS.seal(PHOTO, "a", b"x"))


def test_names_tell_nothing_without_the_key() -> None:
    name = OURS.name(PHOTO, "f" * 64)
    assert len(name) == 64
    assert name == OURS.name(PHOTO, "f" * 64)
    assert name != OURS.name(CACHE, "f" * 64)
    assert name != AesSealing(b"\2" * 32, "vault").name(PHOTO, "f" * 64)
    assert PLAIN.name(PHOTO, "f") == "f"


@pytest.mark.parametrize("sealing", [PLAIN, OURS], ids=["plain", "sealed"])
def test_a_line_of_the_journal_comes_back(sealing: Sealing) -> None:
    lines = lines_of(sealing)
    payload = {"note": "Zoë\n", "number": 0.1 + 0.2, "list": [1, None]}
    raw, digest = lines.encode(7, GENESIS, NOW, "note_set", payload)
    assert raw.count(b"\n") == 1
    assert check_line(raw[:-1], 7, GENESIS) == digest
    assert check_line(raw[:-1], 8, GENESIS) is None
    found = lines.decode(raw)
    assert (found.seq, found.time, found.kind, found.payload) == (7, NOW, "note_set", payload)
    assert (found.prev, found.hash) == (GENESIS, digest)


def test_a_sealed_line_is_bound_to_its_place() -> None:
    lines = lines_of(OURS)
    raw, digest = lines.encode(7, GENESIS, NOW, "note_set", {})
    for moved in (
        raw.replace(b'"seq":7', b'"seq":8'),
        raw.replace(GENESIS.encode(), digest.encode(), 1),
        raw.replace(b'"box":"', b'"box":"A'),
    ):
        with pytest.raises(LineUnreadableError):
            lines.decode(moved)
    with pytest.raises(LineUnreadableError):
        lines_of(AesSealing(b"\1" * 32, "other vault")).decode(raw)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"seq":1}', b"\xff", b"[" * 99_999])
@pytest.mark.parametrize("sealing", [PLAIN, OURS], ids=["plain", "sealed"])
def test_what_is_no_line_is_said(sealing: Sealing, raw: bytes) -> None:
    with pytest.raises(LineUnreadableError):
        lines_of(sealing).decode(raw)
