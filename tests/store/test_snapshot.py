"""The sealed snapshot of the tables: it only ever saves time; and the tables stay in memory."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from tests.store.builders import add, new_sealed_vault
from tests.store.same import assert_same
from tracker import resources
from tracker.store import Vault, kept
from tracker.store.engine import Engine
from tracker.store.keys import VaultKey
from tracker.store.migrate import Migration, load_migrations
from tracker.store.snapshot import SNAPSHOT_FILE, Snapshot


def test_a_snapshot_spares_the_replay(
    sealed: tuple[Path, VaultKey], small_steps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key = sealed
    with Vault.open(path, key=key) as vault:
        add(vault, 1)
        add(vault, 2)
        stored, lesions = vault.all_observations(), vault.lesions()
    replayed: list[int] = []
    real = Engine._replay

    def watched(self: Engine, database: object, *, after: int) -> None:
        replayed.append(self.head.seq - after)
        real(self, database, after=after)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "_replay", watched)
    kept.forget(path)
    with Vault.open(path, key=key) as vault:
        assert_same(vault.all_observations(), stored)
        assert vault.lesions() == lesions
    assert replayed == [0]


@pytest.mark.parametrize("damage", ["flipped", "cut", "of another vault", "another schema"])
def test_a_snapshot_that_cannot_be_used_is_made_again(
    sealed: tuple[Path, VaultKey],
    small_steps: None,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    damage: str,
) -> None:
    path, key = sealed
    with Vault.open(path, key=key) as vault:
        add(vault, 1)
        stored = vault.all_observations()
    file = path / SNAPSHOT_FILE
    content = file.read_bytes()
    if damage == "flipped":
        file.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    elif damage == "cut":
        file.write_bytes(content[:200])
    elif damage == "of another vault":
        (tmp_path / "other").mkdir()
        other, its_key, _ = new_sealed_vault(tmp_path / "other")
        with Vault.open(other, key=its_key) as vault:
            add(vault, 9)
        shutil.copy(other / SNAPSHOT_FILE, file)
    else:
        monkeypatch.setattr(Snapshot, "level", lambda *_: 0)
    kept.forget(path)
    with caplog.at_level(logging.WARNING), Vault.open(path, key=key) as vault:
        assert_same(vault.all_observations(), stored)
    assert ("made again from the journal" in caplog.text) == (damage != "another schema")
    assert file.read_bytes() != content


def test_a_snapshot_of_an_older_schema_is_migrated(
    sealed: tuple[Path, VaultKey], small_steps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key = sealed
    ours = load_migrations(resources.migrations_dir())
    later = Migration(
        len(ours) + 1,
        "later",
        "CREATE TABLE later (seq BIGINT); INSERT INTO later SELECT max(seq) FROM observation",
        "f" * 64,
    )
    with Vault.open(path, key=key) as vault:
        stored = [add(vault, 1), add(vault, 2)]
        seq = vault.info().journal_entries
    kept.forget(path)
    monkeypatch.setattr("tracker.store.vault.load_migrations", lambda _: (*ours, later))
    with Vault.open(path, key=key) as vault:
        assert vault.info().schema_version == len(ours) + 1
        assert_same(vault.all_observations(), stored)
        # Replaying the journal would have left this empty: the migration found the rows there.
        assert vault._engine.read(lambda db: db.rows("SELECT seq FROM later")) == [{"seq": seq}]


def test_the_tables_never_spill_onto_the_disk(sealed: tuple[Path, VaultKey]) -> None:
    path, key = sealed
    with Vault.open(path, key=key) as vault:
        settings = vault._engine.read(
            lambda db: db.rows(
                "SELECT current_setting('temp_directory') AS folder, "
                "current_setting('max_temp_directory_size') AS room, "
                "current_setting('enable_external_access') AS outside, "
                "current_setting('lock_configuration') AS locked"
            )
        )[0]
    assert settings["folder"] in ("", None)
    assert settings["room"].startswith("0")
    assert (settings["outside"], settings["locked"]) == (False, True)
