"""A backup is whole, tells every damage, and brings back what was stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from tests.store.backed_up import ADDED, filled, quiet, read, write
from tests.store.builders import add, photo_data
from tests.store.kinds import CHEAP, KINDS_OF_VAULT, PASSPHRASE, Kept, copied, make_vault
from tests.store.same import assert_same
from tests.store.whole import everything
from tracker.errors import (
    BackupError,
    MoletrailError,
    UsageError,
    VaultBusyError,
    VaultDamagedError,
    VaultError,
)
from tracker.store import Vault
from tracker.store.backup import back_up
from tracker.store.encrypting import encrypt_vault
from tracker.store.keys import unlock
from tracker.store.verify import check_vault


@pytest.fixture(params=KINDS_OF_VAULT)
def kept(tmp_path: Path, request: pytest.FixtureRequest, small_vaults: dict[str, Kept]) -> Kept:
    return copied(small_vaults[request.param], tmp_path / "vault")


@pytest.fixture
def plain(tmp_path: Path, small_vaults: dict[str, Kept]) -> Kept:
    return copied(small_vaults["plain"], tmp_path / "vault")


def test_a_restored_vault_is_the_same(kept: Kept, tmp_path: Path) -> None:
    with kept.open() as vault:
        stored = everything(vault)
    made = write(kept, tmp_path / "b.zip")
    back = read(tmp_path / "b.zip", tmp_path / "new" / "place")
    assert (back.photos, back.entries) == (made.photos, made.entries) == (ADDED, stored["entries"])
    assert check_vault(back.path, kept.key, deep=True) == []
    with kept.open(back.path) as vault:
        assert_same(everything(vault), stored)
        add(vault, 9)
    assert made.sha256 == hashlib.sha256((tmp_path / "b.zip").read_bytes()).hexdigest()
    assert made.size_bytes == (tmp_path / "b.zip").stat().st_size
    assert not list(tmp_path.rglob("*.part"))


def test_an_empty_vault_comes_back(tmp_path: Path) -> None:
    kept = make_vault(tmp_path / "vault", encrypted=False)
    assert write(kept, tmp_path / "b.zip").photos == 0
    assert read(tmp_path / "b.zip", tmp_path / "again").entries == 1


def test_nothing_personal_is_readable_in_a_backup_of_an_encrypted_vault(tmp_path: Path) -> None:
    kept = filled(tmp_path, encrypted=True)
    write(kept, tmp_path / "b.zip")
    content = (tmp_path / "b.zip").read_bytes()
    year = f"{datetime.now().year}-".encode()
    for secret in (
        b"Ada Lovelace",
        b"left arm",
        b"note 1",
        b"0.jpg",
        b"2025-",
        year,
        photo_data(0)[:64],
    ):
        assert secret not in content
    for seed in range(ADDED):
        assert hashlib.sha256(photo_data(seed)).hexdigest().encode() not in content


def test_a_later_backup_begins_like_the_earlier_one(kept: Kept, tmp_path: Path) -> None:
    write(kept, tmp_path / "b.zip")
    earlier = (tmp_path / "b.zip").read_bytes()
    with kept.open() as vault:
        add(vault, 40)
        photos = [vault.originals.path_of(photo.photo_sha256) for photo in vault.photos()]
    write(kept, tmp_path / "b.zip")
    later = (tmp_path / "b.zip").read_bytes()
    shared = next(i for i, (a, b) in enumerate(zip(earlier, later, strict=False)) if a != b)
    assert shared > sum(path.stat().st_size for path in photos[:-1])


def test_the_same_vault_gives_the_same_bytes(plain: Kept, tmp_path: Path) -> None:
    assert write(plain, tmp_path / "a").sha256 == write(plain, tmp_path / "b").sha256


def test_it_can_be_written_while_the_vault_grows(kept: Kept, tmp_path: Path) -> None:
    @contextmanager
    def grows() -> Iterator[Vault]:
        with kept.open() as vault:
            yield vault
        with kept.open() as vault:
            add(vault, 60)

    made = back_up(grows, tmp_path / "b.zip", quiet)
    read(tmp_path / "b.zip", tmp_path / "again")
    with kept.open(tmp_path / "again") as vault:
        assert len(vault.all_observations()) == ADDED
        assert vault.info().journal_entries == made.entries


def test_a_vault_that_is_rewritten_meanwhile_is_listed_again(plain: Kept, tmp_path: Path) -> None:
    opened = []

    @contextmanager
    def a_photo_goes_after_the_first_look() -> Iterator[Vault]:
        with plain.open() as vault:
            photo = vault.originals.path_of(vault.photos()[1].photo_sha256)
            if opened:
                photo.write_bytes(photo_data(1))
            yield vault
        if not opened:
            photo.unlink()
        opened.append(1)

    assert back_up(a_photo_goes_after_the_first_look, tmp_path / "b.zip", quiet).missing == ()
    assert len(opened) == 2


def test_without_end_it_gives_up(plain: Kept, tmp_path: Path) -> None:
    journal = plain.path / "journal" / "events.jsonl"
    sound = journal.read_bytes()

    @contextmanager
    def rewritten() -> Iterator[Vault]:
        journal.write_bytes(sound)
        with plain.open() as vault:
            yield vault
        journal.write_bytes(sound[:-1])

    with pytest.raises(VaultBusyError, match=r"b\.zip' was not written"):
        back_up(rewritten, tmp_path / "b.zip", quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vault"]


def test_only_an_earlier_backup_of_the_same_vault_is_replaced(plain: Kept, tmp_path: Path) -> None:
    other = filled(tmp_path / "other", encrypted=False)
    write(plain, tmp_path / "b.zip")
    write(plain, tmp_path / "b.zip")
    good = (tmp_path / "b.zip").read_bytes()
    with pytest.raises(BackupError, match="another vault"):
        write(other, tmp_path / "b.zip")
    read(tmp_path / "b.zip", tmp_path / "copy")
    with plain.open() as vault:
        add(vault, 30)
    with plain.open(tmp_path / "copy") as vault:
        add(vault, 31)
        add(vault, 32)
    for theirs in (Kept(tmp_path / "copy", None), plain):  # one that is longer, one that is not
        write(theirs, tmp_path / f"{theirs.path.name}.zip")
    with pytest.raises(BackupError, match="does not have"):
        write(plain, tmp_path / "copy.zip")
    with pytest.raises(BackupError, match="does not have"):
        write(Kept(tmp_path / "copy", None), tmp_path / "vault.zip")
    (tmp_path / "letter.txt").write_text("something else")
    with pytest.raises(BackupError, match="not a backup of Moletrail"):
        write(plain, tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_text() == "something else"
    assert (tmp_path / "b.zip").read_bytes() == good


def test_a_backup_from_before_the_encryption_is_told(plain: Kept, tmp_path: Path) -> None:
    write(plain, tmp_path / "b.zip")
    encrypt_vault(plain.path, PASSPHRASE, cost=CHEAP)
    encrypted = Kept(plain.path, unlock(plain.path, PASSPHRASE))
    with pytest.raises(BackupError, match="before the vault was encrypted"):
        write(encrypted, tmp_path / "b.zip")
    assert write(encrypted, tmp_path / "c.zip").encrypted


def test_impossible_places_are_refused(plain: Kept, tmp_path: Path) -> None:
    for file in (tmp_path, tmp_path / "no folder" / "b.zip", plain.path / "b.zip"):
        with pytest.raises(UsageError):
            write(plain, file)


def test_lost_photos_are_told_and_do_not_replace_a_better_backup(
    plain: Kept, tmp_path: Path
) -> None:
    write(plain, tmp_path / "good.zip")
    with plain.open() as vault:
        lost, spoiled = [vault.originals.path_of(p.photo_sha256) for p in vault.photos()[:2]]
    lost.unlink()
    spoiled.write_bytes(b"x" + spoiled.read_bytes()[1:])
    made = write(plain, tmp_path / "new.zip")
    assert (made.missing, made.damaged, made.photos) == (("0.jpg",), ("1.jpg",), ADDED - 1)
    good = (tmp_path / "good.zip").read_bytes()
    with pytest.raises(VaultDamagedError, match="was not replaced") as error:
        write(plain, tmp_path / "good.zip")
    assert "verify --repair" in str(error.value.next_step)
    assert (tmp_path / "good.zip").read_bytes() == good
    back = read(tmp_path / "new.zip", tmp_path / "again")
    assert (back.photos, back.missing, back.damaged) == (ADDED - 1, 1, 1)


def test_something_at_the_target_is_refused(plain: Kept, tmp_path: Path) -> None:
    write(plain, tmp_path / "b.zip")
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    for target, words in ((plain.path, "vault"), (full, "not empty"), (full / "mine.txt", "file")):
        with pytest.raises(VaultError, match=words):
            read(tmp_path / "b.zip", target)
    empty = tmp_path / "empty"
    empty.mkdir()
    read(tmp_path / "b.zip", empty)


def test_every_flipped_byte_is_told(plain: Kept, tmp_path: Path) -> None:
    write(plain, tmp_path / "b.zip")
    good = (tmp_path / "b.zip").read_bytes()
    bad = tmp_path / "bad.zip"
    ending = len(good) - 180
    for position in (*range(0, ending, 401), *range(ending, len(good))):
        bad.write_bytes(good[:position] + bytes([good[position] ^ 0x10]) + good[position + 1 :])
        with pytest.raises(MoletrailError) as error:
            read(bad, tmp_path / "again")
        assert error.value.exit_code in (3, 4)
        assert str(bad) in error.value.message
    assert not (tmp_path / "again").exists()


def test_every_cut_and_every_addition_is_told(plain: Kept, tmp_path: Path) -> None:
    write(plain, tmp_path / "b.zip")
    good = (tmp_path / "b.zip").read_bytes()
    bad = tmp_path / "bad.zip"
    for length in (0, 1, 200, len(good) // 2, len(good) - 100, len(good) - 1):
        bad.write_bytes(good[:length])
        with pytest.raises(BackupError, match="not a backup" if length < 40 else "damaged"):
            read(bad, tmp_path / "again")
    for content in (good + b"x", b"x" + good, good[:3000] + b"x" + good[3000:]):
        bad.write_bytes(content)
        with pytest.raises(BackupError):
            read(bad, tmp_path / "again")
