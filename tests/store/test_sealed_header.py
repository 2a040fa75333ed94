"""The head of an encrypted vault: two copies, damage, and what a hostile one may not ask for."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.store.builders import CHEAP, SECRET, add, new_sealed_vault
from tests.store.test_keys import Sealed, opens
from tracker.errors import VaultDamagedError, VaultError, VaultNewerError
from tracker.store import Vault, header
from tracker.store.header import HEADER_COPY_FILE, HEADER_FILE, read_header
from tracker.store.keys import unlock


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    return new_sealed_vault(tmp_path)


@pytest.mark.parametrize("name", [HEADER_FILE, HEADER_COPY_FILE])
@pytest.mark.parametrize("damage", ["missing", "empty", "flipped"])
def test_one_damaged_copy_of_the_head_is_made_up_for(
    sealed: Sealed, caplog: pytest.LogCaptureFixture, name: str, damage: str
) -> None:
    path, _, _ = sealed
    hurt(path / name, damage)
    with caplog.at_level(logging.WARNING):
        assert opens(path, SECRET)
    assert name in caplog.text


@pytest.mark.parametrize("damage", ["missing", "empty", "flipped"])
def test_a_head_that_is_gone_is_said(sealed: Sealed, damage: str) -> None:
    path, key, _ = sealed
    with Vault.open(path, key=key) as vault:
        add(vault, 1)
    for name in (HEADER_FILE, HEADER_COPY_FILE):
        hurt(path / name, damage)
    with pytest.raises(VaultDamagedError, match=r"vault\.json") as said:
        unlock(path, SECRET)
    assert "verify --repair" in str(said.value.next_step)
    with pytest.raises(VaultDamagedError), Vault.open(path, key=key):
        pass
    if damage == "missing":
        for passphrase in (SECRET, None):
            with pytest.raises((VaultDamagedError, VaultError)):
                Vault.create(path, passphrase=passphrase, cost=CHEAP)
        assert (path / "journal" / "events.sealed").stat().st_size


def hurt(file: Path, damage: str) -> None:
    if damage == "missing":
        file.unlink()
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(bytes(content))


def test_a_flip_anywhere_in_the_head_is_seen(sealed: Sealed) -> None:
    path, _, _ = sealed
    (path / HEADER_COPY_FILE).unlink()
    good = (path / HEADER_FILE).read_bytes()
    for position in range(0, len(good), 7):
        content = bytearray(good)
        content[position] ^= 1
        (path / HEADER_FILE).write_bytes(bytes(content))
        if not says_the_same(bytes(content), good):
            with pytest.raises((VaultDamagedError, VaultNewerError)):
                read_header(path)


def says_the_same(text: bytes, other: bytes) -> bool:
    """Whether only what is between the words of a JSON text differs."""
    try:
        return bool(json.loads(text) == json.loads(other))
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("memory_kib", 1 << 40),
        ("memory_kib", (1 << 20) + 1),
        ("memory_kib", 0),
        ("memory_kib", -1),
        ("memory_kib", 7.5),
        ("memory_kib", "64"),
        ("passes", 1 << 30),
        ("passes", 0),
        ("lanes", 1 << 20),
        ("salt", "00"),
        ("salt", "no hex"),
        ("name", "md5"),
    ],
)
def test_a_hostile_head_asks_for_nothing(sealed: Sealed, where: str, value: Any) -> None:
    path, _, _ = sealed
    content = json.loads((path / HEADER_FILE).read_text())
    content["slots"][0]["kdf"][where] = value
    del content["sha256"]
    content["sha256"] = header._digest(content)
    for name in (HEADER_FILE, HEADER_COPY_FILE):
        (path / name).write_text(json.dumps(content))
    with pytest.raises(VaultDamagedError):
        unlock(path, SECRET)


def test_too_many_slots_or_too_much_text_is_no_head(sealed: Sealed) -> None:
    path, _, _ = sealed
    content = json.loads((path / HEADER_FILE).read_text())
    content["slots"] *= 9
    del content["sha256"]
    content["sha256"] = header._digest(content)
    for text in (json.dumps(content), " " * (1 << 20), "[" * 60_000, "null", '{"format": 2}'):
        for name in (HEADER_FILE, HEADER_COPY_FILE):
            (path / name).write_text(text)
        with pytest.raises(VaultDamagedError):
            unlock(path, SECRET)


def test_a_slot_of_another_vault_opens_nothing(sealed: Sealed, tmp_path: Path) -> None:
    path, _, _ = sealed
    (tmp_path / "other").mkdir()
    other, _, _ = new_sealed_vault(tmp_path / "other")
    content = json.loads((path / HEADER_FILE).read_text())
    content["slots"] = json.loads((other / HEADER_FILE).read_text())["slots"]
    del content["sha256"]
    content["sha256"] = header._digest(content)
    for name in (HEADER_FILE, HEADER_COPY_FILE):
        (path / name).write_text(json.dumps(content))
    assert not opens(path, SECRET)
