"""Vaults with a batch in their journal, and what tells of groups in its lines."""

from __future__ import annotations

from pathlib import Path

from tests.store.builders import add
from tests.store.kinds import Kept, make_vault
from tracker.store import kept as in_memory
from tracker.store.lines import LineCodec, lines_of, more_of
from tracker.store.sealing import PLAIN
from tracker.store.verify import check_vault


def with_groups(path: Path, *, encrypted: bool) -> Kept:
    """A vault of one photo, and a batch of two that came with a person and a lesion."""
    vault = make_vault(path, encrypted=encrypted)
    with vault.open() as opened:
        add(opened, 1, "Ada", "left arm")
        with opened.batch():
            add(opened, 2, "Ben", "knee")
            add(opened, 3, "Ben", "knee")
    in_memory.forget(path)
    return vault


def codec_of(vault: Kept) -> LineCodec:
    return lines_of(PLAIN if vault.key is None else vault.key.sealing)


def journal_of(vault: Kept) -> Path:
    return vault.path / "journal" / codec_of(vault).file_name


def marks(journal: Path) -> list[int]:
    return [more_of(line) for line in journal.read_bytes().splitlines()]


def lines_in(journal: Path) -> list[bytes]:
    return journal.read_bytes().splitlines(keepends=True)


def damage_of(vault: Kept) -> list[str]:
    found = check_vault(vault.path, vault.key, deep=True)
    return [each.code for each in found if each.severity == "damage"]


def hash_of(line: bytes) -> str:
    return line[-67:-3].decode("ascii")
