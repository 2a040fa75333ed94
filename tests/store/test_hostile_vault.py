"""A vault's folder that somebody else has prepared or altered: what it may not bring about."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.store.builders import add, new_sealed_vault, new_vault
from tests.store.kinds import Kept, copied
from tests.store.two_people import delete_person
from tracker.errors import UsageError, VaultDamagedError, VaultError
from tracker.store import Vault, conversion, erasure
from tracker.store.erasure import ERASURE_FILE
from tracker.store.kept import forget
from tracker.store.verify import recover_photos


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Somebody's file, beside the vault."""
    file = tmp_path / "documents" / "letters" / "letter.txt"
    file.parent.mkdir(parents=True)
    file.write_text("Dear Ada")
    return file


def test_a_link_among_photos_on_their_way_in(tmp_path: Path, outside: Path) -> None:
    path = new_vault(tmp_path)
    (path / "photos" / "incoming").symlink_to(outside.parent)
    with Vault.open(path):
        pass
    assert outside.exists()


@pytest.mark.parametrize("name", ["cache", "journal/cache"])
def test_a_link_in_a_vault_that_is_being_encrypted(
    tmp_path: Path, outside: Path, name: str
) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    (path / name).symlink_to(outside.parents[1])
    conversion.begin(path, key.vault_id)
    with Vault.open(path, key=key):
        pass
    assert outside.exists()
    assert not (path / conversion.MARK_FILE).exists()


def end_of(journal: Path) -> str:
    return journal.read_bytes()[-67:-3].decode()


def test_a_link_in_a_deletion(tmp_path: Path, outside: Path) -> None:
    path = new_vault(tmp_path)
    (path / "lost+found").symlink_to(outside.parent)
    note = {
        "moletrail_erasure": 1,
        "seq": 1,
        "hash": end_of(path / "journal" / "events.jsonl"),
        "files": ["lost+found/letter.txt"],
    }
    (path / ERASURE_FILE).write_text(json.dumps(note))
    with Vault.open(path):
        pass
    assert outside.exists()


@pytest.mark.parametrize("form", ["readable", "boxed"])
def test_a_made_up_deletion_does_not_hide_that_a_journal_was_cut(tmp_path: Path, form: str) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with Vault.open(path, key=key) as vault:
        for seed in range(3):
            add(vault, seed)
    forget(path)
    journal = path / "journal" / "events.sealed"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:5]))
    note = {"moletrail_erasure": 1, "seq": 5, "hash": end_of(journal), "files": []}
    text = json.dumps(note if form == "readable" else {"box": json.dumps(note)})
    (path / ERASURE_FILE).write_text(text)
    with pytest.raises(VaultDamagedError, match="were stored"), Vault.open(path, key=key):
        pass


@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_a_journal_damaged_within_a_deletion_is_replaced_by_the_whole_one(
    kind: str, two_people: dict[str, Kept], tmp_path: Path
) -> None:
    """By then nothing is left to restore the old one from."""
    kept = copied(two_people[kind], tmp_path / "vault")
    whole = copied(two_people[kind], tmp_path / "whole")
    delete_person(whole)
    with whole.open() as vault:
        wanted = [seen.observation_id for seen in vault.all_observations()]

    class StoppedError(BaseException):
        pass

    def stop(*_: object) -> None:
        raise StoppedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasure, "_swap_in", stop)
        with pytest.raises(StoppedError):
            delete_person(kept)
    (journal,) = (kept.path / "journal").glob("events.*[ld]")
    content = bytearray(journal.read_bytes())
    content[len(content) // 3] ^= 1
    journal.write_bytes(bytes(content))
    with kept.open() as vault:
        assert [seen.observation_id for seen in vault.all_observations()] == wanted
    assert not (kept.path / ERASURE_FILE).exists()


def test_a_vault_that_was_cut_back_to_its_first_entry(tmp_path: Path) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with Vault.open(path, key=key) as vault:
        add(vault, 1)
    forget(path)
    journal = path / "journal" / "events.sealed"
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    (path / "journal" / "head.sealed").unlink()
    with pytest.raises(VaultDamagedError, match="how far"), Vault.open(path, key=key):
        pass


def test_nothing_readable_is_written_into_the_vault(tmp_path: Path) -> None:
    path, key, _ = new_sealed_vault(tmp_path)
    with pytest.raises(UsageError, match="inside"):
        recover_photos(path, key, path / "out")
    assert not (path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows replaces no file that is open")
@pytest.mark.parametrize("how", ["replaced", "removed"])
def test_a_journal_that_another_program_replaces_meanwhile(tmp_path: Path, how: str) -> None:
    path = new_vault(tmp_path)
    journal = path / "journal" / "events.jsonl"
    with Vault.open(path) as vault:
        aside = journal.with_name("aside")
        shutil.copy(journal, aside)
        journal.unlink()
        if how == "replaced":
            aside.replace(journal)
        with pytest.raises(VaultError, match="replaced"):
            vault.ensure_person("Ada")
        assert vault.people() == []
    if how == "replaced":
        with Vault.open(path) as vault:
            vault.ensure_person("Ada")
