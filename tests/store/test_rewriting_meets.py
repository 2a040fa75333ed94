"""Two operations that rewrite something, where one meets what the other left or brings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.store.backed_up import quiet, write
from tests.store.builders import add, new_sealed_vault
from tests.store.kinds import Kept, copied
from tests.store.steps import KilledError
from tracker.errors import VaultError
from tracker.store import Vault, backup, tables
from tracker.store.archive import Archive, seal_file
from tracker.store.backup import back_up
from tracker.store.kept import forget
from tracker.store.restore import restore
from tracker.store.verify import mend_journal, repair_vault


def test_a_repair_that_is_killed_has_not_dropped_what_it_restores_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    monkeypatch.setattr(tables, "worth_writing", lambda seq, kept_seq: True)
    with Vault.open(path, key=key) as vault:
        for seed in range(3):
            add(vault, seed)
        stored = [seen.observation_id for seen in vault.all_observations()]
    forget(path)
    journal = path / "journal" / "events.sealed"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join((*lines[:4], b"\0" * len(lines[4]), *lines[5:])))

    def die(*_: object, **__: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(mend_journal, "write_atomic", die)
        with pytest.raises(KilledError):
            repair_vault(path, key)
    repair_vault(path, key)
    with Vault.open(path, key=key) as vault:
        assert [seen.observation_id for seen in vault.all_observations()] == stored


def test_a_folder_that_is_used_meanwhile_is_not_restored_over(
    tmp_path: Path, small_vaults: dict[str, Kept]
) -> None:
    kept = copied(small_vaults["plain"], tmp_path / "vault")
    write(kept, tmp_path / "b.zip")
    target = tmp_path / "target"
    target.mkdir()
    (target / ".DS_Store").write_bytes(b"")

    def meanwhile(_done: int, _total: int) -> None:
        (target / "photo.jpg").write_bytes(b"somebody's own")

    with pytest.raises(VaultError, match="not empty"):
        restore(tmp_path / "b.zip", target, meanwhile)
    assert (target / "photo.jpg").read_bytes() == b"somebody's own"
    assert not list(tmp_path.glob(".target*"))


def test_a_later_backup_is_not_replaced_by_a_slower_earlier_one(
    tmp_path: Path, small_vaults: dict[str, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = copied(small_vaults["plain"], tmp_path / "vault")
    file = tmp_path / "b.zip"
    write(kept, file)
    real, fresh = seal_file, tmp_path / "fresh.zip"

    def slow(*arguments: object) -> str:
        if not fresh.exists():
            shutil.copy(file, fresh)
            with kept.open() as vault:
                add(vault, 77)
            back_up(kept.open, file, quiet)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "seal_file", slow)
    back_up(kept.open, file, quiet)
    with kept.open() as vault, Archive.open(file) as archive:
        assert archive.manifest.head.seq == vault.info().journal_entries
