"""`verify` from the command line: findings, repairs, exit codes, and damage that is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail
from tests.store.builders import add, photo_data
from tracker.store import Vault


@pytest.fixture
def filled(vault: Moletrail) -> Moletrail:
    """A command line on a vault with three photos."""
    with Vault.open(vault.vault) as opened:
        for seed in range(3):
            add(opened, seed)
    return vault


def a_photo(vault: Path) -> Path:
    return min(vault.glob("photos/??/*"))


def cut_first_line(vault: Path) -> None:
    journal = vault / "journal" / "events.jsonl"
    journal.write_bytes(journal.read_bytes()[5:])


def test_a_sound_vault(filled: Moletrail) -> None:
    answer = filled("verify", "--deep")
    assert answer.code == 0
    assert answer.objects == [
        {
            "type": "verified",
            "findings": 0,
            "damage": 0,
            "deep": True,
            "photos": 3,
            "entries": len((filled.vault / "journal/events.jsonl").read_bytes().splitlines()),
            "lost_photos": 0,
            "lost_entries": 0,
        }
    ]
    assert "sound" in filled("verify", plain=True).stdout


def test_leftovers_are_named_and_are_no_damage(filled: Moletrail) -> None:
    (filled.vault / "photos" / "incoming" / ".x.part").write_bytes(b"half a photo")
    answer = filled("verify")
    assert answer.code == 0
    (found,) = answer.of_type("finding")
    assert found["severity"] == "leftover"
    assert (answer.objects[-1]["findings"], answer.objects[-1]["damage"]) == (1, 0)
    assert "left over" in filled("verify", plain=True).stdout


def test_one_line_for_each_photo_and_the_loss_at_the_end(filled: Moletrail) -> None:
    for photo in filled.vault.glob("photos/??/*"):
        photo.unlink()
    lines = filled("verify", plain=True).stdout.splitlines()
    assert [line.startswith("DAMAGE: The photo") for line in lines] == [True] * 3 + [False] * 2
    assert "add the original file once more" in lines[3]
    assert "3 things are damaged. Photos missing or damaged: 3. To repair" in lines[4]


def test_entries_that_a_repair_could_not_find_are_said_at_the_end(filled: Moletrail) -> None:
    journal = filled.vault / "journal" / "events.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:6], lines[6][:-9] + b'0123456"}\n', *lines[7:]]))
    (filled.vault / "moletrail.duckdb").unlink()
    shutil.copytree(filled.vault, filled.vault.with_name("copy"))
    assert filled("verify", "--repair").objects[-1]["lost_entries"] == 1
    shutil.rmtree(filled.vault)
    filled.vault.with_name("copy").rename(filled.vault)
    closing = filled("verify", "--repair", plain=True).stdout.splitlines()[-1]
    assert closing.endswith(" Entries of the journal that are lost: 1.")


def test_damage_is_said_repaired_and_gone(filled: Moletrail) -> None:
    cut_first_line(filled.vault)
    refused = filled("people")
    assert refused.code == 5
    assert "verify --repair" in refused.objects[-1]["next_step"]
    answer = filled("verify")
    assert answer.code == 5
    found = answer.of_type("finding")[0]
    assert set(found) == {"type", "code", "severity", "file", "message", "repair"}
    assert (found["code"], found["severity"]) == ("journal_lost", "damage")
    answer = filled("verify", "--repair")
    assert answer.code == 0
    assert {"type", "code", "file", "message", "lost"} == set(answer.of_type("repair")[0])
    assert answer.objects[-1]["deep"]
    assert filled("people").of_type("person")[0]["observations"] == 3
    assert filled("verify").code == 0


def test_a_photo_that_is_gone_stays_damage_until_it_is_kept_again(filled: Moletrail) -> None:
    lost = a_photo(filled.vault)
    lost.unlink()
    answer = filled("verify", "--repair")
    assert answer.code == 5
    assert [found["code"] for found in answer.of_type("finding")] == ["photo_missing"]
    assert "moletrail add" in answer.of_type("finding")[0]["repair"]
    assert "DAMAGE" in filled("verify", plain=True).stdout
    with Vault.open(filled.vault) as opened:
        for seed in range(3):
            opened.keep_photo(
                photo_data(seed), file_name="x", media_type="image/jpeg", width=1, height=1
            )
    assert filled("verify", "--deep").code == 0


def test_no_vault(moletrail: Moletrail) -> None:
    answer = moletrail("verify")
    assert answer.code == 4
    assert answer.objects[-1]["error"] == "VaultNotFoundError"
    assert not moletrail.vault.exists()


def test_adding_a_lost_original_again_mends_the_vault(vault: Moletrail, photos: list[Path]) -> None:
    words = ("--person", "Ada", "--lesion", "back", "--date", "2025-01-01")
    assert vault("add", photos[0], *words).code == 0
    kept = a_photo(vault.vault)
    assert vault("add", photos[1], *words[:-1], "2025-02-01").code == 0
    content = kept.read_bytes()
    for lose in (kept.unlink, lambda: kept.write_bytes(content[:-1] + b"x")):
        lose()
        assert vault("verify", "--repair").code == 5
        assert len(vault("timeline", "back").of_type("observation")) == 2
        assert vault("add", photos[0], *words).of_type("duplicate")
        assert vault("verify", "--deep").code == 0
        assert kept.read_bytes() == content


def test_a_photo_whose_entry_is_lost_is_brought_out(vault: Moletrail, photos: list[Path]) -> None:
    words = ("--person", "Ada", "--lesion", "back", "--date", "2025-01-01")
    assert vault("add", photos[0], *words).code == 0
    assert vault("add", photos[1], *words).code == 0
    journal = vault.vault / "journal" / "events.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    added = [n for n, line in enumerate(lines) if b'"observation_added"' in line]
    journal.write_bytes(b"".join([*lines[: added[-1]], b"spoiled\n", *lines[added[-1] + 1 :]]))
    (vault.vault / "moletrail.duckdb").unlink()
    answer = vault("verify", "--repair")
    assert answer.code == 0
    assert "photo_unused" in {found["code"] for found in answer.of_type("finding")}
    out = vault.vault.parent / "out"
    (found,) = vault("recover", "--out", out).of_type("recovered")
    assert Path(found["photo"]).read_bytes() == photos[1].read_bytes()
    assert vault("add", found["photo"], *words).of_type("stored")
    assert vault("verify", "--deep").of_type("finding")[0]["code"] == "kept_aside"


def test_the_closing_words_name_the_next_step_until_a_repair_was_tried(filled: Moletrail) -> None:
    a_photo(filled.vault).write_bytes(b"not the photo")
    looked = filled("verify", "--deep", plain=True)
    closing = (
        "1 thing is damaged. Photos missing or damaged: 1. To repair, run the same with --repair."
    )
    assert looked.stdout.endswith(f"{closing}\n")
    tried = filled("verify", "--repair", plain=True)
    assert tried.stdout.endswith("1 thing is damaged. Photos missing or damaged: 1.\n")
    assert (looked.code, tried.code) == (5, 5)
